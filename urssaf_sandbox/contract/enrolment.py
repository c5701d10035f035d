# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 010, `POST /particulier` (urssaf-api.md §2.1, lengths of Swagger 1.30.3).

Only formats are checked here. What has an error code of its own (birth place, street,
bank account) is left to `rules`, hence some looser types than the Swagger's.
"""

from typing import Literal

from pydantic import Field

from .fields import OptionalText, Wire, WireDate, optional, text

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
