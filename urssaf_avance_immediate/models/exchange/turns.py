# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scheduled actions, company by company: what is done for each, and whose turn it is.

Each company is served apart from the others, see ``run``. Whoever gives this work to
other workers (``urssaf_avance_immediate_queue_job``) extends
``company._urssaf_run_apart``, through which all of it passes.
"""

import logging

from . import work

_logger = logging.getLogger(__name__)

#: What a scheduled action does for one habilitation: functions of the company, as
#: ``work.in_office`` gives it, each in transactions of its own. The names are those
#: that people read when one of them fails.
STEPS = {
    "send": (
        lambda company: company.env["urssaf.enrolment"]._send_due(company),
        lambda company: company.env["urssaf.payment.request"]._send_due(company),
    ),
    "follow": (
        lambda company: company.env["urssaf.enrolment"]._follow_due(company),
        lambda company: company.env["urssaf.payment.request"]._follow_due(company),
    ),
    "repair": (
        lambda company: company.env["urssaf.enrolment"]._repair_due(company),
        lambda company: company.env["urssaf.payment.request"]._repair_due(company),
    ),
    "digest": (
        lambda company: company.env["urssaf.enrolment"]._daily_watch(company),
        lambda company: company.env["urssaf.payment.request"]._daily_watch(company),
    ),
    "companion": (
        lambda company: company.env["urssaf.enrolment"]._companion_due(company),
    ),
    "invoices": (
        lambda company: company.env["account.move"]._urssaf_send_waiting_of(company),
    ),
    "bank": (
        lambda company: company.env[
            "account.bank.statement.line"
        ]._urssaf_reconcile_telling(company),
    ),
    "crosscheck monthly": (
        lambda company: company.env["urssaf.crosscheck"]._begin_monthly(company),
    ),
    "crosscheck": (
        lambda company: company.env["urssaf.crosscheck"]._go_on_with(company),
    ),
    "import": (
        lambda company: company.env["urssaf.enrolment.import"]._go_on_with(company),
    ),
}


def each_company(env, action):
    """Have each habilitation take its turn.

    :param action: a key of ``STEPS``
    """
    for company in env["res.company"]._urssaf_holders():
        company._urssaf_run_apart(action)


def run(company, action):
    """Take the steps of ``action`` for one company, so that a trouble with it leaves
    the others alone.
    """
    env = company.env
    for step in STEPS[action]:
        try:
            step(work.in_office(company))
            work.checkpoint(env)
        except work.FASTER:
            # The next run does the rest.
            env.cr.rollback()
            _logger.info(
                "%s of company %s: interrupted, to be continued", action, company.id
            )
        except Exception as error:
            if work.connection_lost(env, error):
                raise
            env.cr.rollback()
            work.job_failed(action, company, error)
