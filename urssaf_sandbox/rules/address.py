# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of `adressePostale` (urssaf-api.md §2.1 cross-field rules, §6.4, §6.5)."""

from ..contract.enrolment import AdressePostale
from ..contract.erreurs import Erreur, erreur
from ..contract.references import (
    DEPARTEMENTS,
    FRANCE,
    LETTRES_VOIE,
    TYPES_VOIE,
)


def adresse_erreurs(adresse: AdressePostale) -> list[Erreur]:
    """Return every fault of the address."""
    return _voie_erreurs(adresse) + _commune_erreurs(adresse)


def _voie_erreurs(adresse: AdressePostale) -> list[Erreur]:
    kind, label = adresse.codeTypeVoie, adresse.libelleVoie
    erreurs = []
    if label and not kind:
        erreurs.append(erreur("ERR_CONTACT_ADRESSE_TYPEVOIE"))
    if kind and not label:
        erreurs.append(erreur("ERR_CONTACT_ADRESSE_LIBELLEVOIE"))
    if kind and kind.upper() not in TYPES_VOIE:
        erreurs.append(erreur("ERR_CONTACT_ADRESSE_TYPE_VOIE"))
    if adresse.lettreVoie and adresse.lettreVoie.upper() not in LETTRES_VOIE:
        erreurs.append(erreur("ERR_CONTACT_ADRESSE_LETTRE_VOIE"))
    if adresse.numeroVoie and not label:
        erreurs.append(erreur("ERR_CONTACT", "numeroVoie exige libelleVoie"))
    if adresse.lettreVoie and not adresse.numeroVoie:
        erreurs.append(erreur("ERR_CONTACT", "lettreVoie exige numeroVoie"))
    if not (kind or label or adresse.complement or adresse.lieuDit):
        erreurs.append(erreur("ERR_CONTACT_ADRESSE_INFORMATION_SUPPLEMENTAIRE"))
    return erreurs


def _commune_erreurs(adresse: AdressePostale) -> list[Erreur]:
    if adresse.codePays != FRANCE:
        return [erreur("ERR_CONTACT", "L'adresse doit être en France")]
    # Without a list of communes: a département that exists, and a rank above zero.
    code = adresse.codeCommune.upper()
    overseas = code.startswith(("97", "98"))
    department, rank = (code[:3], code[3:]) if overseas else (code[:2], code[2:])
    if department not in DEPARTEMENTS or not int(rank):
        return [erreur("ERR_CONTACT_ADRESSE_COMMUNE")]
    return []
