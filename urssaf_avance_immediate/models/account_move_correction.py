# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The smallest change of a draft that gives each line an exact unit price."""

from odoo import models
from odoo.tools import float_round

from ..lib.rules import expressible_totals

# Decimals of a unit price in Odoo, the fewest first: people read it.
PRICE_DECIMALS = (2, 3, 4, 5, 6)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _urssaf_correct_cents(self):
        """Change the price of the lines that have no exact unit price, by as few cents
        as possible.

        :return: ``[(line, total before, total after, price after)]``, euros with tax
        """
        self.ensure_one()
        changes = []
        for _round in self._urssaf_lines():
            notes = self._urssaf_settlement().notes
            cut = next((note for note in notes if note.kind == "split"), None)
            change = cut and self._urssaf_correct_one(cut)
            if not change:
                break
            changes.append(change)
        return changes

    def _urssaf_correct_one(self, cut):
        """The line of these cents, with the nearest total that suits."""
        lines = self._urssaf_lines()
        line = max((lines[i] for i in cut.sources), key=lambda li: li.price_total)
        quantity = sum(
            self._urssaf_service_line(lines[i]).quantity for i in cut.sources
        )
        before, price_before = line.price_total, line.price_unit
        for total in expressible_totals(cut.amount, quantity):
            wanted = before + float(total - cut.amount)
            price = line._urssaf_price_for(wanted)
            if price is None:
                continue
            line.price_unit = price
            notes = self._urssaf_settlement().notes
            if not any(n.kind == "split" and n.sources == cut.sources for n in notes):
                return line, before, line.price_total, price
            line.price_unit = price_before
        return None


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _urssaf_price_for(self, total):
        """The shortest unit price with which Odoo computes this total with tax, or
        ``None`` where the rounding of the tax jumps over it.
        """
        self.ensure_one()
        if not self.price_total:
            return None
        exact = self.price_unit * total / self.price_total
        for digits in PRICE_DECIMALS:
            price = float_round(exact, precision_digits=digits)
            computed = self.tax_ids.compute_all(
                price * (1 - (self.discount or 0.0) / 100),
                currency=self.currency_id,
                quantity=self.quantity,
                product=self.product_id,
                partner=self.partner_id,
            )["total_included"]
            if not self.currency_id.compare_amounts(computed, total):
                return price
        return None
