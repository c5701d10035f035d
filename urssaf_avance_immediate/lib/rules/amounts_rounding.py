# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cents between the lines and their invoice: rules C and D."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from .amounts_lines import CENT, ZERO, AmountError, Note, ServiceLine
from .amounts_price import has_price


def absorb_rounding(
    lines: Sequence[ServiceLine],
    total_ttc: Decimal,
    total_ht: Decimal,
    rounded_lines: int | None = None,
) -> tuple[list[ServiceLine], list[Note]]:
    """Move the cents between lines and invoice onto one line (as CA does).

    An invoice whose tax is rounded globally may differ from its lines by some cents.
    The line is the first that keeps an exact unit price with them.

    :param rounded_lines: how many lines were rounded: one cent is allowed for each;
        by default the lines given
    :raises AmountError: the gap is larger, or no line can take it
    """
    if not lines:
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, "there is no line")
    gap_ttc = total_ttc - sum((line.total_ttc for line in lines), ZERO)
    gap_ht = total_ht - sum((line.total_ht for line in lines), ZERO)
    if not gap_ttc and not gap_ht:
        return list(lines), []
    detail = f"the lines differ from the invoice by {gap_ttc} (HT: {gap_ht})"
    if max(abs(gap_ttc), abs(gap_ht)) > CENT * (rounded_lines or len(lines)):
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, detail)
    result = _on_one_line(lines, gap_ttc, gap_ht) or _cent_by_cent(
        lines, gap_ttc, gap_ht
    )
    if result is None:
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, detail)
    touched = [
        after for before, after in zip(lines, result, strict=True) if before != after
    ]
    sources = tuple(index for line in touched for index in line.sources)
    return result, [Note("rounded", sources, gap_ttc or gap_ht)]


def _on_one_line(
    lines: Sequence[ServiceLine], gap_ttc: Decimal, gap_ht: Decimal
) -> list[ServiceLine] | None:
    """The lines, one of them with these cents more; ``None`` if none can have them."""
    changed = [
        replace(
            line,
            total_ttc=line.total_ttc + gap_ttc,
            total_ht=line.total_ht + gap_ht,
        )
        for line in lines
    ]
    possible = [index for index, line in enumerate(changed) if line.is_sound]
    if not possible:
        return None
    # Cents of tax belong on a taxed line, whatever its place.
    taxed = gap_ttc != gap_ht
    chosen = min(
        possible,
        key=lambda index: (
            taxed and not lines[index].vat,
            not has_price(changed[index]),
            index,
        ),
    )
    return [changed[i] if i == chosen else line for i, line in enumerate(lines)]


def _cent_by_cent(
    lines: Sequence[ServiceLine], gap_ttc: Decimal, gap_ht: Decimal
) -> list[ServiceLine] | None:
    """Untaxed cents first, then those of the tax, each where there is room."""
    result: list[ServiceLine] | None = list(lines)
    gap_tax = gap_ttc - gap_ht
    steps = [
        *[(CENT.copy_sign(gap_ht), CENT.copy_sign(gap_ht))] * int(abs(gap_ht) / CENT),
        *[(CENT.copy_sign(gap_tax), ZERO)] * int(abs(gap_tax) / CENT),
    ]
    for ttc, ht in steps:
        result = result and _on_one_line(result, ttc, ht)
    return result
