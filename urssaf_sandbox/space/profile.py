# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The data a person may check and correct, between the form and the contract.

The état civil is not among them: the tax office has confirmed it, and it makes the
person who he is.
"""

import copy
import json
from typing import Any

from pydantic import TypeAdapter

from ..contract.enrolment import InputParticulierDTO
from ..contract.erreurs import Refusal
from ..contract.validation import check
from ..life.accounts import renew_mandate
from ..life.people import correct
from ..life.work import Work
from ..rules.address import address_faults
from ..rules.bank import bank_faults
from ..tables import Particulier

_PERSON = TypeAdapter(InputParticulierDTO)

# Field of the form → (where it stands in method 010, what the person reads).
CONTACT = {
    "nom_usage": ("nomUsage", "Nom d'usage"),
    "telephone": ("numeroTelephonePortable", "Téléphone portable"),
    "mail": ("adresseMail", "Adresse e-mail"),
    "numero": ("adressePostale.numeroVoie", "Numéro"),
    "lettre": ("adressePostale.lettreVoie", "Bis, ter…"),
    "type_voie": ("adressePostale.codeTypeVoie", "Type de voie"),
    "voie": ("adressePostale.libelleVoie", "Nom de la voie"),
    "complement": ("adressePostale.complement", "Complément d'adresse"),
    "lieu_dit": ("adressePostale.lieuDit", "Lieu-dit"),
    "code_postal": ("adressePostale.codePostal", "Code postal"),
    "code_commune": ("adressePostale.codeCommune", "Code INSEE de la commune"),
    "commune": ("adressePostale.libelleCommune", "Commune"),
}
BANK = {
    "titulaire": ("coordonneeBancaire.titulaire", "Titulaire du compte"),
    "iban": ("coordonneeBancaire.iban", "IBAN"),
    "bic": ("coordonneeBancaire.bic", "BIC"),
}
ALL = {**CONTACT, **BANK}

# Typed with spaces by everybody, sent without.
_WITHOUT_SPACES = {"telephone", "iban", "bic"}

Fields = dict[str, tuple[str, str]]


class Rejected(Exception):
    """The data typed are wrong: field of the form → what to do."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


def values_of(person: Particulier, fields: Fields) -> dict[str, str]:
    """Return what is known, to be shown in the form."""
    known = json.loads(person.registration)
    return {name: _read(known, path) for name, (path, _) in fields.items()}


def change(
    work: Work, person: Particulier, typed: dict[str, str], fields: Fields
) -> None:
    """Record what the person typed; raise Rejected."""
    body = copy.deepcopy(json.loads(person.registration))
    for name, (path, _) in fields.items():
        value = typed.get(name, "")
        if name in _WITHOUT_SPACES:
            value = "".join(value.split())
        _write(body, path, value)
    try:
        data = check(_PERSON, body, "")
    except Refusal as refusal:
        raise Rejected(_format_faults(refusal, fields)) from None
    faults = address_faults(data.adressePostale) + bank_faults(data.coordonneeBancaire)
    if faults:
        raise Rejected({_place_of(fault["code"]): fault["message"] for fault in faults})
    try:
        correct(work, person, data)
        if "iban" in fields and person.mandate_expired_at:
            # Whoever confirms his bank account signs a new mandate.
            renew_mandate(person)
    except Refusal as refusal:
        raise Rejected({"mail": refusal.erreurs[0]["message"]}) from None


def _format_faults(refusal: Refusal, fields: Fields) -> dict[str, str]:
    by_path = {path: name for name, (path, _) in fields.items()}
    faults = {}
    for fault in refusal.erreurs:
        path = fault["message"].partition("champ .")[2].partition(" :")[0]
        name = by_path.get(path, "")
        faults[name] = f"{fields[name][1]} : format incorrect" if name else path
    return faults


def _place_of(code: str) -> str:
    if code == "ERR_COORDONNEES_BANCAIRES":
        return "iban"
    if code == "ERR_APPEL_BACB":
        return "bic"
    return "code_commune" if code == "ERR_CONTACT_ADRESSE_COMMUNE" else "voie"


def _read(known: dict[str, Any], path: str) -> str:
    value: Any = known
    for part in path.split("."):
        value = (value or {}).get(part)
    return value or ""


def _write(body: dict[str, Any], path: str, value: str) -> None:
    *parents, last = path.split(".")
    for part in parents:
        body = body.setdefault(part, {})
    body[last] = value
