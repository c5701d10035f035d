# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf pays to a prestataire and takes back, and the statement of that bank.

The statement is what Odoo and OCA's import modules read. What Urssaf writes with a
virement is not public: the usual label tells nothing that would help to match it, so
nobody comes to rely on it. The switch `transfer_label` adds the invoice numbers, for
who wants to try that too.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from xml.etree import ElementTree as Xml

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ..side_tables import BankEntry
from ..switches import GROUPED, NUMBERS, TOTAL, Switches, read_switches
from ..tables import Demande, Prestataire
from .work import Work


def pay(work: Work, demande: Demande, day: date) -> None:
    """Transfer the whole TTC but the acompte, or what was ordered, value `day`."""
    cents = demande.total_cents - demande.acompte_cents
    if demande.ordered_cents is not None:
        cents = demande.ordered_cents
    demande.virement_cents = cents
    _book(work, demande, day, cents)


def take_back_unpaid(work: Work, demande: Demande) -> None:
    """Debit the prestataire of what the particulier did not pay, if it was advanced.

    Sources differ: the reste à payer (AIS), or everything (CAERP). A switch decides.
    """
    paid = _balance(work, demande)
    whole = read_switches(work.session).recovery == TOTAL
    _take(work, demande, paid if whole else min(paid, demande.reste_a_payer_cents))


def take_back_all(work: Work, demande: Demande) -> None:
    """Debit the prestataire of whatever he still holds for this demande."""
    _take(work, demande, _balance(work, demande))


def _balance(work: Work, demande: Demande) -> int:
    query = select(func.sum(BankEntry.cents)).where(BankEntry.demande_id == demande.id)
    return work.session.scalar(query) or 0


def _take(work: Work, demande: Demande, cents: int) -> None:
    if cents > 0:
        _book(work, demande, work.today, -cents)


def _book(work: Work, demande: Demande, day: date, cents: int) -> None:
    if cents == 0:
        return
    work.session.add(
        BankEntry(
            prestataire_id=demande.prestataire_id,
            demande_id=demande.id,
            day=day,
            cents=cents,
        )
    )


_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
_BIC = "SIMUFRPP"
_CREDIT_LABEL = "VIR URSSAF AVANCE IMMEDIATE"
_DEBIT_LABEL = "PRLV URSSAF AVANCE IMMEDIATE REGULARISATION"
_PARTNER = "URSSAF"
# Of an unstructured remittance information in SEPA.
_LABEL_LENGTH = 140


@dataclass(frozen=True)
class Line:
    """One line of a statement; the prestataire receives positive cents."""

    day: date
    cents: int
    reference: str
    demandes: tuple[str, ...]
    # What the bank prints.
    label: str


@dataclass(frozen=True)
class Statement:
    """The lines of a prestataire's account over some days, both included."""

    prestataire: Prestataire
    start: date
    end: date
    opening: int
    lines: list[Line]

    @property
    def closing(self) -> int:
        """The balance after the last line, in cents."""
        return self.opening + sum(line.cents for line in self.lines)


def statement_of(
    work: Work, prestataire: Prestataire, start: date, end: date
) -> Statement:
    """Return what was booked up to the sandbox's present."""
    end = min(end, work.today)
    mine = BankEntry.prestataire_id == prestataire.id
    before = select(func.sum(BankEntry.cents)).where(mine, BankEntry.day < start)
    booked = (
        select(BankEntry)
        .options(joinedload(BankEntry.demande))
        .where(mine, BankEntry.day >= start, BankEntry.day <= end)
        .order_by(BankEntry.day, BankEntry.id)
    )
    lines = list(_lines(work.session.scalars(booked), read_switches(work.session)))
    opening = work.session.scalar(before) or 0
    return Statement(prestataire, start, end, opening, lines)


def _lines(entries: Iterable[BankEntry], switches: Switches) -> Iterable[Line]:
    """Transfers of a day are one line if they are grouped; debits never are."""
    numbered = switches.transfer_label == NUMBERS
    for day, of_day in groupby(entries, key=lambda entry: entry.day):
        today = list(of_day)
        credits = [entry for entry in today if entry.cents > 0]
        if switches.transfers == GROUPED and credits:
            yield _line(day, credits, numbered)
            today = [entry for entry in today if entry.cents < 0]
        for entry in today:
            yield _line(day, [entry], numbered)


