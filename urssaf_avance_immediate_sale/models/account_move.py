# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

from odoo.addons.urssaf_avance_immediate.models.payment_request.payment_request import (
    FROZEN,
)

# What stands on an invoice of a down payment, and not on one that takes it off.
DEPOSIT_LINE = [("sale_line_ids.is_downpayment", "=", True), ("price_total", ">", 0)]


class AccountMove(models.Model):
    """A down payment of a sales order has an invoice of its own, and is taken off the
    last one. Urssaf wants the whole price and the deposit that was received of it.
    """

    _inherit = "account.move"

    def _urssaf_deducted_lines(self):
        """The lines that take down payments off the price."""
        return self.invoice_line_ids.filtered(
            lambda line: line.is_downpayment and line.price_total < 0
        )

    def _urssaf_deposit_invoices(self):
        """The invoices of the down payments that this one takes off."""
        # sudo(): invoices of the same order, for whoever sends the last one.
        deposits = self.sudo()._urssaf_deducted_lines()._get_downpayment_lines().move_id
        return deposits.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )

    def _urssaf_deducted_of(self, deposit):
        """How much of this deposit invoice this one takes off, in euros."""
        lines = self._urssaf_deducted_lines().filtered(
            lambda line: deposit in line._get_downpayment_lines().move_id
        )
        return self.currency_id.round(-sum(lines.mapped("price_total")))

    def _urssaf_deducting_invoices(self):
        """The final invoices that take this deposit off, in the order in which they get
        what was received of it: first those of which Urssaf was told.
        """
        lines = self.invoice_line_ids.sale_line_ids.invoice_lines
        final = (lines.move_id - self).filtered(
            lambda move: move.move_type == "out_invoice"
            and move.state == "posted"
            and move._urssaf_deducted_of(self) > 0
        )
        told = final.urssaf_request_ids.filtered(lambda r: r.state in FROZEN).move_id
        # What a credit note has cancelled takes nothing off any more.
        others = (final - told).filtered(lambda m: m.payment_state != "reversed")
        return [*told.sorted("id"), *others.sorted("id")]

    def _urssaf_received_of(self, deposit):
        """How much of what the customer has paid of this deposit goes to this invoice,
        in euros: what it takes off, as far as those before it have left it.
        """
        left = deposit._urssaf_received().payments
        for move in deposit._urssaf_deducting_invoices():
            if move == self:
                break
            left -= move._urssaf_deducted_of(deposit)
        taken_off = self._urssaf_deducted_of(deposit)
        return self.currency_id.round(max(min(left, taken_off), 0.0))

    # -- the whole price, and what was received of it ----------------------------

    def _home_service_lines(self):
        """Extends the trade: a down payment that is taken off is no service."""
        return super()._home_service_lines() - self._urssaf_deducted_lines()

    def _urssaf_totals(self):
        """Extends: the whole price."""
        total, untaxed = super()._urssaf_totals()
        lines = self._urssaf_deducted_lines()
        return (
            self.currency_id.round(total - sum(lines.mapped("price_total"))),
            self.currency_id.round(untaxed - sum(lines.mapped("price_subtotal"))),
        )

    def _urssaf_is_reduced(self):
        """Extends: by down payments too."""
        return super()._urssaf_is_reduced() or bool(self._urssaf_deducted_lines())

    def _urssaf_received(self):
        """Extends: what the customer has paid of the down payments that are taken off,
        never more than what is, and never the same euro on two invoices.
        """
        found = super()._urssaf_received()
        payments, dates = found.payments, [found.date]
        for deposit in self._urssaf_deposit_invoices():
            # sudo(): as the deposits are read.
            share = self.sudo()._urssaf_received_of(deposit)
            payments += share
            dates.append(share and deposit._urssaf_received().date)
        return found._replace(
            payments=self.currency_id.round(payments),
            date=max(filter(None, dates), default=None),
        )

    def _urssaf_unpaid_deposit(self):
        """What is taken off this invoice, and was not received, in euros."""
        deducted = -sum(self._urssaf_deducted_lines().mapped("price_total"))
        paid = sum(
            # sudo(): as the deposits are read.
            self.sudo()._urssaf_received_of(deposit)
            for deposit in self._urssaf_deposit_invoices()
        )
        return max(self.currency_id.round(deducted - paid), 0.0)

    def _urssaf_told_requests(self):
        """Extends: those of the invoices that take this down payment off."""
        requests = super()._urssaf_told_requests()
        if not self._is_downpayment():
            return requests
        # sudo(): invoices of the same order, whoever undoes the payment.
        lines = self.sudo().invoice_line_ids.sale_line_ids.invoice_lines
        return requests | (lines.move_id - self).urssaf_request_id

    # -- what is not for Urssaf --------------------------------------------------

    def _urssaf_invoice_faults(self):
        """Extends: a down payment is paid directly, and declared once it is taken off
        an invoice.
        """
        if self._is_downpayment():
            message = self.env._(
                "This is the invoice of a down payment: the customer pays it directly, "
                "and Urssaf is told of it with the invoice that takes it off."
            )
            yield "down_payment", self._urssaf_fault(message)
            return
        unpaid = self._urssaf_unpaid_deposit()
        if unpaid:
            message = self.env._(
                "%(unpaid)s of the down payment that this invoice takes off "
                "(%(names)s) were not received from the customer: Urssaf takes a "
                "deposit once it is paid. Have it paid, or take the line off this "
                "invoice.",
                unpaid=self.currency_id.format(unpaid),
                names=", ".join(self._urssaf_deposit_invoices().mapped("name"))
                or self.env._("no invoice"),
            )
            yield "down_payment", self._urssaf_fault(message, "ERR_ACOMPTE_BLOQUE")
        yield from super()._urssaf_invoice_faults()

    @api.depends("invoice_line_ids.sale_line_ids.is_downpayment")
    def _compute_urssaf_can_send(self):
        """Extends: likewise."""
        super()._compute_urssaf_can_send()
        for move in self.filtered("urssaf_can_send"):
            move.urssaf_can_send = not move.invoice_line_ids.filtered_domain(
                DEPOSIT_LINE
            )

    @api.model
    def _urssaf_can_send_domain(self):
        """Extends: likewise."""
        return super()._urssaf_can_send_domain() & Domain(
            "invoice_line_ids", "not any", DEPOSIT_LINE
        )
