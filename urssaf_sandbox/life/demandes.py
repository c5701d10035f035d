# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a demande de paiement, from its reception (050) to the virement.

10 Intégrée → 20 En attente → 30 Validée → 50 Prélevée → 70 Payée
                        └→ 40 Refusée

And what goes wrong with it: prélèvement refused, cancellation, recovery.

                       ┌→ 111 Annulée après impayé
50, 70 → 60 En refus ──┼→ 120 Recouvrée → 112 Annulée après recouvrement
                       └→ 260 Impayé prestataire → 270 Régularisé prestataire
10 … 70 → 110 Annulée; from all of these but 260, 113 Annulée (raison spécifique)

Which statut may follow which stands in `transitions`.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from .. import mailbox
from ..clock import paris_date, working_day_start
from ..contract.demande import (
    NO_GARANTIE,
    InputDemandePaiement,
    appareillage_erreurs,
    demande_erreurs,
    echo_of,
    prestataire_erreurs,
    to_cents,
)
from ..contract.erreurs import Erreur, Refusal, erreur
from ..contract.references import (
    EN_ATTENTE,
    INTEGREE,
    PAYEE,
    PRELEVEE,
    REFUSEE,
    STATUT_LABELS,
    VALIDEE,
)
from ..tables import (
    Appareillage,
    Demande,
    DemandeEvent,
    Particulier,
    Prestataire,
    key_of,
    public_id,
)
from . import aide, bank, transitions
from .aide import AIDE
from .particuliers import ACTIVE, account_erreurs
from .transitions import (
    CANCEL,
    CANCEL_SPECIFIC,
    RECOVER,
    RECOVERY_FAILS,
    REJECT_PRELEVEMENT,
    following,
)
from .work import Impossible, Work

MAX_DEMANDES = 10
_APPAREILLAGES = (
    select(Appareillage)
    .options(joinedload(Appareillage.particulier))
    .where(
        Appareillage.prestataire_id == bindparam("provider_id"),
        Appareillage.particulier_id.in_(bindparam("ids", expanding=True)),
    )
)


