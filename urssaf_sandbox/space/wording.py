# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How people read amounts, dates and codes, in French."""

from datetime import date, datetime

from ..clock import PARIS

_NBSP = "\N{NO-BREAK SPACE}"
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre"
).split()

NATURES = {
    "10": "Garde d'enfant handicapé",
    "20": "Accompagnement d'enfant handicapé",
    "30": "Aide humaine",
    "40": "Conduite du véhicule personnel",
    "50": "Accompagnement pour les sorties",
    "60": "Ménage, repassage",
    "70": "Jardinage",
    "80": "Petit bricolage",
    "90": "Garde d'enfant de plus de 6 ans",
    "100": "Soutien scolaire, cours à domicile",
    "110": "Coiffure, esthétique",
    "120": "Préparation de repas",
    "130": "Livraison de repas",
    "140": "Collecte et livraison de linge",
    "150": "Livraison de courses",
    "160": "Assistance informatique",
    "170": "Soins et promenades d'animaux",
    "180": "Gardiennage",
    "190": "Assistance administrative",
    "200": "Accompagnement d'enfant de plus de 6 ans",
    "210": "Téléassistance",
    "220": "Interprétariat et codage",
    "230": "Conduite du véhicule personnel (temporaire)",
    "240": "Accompagnement pour les sorties (temporaire)",
    "250": "Aide humaine (temporaire)",
    "260": "Plateforme de coordination",
    "270": "Divers, non éligible",
}

# The list of AT.
STREETS = {
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
LETTERS = {"B": "bis", "T": "ter", "Q": "quater", "C": "quinquiès"}


def euros(cents: int) -> str:
    """Write cents as `1 234,50 €`."""
    sign = "-" if cents < 0 else ""
    whole = f"{abs(cents) // 100:,}".replace(",", _NBSP)
    return f"{sign}{whole},{abs(cents) % 100:02d}{_NBSP}€"


def day(value: date | datetime) -> str:
    """Write a civil date, or an instant's date in Paris, as `1er juin 2026`."""
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """Write an instant in Paris time, as `10 juin 2026 à 14:05`."""
    return f"{day(value)} à {value.astimezone(PARIS):%H:%M}"


def quantity(value: float) -> str:
    """Write a number of hours or units as `2,5`."""
    return f"{value:g}".replace(".", ",")


def plural(count: int, word: str) -> str:
    """Write a number and its word, in the plural from two on: `3 appels`."""
    return f"{count:,} {word}{'s' if count >= 2 else ''}".replace(",", _NBSP)


def masked_iban(iban: str) -> str:
    """Show the ends only, as a bank would on a letter."""
    return f"{iban[:4]} •••• •••• {iban[-4:]}"
