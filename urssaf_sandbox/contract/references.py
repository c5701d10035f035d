# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's reference tables, as far as they are public.

Sources: CAERP, AIS and AT, three code bases in production.
"""

# Statut of a demande de paiement.
INTEGREE = "10"
EN_ATTENTE = "20"
VALIDEE = "30"
REFUSEE = "40"
PRELEVEE = "50"
REFUS_PRELEVEMENT = "60"
PAYEE = "70"
ANNULEE = "110"
ANNULEE_IMPAYE = "111"
ANNULEE_RECOUVREMENT = "112"
ANNULEE_SPECIFIQUE = "113"
RECOUVREE = "120"
IMPAYE_PRESTATAIRE = "260"
REGULARISEE_PRESTATAIRE = "270"

STATUT_LABELS = {
    INTEGREE: "Intégrée",
    EN_ATTENTE: "En attente de validation",
    VALIDEE: "Validée",
    REFUSEE: "Refusée",
    PRELEVEE: "Prélevée",
    REFUS_PRELEVEMENT: "En refus de prélèvement",
    PAYEE: "Payée",
    ANNULEE: "Annulée",
    ANNULEE_IMPAYE: "Annulée après impayé",
    ANNULEE_RECOUVREMENT: "Annulée après recouvrement",
    ANNULEE_SPECIFIQUE: "Annulée (raison spécifique)",
    RECOUVREE: "Recouvrée",
    IMPAYE_PRESTATAIRE: "Impayé prestataire",
    REGULARISEE_PRESTATAIRE: "Régularisé prestataire",
}

# In version 1-1-1 of the official document, gone since. The sandbox plays none of
# them by itself; the fault `unknown_status` shows them.
OLD_STATUT_LABELS = {
    "15": "Aides calculées",
    "80": "En attente d'échanges",
    "90": "Clôturée",
    "100": "Supprimée",
}

# Why a particulier may refuse a demande (infoRejet.code). Urssaf says “Autre” twice:
# here both say what they are about.
MOTIFS_REFUS = {
    "REGUL_MNT_FACT": "Erreur sur le montant facturé et/ou sur le tarif indiqué "
    "pour la prestation",
    "REGUL_NB_QTE_FACT": "Nombre d'heures ou quantités facturées erronées",
    "REGUL_PRESTA_FACT": "Erreur sur les prestations facturées",
    "REGUL_AUTRE": "Autre correction à faire",
    "CONTEST_ERR_FACT": "La facture comporte une erreur",
    "CONTEST_FACT_REGLEE": "La facture a déjà été réglée",
    "CONTEST_AUTRE": "Autre motif de contestation",
}

# Why Urssaf cancels a demande when the provider asks (infoRejet.code).
MOTIFS_ANNULATION = {
    "ANNUL_DBL": "Demande de paiement en doublon",
    "ANNUL_ERR_MNT": "Montant facturé erroné",
    "ANNUL_ERR_TECH": "Erreur technique",
    "ANNUL_AUTRE": "Autres",
}

FRANCE = "99100"

LETTRES_VOIE = frozenset("BTQC")

# The list of AT (official PDF v1-1-1, in production): no public source is complete.
TYPES_VOIE = frozenset(
    "ALL AV BAT BD C CAN CHE CHS CI CL COG FG HAM IMB IMP LOT MAI MTE PAR PAS PAV PL "
    "POR Q QU R RAM RES RTE RUL SEN SQ VO".split()
)

# codeNature: 10, 20, … 270. Their labels matter to people, not to the checks.
NATURES = frozenset(str(code) for code in range(10, 280, 10))

UNITES = frozenset({"HEURE", "FORFAIT"})

# Départements as the first characters of an INSEE commune code.
DEPARTEMENTS = frozenset(
    [f"{n:02d}" for n in range(1, 96) if n != 20]
    + ["2A", "2B"]
    + "971 972 973 974 975 976 977 978 986 987 988".split()
)
