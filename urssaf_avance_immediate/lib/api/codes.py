# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's code tables and limits, with Urssaf's own French labels.

Copied on 2026-11-21 from ``domain/urssaf-api.md``; each table names its section and
its sources. The lists are open: a code that is not here is shown as received, never
refused. What the error codes mean for an office is in ``error_help``.
"""

from typing import NamedTuple

from ..rules.amounts import MAX_PRESTATIONS
from ..rules.streets import STREET_LETTERS, STREET_TYPES
from .error_help import ERROR_CODES, ErrorHelp

#: Demandes de paiement per call of 050: ERR_NBRE_PREST_MAX, "limite à 10" (CT).
MAX_BATCH = 10
#: Ids or numbers per call of 070 (CA quoting PDF v1.1.7, AIS).
MAX_SEARCH = 10
#: Characters of ``numFactureTiers``: CF stores 50; nobody knows the real limit, and §11
#: keeps to this one.
MAX_NUMBER = 50

#: §5, ``statut.code`` of method 070. 15, 80, 90 and 100: only in the list of
#: v1-1-1 (AT). 113, 260 and 270: only in the newest one (CT).
PAYMENT_STATUSES = {
    "10": "Intégrée",
    "15": "Aides calculées",
    "20": "En attente de validation",
    "30": "Validée",
    "40": "Refusée",
    "50": "Prélevée",
    "60": "En refus de prélèvement",
    "70": "Payée",
    "80": "En attente d'échanges",
    "90": "Clôturée",
    "100": "Supprimée",
    "110": "Annulée",
    "111": "Annulée après impayé",
    "112": "Annulée après recouvrement",
    "113": "Annulée (raison spécifique)",
    "120": "Recouvrée",
    "260": "Impayé prestataire",
    "270": "Régularisé prestataire",
}
#: §5: nothing more is expected. 70 "Payée" is NOT here: the bank may still send the
#: debit back, and the provider may still ask for a cancellation (CA).
PAYMENT_TERMINAL_STATUSES = frozenset(
    {"40", "90", "100", "110", "111", "112", "113", "120", "270"}
)

#: §4, ``statut.code`` of method 020 (SIN-s, AIS, CF, CT).
ACCOUNT_STATUSES = {
    "APPAREILLAGE_EC": "Appareillage en cours de traitement",
    "APPAREILLAGE_VALIDE": "Appareillage validé",
    "APPAREILLAGE_NF": "Appareillage non finalisé",
    "PARTICULIER_BLOQUE": "Particulier bloqué",
    "MANDAT_ECHU": "Mandat de prélèvement échu",
}

#: §5, ``infoRejet.code`` (CA and AT, identical lists).
REJECTION_REASONS = {
    "REGUL_MNT_FACT": (
        "Erreur sur le montant facturé et/ou sur le tarif indiqué pour la prestation"
    ),
    "REGUL_NB_QTE_FACT": "Nombre d'heures ou quantités facturées erronées",
    "REGUL_PRESTA_FACT": "Erreur sur les prestations facturées",
    "REGUL_AUTRE": "Autre",
    "CONTEST_ERR_FACT": "La facture comporte une erreur",
    "CONTEST_FACT_REGLEE": "La facture a déjà été réglée",
    "CONTEST_AUTRE": "Autre",
    "ANNUL_DBL": "Demande de paiement en doublon",
    "ANNUL_ERR_MNT": "Montant facturé erroné",
    "ANNUL_ERR_TECH": "Erreur technique",
    "ANNUL_AUTRE": "Autres",
}


class Nature(NamedTuple):
    """A kind of service: Urssaf's code and label, CA's usual VAT rate in percent."""

    code: str
    label: str
    vat: float


#: §6.1, ``codeNature`` (CA citing the official PDF, AIS). The VAT rate is only
#: indicative: it depends on the provider and on the customer.
NATURES = (
    Nature("10", "Garde d'enfant handicapé", 5.5),
    Nature("20", "Accompagnement (déplacement) d'enfant handicapé", 5.5),
    Nature("30", "Aide humaine", 5.5),
    Nature("40", "Conduite du véhicule personnel", 5.5),
    Nature("50", "Accompagnement pour les sorties", 5.5),
    Nature("60", "Ménage - repassage", 10.0),
    Nature("70", "Jardinage", 20.0),
    Nature("80", "Petit bricolage", 10.0),
    Nature("90", "Garde d'enfant + 6 ans", 10.0),
    Nature("100", "Soutien scolaire (et cours à domicile)", 10.0),
    Nature("110", "Coiffure - esthétique", 10.0),
    Nature("120", "Préparation de repas", 10.0),
    Nature("130", "Livraison de repas", 10.0),
    Nature("140", "Collecte et livraison de linge", 10.0),
    Nature("150", "Livraison de course", 10.0),
    Nature("160", "Assistance informatique", 20.0),
    Nature("170", "Soins et promenades d'animaux", 10.0),
    Nature("180", "Gardiennage", 20.0),
    Nature("190", "Assistance administrative", 10.0),
    Nature("200", "Accompagnement (déplacement) d'enfant + 6 ans", 10.0),
    Nature("210", "Téléassistance", 20.0),
    Nature("220", "Interprétariat et codage", 5.5),
    Nature("230", "Conduite du véhicule personnel - temporaire", 10.0),
    Nature("240", "Accompagnement pour les sorties - temporaire", 10.0),
    Nature("250", "Aide humaine - temporaire", 10.0),
    Nature("260", "Plateforme de coordination", 20.0),
    Nature("270", "Divers - Non éligible", 20.0),
)

__all__ = [
    "ACCOUNT_STATUSES",
    "ERROR_CODES",
    "MAX_BATCH",
    "MAX_NUMBER",
    "MAX_PRESTATIONS",
    "MAX_SEARCH",
    "NATURES",
    "PAYMENT_STATUSES",
    "PAYMENT_TERMINAL_STATUSES",
    "REJECTION_REASONS",
    "STREET_LETTERS",
    "STREET_TYPES",
    "ErrorHelp",
    "Nature",
]
