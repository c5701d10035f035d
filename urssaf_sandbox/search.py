# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finding the demandes a provider asks about (method 070)."""

from sqlalchemy import ColumnElement, Select, select

from .contract.erreurs import Refusal, erreur
from .contract.search import InputRechercheDemandePaiement
from .life.work import Work
from .tables import Demande, Prestataire, key_of


def find(
    work: Work, prestataire: Prestataire, asked: InputRechercheDemandePaiement
) -> list[Demande]:
    """Return the provider's demandes that fit.

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
        # "+ 0" keeps SQLite from walking every row of the provider instead of ten keys.
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
