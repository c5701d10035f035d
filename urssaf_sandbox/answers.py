# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What methods 020 and 070 find and answer.

In the bodies, a key without a value is absent, never null.
"""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from .clock import PARIS
from .contract.demande import InputRechercheDemandePaiement
from .contract.erreurs import Refusal, erreur
from .contract.references import STATUT_LABELS
from .life.particuliers import ACTIVE, LAPSED, PENDING
from .life.work import Work
from .tables import Appareillage, Demande, Prestataire, key_of


def find(
    work: Work, prestataire: Prestataire, asked: InputRechercheDemandePaiement
) -> list[Demande]:
    """Return the prestataire's demandes that fit.

    Raise Refusal without a criterion, without a result, and beyond the limit.
    """
    limit = work.settings.max_results
    for values in (asked.idDemandePaiements, asked.numFactureTiers):
        if values and len(values) > limit:
            raise Refusal([erreur("ERR_NBRE_MAX_RESULTAT")])
    found = work.session.scalars(_query(prestataire, asked).limit(limit + 1)).all()
    if not found:
        raise Refusal([erreur("ERR_RECHERCHE_VIDE")])
    if len(found) > limit:
        raise Refusal([erreur("ERR_NBRE_MAX_RESULTAT")])
    # Sorted here, not in SQL: the database would sort a whole year for eleven rows.
    return sorted(found, key=lambda demande: demande.id)


def _query(prestataire: Prestataire, asked: InputRechercheDemandePaiement) -> Select:
    if asked.idDemandePaiements:
        keys = [key_of(i) for i in asked.idDemandePaiements]
        # "+ 0" keeps SQLite from walking every row of the prestataire instead of ten
        # keys.
        mine = Demande.prestataire_id + 0 == prestataire.id
        return select(Demande).where(Demande.id.in_(keys), mine)
    return select(Demande).where(
        Demande.prestataire_id == prestataire.id, *_criteria(asked)
    )


def _criteria(asked: InputRechercheDemandePaiement) -> list[ColumnElement[bool]]:
    """Without ids: numbers beat the period, criteria are never mixed."""
    if asked.numFactureTiers:
        return [Demande.num_facture.in_(asked.numFactureTiers)]
    period = []
    if asked.dateDebut:
        period.append(Demande.date_facture >= asked.dateDebut.date())
    if asked.dateFin:
        period.append(Demande.date_facture <= asked.dateFin.date())
    if not period:
        raise Refusal([erreur("ERR_CRITERE_RECHERCHE_VIDE")])
    return period


_KO = {
    # The first wording is verbatim (SIN-s); nobody published the second.
    PENDING: (
        "APPAREILLAGE_EC",
        "Transmission DP impossible, appareillage en cours de traitement",
    ),
    LAPSED: (
        "APPAREILLAGE_NF",
        "Transmission DP impossible, appareillage non finalisé",
    ),
}

_BLOCKED = ("PARTICULIER_BLOQUE", "Transmission DP impossible, particulier bloqué")
_MANDAT = ("MANDAT_ECHU", "Transmission DP impossible, mandat échu")


def particulier_info(appareillage: Appareillage | None) -> dict[str, Any]:
    """Return the answer of method 020; raise Refusal when there is no such person."""
    if appareillage is None:
        raise Refusal([erreur("ERR_RECHERCHE_PARTICULIER")])
    particulier = appareillage.particulier
    answer = {
        "idClient": particulier.id,
        "nomNaissance": particulier.birth_name,
        "nomUsage": particulier.usage_name,
        "prenoms": particulier.first_names,
        "statut": statut_particulier(appareillage),
    }
    return {key: value for key, value in answer.items() if value is not None}


def statut_particulier(appareillage: Appareillage) -> dict[str, str]:
    """Return the `statut` of method 020 for this appareillage."""
    obstacle = _obstacle(appareillage)
    if obstacle is None and appareillage.accepted_at:
        since = appareillage.accepted_at.astimezone(PARIS)
        return {
            "code": "APPAREILLAGE_VALIDE",
            "description": "Transmission DP possible à compter du "
            f"{since:%d/%m/%Y %H:%M:%S}",
            "etat": "OK",
        }
    code, description = obstacle or _KO[PENDING]
    return {"code": code, "description": description, "etat": "KO"}


def _obstacle(appareillage: Appareillage) -> tuple[str, str] | None:
    """Return what keeps demandes away, if anything does."""
    particulier = appareillage.particulier
    if particulier.blocked_at:
        return _BLOCKED
    if appareillage.state != ACTIVE:
        return _KO[appareillage.state]
    return _MANDAT if particulier.mandat_expired_at else None


def demande_info(demande: Demande) -> dict[str, Any]:
    """Return one `InfoDemandePaiement` of method 070."""
    info: dict[str, Any] = {
        "idDemandePaiement": demande.public_id,
        "demandePaiement": json.loads(demande.payload),
        "statut": {
            "code": demande.statut,
            "libelle": STATUT_LABELS[demande.statut],
        },
    }
    if demande.rejet_code:
        info["infoRejet"] = _rejet(demande)
    if demande.virement_date:
        info["infoVirement"] = _virement(demande)
    return info


def _rejet(demande: Demande) -> dict[str, str | None]:
    rejet = {"code": demande.rejet_code}
    if demande.rejet_commentaire:
        rejet["commentaire"] = demande.rejet_commentaire
    return rejet


def _virement(demande: Demande) -> dict[str, Any]:
    """The date comes while the transfer is planned, the amount once it is made."""
    virement: dict[str, Any] = {}
    if demande.virement_cents is not None:
        virement["mntVirement"] = demande.virement_cents / 100
    virement["dateVirement"] = f"{demande.virement_date}T00:00:00Z"
    return virement