def _line(day: date, entries: list[BankEntry], numbered: bool) -> Line:
    cents = sum(entry.cents for entry in entries)
    label = _CREDIT_LABEL if cents > 0 else _DEBIT_LABEL
    if numbered:
        numbers = " ".join(entry.demande.num_facture for entry in entries)
        # A number may hold what no bank prints, and XML cannot say.
        printed = (sign if sign.isprintable() else " " for sign in numbers)
        label = f"{label} {''.join(printed)}"[:_LABEL_LENGTH]
    return Line(
        day=day,
        cents=cents,
        label=label,
        reference=f"AI{day:%Y%m%d}{entries[0].id:09d}",
        demandes=tuple(entry.demande.public_id for entry in entries),
    )


def as_csv(statement: Statement) -> str:
    """Return CSV whose columns bear Odoo's field names; amounts in euros."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["date", "payment_ref", "partner_name", "amount", "ref"])
    for line in statement.lines:
        amount = _euros(line.cents)
        row = [line.day.isoformat(), line.label, _PARTNER, amount, line.reference]
        writer.writerow(row)
    return text.getvalue()


def as_camt053(statement: Statement, now: datetime) -> bytes:
    """Return the statement as CAMT.053 (ISO 20022, version 001.02)."""
    root = Xml.Element("Document", xmlns=_NAMESPACE)
    message = _put(root, "BkToCstmrStmt")
    identity = (
        f"{statement.prestataire.id}-{statement.start:%Y%m%d}-{statement.end:%Y%m%d}"
    )
    created = now.isoformat(timespec="seconds")
    header = _put(message, "GrpHdr")
    _put(header, "MsgId", identity)
    _put(header, "CreDtTm", created)
    body = _put(message, "Stmt")
    _put(body, "Id", identity)
    _put(body, "CreDtTm", created)
    period = _put(body, "FrToDt")
    _put(period, "FrDtTm", f"{statement.start}T00:00:00")
    _put(period, "ToDtTm", f"{statement.end}T23:59:59")
    account = _put(body, "Acct")
    _put(account, "Id/IBAN", statement.prestataire.iban)
    _put(account, "Ccy", "EUR")
    _put(account, "Ownr/Nm", statement.prestataire.trade_name[:140])
    _put(account, "Svcr/FinInstnId/BIC", _BIC)
    _statement_balance(body, "OPBD", statement.opening, statement.start)
    _statement_balance(body, "CLBD", statement.closing, statement.end)
    for line in statement.lines:
        _entry(body, line)
    Xml.indent(root)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _statement_balance(body: Xml.Element, code: str, cents: int, day: date) -> None:
    balance = _put(body, "Bal")
    _put(balance, "Tp/CdOrPrtry/Cd", code)
    _amount(balance, cents)
    _put(balance, "Dt/Dt", day.isoformat())


def _entry(body: Xml.Element, line: Line) -> None:
    entry = _put(body, "Ntry")
    _amount(entry, line.cents)
    _put(entry, "Sts", "BOOK")
    _put(entry, "BookgDt/Dt", line.day.isoformat())
    _put(entry, "ValDt/Dt", line.day.isoformat())
    _put(entry, "AcctSvcrRef", line.reference)
    domain = _put(entry, "BkTxCd/Domn")
    received = line.cents > 0
    _put(domain, "Cd", "PMNT")
    family = _put(domain, "Fmly")
    _put(family, "Cd", "RCDT" if received else "RDDT")
    _put(family, "SubFmlyCd", "ESCT" if received else "ESDD")
    details = _put(entry, "NtryDtls/TxDtls")
    _put(details, "Refs/EndToEndId", line.reference)
    _put(details, f"RltdPties/{'Dbtr' if received else 'Cdtr'}/Nm", _PARTNER)
    _put(details, "RmtInf/Ustrd", line.label)


def _amount(parent: Xml.Element, cents: int) -> None:
    _put(parent, "Amt", _euros(abs(cents))).set("Ccy", "EUR")
    _put(parent, "CdtDbtInd", "CRDT" if cents >= 0 else "DBIT")


def _put(parent: Xml.Element, path: str, text: str | None = None) -> Xml.Element:
    """Add the elements of the path, one in the other; return the innermost."""
    for tag in path.split("/"):
        parent = Xml.SubElement(parent, tag)
    parent.text = text
    return parent


def _euros(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2).quantize(Decimal("0.01")))
