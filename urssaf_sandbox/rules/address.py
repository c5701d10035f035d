# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of `adressePostale` (urssaf-api.md §2.1 cross-field rules, §6.4, §6.5)."""

from ..contract.enrolment import AdressePostale
from ..contract.erreurs import Erreur, erreur
from ..contract.references import (
    DEPARTMENTS,
    FRANCE,
    STREET_LETTERS,
    STREET_TYPES,
)


def address_faults(address: AdressePostale) -> list[Erreur]:
    """Return every fault of the address."""
    return _street_faults(address) + _commune_faults(address)


def _street_faults(address: AdressePostale) -> list[Erreur]:
    kind, label = address.codeTypeVoie, address.libelleVoie
    faults = []
    if label and not kind:
        faults.append(erreur("ERR_CONTACT_ADRESSE_TYPEVOIE"))
    if kind and not label:
        faults.append(erreur("ERR_CONTACT_ADRESSE_LIBELLEVOIE"))
    if kind and kind.upper() not in STREET_TYPES:
        faults.append(erreur("ERR_CONTACT_ADRESSE_TYPE_VOIE"))
    if address.lettreVoie and address.lettreVoie.upper() not in STREET_LETTERS:
        faults.append(erreur("ERR_CONTACT_ADRESSE_LETTRE_VOIE"))
    if address.numeroVoie and not label:
        faults.append(erreur("ERR_CONTACT", "numeroVoie exige libelleVoie"))
    if address.lettreVoie and not address.numeroVoie:
        faults.append(erreur("ERR_CONTACT", "lettreVoie exige numeroVoie"))
    if not (kind or label or address.complement or address.lieuDit):
        faults.append(erreur("ERR_CONTACT_ADRESSE_INFORMATION_SUPPLEMENTAIRE"))
    return faults


def _commune_faults(address: AdressePostale) -> list[Erreur]:
    if address.codePays != FRANCE:
        return [erreur("ERR_CONTACT", "L'adresse doit être en France")]
    # Without a list of communes: a département that exists, and a rank above zero.
    code = address.codeCommune.upper()
    overseas = code.startswith(("97", "98"))
    department, rank = (code[:3], code[3:]) if overseas else (code[:2], code[2:])
    if department not in DEPARTMENTS or not int(rank):
        return [erreur("ERR_CONTACT_ADRESSE_COMMUNE")]
    return []
