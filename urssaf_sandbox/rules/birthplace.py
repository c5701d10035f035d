# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of `lieuNaissance` (urssaf-api.md §2.1, §3.1 and §6.7)."""

import re

from ..contract.enrolment import LieuNaissance
from ..contract.erreurs import Erreur, erreur
from ..contract.references import DEPARTMENTS, FRANCE

_DEPARTMENT = re.compile(r"[09][0-9][0-9abAB]")
# Letters and digits, and what real commune names hold besides.
_LABEL = re.compile(r"[\w '’\-./()]+")
# Corsica's number before 1976: the état civil of those born there then may bear it.
_OLD_CORSICA = "20"


def birthplace_faults(place: LieuNaissance | None) -> list[Erreur]:
    """Return every fault of the birth place."""
    if place is None:
        return [erreur("ERREUR_LIEU_NAISSANCE_OBLIGATOIRE")]
    if place.codePaysNaissance != FRANCE:
        if place.departementNaissance or place.communeNaissance:
            return [erreur("ERREUR_LIEU_NAISSANCE_PAYS")]
        return []
    return _department_faults(place) + _commune_faults(place)


def _department_faults(place: LieuNaissance) -> list[Erreur]:
    if not place.departementNaissance:
        return [erreur("ERREUR_LIEU_NAISSANCE_DEPT")]
    if not _DEPARTMENT.fullmatch(place.departementNaissance):
        return [erreur("ERREUR_LIEU_NAISSANCE_DEPT_FORMAT")]
    return []


def _commune_faults(place: LieuNaissance) -> list[Erreur]:
    commune = place.communeNaissance
    faults = []
    if commune is None or not commune.codeCommune:
        faults.append(erreur("ERR_LIEU_NAISSANCE_COMN"))
    if commune is None or not commune.libelleCommune:
        faults.append(erreur("ERR_LIEU_NAISSANCE_OBLIGATOIRE"))
    elif not _LABEL.fullmatch(commune.libelleCommune):
        faults.append(erreur("ERREUR_LIEU_NAISSANCE_INVALIDE"))
    return faults


def place_exists(place: LieuNaissance) -> bool:
    """Tell whether the département, and the form of the commune code, are real.

    Overseas the commune has two digits after the département's three, and Urssaf wants
    them padded to three: 97411 is 974 and 011, never 974 and 411.
    """
    if place.codePaysNaissance != FRANCE:
        return True
    department = (place.departementNaissance or "").upper()
    commune = place.communeNaissance.codeCommune if place.communeNaissance else ""
    if commune == "000":
        return False
    if department.startswith("0"):
        return department[1:] in DEPARTMENTS or department[1:] == _OLD_CORSICA
    return department in DEPARTMENTS and (commune or "").startswith("0")
