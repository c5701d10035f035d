# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050: what becomes of each demande of one call."""

from typing import Any

from ..contract.erreurs import Erreur, Refusal, erreur
from ..contract.payment import InputDemandePaiement, echo_of
from ..contract.references import INTEGREE
from ..rules.payment import demande_faults, link_faults
from ..tables import Link, Particulier, Provider
from ..working_days import paris_date
from .demandes import receive
from .enrolments import ACTIVE
from .work import Work

MAX_DEMANDES = 10


def receive_batch(
    work: Work,
    provider: Provider,
    demandes: list[InputDemandePaiement],
    received: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Answer each demande by itself: a faulty one does not touch the others.

    `received` is the same call before it was typed. Raise Refusal beyond ten.
    """
    if len(demandes) > MAX_DEMANDES:
        raise Refusal([erreur("ERR_NBRE_PREST_MAX")])
    answers = []
    for index, (demande, raw) in enumerate(zip(demandes, received, strict=True)):
        root = f"inputDemandePaiements[{index}]"
        answers.append(_receive_one(work, provider, demande, raw, root))
    return answers


def _receive_one(
    work: Work,
    provider: Provider,
    demande: InputDemandePaiement,
    raw: dict[str, Any],
    root: str,
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "idClient": demande.idClient,
        "numFactureTiers": demande.numFactureTiers,
    }
    person = work.session.get(Particulier, demande.idClient)
    faults = _client_faults(work, provider, person, demande)
    faults += demande_faults(demande, work.today, root)
    if not faults and person is not None:
        public_id = receive(work, provider, person, demande, echo_of(raw))
        if public_id:
            return {**answer, "idDemandePaiement": public_id, "statut": INTEGREE}
        faults = [erreur("ERR_FACTURE_DOUBLON")]
    # One entry per code and field: ten lines with the same fault say it once.
    return {**answer, "errors": _distinct(faults)}


def _client_faults(
    work: Work,
    provider: Provider,
    person: Particulier | None,
    demande: InputDemandePaiement,
) -> list[Erreur]:
    if person is None or person.birth_date != demande.dateNaissanceClient.date():
        return [erreur("ERR_PARTICULIER_INCONNU")]
    link = work.session.get(Link, (provider.id, person.id))
    if link is None or link.state != ACTIVE or link.accepted_at is None:
        return [erreur("ERR_LIEN_PARTICULIER_PRESTATAIRE")]
    return link_faults(demande, paris_date(link.accepted_at))


def _distinct(faults: list[Erreur]) -> list[Erreur]:
    return list({(f["code"], f["message"]): f for f in faults}.values())
