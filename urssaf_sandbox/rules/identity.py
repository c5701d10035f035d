# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who a person is, and what the tax office (DGFiP) answers about him.

On this floor everybody is recognised, except the holders of a few magic birth names.
"""

import unicodedata
from datetime import date

from ..contract.enrolment import InputParticulierDTO
from ..contract.erreurs import Erreur, erreur
from .birthplace import lieu_exists

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


def identity_key(particulier: InputParticulierDTO) -> str:
    """Return what makes two registrations the same person: the état civil."""
    lieu = particulier.lieuNaissance
    commune = lieu.communeNaissance if lieu else None
    parts = (
        plain(particulier.nomNaissance),
        plain(particulier.prenoms),
        particulier.dateNaissance.date().isoformat(),
        lieu.codePaysNaissance if lieu else "",
        plain(lieu.departementNaissance if lieu else ""),
        (commune.codeCommune if commune else None) or "",
    )
    return "|".join(parts)


def date_naissance_erreurs(
    particulier: InputParticulierDTO, today: date
) -> list[Erreur]:
    """Return the faults of the birth date; `today` is the civil date in France."""
    if particulier.dateNaissance.date() > today:
        return [erreur("ERR_DATE_NAISSANCE_FUTUR")]
    return []


def tax_office_erreurs(particulier: InputParticulierDTO) -> list[Erreur]:
    """Return what the tax office objects to this person."""
    code = MAGIC_NAMES.get(plain(particulier.nomNaissance))
    if code:
        return [erreur(code)]
    # Nobody is born where no commune is; the usual cause is an INSEE code cut wrongly.
    if particulier.lieuNaissance and not lieu_exists(particulier.lieuNaissance):
        return [
            erreur(
                "ERR_DGFIP_R2P_INCONNU",
                "Le département ou la commune de naissance n'existe pas",
            )
        ]
    return []
