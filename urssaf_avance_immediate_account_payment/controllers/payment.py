# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pages where customers pay: the last word is that of the server, since a page may
have been opened, or a link sent, before Urssaf was asked to collect.
"""

from odoo.exceptions import ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal


class UrssafPaymentPortal(PaymentPortal):
    @route()
    def overdue_invoices_transaction(self, payment_reference, **kwargs):
        """Extends account_payment: all of them may have gone to Urssaf meanwhile."""
        moves = request.env["account.move"]
        if not request.env.user._is_public() and not moves.search_count(
            self._get_overdue_invoices_domain(), limit=1
        ):
            raise ValidationError(
                request.env._("You have no overdue invoice to pay any more.")
            )
        return super().overdue_invoices_transaction(payment_reference, **kwargs)

    def _process_transaction(
        self, partner_id, currency_id, invoice_ids, payment_reference, **kwargs
    ):
        """Extends account_payment: no transaction for what Urssaf collects.

        :raises ValidationError: with what the customer is told instead
        """
        # sudo(): access to the invoices was checked by the caller.
        for move in request.env["account.move"].sudo().browse(invoice_ids):
            if move._urssaf_not_to_pay():
                raise ValidationError("\n".join(move._urssaf_notice_sentences()))
        return super()._process_transaction(
            partner_id, currency_id, invoice_ids, payment_reference, **kwargs
        )

    def _get_extra_payment_form_values(
        self, invoice_id=None, access_token=None, **kwargs
    ):
        """Extends account_payment: a link that was sent before shows nothing to pay, as
        for an invoice that was cancelled.
        """
        values = super()._get_extra_payment_form_values(
            invoice_id=invoice_id, access_token=access_token, **kwargs
        )
        # sudo(): as Odoo reads it there, the access was checked above.
        moves = request.env["account.move"].sudo()
        if invoice_id and moves.browse(int(invoice_id))._urssaf_not_to_pay():
            values["amount"] = 0.0
        return values
