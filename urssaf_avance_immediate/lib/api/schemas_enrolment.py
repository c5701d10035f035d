# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods 010 (enrol a particulier) and 020 (state of the account).

Lengths and patterns: ``docs/api.md``. Python's ``\\pL`` of
Urssaf's regular expressions is ``\\p{L}`` in pydantic's engine, which has no
look-ahead; the rules are the same.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from ..rules.contact import MIN_IBAN
from .schemas_base import (
    FRANCE,
    YEARS,
    Code,
    Identifier,
    Label,
    WireDate,
    WireRequest,
    WireResponse,
    fault,
)

# SW30 (80); SW29 had 100. Urssaf's own alternation, simplified: letters at both
# ends, letters, apostrophes, hyphens and spaces between.
LastName = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=80, pattern=r"^\p{L}([\p{L}'\- ]*\p{L})?$"
    ),
]
# SW30 (80); SW29 had 256. First names are separated by ONE space.
FirstNames = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=80,
        pattern=r"^\p{L}+(['\-]*\p{L}+)*( \p{L}+(['\-]*\p{L}+)*)*$",
    ),
]
Mobile = Annotated[str, StringConstraints(pattern=r"^(0|\+33)[67]([0-9]{2}){4}$")]
# CT (2026): the local part also allows "+".
Email = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-zA-Z0-9+._\-]+(\.[a-zA-Z0-9+._\-]+)*"
        r"@([a-zA-Z0-9\-]*[a-zA-Z0-9]\.)+[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9]$"
    ),
]
Country = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
LongLine = Annotated[str, StringConstraints(min_length=1, max_length=38)]

_SINCE = re.compile(
    r"\b(\d{2})/(\d{2})/(\d{4})(?:\s*(?:à|a|,|-)?\s*(\d{2}):(\d{2})(?::(\d{2}))?)?"
)


class BirthCommune(WireRequest):
    """``communeNaissance``: the last three of the INSEE code, and its name."""

    commune_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")] = Field(
        alias="codeCommune"
    )
    # Optional in the Swagger, required in practice (ERR_LIEU_NAISSANCE_OBLIGATOIRE);
    # no semicolon (ERREUR_LIEU_NAISSANCE_INVALIDE).
    commune_label: Annotated[
        str, StringConstraints(min_length=1, max_length=50, pattern=r"^[^;]+$")
    ] = Field(alias="libelleCommune")


class BirthPlace(WireRequest):
    """``lieuNaissance``: France with département and commune, or a country alone."""

    birth_country_code: Country = Field(alias="codePaysNaissance")
    birth_department: (
        Annotated[str, StringConstraints(pattern=r"^[09][0-9][0-9abAB]$")] | None
    ) = Field(None, alias="departementNaissance")
    birth_commune: BirthCommune | None = Field(None, alias="communeNaissance")

    @model_validator(mode="after")
    def _check_country(self):
        in_france = self.birth_country_code == FRANCE
        for wire_field, value in (
            ("departementNaissance", self.birth_department),
            ("communeNaissance", self.birth_commune),
        ):
            if in_france and value is None:
                raise fault("birth_place_missing", wire_field, "required in France")
            if not in_france and value is not None:
                raise fault("birth_place_abroad", wire_field, "only for France")
        return self


class PostalAddress(WireRequest):
    """``adressePostale``: in France, with a street, a complement or a lieu-dit."""

    # CT 2026 and CF: 4 digits at most, not zero; the Swagger allowed 20.
    street_number: (
        Annotated[str, StringConstraints(max_length=4, pattern=r"^0*[1-9][0-9]*$")]
        | None
    ) = Field(None, alias="numeroVoie")
    street_letter: Literal["B", "T", "Q", "C"] | None = Field(None, alias="lettreVoie")
    street_type: (
        Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,4}$")] | None
    ) = Field(None, alias="codeTypeVoie")
    street_label: (
        Annotated[str, StringConstraints(min_length=1, max_length=28)] | None
    ) = Field(None, alias="libelleVoie")
    complement: LongLine | None = Field(None, alias="complement")
    locality: LongLine | None = Field(None, alias="lieuDit")
    commune_label: Annotated[str, StringConstraints(min_length=1, max_length=50)] = (
        Field(alias="libelleCommune")
    )
    commune_code: Annotated[
        str, StringConstraints(pattern=r"^[0-9][0-9abAB][0-9]{3}$")
    ] = Field(alias="codeCommune")
    postcode: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] = Field(
        alias="codePostal"
    )
    # The service is at home in France: a foreign address is refused here.
    country_code: Literal["99100"] = Field(FRANCE, alias="codePays")

    @model_validator(mode="after")
    def _check_street(self):
        """Cross-field rules (CT, AR, CA)."""
        if self.street_label and not self.street_type:
            raise fault("street_type_missing", "codeTypeVoie", "needed by the label")
        if self.street_type and not self.street_label:
            raise fault("street_label_missing", "libelleVoie", "needed by the type")
        if self.street_number and not self.street_label:
            raise fault("street_label_missing", "libelleVoie", "needed by the number")
        if self.street_letter and not self.street_number:
            raise fault("street_number_missing", "numeroVoie", "needed by the letter")
        if not (self.street_label or self.complement or self.locality):
            raise fault("street_missing", "libelleVoie", "an address line is needed")
        return self


