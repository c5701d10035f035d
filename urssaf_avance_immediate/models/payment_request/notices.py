# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""E-mails to the customer about his demande: it was sent, he has refused it, Urssaf has
paid.

They are optional, for the company and for him. They are written into Odoo's mail queue
by the scheduled action that follows, never while a demande is being sent. The mark on
the demande and the e-mail are one transaction, under the lock of the row: nothing is
written twice.
"""

from datetime import timedelta
from typing import NamedTuple

from odoo import fields
from odoo.fields import Domain

from ..exchange import idle
from ..exchange.ir_cron import CRON_FOLLOW, wake


class Notice(NamedTuple):
    """A kind of e-mail: the setting of the company, the mark, the template."""

    setting: str
    mark: str
    template: str


SENT = Notice("urssaf_notify_sent", "mailed_sent_at", "mail_template_sent")
REFUSED = Notice("urssaf_notify_refused", "mailed_refused_at", "mail_template_refused")
PAID = Notice("urssaf_notify_paid", "mailed_paid_at", "mail_template_paid")
KINDS = (SENT, REFUSED, PAID)

# Old news are not told: the option was switched on later, or a backup restored.
FRESH = timedelta(days=3)

_WAKING = "urssaf.payment.request.notices"


def states():
    """``{template: states in which its news are still true}``"""
    return {
        SENT.template: ("waiting",),
        REFUSED.template: ("refused",),
        PAID.template: ("paid",),
    }


def wake_soon(requests):
    """Those that have just left: their customers are told after this transaction."""
    # sudo(): a branch's user may not open the company above it.
    if not any(requests.sudo().holder_id.mapped(SENT.setting)):
        return
    waking = requests.env.cr.precommit.data
    if not waking.get(_WAKING):
        # One wake-up per transaction, whatever the size of the batch.
        waking[_WAKING] = True
        wake(requests.env, CRON_FOLLOW)


def write_due(requests, company):
    """The e-mails that the company wants and that were not written yet."""
    for notice in KINDS:
        if company[notice.setting]:
            due = _due(requests, company, notice)
            due._report_remaining()
            _write_each(due, notice)


def with_due(requests, holders):
    """Those of these habilitations that have such an e-mail to write."""
    found = holders.browse()
    for notice in KINDS:
        wanted = (holders - found).filtered(notice.setting)
        found |= idle.having(wanted, requests, _news(notice))
    return found


def _due(requests, company, notice):
    return requests.search(company._urssaf_here() & _news(notice), order="id")


def _news(notice):
    """Domain of the demandes of which a customer is to be told this."""
    fresh = fields.Datetime.now() - FRESH
    news = {
        SENT: [("state", "=", "waiting"), ("claimed_at", ">", fresh)],
        REFUSED: [("state", "=", "refused"), ("remote_changed_at", ">", fresh)],
        PAID: [
            ("state", "=", "paid"),
            ("transfer_effective", "=", True),
            # Announced some days before it is made.
            ("remote_changed_at", ">", fresh - FRESH * 3),
        ],
    }[notice]
    return Domain(
        [
            (notice.mark, "=", False),
            ("partner_id.urssaf_no_notice", "=", False),
            ("partner_id.email", "!=", False),
            *news,
        ]
    )


def _write_each(due, notice):
    template = _template(due.env, notice)

    def write(record):
        for request in record._lock().filtered(lambda r: not r[notice.mark]):
            request[notice.mark] = fields.Datetime.now()
            queue(request, notice, template)

    def put_off(request, _error):
        # What nobody foresaw came in the way of this e-mail: it is not tried at each
        # run, and a person is told.
        request[notice.mark] = fields.Datetime.now()
        request._tell_put_off()

    due._each(write, put_off=put_off)


def queue(request, notice, template):
    """One e-mail, in the language of the customer; it shows in the chatter."""

    def write():
        mail_id = template.send_mail(
            request.id,
            email_layout_xmlid="mail.mail_notification_light",
            # Odoo deletes at once what has a wrong address: nobody would know.
            email_values={"auto_delete": False},
        )
        return request.env["mail.mail"].browse(mail_id).mail_message_id

    request._write_to_customer(notice.template, template, write)


def write_again(request, name):
    """The e-mail of this template did not reach the customer: the same, once more."""
    [notice] = [known for known in KINDS if known.template == name]
    queue(request, notice, _template(request.env, notice))


def _template(env, notice):
    return env.ref(
        f"urssaf_avance_immediate.{notice.template}", raise_if_not_found=False
    )
