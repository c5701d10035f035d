# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models

from .account_move import UNDER_WAY

# How often a demande looks whether an online payment is over.
LOOK_AGAIN = timedelta(hours=1)


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    def _keep_current(self):
        """Extends: a demande waits in the queue for an online payment of its invoice
        that is under way. If it fails, the demande leaves; if it is made, never.
        """
        current = super()._keep_current()
        waiting = current.filtered(
            lambda r: r.move_id._urssaf_online_payments(UNDER_WAY)
        )
        waiting._wait_for_online_payment()
        return current - waiting

    def _wait_for_online_payment(self):
        for request in self:
            note = self.env._(
                "The customer is paying %(invoice)s online. The demande waits: it "
                "leaves if the payment fails, and does not if it is made. To send it "
                "all the same, cancel the online payment first.",
                invoice=request.move_id.name,
            )
            told = request.last_error_message == note
            request.write(
                {
                    "last_error_message": note,
                    "next_call_at": fields.Datetime.now() + LOOK_AGAIN,
                }
            )
            if not told:
                request._tell(note)
