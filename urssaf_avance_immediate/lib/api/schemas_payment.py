# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods 050 (send demandes de paiement) and 070 (search them).

Fields, lengths and patterns: ``docs/api.md``. Sums are
checked in ``lib.rules.amounts``, dates in ``lib.rules.period``.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from .codes import MAX_NUMBER, MAX_PRESTATIONS, MAX_SEARCH
from .errors import RemoteError, remote_errors
from .schemas_base import (
    Amount,
    Code,
    Errors,
    Identifier,
    Label,
    LooseDate,
    LooseDecimal,
    OptionalId,
    Quantity,
    Text,
    UnitPrice,
    WireDate,
    WireRequest,
    WireResponse,
    as_date,
    as_decimal,
    as_text,
    fault,
)

NonEmpty = Annotated[str, StringConstraints(min_length=1)]
InvoiceNumber = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NUMBER)]


class Prestation(WireRequest):
    """``InputPrestation``: one service of a demande, prices in euros."""

    _shown: ClassVar[frozenset[str]] = frozenset({"nature", "quantity", "unit"})

    activity: NonEmpty | None = Field(None, alias="codeActivite")
    nature: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,10}$")] = Field(
        alias="codeNature"
    )
    quantity: Quantity = Field(alias="quantite")
    unit: Literal["HEURE", "FORFAIT"] = Field(alias="unite")
    unit_price_ttc: UnitPrice = Field(alias="mntUnitaireTTC")
    line_ttc: Amount = Field(alias="mntPrestationTTC")
    line_ht: Amount = Field(alias="mntPrestationHT")
    line_tva: Amount = Field(alias="mntPrestationTVA")
    service_start: WireDate | None = Field(None, alias="dateDebutEmploi")
    service_end: WireDate | None = Field(None, alias="dateFinEmploi")
    # AR caps 255, CT 120, CF 50: the tightest.
    complement1: Annotated[str, StringConstraints(max_length=50)] | None = Field(
        None, alias="complement1"
    )
    # The intervenant. Optional in the Swagger, required in practice (CA, AIS, CT).
    complement2: Annotated[
        str, StringConstraints(pattern=r"^(SAP[0-9]{9}|SIR[0-9]{14})$")
    ] = Field(alias="complement2")


class PaymentRequest(WireRequest):
    """``InputDemandePaiement``: one demande de paiement, amounts in euros."""

    _shown: ClassVar[frozenset[str]] = frozenset({"number"})
    _exact: ClassVar[frozenset[str]] = frozenset({"number", "id_client"})

    billing_id: Annotated[str, StringConstraints(min_length=1, max_length=30)] = Field(
        alias="idTiersFacturation"
    )
    id_client: NonEmpty = Field(alias="idClient")
    customer_birth_date: WireDate = Field(alias="dateNaissanceClient")
    number: InvoiceNumber = Field(alias="numFactureTiers")
    invoice_date: WireDate = Field(alias="dateFacture")
    service_start: WireDate = Field(alias="dateDebutEmploi")
    service_end: WireDate = Field(alias="dateFinEmploi")
    deposit: Amount | None = Field(None, alias="mntAcompte")
    deposit_date: WireDate | None = Field(None, alias="dateVersementAcompte")
    total_ttc: Amount = Field(alias="mntFactureTTC")
    total_ht: Amount = Field(alias="mntFactureHT")
    prestations: tuple[Prestation, ...] = Field(
        alias="inputPrestations", min_length=1, max_length=MAX_PRESTATIONS
    )

    @model_validator(mode="after")
    def _check_deposit(self):
        if self.deposit and not self.deposit_date:
            raise fault("deposit_date_missing", "dateVersementAcompte", "no date")
        if self.deposit_date and self.deposit is None:
            raise fault("deposit_missing", "mntAcompte", "a date without an amount")
        return self


class PaymentSearch(WireRequest):
    """``InputRechercheDemandePaiement``: at most 10 ids or numbers, or a period of
    invoice dates. With ids, Urssaf ignores the period (CA quoting PDF v1.1.7)."""

    _shown: ClassVar[frozenset[str]] = frozenset({"ids", "numbers", "start", "end"})
    _exact: ClassVar[frozenset[str]] = frozenset({"ids", "numbers"})

    ids: tuple[NonEmpty, ...] | None = Field(
        None, alias="idDemandePaiements", min_length=1, max_length=MAX_SEARCH
    )
    numbers: tuple[InvoiceNumber, ...] | None = Field(
        None, alias="numFactureTiers", min_length=1, max_length=MAX_SEARCH
    )
    start: WireDate | None = Field(None, alias="dateDebut")
    end: WireDate | None = Field(None, alias="dateFin")

    @model_validator(mode="after")
    def _check_criteria(self):
        if not (self.ids or self.numbers or self.start or self.end):
            raise fault("criterion_missing", "idDemandePaiements", "no criterion")
        if self.start and self.end and self.end < self.start:
            raise fault("period_reversed", "dateFin", "the end is before the start")
        return self


