# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Discounts and negative lines, taken off the lines that they are about.

Urssaf takes no negative value (rule F). A discount lowers the price of a
service of the same nature, VAT rate and month, never of another one. One without a
nature is about all the services of its VAT rate, in proportion to their prices. A
negative quantity at the price of a line is taken back from its quantity; hours are
taken off hours of the same person only, so that what was worked stays in hours.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from .amounts_lines import CENT, ZERO, AmountError, Note, ServiceLine, round_cents
from .amounts_merging import same_kind, same_price, together
from .amounts_price import has_price
from .amounts_text import with_discount


def fold_negatives(
    lines: Sequence[ServiceLine],
) -> tuple[list[ServiceLine], list[Note]]:
    """The lines without a negative one among them, the same sums.

    :raises AmountError: ``ERR_VALEUR_NEGATIVE``, a negative line is about nothing else
        on this invoice
    """
    kept = [line for line in lines if not line.is_negative]
    notes = []
    # Hours first: a discount then applies to the hours that remain.
    for line in sorted(
        (line for line in lines if line.is_negative),
        key=lambda line: line.quantity >= 0,
    ):
        for share in _shares(line, kept):
            kept = _fold(share, kept)
        notes.append(Note("folded", line.sources, -line.total_ttc))
    notes += [Note("dropped", line.sources) for line in kept if line.is_nothing]
    return [line for line in kept if not line.is_nothing], notes


def _shares(discount: ServiceLine, kept: Sequence[ServiceLine]) -> list[ServiceLine]:
    """The discount, by nature. Without one, it is shared over the services of its VAT
    rate; the cents left over go to the nature with the highest price.

    :raises AmountError: no service has its VAT rate
    """
    if discount.nature:
        return [discount]
    prices: dict[str, Decimal] = {}
    for line in kept:
        if line.vat == discount.vat:
            prices[line.nature] = prices.get(line.nature, ZERO) + line.total_ttc
    whole = sum(prices.values(), ZERO)
    if not whole:
        detail = "no service of this VAT rate"
        raise AmountError("ERR_VALEUR_NEGATIVE", discount.sources[0], detail)
    if len(prices) == 1:
        return [replace(discount, nature=nature) for nature in prices]
    left_ttc, left_ht, shares = discount.total_ttc, discount.total_ht, []
    largest = max(prices, key=prices.get)
    for nature, price in prices.items():
        if nature != largest and price:
            ttc = round_cents(discount.total_ttc * price / whole)
            ht = round_cents(discount.total_ht * price / whole)
            left_ttc, left_ht = left_ttc - ttc, left_ht - ht
            shares.append((nature, ttc, ht))
    # One: an amount, nothing whose quantity could be taken back.
    return [
        replace(
            discount, nature=nature, quantity=Decimal(1), total_ttc=ttc, total_ht=ht
        )
        for nature, ttc, ht in [*shares, (largest, left_ttc, left_ht)]
        if ttc or ht
    ]


def _fold(discount: ServiceLine, kept: list[ServiceLine]) -> list[ServiceLine]:
    """Take the discount off one line, else off all those of one kind together.

    :raises AmountError: no line can take it
    """
    for lines in (
        kept,
        _together(discount, kept, same_price),
        _together(discount, kept, same_kind),
    ):
        result = _fold_once(discount, lines)
        if result is not None:
            return result
    detail = "nothing on this invoice to take it off"
    raise AmountError("ERR_VALEUR_NEGATIVE", discount.sources[0], detail)


def _fold_once(
    discount: ServiceLine, kept: Sequence[ServiceLine]
) -> list[ServiceLine] | None:
    """The first line that keeps an exact unit price, else the first that can."""
    candidates = sorted(
        (index for index, line in enumerate(kept) if _about(discount, line)),
        key=lambda index: _preference(discount, kept[index]),
    )
    results = {index: _taken_off(discount, kept[index]) for index in candidates}
    possible = [index for index in candidates if results[index] is not None]
    exact = [i for i in possible if results[i].is_nothing or has_price(results[i])]
    chosen = next(iter(exact or possible), None)
    if chosen is None:
        return None
    return [results[i] if i == chosen else line for i, line in enumerate(kept)]


def _about(discount: ServiceLine, line: ServiceLine) -> bool:
    same = (line.nature, line.vat, line.month) == (
        discount.nature,
        discount.vat,
        discount.month,
    )
    if discount.quantity < 0 and discount.unit == "HEURE":
        return same and same_kind(line) == same_kind(discount)
    return same


def _taken_back(discount: ServiceLine, line: ServiceLine) -> bool:
    """Whether the discount is a part of this very service, at its price."""
    if discount.quantity >= 0 or same_kind(line) != same_kind(discount):
        return False
    prices = [one.total_ttc / one.quantity for one in (discount, line)]
    return abs(prices[0] - prices[1]) <= CENT


def _preference(discount: ServiceLine, line: ServiceLine) -> tuple:
    """Its own day and kind first, then the largest line."""
    return (
        not (discount.dated and line.start == discount.start),
        line.unit != discount.unit,
        line.intervenant != discount.intervenant,
        not _taken_back(discount, line),
        -line.total_ttc,
    )


def _taken_off(discount: ServiceLine, line: ServiceLine) -> ServiceLine | None:
    """The line without the discount, ``None`` if it is too small for it."""
    taken = _taken_back(discount, line)
    result = replace(
        line,
        quantity=line.quantity + (discount.quantity if taken else 0),
        total_ttc=line.total_ttc + discount.total_ttc,
        total_ht=line.total_ht + discount.total_ht,
        sources=line.sources + discount.sources,
    )
    if not result.is_sound or (result.quantity <= 0 and not result.is_nothing):
        return None
    if not taken:
        text = with_discount(line.description, _euros(-discount.total_ttc))
        result = replace(result, description=text)
    return result


def _together(
    discount: ServiceLine,
    kept: Sequence[ServiceLine],
    alike: Callable[[ServiceLine], tuple],
) -> list[ServiceLine]:
    groups: dict[tuple, list[ServiceLine]] = {}
    for line in kept:
        # What the discount is not about stays as it is: each line is its own group.
        key = alike(line) if _about(discount, line) else (id(line),)
        groups.setdefault(key, []).append(line)
    return [together(group) for group in groups.values()]


def _euros(amount: Decimal) -> str:
    return f"{amount:.2f} €".replace(".", ",")
