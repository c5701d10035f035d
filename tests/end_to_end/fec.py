# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The FEC, read as a tax inspector's tool does (article A47 A-1 of the LPF)."""

import csv
import io
from collections import defaultdict
from decimal import Decimal

from .vat_count import euros


def read(content):
    """The lines of the file, as dictionaries; amounts in euros."""
    rows = list(csv.DictReader(io.StringIO(content.decode()), delimiter="|"))
    for row in rows:
        for side in ("Debit", "Credit"):
            row[side] = euros(row[side].strip().replace(",", "."))
    return rows


def faults(rows):
    """What an inspector would ask about: entries that do not balance, lines without a
    date, customers without a name.
    """
    balances = defaultdict(Decimal)
    for row in rows:
        number = row["EcritureNum"]
        balances[number] += row["Debit"] - row["Credit"]
        if not row["PieceDate"] or not row["ValidDate"]:
            yield f"{number}: no date"
        if row["CompteNum"].startswith("411") and not row["CompAuxLib"]:
            yield f"{number}: 411 without a customer"
    for number, balance in balances.items():
        if balance:
            yield f"{number}: does not balance by {balance}"
