# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tax credit that each customer was paid in advance, from a sheet: who, and how
much, in two columns.
"""

import csv
import io
import re
from decimal import Decimal
from typing import NamedTuple

from .customer_list import MAX_BYTES, CustomerListError, csv_text

_SPACES = re.compile(r"[\s€]")


class AdvanceRow(NamedTuple):
    """One line: ``cents`` is nothing where the amount cannot be read."""

    number: int
    who: str
    cents: int | None


def read_advances(content: bytes) -> list[AdvanceRow]:
    """The lines of a CSV file whose first column says who (e-mail, identifier or
    reference) and whose last one how much, in euros. A line of titles is left out.

    :raises CustomerListError: it is no such file
    """
    if len(content) > MAX_BYTES:
        raise CustomerListError("too_long")
    text = csv_text(content)
    separator = max(";\t,", key=text.partition("\n")[0].count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=None), delimiter=separator))
    except csv.Error as error:
        raise CustomerListError("endless_cell") from error
    rows = []
    for number, cells in enumerate(lines, start=1):
        known = [cell.strip() for cell in cells if cell.strip()]
        if len(known) < 2:
            continue
        cents = _cents(known[-1])
        if cents is None and not rows:
            continue
        rows.append(AdvanceRow(number, known[0], cents))
    if not rows:
        raise CustomerListError("empty")
    return rows


def _cents(text: str) -> int | None:
    """``1 234,56 €``, ``1234.56``: a comma or a point before the cents."""
    plain = _SPACES.sub("", text).replace(",", ".")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain):
        return None
    return int(Decimal(plain) * 100)
