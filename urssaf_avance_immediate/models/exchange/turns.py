# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scheduled actions, company by company: what is done for each, and whose turn it is.

Each company is served apart from the others, see ``run``. Whoever gives this work to
other workers (``urssaf_avance_immediate_queue_job``) extends
``company._urssaf_run_apart``, through which all of it passes.
"""

import logging

from odoo import fields
from odoo.fields import Domain

from . import idle, work
from .ir_cron import CRON_FOLLOW, CRON_REPAIR, CRON_SEND, wake

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


#: Of the actions that call Urssaf: what wakes them.
CALLS = {"send": CRON_SEND, "follow": CRON_FOLLOW, "repair": CRON_REPAIR}
#: Those that do nothing else.
CALLS_ALONE = ("send", "repair")


def each_company(env, action):
    """Have each habilitation that has something to do take its turn; the others are
    passed by, see ``idle``.

    Where several have calls to make, the one that was served longest ago comes first,
    each makes one call (``work.Turn``), and Odoo runs the action again while something
    is left: whatever becomes of that call, the others wait no longer than for it.

    :param action: a key of ``STEPS``
    """
    holders = env["res.company"]._urssaf_holders()
    waiting = with_calls(holders, action) if len(holders) > 1 else holders[:0]
    if len(holders) > 1:
        holders &= waiting | with_more(holders - waiting, action)
    # Nobody waits for who is left alone for a while.
    connections = env["urssaf.connection"]._of_each(waiting)
    waiting -= connections.filtered(lambda one: one._paused()).company_id
    if len(waiting) < 2:
        for company in holders:
            company._urssaf_run_apart(action)
        return
    # sudo(): nobody has rights on the turns.
    holders = env["urssaf.pace"].sudo()._longest_first(holders, action)
    _take_turns(env, action, holders, waiting)


def _take_turns(env, action, holders, waiting):
    stopped = holders.browse()
    for company in holders:
        if not work.time_left(env):
            # At once, and not when Odoo looks again in a minute.
            wake(env, CALLS[action])
            break
        # Those without a call too: else they would come first at each run, and
        # hundreds of them take all the time.
        # sudo(): nobody has rights on the turns.
        env["urssaf.pace"].sudo()._begin_turn(company, action)
        turn = company in waiting and work.Turn(company)
        company.with_context(urssaf_turn=turn)._urssaf_run_apart(action)
        if turn and turn.over():
            stopped |= company
    if action in CALLS_ALONE and with_calls(stopped, action):
        # Who asks about unknown outcomes does not tell Odoo how many are left.
        wake(env, CALLS[action])


def with_more(holders, action):
    """Those of these habilitations, which have no call to make, for which this action
    has other work.
    """
    return holders[:0] if action in CALLS_ALONE else idle.with_work(holders, action)


def with_calls(holders, action):
    """Those of these habilitations that have a call to make, paused or not."""
    found = holders.browse()
    if action in CALLS and holders:
        for model in _exchanges(holders.env):
            found |= _with_due(holders, model, _states(model, action))
    return found


def _exchanges(env):
    return env["urssaf.enrolment"], env["urssaf.payment.request"]


def _states(model, action):
    """The states in which this action has a call to make."""
    return {
        "send": ("queued",),
        "follow": model._asked_states,
        "repair": ("sending", "unknown"),
    }[action]


def _with_due(holders, model, states):
    due = Domain("state", "in", states) & Domain(
        "next_call_at", "<=", fields.Datetime.now()
    )
    return idle.having(holders, model, due)


def run(company, action):
    """Take the steps of ``action`` for one company, so that a trouble with it leaves
    the others alone.
    """
    env = company.env
    for step in _in_order(company, action):
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


def _in_order(company, action):
    """The steps of ``action``, customers first. Where they and demandes both have calls
    to make, every second run begins with the demandes: a run may be over after one
    call, and an import of thousands of customers would hold all demandes up.
    """
    env = company.env
    shared = (
        action in CALLS
        and work.time_left(env)
        and all(
            _with_due(company, model, _states(model, action))
            for model in _exchanges(env)
        )
        and not env["urssaf.connection"]._of(company)._paused()
    )
    # sudo(): nobody has rights on the turns.
    if shared and env["urssaf.pace"].sudo()._demandes_first(company, action):
        return STEPS[action][::-1]
    return STEPS[action]
