# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who a person is, and what the tax office (DGFiP) answers about him.

On this floor everybody is recognised, except the holders of a few magic birth names.
"""

import unicodedata
from datetime import date

from ..contract.enrolment import InputParticulierDTO
from ..contract.erreurs import Erreur, erreur
from .birthplace import place_exists

# Birth name → the code it provokes, whatever the rest. Documented in the README.
MAGIC_NAMES = {
    "INCONNU": "ERR_DGFIP_R2P_INCONNU",
    "NONDECLARANT": "ERR_DGFIP_IMPOTPART_INCONNU",
    "HOMONYME": "ERR_ECV_PARTICULIERS_EXISTENT",
    "BLOQUE": "ERR_COMPTE_BLOQUE",
    "LIENIMPOSSIBLE": "ERR_LIEN_TIERS_PRESTATION_PARTICULIER",
}


def plain(value: str | None) -> str:
    """Return the text in capitals, without accents nor repeated spaces."""
    decomposed = unicodedata.normalize("NFKD", value or "")
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.upper().split())


def identity_key(person: InputParticulierDTO) -> str:
    """Return what makes two registrations the same person: the état civil."""
    place = person.lieuNaissance
    commune = place.communeNaissance if place else None
    parts = (
        plain(person.nomNaissance),
        plain(person.prenoms),
        person.dateNaissance.date().isoformat(),
        place.codePaysNaissance if place else "",
        plain(place.departementNaissance if place else ""),
        (commune.codeCommune if commune else None) or "",
    )
    return "|".join(parts)


def birth_date_faults(person: InputParticulierDTO, today: date) -> list[Erreur]:
    """Return the faults of the birth date; `today` is the civil date in France."""
    if person.dateNaissance.date() > today:
        return [erreur("ERR_DATE_NAISSANCE_FUTUR")]
    return []


def tax_office_faults(person: InputParticulierDTO) -> list[Erreur]:
    """Return what the tax office objects to this person."""
    code = MAGIC_NAMES.get(plain(person.nomNaissance))
    if code:
        return [erreur(code)]
    # Nobody is born where no commune is; the usual cause is an INSEE code cut wrongly.
    if person.lieuNaissance and not place_exists(person.lieuNaissance):
        return [
            erreur(
                "ERR_DGFIP_R2P_INCONNU",
                "Le département ou la commune de naissance n'existe pas",
            )
        ]
    return []
