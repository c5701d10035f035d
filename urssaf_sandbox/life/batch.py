# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050: what becomes of each demande of one call."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from ..contract.erreurs import Erreur, Refusal, erreur
from ..contract.payment import InputDemandePaiement, echo_of
from ..contract.references import INTEGREE
from ..rules.payment import demande_faults, link_faults
from ..rules.provider import NO_GUARANTEE, provider_faults
from ..tables import Demande, Link, Particulier, Provider
from ..working_days import paris_date
from .accounts import account_faults
from .demandes import receive, record_received
from .enrolments import ACTIVE
from .work import Work

MAX_DEMANDES = 10
_LINKS = (
    select(Link)
    .options(joinedload(Link.particulier))
    .where(
        Link.provider_id == bindparam("provider_id"),
        Link.particulier_id.in_(bindparam("ids", expanding=True)),
    )
)


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
    links = _links(work, provider, demandes)
    answers = []
    for index, (demande, raw) in enumerate(zip(demandes, received, strict=True)):
        link = links.get(demande.idClient)
        faults = _client_faults(demande, work, link)
        declared = declared_this_year(work, provider)
        faults += provider_faults(demande, provider, declared)
        faults += demande_faults(demande, work.today, f"inputDemandePaiements[{index}]")
        answers.append(_answer(work, demande, raw, link, faults))
    key = "idDemandePaiement"
    record_received(work, [answer[key] for answer in answers if key in answer])
    return answers


def declared_this_year(work: Work, provider: Provider) -> int:
    """Return the TTC, in cents, this provider had accepted in the civil year.

    Only a provider without a financial guarantee is asked about it.
    """
    if provider.guarantee != NO_GUARANTEE:
        return 0
    query = select(func.sum(Demande.total_cents)).where(
        Demande.provider_id == provider.id, Demande.aid_year == work.today.year
    )
    return work.session.scalar(query) or 0


def _links(
    work: Work, provider: Provider, demandes: list[InputDemandePaiement]
) -> dict[str, Link]:
    """Return the links of everybody the call is about, in one query."""
    ids = {demande.idClient for demande in demandes}
    values = {"provider_id": provider.id, "ids": list(ids)}
    return {link.particulier_id: link for link in work.session.scalars(_LINKS, values)}


def _client_faults(
    demande: InputDemandePaiement, work: Work, link: Link | None
) -> list[Erreur]:
    person = (
        link.particulier if link else work.session.get(Particulier, demande.idClient)
    )
    if person is None or person.birth_date != demande.dateNaissanceClient.date():
        return [erreur("ERR_PARTICULIER_INCONNU")]
    if link is None or link.state != ACTIVE or link.accepted_at is None:
        return [erreur("ERR_LIEN_PARTICULIER_PRESTATAIRE")]
    faults = account_faults(link.particulier)
    return faults + link_faults(demande, paris_date(link.accepted_at))


def _answer(
    work: Work,
    demande: InputDemandePaiement,
    raw: dict[str, Any],
    link: Link | None,
    faults: list[Erreur],
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "idClient": demande.idClient,
        "numFactureTiers": demande.numFactureTiers,
    }
    if not faults and link is not None:
        public_id = receive(work, link, demande, echo_of(raw))
        if public_id:
            return {**answer, "idDemandePaiement": public_id, "statut": INTEGREE}
        faults = [erreur("ERR_FACTURE_DOUBLON")]
    # One entry per code and field: ten lines with the same fault say it once.
    distinct = {(fault["code"], fault["message"]): fault for fault in faults}
    return {**answer, "errors": list(distinct.values())}
