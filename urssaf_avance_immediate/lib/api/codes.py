# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's code tables and limits, with Urssaf's own French labels.

Gathered on 2026-11-21; each table names its sources, see ``docs/api.md``. The lists are
open: a code that is not here is shown as received, never refused. What the
error codes mean for an office is in ``error_help``.
"""

from ..rules.amounts import MAX_PRESTATIONS
from ..rules.streets import STREET_LETTERS, STREET_TYPES
from .error_help import ERROR_CODES, ErrorHelp

#: Demandes de paiement per call of 050: ERR_NBRE_PREST_MAX, "limite à 10" (CT).
MAX_BATCH = 10
#: Ids or numbers per call of 070 (CA quoting PDF v1.1.7, AIS).
MAX_SEARCH = 10
#: Characters of ``numFactureTiers``: CF stores 50; nobody knows the real limit; we
#: keep to this one.
MAX_NUMBER = 50

#: ``statut.code`` of method 070. 15, 80, 90 and 100: only in the list of
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

#: ``infoRejet.code`` (CA and AT, identical lists).
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


__all__ = [
    "ERROR_CODES",
    "MAX_BATCH",
    "MAX_NUMBER",
    "MAX_PRESTATIONS",
    "MAX_SEARCH",
    "PAYMENT_STATUSES",
    "REJECTION_REASONS",
    "STREET_LETTERS",
    "STREET_TYPES",
    "ErrorHelp",
]
