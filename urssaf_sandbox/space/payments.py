# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A demande de paiement as its particulier reads it."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..contract.references import (
    CANCEL_REASONS,
    CONTEST_REASONS,
    EN_ATTENTE,
    INTEGREE,
    PAYEE,
    PRELEVEE,
    REFUS_PRELEVEMENT,
    REFUSEE,
    STATUS_LABELS,
    VALIDEE,
)
from ..life.work import Work
from ..rules.transitions import CANCELLED
from ..search import key_of
from ..tables import Demande, Particulier
from .wording import NATURES, quantity

UNITS = {"HEURE": "heure", "FORFAIT": "forfait"}

# Statuses of a demande whose reste à payer has left the bank account for good.
_DEBITED = {PRELEVEE, PAYEE}

_CAUSES = {
    "silence": "sans réponse de votre part",
    "particulier": "par vous",
    "banque": "par votre banque",
    "prestataire": "à la demande de votre intervenant",
    "urssaf": "par l'Urssaf",
}


@dataclass(frozen=True)
class Service:
    """One line."""

    label: str
    detail: str
    quantity: str
    unit_cents: int
    total_cents: int


@dataclass(frozen=True)
class Payment:
    """Amounts in cents, instants in UTC."""

    record: Demande
    services: list[Service]
    first_day: date
    last_day: date

    @property
    def waits(self) -> bool:
        """Is an answer expected?"""
        return self.record.status == EN_ATTENTE

    @property
    def label(self) -> str:
        """Its status, in words."""
        return STATUS_LABELS[self.record.status]

    @property
    def tone(self) -> str:
        """How the status looks: attention, good, bad or quiet."""
        if self.waits:
            return "attention"
        if self.record.status in (VALIDEE, PRELEVEE, PAYEE):
            return "good"
        unpaid = self.record.status == REFUS_PRELEVEMENT
        return "bad" if unpaid else "quiet"

    @property
    def due_note(self) -> str:
        """What becomes of the reste à payer."""
        if self.record.status in _DEBITED:
            return "prélevés"
        if self.record.status == REFUSEE or self.record.status in CANCELLED:
            return "sans suite"
        return "à prélever" if self.record.status == VALIDEE else "reste à payer"

    @property
    def deadline(self) -> datetime | None:
        """When silence validates it."""
        return self.record.next_at if self.waits else None

    @property
    def debit_day(self) -> datetime | None:
        """When the reste à payer will be debited, once validated."""
        return self.record.next_at if self.record.status == VALIDEE else None

    @property
    def reason(self) -> str | None:
        """Why it came to nothing, in words."""
        code = self.record.rejection_code
        return {**CONTEST_REASONS, **CANCEL_REASONS}.get(code, code) if code else None

    @property
    def history(self) -> list[tuple[datetime, str, str]]:
        """Return (instant, what, because of whom), oldest first."""
        return [
            (event.at, STATUS_LABELS[event.status], _CAUSES.get(event.cause, ""))
            for event in self.record.events
            if event.status != INTEGREE
        ]


def payments_of(
    work: Work, person: Particulier, waiting: bool | None = None
) -> list[Payment]:
    """Return the person's demandes, newest first; `waiting` keeps one kind.

    A demande that was just received (10) is not shown: he has not been told yet.
    """
    query = (
        select(Demande)
        .options(joinedload(Demande.provider), selectinload(Demande.events))
        .where(Demande.particulier_id == person.id, Demande.status != INTEGREE)
        .order_by(Demande.id.desc())
        .limit(500)
    )
    if waiting is not None:
        is_waiting = Demande.status == EN_ATTENTE
        query = query.where(is_waiting if waiting else ~is_waiting)
    return [_payment(record) for record in work.session.scalars(query)]


def payment_of(work: Work, person: Particulier, public_id: str) -> Payment | None:
    """Return one of the person's demandes; None for somebody else's."""
    record = work.session.get(Demande, key_of(public_id))
    if record is None or record.particulier_id != person.id:
        return None
    return None if record.status == INTEGREE else _payment(record)


def paid_cents(payments: list[Payment], year: int) -> int:
    """Return the sum of what was debited for services of that year."""
    return sum(
        payment.record.due_cents
        for payment in payments
        if payment.record.status in _DEBITED and payment.record.aid_year == year
    )


def _payment(record: Demande) -> Payment:
    sent = json.loads(record.payload)
    return Payment(
        record=record,
        services=[_service(line) for line in sent["inputPrestations"]],
        first_day=date.fromisoformat(sent["dateDebutEmploi"][:10]),
        last_day=date.fromisoformat(sent["dateFinEmploi"][:10]),
    )


def _service(line: dict) -> Service:
    units, kind = line["quantite"], UNITS.get(line["unite"], line["unite"])
    plural = "s" if units >= 2 else ""
    return Service(
        label=NATURES.get(str(line["codeNature"]), "Service à la personne"),
        detail=line.get("complement1") or "",
        quantity=f"{quantity(units)} {kind}{plural}",
        unit_cents=round(line["mntUnitaireTTC"] * 100),
        total_cents=round(line["mntPrestationTTC"] * 100),
    )
