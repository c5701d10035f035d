# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a demande de paiement, from its reception to the transfer.

10 Intégrée → 20 En attente → 30 Validée → 50 Prélevée → 70 Payée
                        └→ 40 Refusée

What goes wrong is in `incidents`; which status may follow which, in
`rules.transitions`.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from .. import correspondence, mailbox
from ..contract.payment import InputDemandePaiement
from ..contract.references import (
    EN_ATTENTE,
    INTEGREE,
    PAYEE,
    PRELEVEE,
    REFUSEE,
    STATUT_LABELS,
    VALIDEE,
)
from ..rules import transitions
from ..rules.amounts import to_cents
from ..rules.plafonds import AIDE
from ..tables import Appareillage, Demande, DemandeEvent, key_of, public_id
from ..working_days import paris_date, working_day_start
from . import aide, bank
from .work import Impossible, Work

URSSAF = "urssaf"
PARTICULIER = "particulier"
SILENCE = "silence"

_INSERT = insert(Demande.__table__)
_INSERT_EVENT = insert(DemandeEvent.__table__)
_NUMBER_TAKEN = "UNIQUE constraint failed: demande.provider_id, demande.number"


def receive(
    work: Work, appareillage: Appareillage, demande: InputDemandePaiement, payload: str
) -> str | None:
    """Record a checked demande; return its public id, or None if the number is taken.

    Its first event is left to `record_received`. The database's unique constraint
    decides what is taken, also between two calls that come at the same moment.
    """
    uses = aide.grant(work, appareillage.particulier, demande)
    values = {
        "provider_id": appareillage.prestataire_id,
        "particulier_id": appareillage.particulier_id,
        "number": demande.numFactureTiers,
        "invoice_date": demande.dateFacture.date(),
        "payload": payload,
        "total_cents": to_cents(demande.mntFactureTTC),
        "deposit_cents": to_cents(demande.mntAcompte) if demande.mntAcompte else 0,
        "aid_cents": uses[AIDE],
        "aid_year": work.today.year,
        "aid_uses": json.dumps(uses),
        "status": INTEGREE,
        "created_at": work.now,
        "next_at": work.now + timedelta(hours=work.settings.notify_after_hours),
    }
    try:
        # On the connection, without ON CONFLICT: SQLAlchemy would compile the statement
        # anew each time. A refused statement leaves SQLite's transaction as it was.
        result = work.session.connection().execute(_INSERT, values)
    except IntegrityError as error:
        if _NUMBER_TAKEN not in str(error.orig):
            raise
        return None
    aide.take(work, appareillage.particulier_id, uses)
    return public_id(result.inserted_primary_key[0])


def record_received(work: Work, public_ids: list[str]) -> None:
    """Begin the history of the demandes of one call, all at once."""
    event = {"at": work.now, "status": INTEGREE, "cause": URSSAF}
    events = [{"demande_id": key_of(one), **event} for one in public_ids]
    if events:
        work.session.connection().execute(_INSERT_EVENT, events)


def time_passes(work: Work, demande: Demande) -> None:
    """Make the change that was due at `demande.next_at`, bearing that instant."""
    assert demande.next_at is not None, "nothing is due"
    cause = SILENCE if demande.statut == EN_ATTENTE else URSSAF
    statut = transitions.TRANSITIONS[transitions.TIME][demande.statut]
    enter(work, demande, statut, demande.next_at, cause)


def validate(work: Work, demande: Demande) -> None:
    """The particulier accepts; raise Impossible when he cannot."""
    _require_waiting(demande)
    enter(work, demande, VALIDEE, work.now, PARTICULIER)


def contest(work: Work, demande: Demande, code: str, comment: str | None) -> None:
    """The particulier refuses for a reason; raise Impossible when he cannot."""
    _require_waiting(demande)
    demande.rejet_code = code
    demande.rejet_commentaire = comment
    aide.give_back(work, demande)
    enter(work, demande, REFUSEE, work.now, PARTICULIER)


def _require_waiting(demande: Demande) -> None:
    if demande.statut == INTEGREE:
        raise Impossible(
            "Le particulier n'a pas encore reçu cette demande (statut 10) : "
            "avancez l'horloge d'une heure"
        )
    if demande.statut != EN_ATTENTE:
        label = STATUT_LABELS[demande.statut]
        raise Impossible(
            f"La demande est au statut {demande.statut} ({label}) : "
            "le particulier ne peut plus répondre"
        )


def enter(work: Work, demande: Demande, statut: str, at: datetime, cause: str) -> None:
    """Give the demande its new status, at that instant, with what goes with it."""
    settings = work.settings
    demande.statut = statut
    demande.next_at = None
    work.session.add(
        DemandeEvent(demande_id=demande.id, at=at, statut=statut, cause=cause)
    )
    if statut == EN_ATTENTE:
        demande.next_at = at + timedelta(hours=settings.silence_hours)
        mailbox.announce(work, at, correspondence.DEMANDE, demande)
    elif statut == VALIDEE:
        demande.validated_at = at
        demande.next_at = working_day_start(at, settings.prelevement_working_days)
        mailbox.announce(work, at, correspondence.PRELEVEMENT, demande)
    elif statut == REFUSEE:
        mailbox.announce(work, at, correspondence.REFUS, demande)
    elif statut == PRELEVEE:
        # Both delays run from the validation, not one after the other.
        validated = demande.validated_at or at
        demande.next_at = working_day_start(validated, settings.virement_working_days)
        demande.virement_date = paris_date(demande.next_at)
    elif statut == PAYEE:
        bank.pay(work, demande, demande.virement_date or paris_date(at))
        mailbox.announce(work, at, correspondence.PAIEMENT, demande)
