# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bodies the API answers with. A key without a value is absent, never null."""

import json
from typing import Any

from .contract.erreurs import Refusal, erreur
from .contract.references import STATUS_LABELS
from .life.enrolments import ACTIVE, LAPSED, PENDING
from .tables import Demande, Link
from .working_days import PARIS

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
_MANDATE = ("MANDAT_ECHU", "Transmission DP impossible, mandat échu")


def customer(link: Link | None) -> dict[str, Any]:
    """Return the answer of method 020; raise Refusal when there is no such person."""
    if link is None:
        raise Refusal([erreur("ERR_RECHERCHE_PARTICULIER")])
    person = link.particulier
    answer = {
        "idClient": person.id,
        "nomNaissance": person.birth_name,
        "nomUsage": person.usage_name,
        "prenoms": person.first_names,
        "statut": account_status(link),
    }
    return {key: value for key, value in answer.items() if value is not None}


def account_status(link: Link) -> dict[str, str]:
    """Return the `statut` of method 020 for this association."""
    obstacle = _obstacle(link)
    if obstacle is None and link.accepted_at:
        since = link.accepted_at.astimezone(PARIS)
        return {
            "code": "APPAREILLAGE_VALIDE",
            "description": "Transmission DP possible à compter du "
            f"{since:%d/%m/%Y %H:%M:%S}",
            "etat": "OK",
        }
    code, description = obstacle or _KO[PENDING]
    return {"code": code, "description": description, "etat": "KO"}


def _obstacle(link: Link) -> tuple[str, str] | None:
    """Return what keeps demandes away, if anything does."""
    person = link.particulier
    if person.blocked_at:
        return _BLOCKED
    if link.state != ACTIVE:
        return _KO[link.state]
    return _MANDATE if person.mandate_expired_at else None


def demande_info(demande: Demande) -> dict[str, Any]:
    """Return one `InfoDemandePaiement` of method 070."""
    info: dict[str, Any] = {
        "idDemandePaiement": demande.public_id,
        "demandePaiement": json.loads(demande.payload),
        "statut": {
            "code": demande.status,
            "libelle": STATUS_LABELS[demande.status],
        },
    }
    if demande.rejection_code:
        info["infoRejet"] = _rejection(demande)
    if demande.transfer_date:
        info["infoVirement"] = _transfer(demande)
    return info


def _rejection(demande: Demande) -> dict[str, str | None]:
    rejection = {"code": demande.rejection_code}
    if demande.rejection_comment:
        rejection["commentaire"] = demande.rejection_comment
    return rejection


def _transfer(demande: Demande) -> dict[str, Any]:
    """The date comes while the transfer is planned, the amount once it is made."""
    transfer: dict[str, Any] = {}
    if demande.transfer_cents is not None:
        transfer["mntVirement"] = demande.transfer_cents / 100
    transfer["dateVirement"] = f"{demande.transfer_date}T00:00:00Z"
    return transfer
