# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The arithmetic Urssaf checks to the cent: ``domain/urssaf-api.md`` §7.2, A to G.

All amounts are euros in ``Decimal``. Urssaf documents no tolerance, so none is used.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

#: Prestations per demande (AIS; whether Urssaf enforces it is unknown, §11).
MAX_PRESTATIONS = 10
#: Characters of the text shown to the customer (§11).
MAX_DESCRIPTION = 50
UNITS = ("HEURE", "FORFAIT")

_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_INTERVENANT = re.compile(r"(SAP\d{9}|SIR\d{14})", re.ASCII)


class AmountError(ValueError):
    """An invoice that Urssaf would refuse.

    :param code: the code with which Urssaf would refuse it (§3.3)
    :param line_index: position of the faulty line, ``None`` for the whole invoice
    :param detail: plain English, numbers only, no personal data
    """

    def __init__(self, code: str, line_index: int | None, detail: str):
        where = "invoice" if line_index is None else f"line {line_index}"
        super().__init__(f"{code} ({where}): {detail}")
        self.code = code
        self.line_index = line_index
        self.detail = detail


@dataclass(frozen=True)
class ServiceLine:
    """One line of an invoice.

    ``nature``: code of ``codes.NATURES``; ``unit``: "HEURE" or "FORFAIT"; ``quantity``:
    hours or flats; totals in euros, with and without tax; ``description``: shown to the
    customer; ``intervenant``: "SAP" + 9 digits or "SIR" + 14 digits (§2.3).
    """

    nature: str
    unit: str
    quantity: Decimal
    total_ttc: Decimal
    total_ht: Decimal
    description: str = ""
    intervenant: str = ""


def round_cents(value: Decimal) -> Decimal:
    """Half up, to the cent: how rule A rounds."""
    return value.quantize(_CENT, ROUND_HALF_UP)


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
            return price.quantize(min(step, _CENT))
    return None


def prestations(lines: Sequence[ServiceLine]) -> list[dict]:
    """The lines as ``inputPrestations``, in wire names with ``Decimal`` amounts.

    Rules A, B, E and F hold exactly; C and D hold for the totals of the lines. A line
    for which no unit price exists is cut in two (one unit apart), so the result
    may be longer than the input.

    :raises AmountError: with the code by which Urssaf would refuse the invoice
    """
    if not lines:
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, "there is no line")
    result = []
    for index, line in enumerate(lines):
        line = _checked(line, index)
        result.extend(_prestation(part) for part in _split(line))
    if len(result) > MAX_PRESTATIONS:
        detail = f"{len(result)} prestations, at most {MAX_PRESTATIONS}"
        raise AmountError("ERR_NBRE_PREST_MAX", None, detail)
    return result


def totals(items: Iterable[dict]) -> tuple[Decimal, Decimal]:
    """``(mntFactureTTC, mntFactureHT)`` of these prestations (rules C and D)."""
    items = list(items)
    ttc = sum((item["mntPrestationTTC"] for item in items), _ZERO)
    return ttc, sum((item["mntPrestationHT"] for item in items), _ZERO)


def absorb_rounding(
    lines: Sequence[ServiceLine], total_ttc: Decimal, total_ht: Decimal
) -> list[ServiceLine]:
    """Move the cents between lines and invoice onto the first line (as CA does).

    An invoice whose tax is rounded globally may differ from its lines by some cents.

    :raises AmountError: the gap is more than one cent per line
    """
    if not lines:
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, "there is no line")
    gap_ttc = total_ttc - sum((line.total_ttc for line in lines), _ZERO)
    gap_ht = total_ht - sum((line.total_ht for line in lines), _ZERO)
    if max(abs(gap_ttc), abs(gap_ht)) > _CENT * len(lines):
        detail = f"the lines differ from the invoice by {gap_ttc} (HT: {gap_ht})"
        raise AmountError("ERR_TOTAL_PRESTATIONS", None, detail)
    first = lines[0]
    first = replace(
        first,
        total_ttc=first.total_ttc + gap_ttc,
        total_ht=first.total_ht + gap_ht,
    )
    return [first, *lines[1:]]


def check_deposit(deposit: Decimal, total_ttc: Decimal) -> None:
    """Rule G: a deposit is at most half of the total.

    :raises AmountError: it is more, or negative
    """
    if deposit < 0:
        raise AmountError("ERR_VALEUR_NEGATIVE", None, "negative deposit")
    if deposit * 2 > total_ttc:
        raise AmountError("ERR_MONTANT_ACOMPTE", None, "deposit above half the total")


def _checked(line: ServiceLine, index: int) -> ServiceLine:
    """The line with exact amounts. :raises AmountError: a rule is broken"""
    line = replace(
        line,
        quantity=_exact(line.quantity, index, "quantity"),
        total_ttc=_exact(line.total_ttc, index, "total TTC"),
        total_ht=_exact(line.total_ht, index, "total HT"),
    )
    if line.quantity <= 0:
        raise AmountError("ERR_VALEUR_NEGATIVE", index, "quantity must be positive")
    if line.total_ttc < 0 or line.total_ht < 0:
        raise AmountError("ERR_VALEUR_NEGATIVE", index, "negative amount")
    if line.total_ht > line.total_ttc:
        raise AmountError("ERR_MNT_PREST_HT_TVA", index, "HT is above TTC")
    if not line.nature:
        raise AmountError("ERR_CODE_NATURE", index, "no nature")
    if line.unit not in UNITS:
        raise AmountError("ERREUR_VALIDATION", index, "the unit is unknown")
    if not line.intervenant:
        raise AmountError("ERR_NUMINTERVENANT_MANQUANT", index, "no intervenant")
    if not _INTERVENANT.fullmatch(line.intervenant):
        raise AmountError("ERR_FORMAT_NUMINTERVENANT", index, "malformed intervenant")
    return line


def _exact(value, index: int, name: str) -> Decimal:
    """At most two decimals (rule E). A float counts as the decimal it prints."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise AmountError("ERR_FORMAT_VALEUR", index, f"{name} is not a number")
    if number != round_cents(number):
        raise AmountError("ERR_FORMAT_VALEUR", index, f"{name} has over 2 decimals")
    return round_cents(number)


def _split(line: ServiceLine) -> list[ServiceLine]:
    """The line, or two lines with the same sums when no unit price fits.

    That takes more than ten units (see :func:`unit_price`). One is set apart and takes
    the cents: any amount is its own unit price. The price of the others is rounded
    down, so that something is left for it.
    """
    if unit_price(line.total_ttc, line.quantity) is not None:
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
    description = shorten(line.description, MAX_DESCRIPTION)
    if description:
        values["complement1"] = description
    return values


def shorten(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters, cut after a word if there is one."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head, space, _tail = text[: limit + 1].rpartition(" ")
    return head.rstrip(" ,;:-") if space else text[:limit]