class PaymentResult(WireResponse):
    """One answer of method 050. Match it by ``number``, never by position.

    ``accepted`` and ``rejected`` may both be false: then the answer says nothing
    certain and the demande has to be searched.
    """

    _shown: ClassVar[frozenset[str]] = frozenset(
        {"request_id", "number", "status", "errors"}
    )

    id_client: OptionalId = Field(None, alias="idClient")
    request_id: OptionalId = Field(None, alias="idDemandePaiement")
    number: OptionalId = Field(None, alias="numFactureTiers")
    status: Code = Field("", alias="statut")
    errors: Errors = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _gather_errors(cls, value: Any) -> Any:
        """Bring ``Errors`` and an error code given as status (CT) to ``errors``."""
        if not isinstance(value, Mapping):
            return value
        value = dict(value)
        errors = value.get("errors") or value.pop("Errors", None) or []
        status = value.get("statut", value.get("status"))
        if isinstance(status, Mapping):
            status = value["statut"] = status.get("code")
        if not errors and str(status).startswith("ERR"):
            errors = [RemoteError(code=str(status))]
        value["errors"] = errors
        return value

    @property
    def accepted(self) -> bool:
        """Whether the demande now exists at Urssaf, without any doubt."""
        return bool(self.request_id) and not self._faulty

    @property
    def rejected(self) -> bool:
        """Whether Urssaf refused the demande; ``errors`` says why.

        A refusal has no identifier: with both, the demande may well exist.
        """
        return self._faulty and not self.request_id

    @property
    def _faulty(self) -> bool:
        return bool(self.errors) or self.status.startswith("ERR")


class Rejection(WireResponse):
    """``infoRejet``: reason code (``codes.REJECTION_REASONS``), customer's words."""

    _shown: ClassVar[frozenset[str]] = frozenset({"code"})

    code: Code = ""
    comment: Text = Field(None, alias="commentaire")


class Transfer(WireResponse):
    """``infoVirement``: euros and value date. The date comes first, possibly in the
    future; without an amount the money is not there yet (CA, AT)."""

    _shown: ClassVar[frozenset[str]] = frozenset({"amount", "date"})

    amount: LooseDecimal = Field(None, alias="mntVirement")
    date: LooseDate = Field(None, alias="dateVirement")


class PaymentInfo(WireResponse):
    """One demande as method 070 shows it; unknown status codes are kept as is."""

    _shown: ClassVar[frozenset[str]] = frozenset({"request_id", "status_code"})

    request_id: Identifier = Field(alias="idDemandePaiement")
    request: dict | None = Field(None, alias="demandePaiement")
    status_code: Code = ""
    status_label: Label = None
    rejection: Rejection | None = Field(None, alias="infoRejet")
    transfer: Transfer | None = Field(None, alias="infoVirement")

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, value: Any) -> Any:
        """Spread ``statut`` and drop sub-objects that are not objects."""
        if not isinstance(value, Mapping):
            return value
        value = dict(value)
        status = value.pop("statut", None)
        if isinstance(status, Mapping):
            value["status_code"] = status.get("code")
            value["status_label"] = status.get("libelle")
        elif status is not None:
            value["status_code"] = status
        for key in ("demandePaiement", "infoRejet", "infoVirement"):
            if not isinstance(value.get(key), Mapping) or not value[key]:
                value.pop(key, None)
        return value

    @property
    def number(self) -> str | None:
        """Our own number, read from the echo of what was sent."""
        return as_text((self.request or {}).get("numFactureTiers"))

    @property
    def id_client(self) -> str | None:
        """The customer, read from the echo."""
        return as_text((self.request or {}).get("idClient"))

    @property
    def total(self) -> Decimal | None:
        """Total with tax in euros, read from the echo."""
        return as_decimal((self.request or {}).get("mntFactureTTC"))

    @property
    def invoice_date(self) -> date | None:
        """Date of the invoice, read from the echo; ``None`` when it does not tell."""
        return as_date((self.request or {}).get("dateFacture"))

    @property
    def service_start(self) -> date | None:
        """First day of the services, read from the echo."""
        return as_date((self.request or {}).get("dateDebutEmploi"))

    @property
    def service_end(self) -> date | None:
        """Last day of the services, read from the echo."""
        return as_date((self.request or {}).get("dateFinEmploi"))


class PaymentSearchResult(WireResponse):
    """Answer of method 070.

    ``malformed`` counts the items that could not be read; the others are kept.
    ``conclusive`` tells whether a demande that is not listed can be held absent.
    ``server_time`` is when Urssaf answered by its own clock, aware, in UTC.
    """

    _shown: ClassVar[frozenset[str]] = frozenset({"items", "errors", "malformed"})

    items: list[PaymentInfo] = Field(default_factory=list)
    errors: Errors = Field(default_factory=list)
    malformed: int = 0
    server_time: datetime | None = None

    @classmethod
    def from_wire(cls, payload: Any) -> "PaymentSearchResult":
        """Read the answer; a bad item does not lose the good ones.

        :raises ValueError: neither list nor errors: some other document, which must
            not pass for "nothing found" and so lead to a second sending
        """
        errors = remote_errors(payload)
        if not isinstance(payload, Mapping):
            raise ValueError("not an object")
        if "infoDemandePaiements" not in payload and not errors:
            raise ValueError("neither results nor errors")
        listed = payload.get("infoDemandePaiements")
        if listed is None and errors:
            listed = []
        elif not isinstance(listed, list):
            # Something else in its place is not "nothing found".
            listed = [listed]
        items = []
        for item in listed:
            with suppress(ValidationError):
                items.append(PaymentInfo.model_validate(item))
        malformed = len(listed) - len(items)
        return cls(items=items, errors=errors, malformed=malformed)

    @property
    def conclusive(self) -> bool:
        """Whether absence from ``items`` proves absence at Urssaf."""
        harmless = {"ERR_RECHERCHE_VIDE"}
        return not self.malformed and {e.code for e in self.errors} <= harmless


__all__ = [
    "PaymentInfo",
    "PaymentRequest",
    "PaymentResult",
    "PaymentSearch",
    "PaymentSearchResult",
    "Prestation",
    "Rejection",
    "Transfer",
]
