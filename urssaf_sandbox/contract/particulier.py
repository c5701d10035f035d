# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 010, `POST /particulier`: the body, and the checks that need no database.

The types check formats alone, with the lengths of Swagger 1.30.3. What has an error
code of its own (lieu de naissance, adresse, coordonnée bancaire) is checked by the
functions below, hence some looser types than the Swagger's. The tax office (DGFiP)
recognises everybody here, except the holders of a few magic birth names.
"""

import re
import unicodedata
from datetime import date
from typing import Literal

from pydantic import Field

from .erreurs import Erreur, erreur
from .fields import OptionalText, Wire, WireDate, optional, text
from .references import DEPARTEMENTS, FRANCE, LETTRES_VOIE, TYPES_VOIE

# The official pattern, said simply: letters, apostrophes, hyphens and spaces, a letter
# at both ends.
_NAME = r"^\p{L}([\p{L}'\- ]*\p{L})?$"
_FIRST_NAMES = r"^\p{L}+(['\-]*\p{L}+)*( \p{L}+(['\-]*\p{L}+)*)*$"
# The 2026 form (CT): the local part also allows "+".
_EMAIL = (
    r"^[a-zA-Z0-9+._\-]+(\.[a-zA-Z0-9+._\-]+)*"
    r"@([a-zA-Z0-9\-]*[a-zA-Z0-9]\.)+[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9]$"
)


class CommuneNaissance(Wire):
    """The commune of birth, in France."""

    codeCommune: optional(text(pattern=r"^[0-9]{3}$")) = None
    libelleCommune: optional(text(1, 50)) = None


class LieuNaissance(Wire):
    """The birth place; abroad, the country alone."""

    codePaysNaissance: text(pattern=r"^[0-9]{5}$")
    departementNaissance: OptionalText = None
    communeNaissance: CommuneNaissance | None = None


class AdressePostale(Wire):
    """The home address."""

    # Four digits is the form of 2026 (CT, CF); the Swagger said twenty.
    numeroVoie: optional(text(pattern=r"^0{0,3}[1-9][0-9]{0,3}$", high=4)) = None
    lettreVoie: optional(text(high=1)) = None
    codeTypeVoie: optional(text(pattern=r"^[0-9A-Za-z]{0,4}$")) = None
    libelleVoie: optional(text(high=28)) = None
    complement: optional(text(high=38)) = None
    lieuDit: optional(text(high=38)) = None
    libelleCommune: text(1, 50)
    codeCommune: text(pattern=r"^[0-9][0-9a-bA-B][0-9]{3}$")
    codePostal: text(pattern=r"^[0-9]{5}$")
    codePays: text(pattern=r"^[0-9]{5}$")


class CoordonneeBancaire(Wire):
    """The account Urssaf debits."""

    bic: text(8, 11, r"^[a-zA-Z]{6}[0-9a-zA-Z]{2}([0-9a-zA-Z]{3})?$")
    iban: text(18, 38, r"^[a-zA-Z]{2}[0-9]{2}[a-zA-Z0-9]{11,30}$")
    titulaire: text(1, 100)


class InputParticulierDTO(Wire):
    """A person to enrol."""

    civilite: Literal["1", "2"]
    nomNaissance: text(1, 80, _NAME)
    nomUsage: optional(text(high=80, pattern=_NAME)) = None
    prenoms: text(1, 80, _FIRST_NAMES)
    dateNaissance: WireDate
    lieuNaissance: LieuNaissance | None = None
    numeroTelephonePortable: text(pattern=r"^(0|\+33)[6-7]([0-9]{2}){4}$")
    adresseMail: str = Field(pattern=_EMAIL, max_length=254)
    adressePostale: AdressePostale
    coordonneeBancaire: CoordonneeBancaire


_DEPARTMENT = re.compile(r"[09][0-9][0-9abAB]")
# Letters and digits, and what real commune names hold besides.
_LABEL = re.compile(r"[\w '’\-./()]+")
# Corsica's number before 1976: the état civil of those born there then may bear it.
_OLD_CORSICA = "20"


def lieu_naissance_erreurs(lieu: LieuNaissance | None) -> list[Erreur]:
    """Return every erreur of the birth place."""
    if lieu is None:
        return [erreur("ERREUR_LIEU_NAISSANCE_OBLIGATOIRE")]
    if lieu.codePaysNaissance != FRANCE:
        if lieu.departementNaissance or lieu.communeNaissance:
            return [erreur("ERREUR_LIEU_NAISSANCE_PAYS")]
        return []
    return _departement_erreurs(lieu) + _commune_naissance_erreurs(lieu)


def _departement_erreurs(lieu: LieuNaissance) -> list[Erreur]:
    if not lieu.departementNaissance:
        return [erreur("ERREUR_LIEU_NAISSANCE_DEPT")]
    if not _DEPARTMENT.fullmatch(lieu.departementNaissance):
        return [erreur("ERREUR_LIEU_NAISSANCE_DEPT_FORMAT")]
    return []


def _commune_naissance_erreurs(lieu: LieuNaissance) -> list[Erreur]:
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


def adresse_erreurs(adresse: AdressePostale) -> list[Erreur]:
    """Return every erreur of the address."""
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


_FRENCH_LENGTH = 27
# Whoever banks there cannot be checked: no such bank exists.
MAGIC_BIC = "PANNEFRP"
_FICTIVE_BANK = "99999"
_FICTIVE_BRANCH = "00001"


def coordonnee_bancaire_erreurs(coordonnee: CoordonneeBancaire) -> list[Erreur]:
    """Return the erreur of the account, without repeating any of it."""
    iban = coordonnee.iban.upper()
    if iban.startswith("FR") and len(iban) != _FRENCH_LENGTH:
        return [erreur("ERR_COORDONNEES_BANCAIRES")]
    if not _check_digits_hold(iban):
        return [erreur("ERR_COORDONNEES_BANCAIRES")]
    if coordonnee.bic.upper().startswith(MAGIC_BIC):
        return [erreur("ERR_APPEL_BACB")]
    return []


def fictive_iban(siret: str) -> str:
    """Return a French IBAN with right check digits, in a bank that does not exist."""
    account = _FICTIVE_BANK + _FICTIVE_BRANCH + siret[:9].zfill(11)
    key = 97 - int(account) * 100 % 97
    bban = f"{account}{key:02d}"
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{bban}FR00")) % 97
    return f"FR{check:02d}{bban}"


def _check_digits_hold(iban: str) -> bool:
    """Apply ISO 13616: the rearranged number is 1 modulo 97."""
    rearranged = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 == 1


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
    """Return the erreurs of the birth date; `today` is the civil date in France."""
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


def particulier_erreurs(particulier: InputParticulierDTO, today: date) -> list[Erreur]:
    """Return every erreur; `today` is the civil date in France.

    The tax office is only asked about what is complete, as the real service would.
    """
    erreurs = [
        *date_naissance_erreurs(particulier, today),
        *lieu_naissance_erreurs(particulier.lieuNaissance),
        *adresse_erreurs(particulier.adressePostale),
        *coordonnee_bancaire_erreurs(particulier.coordonneeBancaire),
    ]
    return erreurs or tax_office_erreurs(particulier)
