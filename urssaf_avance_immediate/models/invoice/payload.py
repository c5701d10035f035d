# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoice in Urssaf's words: lines, deposit, payload of method 050."""

from decimal import Decimal

from odoo import models

from ...lib.rules import ServiceLine, clean, settle, wire_date
from .ceiling import estimates
from .deposits import received

# The trade's units in Urssaf's words.
UNITS = {"hour": "HEURE", "flat": "FORFAIT"}
TRADE_UNITS = {said: unit for unit, said in UNITS.items()}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _urssaf_service_line(self, line):
        """One invoice line as the rules want it. Overridable: the intervenant of a
        line may come from elsewhere, a timesheet for instance.
        """
        nature, unit = line._urssaf_nature()
        quantity = line.quantity
        hour = self.env["product.template"]._home_service_hour()
        uom = line.product_uom_id
        if unit == "hour" and uom._has_common_reference(hour):
            quantity = uom._compute_quantity(quantity, hour, round=False)
        start, end = line._home_service_days()
        return ServiceLine(
            nature=nature.urssaf_code or "",
            unit=UNITS[unit or "flat"],
            quantity=_decimal(quantity, 6).normalize(),
            total_ttc=_decimal(line.price_total),
            total_ht=_decimal(line.price_subtotal),
            description=line.name or line.product_id.name or "",
            intervenant=line.home_service_intervenant
            or self.company_id._home_service_intervenant(),
            vat=_decimal(_vat(line), 4).normalize(),
            start=start or None,
            end=end or None,
            dated=bool(line.home_service_start),
        )

    def _urssaf_settlement(self):
        """The prestations that stand for the lines, and what was done to get there.

        :raises AmountError: the invoice cannot be said to the cent
        """
        self.ensure_one()
        lines = [self._urssaf_service_line(line) for line in self._home_service_lines()]
        # Odoo rounds the lines and the invoice apart: 12.25 h at 26.50 with 5.5 % tax
        # included make a line of 324.62 in an invoice of 324.63.
        return settle(lines, *map(_decimal, self._urssaf_totals()))

    def _urssaf_totals(self):
        """``(with tax, without)`` in euros: what Urssaf is told that the services cost.
        Overridable: a deposit that has an invoice of its own is taken off here.
        """
        self.ensure_one()
        return self.amount_total, self.amount_untaxed

    def _urssaf_received(self):
        """What was received before the sending, see ``deposits.Received``. Payments
        become the acompte of the demande. Overridable, as the totals are.
        """
        self.ensure_one()
        return received(self)

    def _urssaf_is_reduced(self):
        """Whether something was received, credited or written off already."""
        self.ensure_one()
        return bool(
            self.currency_id.compare_amounts(self.amount_residual, self.amount_total)
        )

    def _urssaf_deposit_values(self):
        found = self._urssaf_received()
        holder = self.company_id._urssaf_holder()
        if not found.payments or not holder.urssaf_declare_deposits:
            return {}
        return {
            "mntAcompte": float(_decimal(found.payments)),
            "dateVersementAcompte": wire_date(found.date),
        }

    def _urssaf_estimates(self):
        """``{credit, deposit, net}`` in euros, see ``ceiling.estimates``."""
        self.ensure_one()
        return estimates(self)[self]

    def _urssaf_prepare_payload(self):
        """The demande de paiement in Urssaf's own words, for overriding modules.

        Dates are civil dates in France; a local date never becomes another one.
        """
        self.ensure_one()
        enrolment = self._urssaf_enrolment()
        # sudo(): it goes to Urssaf, whoever sends.
        birth_date = self.commercial_partner_id.sudo().urssaf_birth_date
        start, end = self._home_service_period()
        total, untaxed = self._urssaf_totals()
        return {
            "idTiersFacturation": self.company_id._urssaf_billing_name(),
            "idClient": enrolment.external_id,
            "dateNaissanceClient": birth_date and wire_date(birth_date),
            # The number that leaves is written when the demande is queued.
            "numFactureTiers": clean(self.name or ""),
            "dateFacture": wire_date(self.invoice_date),
            "dateDebutEmploi": wire_date(start),
            "dateFinEmploi": wire_date(end),
            "mntFactureTTC": float(_decimal(total)),
            "mntFactureHT": float(_decimal(untaxed)),
            **self._urssaf_deposit_values(),
            "inputPrestations": self._urssaf_settlement().prestations,
        }


def _decimal(value, digits=2):
    """An Odoo float as the decimal number that it shows."""
    return Decimal(f"{value:.{digits}f}")


def _vat(line):
    """Per cent of the price without tax."""
    taxes = line.tax_ids.flatten_taxes_hierarchy()
    return sum(tax.amount for tax in taxes if tax.amount_type == "percent")
