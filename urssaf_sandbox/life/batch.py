# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050: what becomes of each demande of one call."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from ..contract.erreurs import Erreur, Refusal, erreur
from ..contract.payment import InputDemandePaiement, echo_of
from ..contract.references import INTEGREE
from ..rules.payment import appareillage_erreurs, demande_erreurs
from ..rules.provider import NO_GARANTIE, prestataire_erreurs
from ..tables import Appareillage, Demande, Particulier, Prestataire
from ..working_days import paris_date
from .accounts import account_erreurs
from .demandes import receive, record_received
from .enrolments import ACTIVE
from .work import Work

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
    """Return the TTC, in cents, this provider had accepted in the civil year.

    Only a provider without a financial guarantee is asked about it.
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
