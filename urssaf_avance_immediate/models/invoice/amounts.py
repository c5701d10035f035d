# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether the lines can be said to Urssaf to the cent, and what would mend them.

Urssaf wants quantity × unit price to be the total of each line. A draft can be
corrected: the smallest change gives each line an exact unit price.
"""

from itertools import islice

from odoo import fields, models
from odoo.tools import float_round

from ...lib.rules import AmountError, expressible_totals, is_voucher

# Decimals of a unit price in Odoo, the fewest first: people read it.
PRICE_DECIMALS = (2, 3, 4, 5, 6)
# Totals tried for a line: one of the nearest does, unless the rounding of the tax
# jumps over it.
MAX_TOTALS = 12


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_two_lines = fields.Boolean(
        readonly=True,
        copy=False,
        help="No unit price gives the total of a line to the cent, and the office "
        "wants to send it as two lines rather than to change the amount.",
    )

    def _urssaf_line_faults(self):
        """A free line is not sent; a discount takes the nature of what it is about."""
        lines = self._home_service_lines()
        positive = lines.filtered(lambda line: line.price_total > 0)
        missing = positive.filtered(lambda line: not line._urssaf_nature()[0])
        if missing or not positive:
            names = ", ".join(
                line.product_id.name or line.name or "?" for line in missing
            )
            message = self.env._(
                "Give an Urssaf nature to the product of each line: %s.",
                names or self.env._("there is no line"),
            )
            yield "nature", self._urssaf_fault(message, "ERR_CODE_NATURE")
        if not self.company_id._home_service_intervenant() and not all(
            line.home_service_intervenant for line in positive
        ):
            message = self.env._(
                "Fill in the SAP declaration number in the Urssaf settings, or the "
                "intervenant of each line."
            )
            yield (
                "intervenant",
                self._urssaf_fault(message, "ERR_NUMINTERVENANT_MANQUANT"),
            )

        vouchers = self._urssaf_vouchers()
        if vouchers:
            yield "voucher", self._urssaf_fault(self._urssaf_voucher_text(vouchers))

    def _urssaf_vouchers(self):
        """Negative lines that are payments: the price of the services is as it was."""
        return self._home_service_lines().filtered(
            lambda line: line.price_total < 0
            and is_voucher(f"{line.product_id.name or ''} {line.name or ''}")
        )

    def _urssaf_voucher_text(self, lines):
        return self.env._(
            "“%s” is a payment and no discount: with a gift voucher or a CESU the "
            "price of the services stays the same. Take the line off the invoice and "
            "register it as a payment: it then is a deposit.",
            ", ".join(line.product_id.name or line.name for line in lines),
        )

    def _urssaf_amount_faults(self):
        if any(self._urssaf_line_faults()):
            return
        try:
            self._urssaf_settlement()
        except AmountError as error:
            message = self._urssaf_amount_text(error)
            yield "amount", self._urssaf_fault(message, error.code)

    def _urssaf_amount_text(self, error):
        lines = self._home_service_lines()
        line = lines[error.line_index].name if error.line_index is not None else ""
        fault = {
            "ERR_VALEUR_NEGATIVE": self.env._(
                "This negative line has no service of the same nature, VAT rate and "
                "month to be taken off."
            ),
            "ERR_NBRE_PREST_MAX": self.env._(
                "Urssaf takes at most ten lines, even once those alike are put "
                "together: make two invoices."
            ),
            "ERR_TOTAL_PRESTATIONS": self.env._(
                "The lines do not add up to the total of the invoice, to the cent: is "
                "there a cash rounding?"
            )
            if not self._urssaf_always_discounted()
            else self.env._(
                "The payment terms “%(terms)s” take the VAT of an early payment off in "
                "any case (“Always (upon invoice)”): the lines do not add up to the "
                "total of the invoice, and Urssaf pays no earlier. Choose other "
                "payment terms for this invoice.",
                terms=self.invoice_payment_term_id.name,
            ),
        }.get(error.code, self.env._("This amount does not suit Urssaf."))
        if not line:
            return fault
        return self.env._("%(line)s: %(fault)s", line=line, fault=fault)

    def _urssaf_always_discounted(self):
        """Whether the VAT is that of an early payment, whenever the invoice is paid."""
        terms = self.invoice_payment_term_id
        return terms.early_discount and terms.early_pay_discount_computation == "mixed"

    # -- what could not be said ------------------------------------------------------

    def _urssaf_inexact(self):
        """Why the amounts of this invoice cannot be said to Urssaf, or nothing.

        Invoices with a product without a nature are not for Urssaf at all.
        """
        self.ensure_one()
        if any(self._urssaf_line_faults()) or self.currency_id.name != "EUR":
            return ""
        try:
            cut = self._urssaf_cut()
        except AmountError as error:
            return f"{self._urssaf_amount_text(error)} [{error.code}]"
        if not cut or self.urssaf_two_lines:
            return ""
        line = self._home_service_lines()[cut[0].sources[0]]
        sentence = self.env._(
            "No unit price gives this total for this quantity, to the cent."
        )
        fault = f"{sentence} [ERR_MNT_PREST_TTC]"
        return self.env._("%(line)s: %(fault)s", line=line.name, fault=fault)

    def _urssaf_inexact_text(self, fault):
        return self.env._(
            "%(invoice)s cannot be sent to Urssaf as it is. %(fault)s",
            invoice=self.display_name,
            fault=fault,
        )

    def _urssaf_cut(self):
        """Notes about the lines that would be sent as two, for want of a unit price.

        :raises AmountError: the invoice cannot be sent at all
        """
        notes = self._urssaf_settlement().notes
        return [note for note in notes if note.kind == "split"]

    # -- the smallest change ---------------------------------------------------------

    def _urssaf_correction_action(self):
        return self._urssaf_wizard_action(
            "urssaf.invoice.correction", self.env._("Correct the amounts")
        )

    def _urssaf_correct_cents(self):
        """Change the price of the lines that have no exact unit price, by as few cents
        as possible.

        :return: ``[(line, total before, total after, price after)]``, euros with tax
        """
        self.ensure_one()
        changes = []
        for _round in self._home_service_lines():
            cut = self._urssaf_cut()
            change = cut and self._urssaf_correct_one(cut[0])
            if not change:
                break
            changes.append(change)
        return changes

    def _urssaf_correct_one(self, cut):
        """Change one of the lines behind this note. Odoo itself says what a price makes
        of the invoice: taxes are rounded in more than one way.
        """
        lines = self._home_service_lines()
        line = max((lines[i] for i in cut.sources), key=lambda li: li.price_total)
        quantity = sum(
            self._urssaf_service_line(lines[i]).quantity for i in cut.sources
        )
        before, price_before, all_before = (
            line.price_total,
            line.price_unit,
            self.amount_total,
        )
        tried = {price_before}
        for total in islice(expressible_totals(cut.amount, quantity), MAX_TOTALS):
            step = float(total - cut.amount)
            exact = price_before * (before + step) / before
            for digits in PRICE_DECIMALS:
                price = float_round(exact, precision_digits=digits)
                if price in tried:
                    continue
                tried.add(price)
                line.price_unit = price
                change = self.amount_total - all_before
                # A rounder price may miss the wanted change by a cent at most.
                if abs(change - step) < 0.015 and not any(
                    set(note.sources) & set(cut.sources) for note in self._urssaf_cut()
                ):
                    return line, before, before + change, price
        line.price_unit = price_before
        return None
