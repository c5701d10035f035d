# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's tables of street types and street letters."""

#: ``codeTypeVoie``: the list of AT (from the official PDF v1-1-1, in
#: production). CT's additions are partly guessed and are left out.
STREET_TYPES = {
    "ALL": "Allée",
    "AV": "Avenue",
    "BAT": "Bâtiment",
    "BD": "Boulevard",
    "C": "Cours",
    "CAN": "Canal",
    "CHE": "Chemin",
    "CHS": "Chaussée",
    "CI": "Cité",
    "CL": "Clos",
    "COG": "Cottage",
    "FG": "Faubourg",
    "HAM": "Hameau",
    "IMB": "Immeuble",
    "IMP": "Impasse",
    "LOT": "Lotissement",
    "MAI": "Maison",
    "MTE": "Montée",
    "PAR": "Parc",
    "PAS": "Passage",
    "PAV": "Pavillon",
    "PL": "Place",
    "POR": "Porte",
    "Q": "Quai",
    "QU": "Quartier",
    "R": "Rue",
    "RAM": "Rampe",
    "RES": "Résidence",
    "RTE": "Route",
    "RUL": "Ruelle",
    "SEN": "Sentier",
    "SQ": "Square",
    "VO": "Voie",
}
#: ``lettreVoie`` (SW29, AT, CA).
STREET_LETTERS = {"B": "Bis", "T": "Ter", "Q": "Quater", "C": "Quinquiès"}
