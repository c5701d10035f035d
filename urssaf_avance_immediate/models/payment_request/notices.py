# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""E-mails to the customer about his demande, each one optional for the company and all
of them for the customer.

They are written into Odoo's mail queue by the scheduled action that follows, never
while a demande is being sent. The mark on the demande and the e-mail are one
transaction, under the lock of the row: nothing is written twice.
"""

from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models


class Notice(NamedTuple):
    """A kind of e-mail: the setting of the company, the mark, the template."""

    setting: str
    mark: str
    template: str


SENT = Notice("urssaf_notify_sent", "mailed_sent_at", "mail_template_sent")
REFUSED = Notice("urssaf_notify_refused", "mailed_refused_at", "mail_template_refused")
PAID = Notice("urssaf_notify_paid", "mailed_paid_at", "mail_template_paid")

# To Urssaf, and not to the customer: see the dialogue that writes it.
CANCELLATION = "cancellation"
CANCELLABLE = ("waiting", "validated", "debited", "paid", "unpaid", "recovered")

# Old news are not told: the option was switched on later, or a backup restored.
FRESH = timedelta(days=3)

_WAKING = "urssaf.payment.request.notices"


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    mailed_sent_at = fields.Datetime(
        string="Customer told: sent", readonly=True, copy=False
    )
    mailed_refused_at = fields.Datetime(
        string="Customer told: refused", readonly=True, copy=False
    )
    mailed_paid_at = fields.Datetime(
        string="Customer told: paid", readonly=True, copy=False
    )

    def _wake_notices(self):
        """The customers of these are to be told soon that their demande has left."""
        # sudo(): a branch's user may not open the company above it.
        if not any(self.sudo().holder_id.mapped(SENT.setting)):
            return
        waking = self.env.cr.precommit.data
        if not waking.get(_WAKING):
            # One wake-up per transaction, whatever the size of the batch.
            waking[_WAKING] = True
            self._trigger("follow")

    @api.model
    def _notify_customers(self, company):
        """Queue the e-mails that are due, a few per transaction."""
        for notice in (SENT, REFUSED, PAID):
            if company[notice.setting]:
                due = self._to_tell(company, notice)
                due._report_remaining()
                due._queue_notices(notice)

    @api.model
    def _to_tell(self, company, notice):
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
        return self.search(
            [
                *company._urssaf_here(),
                (notice.mark, "=", False),
                ("partner_id.urssaf_no_notice", "=", False),
                ("partner_id.email", "!=", False),
                *news,
            ],
            order="id",
        )

    def _queue_notices(self, notice):
        template = self._notice_template(notice)

        def write(record):
            for request in record._lock().filtered(lambda r: not r[notice.mark]):
                request[notice.mark] = fields.Datetime.now()
                request._queue_notice(notice, template)

        self._each(write, put_off=lambda request, error: request._not_noticed(notice))

    def _not_noticed(self, notice):
        """What nobody foresaw came in the way of this e-mail: it is not tried at each
        run, and a person is told.
        """
        self[notice.mark] = fields.Datetime.now()
        self._tell_put_off()

    def _queue_notice(self, notice, template):
        """One e-mail, in the language of the customer; it shows in the chatter."""

        def write():
            mail_id = template.send_mail(
                self.id,
                email_layout_xmlid="mail.mail_notification_light",
                # Odoo deletes at once what has a wrong address: nobody would know.
                email_values={"auto_delete": False},
            )
            return self.env["mail.mail"].browse(mail_id).mail_message_id

        self._write_to_customer(notice.template, template, write)

    @api.model
    def _notice_states(self):
        return {
            SENT.template: ("waiting",),
            REFUSED.template: ("refused",),
            PAID.template: ("paid",),
            CANCELLATION: CANCELLABLE,
        }

    def _watch_cancellation(self, mail):
        """The letter that asks Urssaf to cancel: it has to leave, too."""
        self.write(
            {
                "customer_message_ids": mail.mail_message_id.ids,
                "customer_notice": CANCELLATION,
                "not_told_reason": False,
            }
        )

    def _notice_seller(self):
        return self.move_id.invoice_user_id

    def _write_notice(self, notice):
        if notice == CANCELLATION:
            # The person's own words: the same letter, once more.
            letters = self.env["mail.mail"].search(
                [
                    ("mail_message_id", "in", self.customer_message_ids.ids),
                    ("state", "=", "cancel"),
                ]
            )
            letters.mark_outgoing()
            return self._watch_cancellation(letters)
        [found] = [known for known in (SENT, REFUSED, PAID) if known.template == notice]
        self._queue_notice(found, self._notice_template(found))

    @api.model
    def _notice_template(self, notice):
        return self.env.ref(
            f"urssaf_avance_immediate.{notice.template}", raise_if_not_found=False
        )
