# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The money: a transfer of Urssaf becomes a payment of the invoice.

This is a step of its own, after the status is committed: a locked period, a missing
journal or an invoice already paid never loses what Urssaf said.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    @api.model
    def _pending_transfers(self, company):
        """Effective transfers of the company that are not on the invoice yet."""
        return (
            self.sudo()
            ._for_company(company)
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "paid"),
                    ("transfer_effective", "=", True),
                    ("payment_ids", "=", False),
                    # Told already: a person acts, then "Register the payment".
                    ("activity_ids", "=", False),
                ]
            )
        )

    def action_register_transfer(self):
        """Try again, once what stood in the way is mended."""
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        request = self.sudo()
        request._register_transfers()
        if request.payment_ids:
            return request._notify(self.env._("The payment is on the invoice."))
        return request._notify(
            request.last_error_message
            or self.env._("Urssaf has not made this transfer yet."),
            kind="warning",
        )

    def _register_transfers(self):
        """Register each effective transfer of self, one transaction each."""
        for request in self._lock():
            if not request._transfer_due():
                continue
            request = request.with_company(request.company_id)
            try:
                with self.env.cr.savepoint():
                    request._register_transfer()
            except UserError as error:
                request._not_registered(str(error))
            self._checkpoint()

    def _transfer_due(self):
        return (
            self.state == "paid"
            and self.transfer_effective
            and not self.payment_ids.filtered(lambda p: p.state != "canceled")
        )

    def _register_transfer(self):
        """One payment of what Urssaf transferred, dated the day of the transfer.

        A difference with the invoice stays open on it, for the accountant to see.

        :raises UserError: no journal, locked period, or nothing left to pay
        """
        self.ensure_one()
        move, company = self.move_id, self.company_id
        if not company.urssaf_payment_journal_id:
            raise UserError(
                self.env._(
                    "Choose the journal of the transfers in the Urssaf settings."
                )
            )
        if move.state != "posted" or not move.amount_residual:
            raise UserError(
                self.env._(
                    "Urssaf transferred %(amount)s for the invoice %(invoice)s, which "
                    "has nothing left to pay. Was it collected twice?",
                    amount=self.currency_id.format(self.transfer_amount),
                    invoice=move.name,
                )
            )
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(self._prepare_payment_register())
        )
        payments = wizard._create_payments()
        payments.urssaf_request_id = self
        self.write(self._no_error())
        self._alert_done()
        if self.currency_id.compare_amounts(self.transfer_amount, self.amount_total):
            self._alert(
                self.env._(
                    "Urssaf transferred %(amount)s instead of %(total)s.",
                    amount=self.currency_id.format(self.transfer_amount),
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _prepare_payment_register(self):
        company = self.company_id
        journal = company.urssaf_payment_journal_id
        values = {
            "journal_id": journal.id,
            "payment_date": self.transfer_date,
            "amount": self.transfer_amount,
            "currency_id": self.currency_id.id,
            "payment_difference_handling": "open",
            # The demande's numbers, so that the accountant and the FEC can name it.
            "communication": f"{self.name} Urssaf {self.external_id}",
        }
        line = company.urssaf_payment_method_line_id
        if line.journal_id == journal:
            values["payment_method_line_id"] = line.id
        return values

    def _not_registered(self, message):
        note = self.env._(
            "Paid by Urssaf on %(date)s, not registered on the invoice: %(reason)s",
            date=fields.Date.to_string(self.transfer_date),
            reason=message,
        )
        self.last_error_message = note
        self._alert(note)
