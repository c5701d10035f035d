# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The smallest change of a draft that gives each line an exact unit price."""

from itertools import islice

from odoo import models
from odoo.tools import float_round

from ...lib.rules import expressible_totals

# Decimals of a unit price in Odoo, the fewest first: people read it.
PRICE_DECIMALS = (2, 3, 4, 5, 6)
# Totals tried for a line: one of the nearest does, unless the rounding of the tax
# jumps over it.
MAX_TOTALS = 12


class AccountMove(models.Model):
    _inherit = "account.move"

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
                # A rounder price is not worth more than a cent.
                if abs(change - step) < 0.015 and not any(
                    set(note.sources) & set(cut.sources) for note in self._urssaf_cut()
                ):
                    return line, before, before + change, price
        line.price_unit = price_before
        return None
