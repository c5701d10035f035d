# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bookkeeper's own count, on paper: what customers owe, and the VAT of each month.

It is made from the events of the story and reads nothing in Odoo. VAT on services is
due when the price is collected (article 269, 2, c of the CGI): each euro that comes in
carries its share of the invoice's VAT, each euro that is taken back carries it out.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def euros(amount):
    """The amount to the cent, half a cent up."""
    return Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)


class Paper:
    """What was billed on one invoice, and what came of it."""

    def __init__(self, lines):
        """``lines``: pairs of (VAT rate in per cent, price with VAT)."""
        prices = defaultdict(Decimal)
        for rate, price in lines:
            prices[rate] += euros(price)
        self._has(prices)
        self.collected = dict.fromkeys(self.vat, Decimal(0))
        self.paid = Decimal(0)
        self.credited = Decimal(0)
        # What came in and was taken back, by the day of the event: (day, euros).
        self.money = []

    def _has(self, prices):
        self.prices = prices
        self.total = sum(prices.values(), Decimal(0))
        self.vat = {
            rate: price - euros(price / (1 + Decimal(str(rate)) / 100))
            for rate, price in prices.items()
            if rate
        }

    @property
    def open(self):
        """What is still to be paid."""
        return self.total - self.paid - self.credited

    def received(self, year):
        """What came in during a civil year, less what was taken back."""
        return sum(amount for day, amount in self.money if day.year == year)

    def discount(self, percent):
        """The price comes down, and the VAT with it (article 267, II of the CGI)."""
        kept = 1 - Decimal(percent) / 100
        self._has({rate: euros(price * kept) for rate, price in self.prices.items()})

    def share(self, amount):
        """``(rate, VAT)`` of an amount that comes in, or goes out if negative: what is
        collected afterwards less what was before.
        """
        self.paid += amount
        due = self.total - self.credited
        for rate, vat in self.vat.items():
            before = self.collected[rate]
            self.collected[rate] = euros(vat * self.paid / due) if due else Decimal(0)
            yield rate, self.collected[rate] - before


class VatCount:
    """``by_month``: {(first day of a month, rate): VAT}, of one company."""

    def __init__(self):
        self.by_month = defaultdict(Decimal)
        self.filed_until = None

    def comes_in(self, paper, day, amount):
        """The customer, or Urssaf, paid on ``day``; a negative amount was taken back.

        Who learns of it only after the month was filed declares it in the first month
        that is still open.
        """
        paper.money.append((day, euros(amount)))
        if self.filed_until and day <= self.filed_until:
            day = self.filed_until + timedelta(days=1)
        for rate, share in paper.share(euros(amount)):
            self.by_month[day.replace(day=1), rate] += share

    def credited(self, paper, amount):
        """A credit note: what nobody will pay carries no VAT."""
        paper.credited += euros(amount)

    def file(self, last_day):
        """The VAT return up to this day has left."""
        self.filed_until = last_day

    def months(self):
        """``by_month`` without what is zero."""
        return {key: vat for key, vat in self.by_month.items() if vat}
