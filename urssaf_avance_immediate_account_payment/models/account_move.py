# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

# The money is here, or about to be.
UNDER_WAY = ("pending", "authorized")
MADE = (*UNDER_WAY, "done")
# A transfer that the customer means to make is not under way: Odoo says so too.
PROMISES = ("custom",)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _urssaf_online_payments(self, states):
        # sudo(): whoever sees the invoice is told that it is paid online.
        return self.sudo().transaction_ids.filtered(
            lambda tx: tx.state in states and tx.provider_code not in PROMISES
        )

    # -- nobody pays online what Urssaf collects ------------------------------------

    def _has_to_be_paid(self):
        """Extends account_payment: no *Pay Now*, no form to pay."""
        return super()._has_to_be_paid() and not self._urssaf_not_to_pay()

    def _get_online_payment_error(self):
        """Extends account_payment: why the page takes no payment."""
        if self._urssaf_not_to_pay():
            return "\n".join(self._urssaf_notice_sentences())
        return super()._get_online_payment_error()

    # -- what was paid online is not for Urssaf ---------------------------------------

    def _urssaf_left_to_collect(self):
        """Extends: nor what is paid online, or about to be."""
        left = super()._urssaf_left_to_collect()
        return left.filtered(lambda move: not move._urssaf_online_payments(MADE))

    def _urssaf_invoice_faults(self):
        """Extends: whoever sends by hand is told."""
        yield from super()._urssaf_invoice_faults()
        if self.payment_state == "not_paid" and self._urssaf_online_payments(UNDER_WAY):
            yield (
                "online",
                self._urssaf_fault(
                    self.env._(
                        "An online payment of this invoice is under way: send it to "
                        "Urssaf if the payment fails."
                    )
                ),
            )