def receive_batch(
    work: Work,
    prestataire: Prestataire,
    demandes: list[InputDemandePaiement],
    received: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Answer each demande by itself: a faulty one does not touch the others.

    `received` is the same call before it was typed. Raise Refusal beyond ten.
    """
    if len(demandes) > MAX_DEMANDES:
        raise Refusal([erreur("ERR_NBRE_PREST_MAX")])
    appareillages = _appareillages(work, prestataire, demandes)
    answers = []
    for index, (demande, raw) in enumerate(zip(demandes, received, strict=True)):
        appareillage = appareillages.get(demande.idClient)
        erreurs = _particulier_erreurs(demande, work, appareillage)
        declared = declared_this_year(work, prestataire)
        erreurs += prestataire_erreurs(demande, prestataire, declared)
        erreurs += demande_erreurs(
            demande, work.today, f"inputDemandePaiements[{index}]"
        )
        answers.append(_answer(work, demande, raw, appareillage, erreurs))
    key = "idDemandePaiement"
    record_received(work, [answer[key] for answer in answers if key in answer])
    return answers


def declared_this_year(work: Work, prestataire: Prestataire) -> int:
    """Return the TTC, in cents, this prestataire had accepted in the civil year.

    Only a prestataire without a financial guarantee is asked about it.
    """
    if prestataire.garantie != NO_GARANTIE:
        return 0
    query = select(func.sum(Demande.total_cents)).where(
        Demande.prestataire_id == prestataire.id, Demande.aide_year == work.today.year
    )
    return work.session.scalar(query) or 0


def _appareillages(
    work: Work, prestataire: Prestataire, demandes: list[InputDemandePaiement]
) -> dict[str, Appareillage]:
    """Return the links of everybody the call is about, in one query."""
    ids = {demande.idClient for demande in demandes}
    values = {"provider_id": prestataire.id, "ids": list(ids)}
    return {
        appareillage.particulier_id: appareillage
        for appareillage in work.session.scalars(_APPAREILLAGES, values)
    }


def _particulier_erreurs(
    demande: InputDemandePaiement, work: Work, appareillage: Appareillage | None
) -> list[Erreur]:
    particulier = (
        appareillage.particulier
        if appareillage
        else work.session.get(Particulier, demande.idClient)
    )
    if (
        particulier is None
        or particulier.birth_date != demande.dateNaissanceClient.date()
    ):
        return [erreur("ERR_PARTICULIER_INCONNU")]
    if (
        appareillage is None
        or appareillage.state != ACTIVE
        or appareillage.accepted_at is None
    ):
        return [erreur("ERR_LIEN_PARTICULIER_PRESTATAIRE")]
    erreurs = account_erreurs(appareillage.particulier)
    return erreurs + appareillage_erreurs(demande, paris_date(appareillage.accepted_at))


def _answer(
    work: Work,
    demande: InputDemandePaiement,
    raw: dict[str, Any],
    appareillage: Appareillage | None,
    erreurs: list[Erreur],
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "idClient": demande.idClient,
        "numFactureTiers": demande.numFactureTiers,
    }
    if not erreurs and appareillage is not None:
        public_id = receive(work, appareillage, demande, echo_of(raw))
        if public_id:
            return {**answer, "idDemandePaiement": public_id, "statut": INTEGREE}
        erreurs = [erreur("ERR_FACTURE_DOUBLON")]
    # One entry per code and field: ten lines with the same fault say it once.
    distinct = {(one["code"], one["message"]): one for one in erreurs}
    return {**answer, "errors": list(distinct.values())}


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
        mailbox.announce(work, at, mailbox.DEMANDE, demande)
    elif statut == VALIDEE:
        demande.validated_at = at
        demande.next_at = working_day_start(at, settings.prelevement_working_days)
        mailbox.announce(work, at, mailbox.PRELEVEMENT, demande)
    elif statut == REFUSEE:
        mailbox.announce(work, at, mailbox.REFUS, demande)
    elif statut == PRELEVEE:
        # Both delays run from the validation, not one after the other.
        validated = demande.validated_at or at
        demande.next_at = working_day_start(validated, settings.virement_working_days)
        demande.virement_date = paris_date(demande.next_at)
    elif statut == PAYEE:
        bank.pay(work, demande, demande.virement_date or paris_date(at))
        mailbox.announce(work, at, mailbox.PAIEMENT, demande)


BANK = "banque"
PRESTATAIRE = "prestataire"


def reject_prelevement(work: Work, demande: Demande) -> None:
    """The bank refuses the debit, before or after the prestataire was paid.

    The particulier is blocked until the sum is settled; a transfer that was not made
    yet never leaves. Raise Impossible when nothing was debited.
    """
    statut = _next(demande, REJECT_PRELEVEMENT)
    if not demande.reste_a_payer_cents:
        raise Impossible("Le reste à payer est nul : rien n'a été prélevé")
    _call_off_virement(demande)
    enter(work, demande, statut, work.now, BANK)
    particulier = demande.particulier
    particulier.blocked_at = particulier.blocked_at or work.now
    mailbox.announce(work, work.now, mailbox.IMPAYE, demande)


def cancel(
    work: Work, demande: Demande, code: str, comment: str | None, specific: bool = False
) -> None:
    """Urssaf cancels the demande, since the prestataire wrote to ask for it.

    What the prestataire was paid is taken back. `specific` leads to 113. Raise
    Impossible when the demande's life is over.
    """
    statut = _next(demande, CANCEL_SPECIFIC if specific else CANCEL)
    demande.rejet_code = code
    demande.rejet_commentaire = comment
    _call_off_virement(demande)
    bank.take_back_all(work, demande)
    aide.give_back(work, demande)
    enter(work, demande, statut, work.now, PRESTATAIRE)
    mailbox.announce(work, work.now, mailbox.ANNULATION, demande)


def recover(work: Work, demande: Demande, fails: bool = False) -> None:
    """Urssaf takes the unpaid sum back from the prestataire, or fails to.

    On a demande where that failed before (260), the prestataire settles (270). Raise
    Impossible when nothing is unpaid.
    """
    statut = _next(demande, RECOVERY_FAILS if fails else RECOVER)
    if not fails:
        bank.take_back_unpaid(work, demande)
    enter(work, demande, statut, work.now, URSSAF)


def order_virement(demande: Demande, cents: int) -> None:
    """Have Urssaf transfer another amount than the demande's.

    Less when it sets off what the prestataire owes (L133-8-8 of the code de la sécurité
    sociale), more by mistake. Raise Impossible once the money has left, or never will.
    """
    if demande.statut not in transitions.BEFORE_VIREMENT:
        raise _too_late(demande)
    demande.ordered_cents = cents


def _next(demande: Demande, happening: str) -> str:
    statut = following(happening, demande.statut)
    if statut is None:
        raise _too_late(demande)
    return statut


def _too_late(demande: Demande) -> Impossible:
    label = STATUT_LABELS[demande.statut]
    return Impossible(
        f"La demande est au statut {demande.statut} ({label}) : "
        "cet événement n'est pas possible maintenant"
    )


def _call_off_virement(demande: Demande) -> None:
    if demande.statut != PAYEE and demande.virement_cents is None:
        demande.virement_date = None
