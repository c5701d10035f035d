# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A demande de paiement as its particulier reads it."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..answers import key_of
from ..contract.references import (
    EN_ATTENTE,
    IMPAYE_PRESTATAIRE,
    INTEGREE,
    MOTIFS_ANNULATION,
    MOTIFS_REFUS,
    PAYEE,
    PRELEVEE,
    RECOUVREE,
    REFUS_PRELEVEMENT,
    REFUSEE,
    REGULARISEE_PRESTATAIRE,
    STATUT_LABELS,
    VALIDEE,
)
from ..life.transitions import CANCELLED
from ..life.work import Work
from ..tables import Demande, Particulier
from .wording import NATURES, quantity

UNITES = {"HEURE": "heure", "FORFAIT": "forfait"}

# Statuses of a demande whose reste à payer has left the bank account for good.
_PRELEVEES = {PRELEVEE, PAYEE}

# What happened, for the person it happened to; the others as Urssaf calls them.
_HAPPENED = {
    EN_ATTENTE: "Reçue, à valider par vous",
    PRELEVEE: "Prélevée sur votre compte",
    REFUS_PRELEVEMENT: "Prélèvement refusé",
    PAYEE: "Payée à votre intervenant",
    RECOUVREE: "Somme reprise à votre intervenant",
    IMPAYE_PRESTATAIRE: "Somme non remboursée par votre intervenant",
    REGULARISEE_PRESTATAIRE: "Somme remboursée par votre intervenant",
}
_CAUSES = {
    "silence": "automatiquement, sans réponse de votre part",
    "particulier": "par vous",
    "banque": "par votre banque",
    "prestataire": "à la demande de votre intervenant",
    "urssaf": "par l'Urssaf",
}


@dataclass(frozen=True)
class Prestation:
    """One line."""

    label: str
    detail: str
    quantity: str
    unit_cents: int
    total_cents: int


@dataclass(frozen=True)
class ShownDemande:
    """Amounts in cents, instants in UTC."""

    record: Demande
    prestations: list[Prestation]
    first_day: date
    last_day: date

    @property
    def waits(self) -> bool:
        """Is an answer expected?"""
        return self.record.statut == EN_ATTENTE

    @property
    def label(self) -> str:
        """Its status, in words."""
        return STATUT_LABELS[self.record.statut]

    @property
    def tone(self) -> str:
        """How the status looks: attention, good, bad or quiet."""
        if self.waits:
            return "attention"
        if self.record.statut in (VALIDEE, PRELEVEE, PAYEE):
            return "good"
        unpaid = self.record.statut == REFUS_PRELEVEMENT
        return "bad" if unpaid else "quiet"

    @property
    def reste_a_payer_note(self) -> str:
        """What becomes of the reste à payer."""
        if self.record.statut in _PRELEVEES:
            return "prélevés"
        if self.record.statut == REFUSEE or self.record.statut in CANCELLED:
            return "sans suite"
        return "à prélever" if self.record.statut == VALIDEE else "reste à payer"

    @property
    def deadline(self) -> datetime | None:
        """When silence validates it."""
        return self.record.next_at if self.waits else None

    @property
    def prelevement_day(self) -> datetime | None:
        """When the reste à payer will be debited, once validated."""
        return self.record.next_at if self.record.statut == VALIDEE else None

    @property
    def motif(self) -> str | None:
        """Why it came to nothing, in words."""
        code = self.record.rejet_code
        return {**MOTIFS_REFUS, **MOTIFS_ANNULATION}.get(code, code) if code else None

    @property
    def history(self) -> list[tuple[datetime, str, str]]:
        """Return (instant, what, because of whom), oldest first."""
        return [
            (event.at, *_happened(event.statut, event.cause))
            for event in self.record.events
            if event.statut != INTEGREE
        ]


def _happened(statut: str, cause: str) -> tuple[str, str]:
    # Whose fault a reception or a reimbursement is says nothing.
    plain = statut in (EN_ATTENTE, IMPAYE_PRESTATAIRE, REGULARISEE_PRESTATAIRE)
    label = _HAPPENED.get(statut, STATUT_LABELS[statut])
    return label, "" if plain else _CAUSES.get(cause, "")


def demandes_of(
    work: Work, particulier: Particulier, waiting: bool | None = None
) -> list[ShownDemande]:
    """Return the person's demandes, newest first; `waiting` keeps one kind.

    A demande that was just received (10) is not shown: he has not been told yet.
    """
    query = (
        select(Demande)
        .options(joinedload(Demande.prestataire), selectinload(Demande.events))
        .where(Demande.particulier_id == particulier.id, Demande.statut != INTEGREE)
        .order_by(Demande.id.desc())
        .limit(500)
    )
    if waiting is not None:
        is_waiting = Demande.statut == EN_ATTENTE
        query = query.where(is_waiting if waiting else ~is_waiting)
    return [_shown(record) for record in work.session.scalars(query)]


def demande_of(
    work: Work, particulier: Particulier, public_id: str
) -> ShownDemande | None:
    """Return one of the person's demandes; None for somebody else's."""
    record = work.session.get(Demande, key_of(public_id))
    if record is None or record.particulier_id != particulier.id:
        return None
    return None if record.statut == INTEGREE else _shown(record)


def paid_cents(demandes: list[ShownDemande], year: int) -> int:
    """Return the sum of what was debited for services of that year."""
    return sum(
        demande.record.reste_a_payer_cents
        for demande in demandes
        if demande.record.statut in _PRELEVEES and demande.record.aide_year == year
    )


def _shown(record: Demande) -> ShownDemande:
    sent = json.loads(record.payload)
    return ShownDemande(
        record=record,
        prestations=[
            _prestation(prestation) for prestation in sent["inputPrestations"]
        ],
        first_day=date.fromisoformat(sent["dateDebutEmploi"][:10]),
        last_day=date.fromisoformat(sent["dateFinEmploi"][:10]),
    )


def _prestation(prestation: dict) -> Prestation:
    units, kind = (
        prestation["quantite"],
        UNITES.get(prestation["unite"], prestation["unite"]),
    )
    plural = "s" if units >= 2 else ""
    return Prestation(
        label=NATURES.get(str(prestation["codeNature"]), "Service à la personne"),
        detail=prestation.get("complement1") or "",
        quantity=f"{quantity(units)} {kind}{plural}",
        unit_cents=round(prestation["mntUnitaireTTC"] * 100),
        total_cents=round(prestation["mntPrestationTTC"] * 100),
    )
