# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several lines in one: Urssaf takes ten of them at most (AIS)."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta

from .amounts_lines import ZERO, Note, ServiceLine
from .amounts_price import unit_price
from .amounts_text import shorten, with_dates

#: Prestations per demande (AIS; whether Urssaf enforces it is unknown).
MAX_PRESTATIONS = 10


def merge_alike(
    lines: Sequence[ServiceLine], limit: int = MAX_PRESTATIONS
) -> tuple[list[ServiceLine], list[Note]]:
    """At most ``limit`` lines if the rules allow it, the same sums.

    Lines of the same nature, unit, intervenant, VAT rate, month and price become one;
    if that is not enough, those that differ by their price too. The dates stay in the
    text.
    """
    lines, notes = list(lines), []
    for key in (same_price, same_kind):
        if len(lines) > limit:
            lines, done = _merge_by(lines, key)
            notes = replaced_by(notes, done)
    return lines, notes


def replaced_by(notes: Sequence[Note], later: Sequence[Note]) -> list[Note]:
    """The notes of two rounds of merging: the second one puts together what the first
    one has made.
    """
    fresh = {index for note in later for index in note.sources}
    return [note for note in notes if not fresh & set(note.sources)] + list(later)


def same_kind(line: ServiceLine) -> tuple:
    """What lines must share to be put together."""
    return (line.nature, line.unit, line.intervenant, line.vat, line.month)


def together(lines: Sequence[ServiceLine]) -> ServiceLine:
    """One line for several of the same kind."""
    first = lines[0]
    if len(lines) == 1:
        return first
    dated = all(line.dated for line in lines)
    starts = [line.start for line in lines if line.start]
    ends = [line.end for line in lines if line.end]
    label = _common_label(lines)
    return ServiceLine(
        nature=first.nature,
        unit=first.unit,
        quantity=sum((line.quantity for line in lines), ZERO),
        total_ttc=sum((line.total_ttc for line in lines), ZERO),
        total_ht=sum((line.total_ht for line in lines), ZERO),
        description=with_dates(label, _days(lines)) if dated else shorten(label),
        intervenant=first.intervenant,
        vat=first.vat,
        start=min(starts, default=None),
        end=max(ends, default=None),
        dated=dated,
        sources=tuple(index for line in lines for index in line.sources),
    )


def _merge_by(
    lines: Sequence[ServiceLine], key: Callable[[ServiceLine], Hashable]
) -> tuple[list[ServiceLine], list[Note]]:
    groups: dict[Hashable, list[ServiceLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    merged = [together(group) for group in groups.values()]
    notes = [
        Note("merged", line.sources, line.total_ttc)
        for line, group in zip(merged, groups.values(), strict=True)
        if len(group) > 1
    ]
    return merged, notes


def same_price(line: ServiceLine) -> tuple:
    """What lines share that the customer reads as one service, more often done."""
    return (*same_kind(line), unit_price(line.total_ttc, line.quantity))


def _common_label(lines: Sequence[ServiceLine]) -> str:
    """The label that the lines share, else the different ones."""
    labels = dict.fromkeys(line.description for line in lines if line.description)
    return ", ".join(labels)


def _days(lines: Sequence[ServiceLine]) -> set[date]:
    return {
        line.start + timedelta(days=offset)
        for line in lines
        for offset in range((line.end - line.start).days + 1)
    }
