# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The unit price that gives a total to the cent: rules A and E."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from .amounts_lines import CENT, ServiceLine, round_cents

#: How far from its total a line may be corrected, in cents.
MAX_CORRECTION = 50


def unit_price(total: Decimal, quantity: Decimal) -> Decimal | None:
    """The shortest price with which quantity × price rounds to the total (rules A, E).

    Two decimals if possible, else the three that Urssaf accepts on a unit price only.
    ``None`` when no such price exists, which takes a quantity above 10.
    """
    if quantity <= 0 or total < 0:
        return None
    # If any price with so many decimals works, the one nearest to the quotient does:
    # no product is nearer to the total.
    for places in (0, 1, 2, 3):
        step = Decimal(1).scaleb(-places)
        price = (total / quantity).quantize(step, ROUND_HALF_UP)
        if round_cents(quantity * price) == total:
            return price.quantize(min(step, CENT))
    return None


def has_price(line: ServiceLine) -> bool:
    """Whether the line can be said as one prestation."""
    return unit_price(line.total_ttc, line.quantity) is not None


def expressible_totals(total: Decimal, quantity: Decimal) -> Iterator[Decimal]:
    """The totals that have a unit price, the nearest to ``total`` first."""
    for cents in range(1, MAX_CORRECTION + 1):
        for candidate in (total - cents * CENT, total + cents * CENT):
            if candidate > 0 and unit_price(candidate, quantity) is not None:
                yield candidate


def split(line: ServiceLine) -> list[ServiceLine]:
    """The line, or two lines with the same sums when no unit price fits.

    That takes more than ten units (see :func:`unit_price`). One is set apart and takes
    the cents: any amount is its own unit price. The price of the others is rounded
    down, so that something is left for it.
    """
    if has_price(line):
        return [line]
    rest = line.quantity - 1
    price = (line.total_ttc / line.quantity).quantize(Decimal("0.001"), ROUND_FLOOR)
    rest_ttc = round_cents(price * rest)
    one_ttc = line.total_ttc - rest_ttc
    one_ht = round_cents(line.total_ht * one_ttc / line.total_ttc)
    return [
        replace(
            line, quantity=rest, total_ttc=rest_ttc, total_ht=line.total_ht - one_ht
        ),
        replace(line, quantity=Decimal("1.00"), total_ttc=one_ttc, total_ht=one_ht),
    ]
