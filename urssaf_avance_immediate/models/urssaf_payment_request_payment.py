# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The money: a transfer of Urssaf becomes a payment of the invoice.

This is a step of its own, after the status is committed: a locked period, a missing
journal or an invoice already paid never loses what Urssaf said.
"""

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import format_date

from .urssaf_payment_request import NOT_BOOKED


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
                    ("transfer_settled", "=", False),
                    ("payment_ids", "=", False),
                    # Told already: a person acts, then presses the button.
                    ("last_error_kind", "!=", NOT_BOOKED),
                ]
            )
        )

    def action_register_transfer(self):
        """Try again, once what stood in the way is mended."""
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        request = self.sudo()
        request._register_transfers(by_hand=True)
        if request._live_payments():
            return request._notify(self.env._("The payment is on the invoice."))
        return request._notify(
            request.last_error_message
            or self.env._("Urssaf has not made this transfer yet."),
            kind="warning",
        )

    def action_transfer_settled(self):
        """The accountant has dealt with this transfer: nothing is to be registered."""
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        request = self.sudo()
        request.write({"transfer_settled": True, **self._no_error()})
        request._alert_done()
        request._message_log(
            body=self.env._("Transfer settled by hand by %s.", self.env.user.name)
        )

    def _register_transfers(self, by_hand=False):
        """Register each effective transfer of self, one transaction each.

        :param by_hand: somebody asks for it: what was cancelled or has failed before is
            tried again
        """
        for record in self:
            for request in record._lock():
                if request._transfer_due(by_hand):
                    request.with_company(request.company_id)._try_to_register()
            self._checkpoint()

    def _try_to_register(self):
        try:
            with self.env.cr.savepoint():
                self._register_transfer()
        except (UserError, RedirectWarning) as error:
            self._not_registered(str(error.args[0]))

    def _live_payments(self):
        return self.payment_ids.filtered(lambda p: p.state != "canceled")

    def _transfer_due(self, by_hand):
        if self.state != "paid" or not self.transfer_effective or self.transfer_settled:
            return False
        if by_hand:
            return not self._live_payments()
        return not self.payment_ids and self.last_error_kind != NOT_BOOKED

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
        expected = self._amount_to_collect()
        if self.currency_id.compare_amounts(self.transfer_amount, expected):
            self._alert(
                self.env._(
                    "Urssaf transferred %(amount)s instead of %(total)s.",
                    amount=self.currency_id.format(self.transfer_amount),
                    total=self.currency_id.format(expected),
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
            date=format_date(self.env, self.transfer_date),
            reason=message,
        )
        self.write({"last_error_kind": NOT_BOOKED, "last_error_message": note})
        self._alert(note)
