# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a line of an invoice is to Urssaf, and what it must not be.

All amounts are euros in ``Decimal``.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

UNITS = ("HEURE", "FORFAIT")

CENT = Decimal("0.01")
ZERO = Decimal(0)
_INTERVENANT = re.compile(r"(SAP\d{9}|SIR\d{14})", re.ASCII)


class AmountError(ValueError):
    """An invoice that Urssaf would refuse.

    :param code: the code with which Urssaf would refuse it
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
    """One line of an invoice, or several of them put together.

    ``nature``: code of ``codes.NATURES``; ``unit``: "HEURE" or "FORFAIT"; ``quantity``:
    hours or flats; totals in euros, with and without tax; ``description``: shown to the
    customer; ``intervenant``: "SAP" + 9 digits or "SIR" + 14 digits; ``vat``:
    per cent; ``start``, ``end``: civil dates of the service; ``dated``: the line has
    them of its own, they are not those of the invoice; ``sources``: positions in the
    invoice of the lines that this one stands for.
    """

    nature: str
    unit: str
    quantity: Decimal
    total_ttc: Decimal
    total_ht: Decimal
    description: str = ""
    intervenant: str = ""
    vat: Decimal = ZERO
    start: date | None = None
    end: date | None = None
    dated: bool = False
    sources: tuple[int, ...] = ()

    @property
    def month(self) -> tuple[int, int] | None:
        """Year and month of the service, ``None`` when it has no date."""
        return self.start and (self.start.year, self.start.month)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to pay on this line."""
        return not self.total_ttc and not self.total_ht

    @property
    def is_negative(self) -> bool:
        """Whether this line takes money off the others (rule F)."""
        return self.total_ttc < 0 or self.total_ht < 0

    @property
    def is_sound(self) -> bool:
        """Whether rules B and F hold."""
        return 0 <= self.total_ht <= self.total_ttc


@dataclass(frozen=True)
class Note:
    """What was done to the lines of an invoice so that Urssaf takes them.

    ``kind``: "dropped" (nothing to pay), "folded" (a discount taken off other lines),
    "hours" (a quantity rounded to two decimals), "merged" (several lines in one),
    "rounded" (cents between lines and invoice), "split" (no unit price is exact: sent
    as two lines). ``sources``: positions of the lines; ``amount``: euros.
    """

    kind: str
    sources: tuple[int, ...]
    amount: Decimal = ZERO


def round_cents(value: Decimal) -> Decimal:
    """Half up, to the cent: how rule A rounds."""
    return value.quantize(CENT, ROUND_HALF_UP)


def exact_amounts(line: ServiceLine, index: int) -> ServiceLine:
    """The line with ``Decimal`` numbers of two decimals (rule E).

    A quantity is rounded to them: a hundredth of an hour is 36 seconds, and the unit
    price makes up for it. Totals are never touched.

    :raises AmountError: something is not such a number
    """
    quantity = _number(line.quantity, index, "quantity")
    return replace(
        line,
        quantity=round_cents(quantity),
        total_ttc=_exact(line.total_ttc, index, "total TTC"),
        total_ht=_exact(line.total_ht, index, "total HT"),
    )


def check_line(line: ServiceLine) -> None:
    """What Urssaf checks on a prestation, sums apart.

    :raises AmountError: a rule is broken
    """
    index = line.sources[0] if line.sources else None
    if line.quantity <= 0:
        raise AmountError("ERR_VALEUR_NEGATIVE", index, "quantity must be positive")
    if line.is_negative:
        raise AmountError("ERR_VALEUR_NEGATIVE", index, "negative amount")
    if not line.is_sound:
        raise AmountError("ERR_MNT_PREST_HT_TVA", index, "HT is above TTC")
    if not line.nature:
        raise AmountError("ERR_CODE_NATURE", index, "no nature")
    if line.unit not in UNITS:
        raise AmountError("ERREUR_VALIDATION", index, "the unit is unknown")
    if not line.intervenant:
        raise AmountError("ERR_NUMINTERVENANT_MANQUANT", index, "no intervenant")
    if not _INTERVENANT.fullmatch(line.intervenant):
        raise AmountError("ERR_FORMAT_NUMINTERVENANT", index, "malformed intervenant")


def _exact(value, index: int, name: str) -> Decimal:
    """At most two decimals (rule E)."""
    number = _number(value, index, name)
    if number != round_cents(number):
        raise AmountError("ERR_FORMAT_VALEUR", index, f"{name} has over 2 decimals")
    return round_cents(number)


def _number(value, index: int, name: str) -> Decimal:
    """A finite number. A float counts as the decimal it prints."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise AmountError("ERR_FORMAT_VALEUR", index, f"{name} is not a number")
    return number
