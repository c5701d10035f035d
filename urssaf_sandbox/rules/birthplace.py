# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of `lieuNaissance` (urssaf-api.md §2.1, §3.1 and §6.7)."""

import re

from ..contract.enrolment import LieuNaissance
from ..contract.erreurs import Erreur, erreur
from ..contract.references import DEPARTEMENTS, FRANCE

_DEPARTMENT = re.compile(r"[09][0-9][0-9abAB]")
# Letters and digits, and what real commune names hold besides.
_LABEL = re.compile(r"[\w '’\-./()]+")
# Corsica's number before 1976: the état civil of those born there then may bear it.
_OLD_CORSICA = "20"


def lieu_naissance_erreurs(lieu: LieuNaissance | None) -> list[Erreur]:
    """Return every fault of the birth place."""
    if lieu is None:
        return [erreur("ERREUR_LIEU_NAISSANCE_OBLIGATOIRE")]
    if lieu.codePaysNaissance != FRANCE:
        if lieu.departementNaissance or lieu.communeNaissance:
            return [erreur("ERREUR_LIEU_NAISSANCE_PAYS")]
        return []
    return _departement_erreurs(lieu) + _commune_erreurs(lieu)


def _departement_erreurs(lieu: LieuNaissance) -> list[Erreur]:
    if not lieu.departementNaissance:
        return [erreur("ERREUR_LIEU_NAISSANCE_DEPT")]
    if not _DEPARTMENT.fullmatch(lieu.departementNaissance):
        return [erreur("ERREUR_LIEU_NAISSANCE_DEPT_FORMAT")]
    return []


def _commune_erreurs(lieu: LieuNaissance) -> list[Erreur]:
    commune = lieu.communeNaissance
    erreurs = []
    if commune is None or not commune.codeCommune:
        erreurs.append(erreur("ERR_LIEU_NAISSANCE_COMN"))
    if commune is None or not commune.libelleCommune:
        erreurs.append(erreur("ERR_LIEU_NAISSANCE_OBLIGATOIRE"))
    elif not _LABEL.fullmatch(commune.libelleCommune):
        erreurs.append(erreur("ERREUR_LIEU_NAISSANCE_INVALIDE"))
    return erreurs


def lieu_exists(lieu: LieuNaissance) -> bool:
    """Tell whether the département, and the form of the commune code, are real.

    Overseas the commune has two digits after the département's three, and Urssaf wants
    them padded to three: 97411 is 974 and 011, never 974 and 411.
    """
    if lieu.codePaysNaissance != FRANCE:
        return True
    department = (lieu.departementNaissance or "").upper()
    commune = lieu.communeNaissance.codeCommune if lieu.communeNaissance else ""
    if commune == "000":
        return False
    if department.startswith("0"):
        return department[1:] in DEPARTEMENTS or department[1:] == _OLD_CORSICA
    return department in DEPARTEMENTS and (commune or "").startswith("0")
