# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoice in Urssaf's words: lines, deposit, payload of method 050."""

from decimal import Decimal

from odoo import models

from ...lib.rules import ServiceLine, clean, settle, wire_date
from ..payment_request.payment_request import AT_URSSAF, FROZEN


class AccountMove(models.Model):
    _inherit = "account.move"

    def _urssaf_lines(self):
        """The lines that carry an amount; notes and sections stay in Odoo."""
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _urssaf_service_line(self, line):
        """One invoice line as the rules want it. Overridable: the intervenant of a
        line may come from elsewhere, a timesheet for instance.
        """
        nature, unit = line._home_service_nature()
        quantity = line.quantity
        uom, hour = line.product_uom_id, self._urssaf_hour()
        if unit == "HEURE" and uom._has_common_reference(hour):
            quantity = uom._compute_quantity(quantity, hour, round=False)
        start, end = line._urssaf_days()
        return ServiceLine(
            nature=nature.code or "",
            unit=unit or "FORFAIT",
            quantity=_decimal(quantity, 6).normalize(),
            total_ttc=_decimal(line.price_total),
            total_ht=_decimal(line.price_subtotal),
            description=line.name or line.product_id.name or "",
            intervenant=line.home_service_intervenant
            or self.company_id._home_service_intervenant(),
            vat=_decimal(line._urssaf_vat(), 4).normalize(),
            start=start or None,
            end=end or None,
            dated=bool(line.home_service_start),
        )

    def _urssaf_hour(self):
        """The hour among the units, looked up without a query; empty if deleted."""
        model_data = self.env["ir.model.data"]
        hour = model_data._xmlid_to_res_id("uom.product_uom_hour")
        return self.env["uom.uom"].browse(hour or ())

    def _urssaf_settlement(self):
        """The prestations that stand for the lines, and what was done to get there.

        :raises AmountError: the invoice cannot be said to the cent (urssaf-api §7.2)
        """
        self.ensure_one()
        lines = [self._urssaf_service_line(line) for line in self._urssaf_lines()]
        # Odoo rounds the lines and the invoice apart: 12.25 h at 26.50 with 5.5 % tax
        # included make a line of 324.62 in an invoice of 324.63.
        return settle(lines, _decimal(self.amount_total), _decimal(self.amount_untaxed))

    def _urssaf_period(self):
        """First and last day of the services, ``(False, False)`` if one is missing."""
        self.ensure_one()
        lines = self._urssaf_lines().filtered("price_total")
        days = [line._urssaf_days() for line in lines or self._urssaf_lines()]
        if not days or not all(start and end for start, end in days):
            return False, False
        return min(start for start, _end in days), max(end for _start, end in days)

    def _urssaf_received(self):
        """What was received before sending: ``(payments, credit notes, last date)``,
        euros. Payments become the acompte of the demande.
        """
        self.ensure_one()
        terms = self.sudo().line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        payments = credits = 0.0
        dates = []
        for partial in terms.matched_credit_ids:
            other = partial.credit_move_id.move_id
            if other.move_type == "out_refund":
                credits += partial.debit_amount_currency
            else:
                payments += partial.debit_amount_currency
                dates.append(other.date)
        currency = self.currency_id
        return (
            currency.round(payments),
            currency.round(credits),
            max(dates, default=None),
        )

    def _urssaf_deposit_values(self):
        payments, _credits, received_on = self._urssaf_received()
        holder = self.company_id._urssaf_holder()
        if not payments or not holder.urssaf_declare_deposits:
            return {}
        return {
            "mntAcompte": float(_decimal(payments)),
            "dateVersementAcompte": wire_date(received_on),
        }

    def _urssaf_estimates(self):
        """``{credit, deposit, net}`` in euros: half of the eligible services, what is
        paid already, what is left to the customer. Only Urssaf knows the ceiling.

        Once it is at Urssaf, its own payments are on the invoice: what was sent counts.
        """
        self.ensure_one()
        if self.urssaf_state in AT_URSSAF:
            request = self.sudo().urssaf_request_id
            return {
                "credit": request.amount_credit_estimate,
                "deposit": request.amount_deposit,
                "net": request.amount_net_estimate,
            }
        natures = {line: line._home_service_nature()[0] for line in self._urssaf_lines()}
        eligible = sum(
            line.price_total
            for line, nature in natures.items()
            if nature.eligible or (line.price_total < 0 and not nature)
        )
        credit = self.currency_id.round(max(eligible, 0.0) / 2)
        deposit = self._urssaf_deposit_values().get("mntAcompte", 0.0)
        net = self.currency_id.round(self.amount_total - credit - deposit)
        return {"credit": credit, "deposit": deposit, "net": net}

    def _urssaf_shows_mention(self):
        """Whether the PDF tells the customer not to pay: Urssaf collects, or will."""
        self.ensure_one()
        holder = self.company_id._urssaf_holder()
        if not holder.urssaf_invoice_mention or self.payment_state == "paid":
            return False
        if self.urssaf_state in (False, "draft", "rejected"):
            # Goods, or an invoice that Urssaf would not take: the customer pays us.
            alerts = self.sudo()._urssaf_check_sendable().values()
            return bool(self.sudo()._urssaf_concerned()) and all(
                alert["level"] != "danger" or alert["code"] == "ERR_DATE_FUTUR"
                for alert in alerts
            )
        return self.urssaf_state in FROZEN and self.urssaf_state not in (
            "unpaid",
            "recovered",
        )

    def _urssaf_prepare_payload(self):
        """The demande de paiement in Urssaf's own words, for overriding modules.

        Dates are civil dates in France; a local date never becomes another one.
        """
        self.ensure_one()
        enrolment = self._urssaf_enrolment()
        birth_date = self.commercial_partner_id.sudo().urssaf_birth_date
        start, end = self._urssaf_period()
        return {
            "idTiersFacturation": self.company_id._urssaf_billing_name(),
            "idClient": enrolment.external_id,
            "dateNaissanceClient": birth_date and wire_date(birth_date),
            # The number that leaves is written when the demande is queued.
            "numFactureTiers": clean(self.name or ""),
            "dateFacture": wire_date(self.invoice_date),
            "dateDebutEmploi": wire_date(start),
            "dateFinEmploi": wire_date(end),
            "mntFactureTTC": float(_decimal(self.amount_total)),
            "mntFactureHT": float(_decimal(self.amount_untaxed)),
            **self._urssaf_deposit_values(),
            "inputPrestations": self._urssaf_settlement().prestations,
        }


def _decimal(value, digits=2):
    """An Odoo float as the decimal number that it shows."""
    return Decimal(f"{value:.{digits}f}")
