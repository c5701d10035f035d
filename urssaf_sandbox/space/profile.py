# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The data a person may check and correct, between the form and the contract.

The état civil is not among them: the tax office has confirmed it, and it makes the
person who he is.
"""

import copy
import json
from typing import Any

from pydantic import TypeAdapter

from ..contract.erreurs import Refusal
from ..contract.fields import check
from ..contract.particulier import (
    InputParticulierDTO,
    adresse_erreurs,
    coordonnee_bancaire_erreurs,
)
from ..life.particuliers import correct, renew_mandat
from ..life.work import Work
from ..tables import Particulier

_PARTICULIER = TypeAdapter(InputParticulierDTO)

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

    def __init__(self, mistakes: dict[str, str]) -> None:
        super().__init__(", ".join(mistakes))
        self.mistakes = mistakes


def values_of(particulier: Particulier, fields: Fields) -> dict[str, str]:
    """Return what is known, to be shown in the form."""
    known = json.loads(particulier.inscription)
    return {name: _read(known, path) for name, (path, _) in fields.items()}


def change(
    work: Work, particulier: Particulier, typed: dict[str, str], fields: Fields
) -> None:
    """Record what the person typed; raise Rejected."""
    body = copy.deepcopy(json.loads(particulier.inscription))
    for name, (path, _) in fields.items():
        value = typed.get(name, "")
        if name in _WITHOUT_SPACES:
            value = "".join(value.split())
        _write(body, path, value)
    try:
        data = check(_PARTICULIER, body, "")
    except Refusal as refusal:
        raise Rejected(_format_mistakes(refusal, fields)) from None
    erreurs = adresse_erreurs(data.adressePostale) + coordonnee_bancaire_erreurs(
        data.coordonneeBancaire
    )
    if erreurs:
        raise Rejected({_place_of(one["code"]): one["message"] for one in erreurs})
    try:
        correct(work, particulier, data)
        if "iban" in fields and particulier.mandat_expired_at:
            # Whoever confirms his bank account signs a new mandate.
            renew_mandat(particulier)
    except Refusal as refusal:
        raise Rejected({"mail": refusal.erreurs[0]["message"]}) from None


def _format_mistakes(refusal: Refusal, fields: Fields) -> dict[str, str]:
    by_path = {path: name for name, (path, _) in fields.items()}
    mistakes = {}
    for one in refusal.erreurs:
        path = one["message"].partition("champ .")[2].partition(" :")[0]
        name = by_path.get(path, "")
        mistakes[name] = f"{fields[name][1]} : format incorrect" if name else path
    return mistakes


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
