# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The arithmetic that Urssaf checks to the cent.

A: quantity × unit price = amount of the line. B: without tax + tax = with tax. C, D:
the lines add up to the invoice, with and without tax. E: a unit price has at most three
decimals. F: nothing is negative. G: a deposit is at most half of the total.

From the lines of an invoice to ``inputPrestations``, each step in a module of its
own: free lines are dropped, negative ones folded (``amounts_folding``), more than ten
lines merged (``amounts_merging``), the cents of the invoice placed
(``amounts_rounding``), the unit price found (``amounts_price``).

All amounts are euros in ``Decimal``. Urssaf documents no tolerance, so none is used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .amounts_folding import fold_negatives
from .amounts_lines import (
    ZERO,
    AmountError,
    Note,
    ServiceLine,
    check_line,
    exact_amounts,
    round_cents,
)
from .amounts_merging import MAX_PRESTATIONS, merge_alike, replaced_by
from .amounts_price import expressible_totals, has_price, split, unit_price
from .amounts_rounding import absorb_rounding
from .amounts_text import MAX_DESCRIPTION, shorten
from .period import wire_date


@dataclass(frozen=True)
class Settlement:
    """An invoice in Urssaf's terms.

    ``lines``: the prestations, at most ten, which add up; ``notes``: what was done to
    the lines of the invoice to get there.
    """

    lines: tuple[ServiceLine, ...]
    notes: tuple[Note, ...] = ()

    @property
    def prestations(self) -> list[dict]:
        """``inputPrestations``, in wire names with ``Decimal`` amounts."""
        return [_prestation(line) for line in self.lines]


def settle(
    lines: Sequence[ServiceLine],
    total_ttc: Decimal | None = None,
    total_ht: Decimal | None = None,
) -> Settlement:
    """The lines of an invoice as prestations that satisfy rules A to F.

    :param total_ttc: total of the invoice; by default the sum of the lines
    :param total_ht: the same without tax
    :raises AmountError: with the code by which Urssaf would refuse the invoice
    """
    given = lines
    lines = [
        exact_amounts(replace(line, sources=(index,)), index)
        for index, line in enumerate(given)
    ]
    totals_wanted = (
        _sum(lines, "total_ttc") if total_ttc is None else total_ttc,
        _sum(lines, "total_ht") if total_ht is None else total_ht,
    )
    notes = [Note("dropped", line.sources) for line in lines if line.is_nothing]
    notes += [
        Note("hours", line.sources)
        for line, before in zip(lines, given, strict=True)
        if line.quantity != Decimal(str(before.quantity)) and not line.is_nothing
    ]
    lines, folded = fold_negatives([line for line in lines if not line.is_nothing])
    if not lines:
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, "there is no line")
    for line in lines:
        check_line(line)
    lines, merged = merge_alike(lines)
    lines, rounded = absorb_rounding(lines, *totals_wanted, rounded_lines=len(given))
    lines, merged_too, cut = _with_unit_prices(lines)
    notes += [*folded, *replaced_by(merged, merged_too), *rounded, *cut]
    if len(lines) > MAX_PRESTATIONS:
        detail = f"{len(lines)} prestations, at most {MAX_PRESTATIONS}"
        raise AmountError("ERR_NBRE_PREST_MAX", None, detail)
    return Settlement(tuple(lines), tuple(notes))


def check_deposit(deposit: Decimal, total_ttc: Decimal) -> None:
    """Rule G: a deposit is at most half of the total.

    :raises AmountError: it is more, or negative
    """
    if deposit < 0:
        raise AmountError("ERR_VALEUR_NEGATIVE", None, "negative deposit")
    if deposit * 2 > total_ttc:
        raise AmountError("ERR_MONTANT_ACOMPTE", None, "deposit above half the total")


def _with_unit_prices(
    lines: Sequence[ServiceLine],
) -> tuple[list[ServiceLine], list[Note], list[Note]]:
    """Each line with a unit price; those that have none cut in two, and lines merged
    if that makes more than ten of them.
    """
    merged = []
    missing = [line for line in lines if not has_price(line)]
    if len(lines) + len(missing) > MAX_PRESTATIONS and missing:
        lines, merged = merge_alike(lines, MAX_PRESTATIONS - len(missing))
        missing = [line for line in lines if not has_price(line)]
    cut = [Note("split", line.sources, line.total_ttc) for line in missing]
    return [part for line in lines for part in split(line)], merged, cut


def _sum(lines: Iterable[ServiceLine], name: str) -> Decimal:
    return sum((getattr(line, name) for line in lines), ZERO)


def _prestation(line: ServiceLine) -> dict:
    values = {
        "codeNature": line.nature,
        "quantite": line.quantity,
        "unite": line.unit,
        "mntUnitaireTTC": unit_price(line.total_ttc, line.quantity),
        "mntPrestationTTC": line.total_ttc,
        "mntPrestationHT": line.total_ht,
        "mntPrestationTVA": line.total_ttc - line.total_ht,
        "complement2": line.intervenant,
    }
    if line.dated:
        values["dateDebutEmploi"] = wire_date(line.start)
        values["dateFinEmploi"] = wire_date(line.end)
    description = shorten(line.description, MAX_DESCRIPTION)
    if description:
        values["complement1"] = description
    return values


__all__ = [
    "MAX_DESCRIPTION",
    "MAX_PRESTATIONS",
    "AmountError",
    "Note",
    "ServiceLine",
    "Settlement",
    "absorb_rounding",
    "check_deposit",
    "expressible_totals",
    "round_cents",
    "settle",
    "shorten",
    "unit_price",
]