class BankAccount(WireRequest):
    """``coordonneeBancaire``: the particulier's own account, without spaces."""

    bic: Annotated[
        str,
        StringConstraints(pattern=r"^[a-zA-Z]{6}[0-9a-zA-Z]{2}([0-9a-zA-Z]{3})?$"),
    ] = Field(alias="bic")
    # Minimum of the Swagger (18), pattern of CT 2026, which stops at 34.
    iban: Annotated[
        str,
        StringConstraints(
            min_length=MIN_IBAN, pattern=r"^[a-zA-Z]{2}[0-9]{2}[a-zA-Z0-9]{11,30}$"
        ),
    ] = Field(alias="iban")
    holder: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        alias="titulaire"
    )


class EnrolmentRequest(WireRequest):
    """``InputParticulierDTO``, the body of method 010."""

    civility: Literal["1", "2"] = Field(alias="civilite")  # 1 Monsieur, 2 Madame
    birth_name: LastName = Field(alias="nomNaissance")
    usage_name: LastName | None = Field(None, alias="nomUsage")
    first_names: FirstNames = Field(alias="prenoms")
    birth_date: WireDate = Field(alias="dateNaissance")
    birth_place: BirthPlace = Field(alias="lieuNaissance")
    mobile: Mobile = Field(alias="numeroTelephonePortable")
    email: Email = Field(alias="adresseMail")
    address: PostalAddress = Field(alias="adressePostale")
    bank_account: BankAccount = Field(alias="coordonneeBancaire")


class EnrolmentResponse(WireResponse):
    """Answer of method 010: the opaque id by which Urssaf knows the customer."""

    _shown: ClassVar[frozenset[str]] = frozenset({"id_client"})

    id_client: Identifier = Field(alias="idClient")


class AccountStatus(WireResponse):
    """``statut`` of method 020; ``etat`` is OK or KO, the codes are in ``codes``."""

    _shown: ClassVar[frozenset[str]] = frozenset({"code", "etat"})

    code: Code = ""
    description: Label = None
    etat: Code = ""


class CustomerStatus(WireResponse):
    """Answer of method 020."""

    _shown: ClassVar[frozenset[str]] = frozenset({"id_client", "status"})

    id_client: Identifier = Field(alias="idClient")
    birth_name: Label = Field(None, alias="nomNaissance")
    usage_name: Label = Field(None, alias="nomUsage")
    first_names: Label = Field(None, alias="prenoms")
    status: AccountStatus = Field(default_factory=AccountStatus, alias="statut")

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, value: Any) -> Any:
        """Accept an array of one (AR) and the key ``statutTransmission`` (CT)."""
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, Mapping):
            return value
        value = dict(value)
        status = value.get("statut") or value.pop("statutTransmission", None)
        if isinstance(status, Mapping):
            value["statut"] = status
        else:
            value.pop("statut", None)
        return value

    @property
    def active(self) -> bool:
        """Whether demandes de paiement are accepted for this customer now."""
        return self.status.etat == "OK"

    @property
    def active_since(self) -> datetime | None:
        """From when services may be declared, naive, Europe/Paris local time.

        Read from the description of an active account (AIS, CT); a date alone means
        midnight. ``None`` when inactive or when no date can be read.
        """
        match = _SINCE.search(self.status.description or "") if self.active else None
        if not match:
            return None
        parts = (int(part or 0) for part in match.groups())
        day, month, year, hour, minute, second = parts
        if year not in YEARS:
            return None
        try:
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
