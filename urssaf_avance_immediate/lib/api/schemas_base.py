# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the request and response schemas share: wire types and discreet models.

Source keys (SW29, SW30, CT, CA, AT...) are those of ``docs/api.md``. Where
versions differ we take the tighter length and the more recent pattern.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ..rules.characters import clean
from ..rules.period import wire_date
from .errors import RemoteError, remote_errors

FRANCE = "99100"  # INSEE country code

_WIRE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0{1,6})?Z")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):\d{2}.*?(Z)?)?$")


def _read_date(value: Any) -> date:
    """A calendar date, or the wire's midnight Z of one.

    A ``datetime`` is refused: its time zone could move it to another day, hence to
    another month, which Urssaf punishes with a period error.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    match = _WIRE_DATE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise PydanticCustomError("date_type", "a date or its wire form is expected")
    try:
        return date.fromisoformat(match[1])
    except ValueError as error:
        raise PydanticCustomError("date_parsing", "no such date") from error


def _no_bool(value: Any) -> Any:
    """Refuse Odoo's ``False``, which pydantic would read as the amount 0."""
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_type", "a number is expected")
    return value


WireDate = Annotated[
    date, BeforeValidator(_read_date), PlainSerializer(wire_date, when_used="json")
]

#: JSON numbers, not strings. A float holds 12 digits exactly enough: its
#: shortest decimal form, which is what json writes, is the decimal we started from.
_as_number = PlainSerializer(float, when_used="json")
Amount = Annotated[
    Decimal,
    BeforeValidator(_no_bool),
    Field(ge=0, max_digits=12, decimal_places=2),
    _as_number,
]
UnitPrice = Annotated[
    Decimal,
    BeforeValidator(_no_bool),
    Field(ge=0, max_digits=13, decimal_places=3),  # three accepted: CA, AR (rule E)
    _as_number,
]
Quantity = Annotated[
    Decimal,
    BeforeValidator(_no_bool),
    Field(gt=0, max_digits=10, decimal_places=2),
    _as_number,
]


class _Discreet(BaseModel):
    """A model whose ``repr`` shows only harmless fields, so that no log line, no
    traceback and no failing test can print an IBAN or a birth date."""

    _shown: ClassVar[frozenset[str]] = frozenset()

    def __repr_args__(self):
        return [
            (name, value)
            for name, value in super().__repr_args__()
            if name in self._shown
        ]

    def __str__(self) -> str:
        return repr(self)


class WireRequest(_Discreet):
    """Base of what we send: complete, frozen, with Urssaf's names as aliases.

    Control characters, bidirectional marks and the like never leave: every text is
    cleaned here. An identifier that has some is refused instead, as Urssaf's answer is
    matched by it (``_exact``).
    """

    #: Names of the fields that are sent as they are, or not at all.
    _exact: ClassVar[frozenset[str]] = frozenset()

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _clean_texts(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        exact = {cls.model_fields[name].alias: name for name in cls._exact}
        cleaned = dict(value)
        for name, given in value.items():
            cleaned[name] = _cleaned(given)
            if (name in exact or name in cls._exact) and cleaned[name] != given:
                raise fault("invisible_characters", name, "characters nobody sees")
        return cleaned

    def to_wire(self) -> dict:
        """The JSON object to send: Urssaf's names, nothing for what is absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _cleaned(value: Any) -> Any:
    """A text, or the texts of a list, as they may leave. Objects clean their own."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_cleaned, value))
    return value


class WireResponse(_Discreet):
    """Base of what we receive: lenient, so that news from Urssaf break nothing."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )

    @classmethod
    def from_wire(cls, payload: Any):
        """The JSON body as an object. :raises ValueError: it is not such a body"""
        return cls.model_validate(payload)


def fault(kind: str, wire_field: str, message: str) -> PydanticCustomError:
    """A cross-field error that names the wire field to put right."""
    return PydanticCustomError(kind, message, {"field": wire_field})


def _known_names(model: type[BaseModel]) -> dict[str, str]:
    names = {name: info.alias or name for name, info in model.model_fields.items()}
    for child in model.__subclasses__():
        names.update(_known_names(child))
    return names


def field_errors(error: ValidationError) -> list[tuple[str, str]]:
    """``(wire path, error type)`` of each fault, without any input value.

    The path has Urssaf's names, dotted, e.g. ``coordonneeBancaire.iban`` or
    ``inputPrestations.0.quantite``; the types are pydantic's (``missing``,
    ``string_pattern_mismatch``...) and ours (see :func:`fault`).
    """
    names = _known_names(WireRequest)
    found = []
    for item in error.errors(include_input=False, include_url=False):
        path = [names.get(part, str(part)) for part in item["loc"]]
        field = (item.get("ctx") or {}).get("field")
        if field:
            path.append(field)
        found.append((".".join(path), item["type"]))
    # pydantic also calls a list too short when one of its items is faulty.
    return [
        (path, kind)
        for path, kind in found
        if kind != "too_short" or not any(p.startswith(f"{path}.") for p, _k in found)
    ]


#: Characters kept of a code, and of a label of one line.
MAX_CODE, MAX_LABEL = 80, 300
#: Identifiers are opaque; a longer one than this is none, and no index takes it.
MAX_ID = 100
#: Euros. Contract: twelve digits, two of them cents.
_MAX_AMOUNT = Decimal(10) ** 10
#: Nothing at Urssaf happens out of these years.
YEARS = range(2000, 2100)


def as_text(value: Any) -> str | None:
    """A text, or a number as one; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value)


def as_code(value: Any) -> str:
    """Codes are documented as strings; a number is cast, an absence is ''."""
    return (as_text(value) or "")[:MAX_CODE]


def _as_label(value: Any) -> str | None:
    text = as_text(value)
    return text if text is None else text[:MAX_LABEL]


def as_identifier(value: Any) -> str | None:
    """An identifier, ``None`` when there is none. :raises ValueError: far too long"""
    text = as_text(value) or None
    if text and len(text) > MAX_ID:
        raise ValueError("not an identifier")
    return text


def as_decimal(value: Any) -> Decimal | None:
    """A number as Urssaf may write it, ``None`` when it cannot be an amount."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) < _MAX_AMOUNT else None


def as_date(value: Any) -> date | None:
    """The Paris date of a remote date or date-time; ``None`` when unreadable.

    ``22:00Z`` and ``23:00Z`` are Paris midnight of the next day (summer, winter) as
    a server that converts to UTC would write it. No time zone table is needed.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _ISO_DATE.match(value.strip()) if isinstance(value, str) else None
    if not match:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    if day.year not in YEARS:
        return None
    next_day = match[5] and int(match[4]) >= 22
    return day + timedelta(days=1) if next_day else day


Code = Annotated[str, BeforeValidator(as_code)]
Text = Annotated[str | None, BeforeValidator(as_text)]
Label = Annotated[str | None, BeforeValidator(_as_label)]
OptionalId = Annotated[str | None, BeforeValidator(as_identifier)]
Identifier = Annotated[str, BeforeValidator(as_identifier)]
LooseDecimal = Annotated[Decimal | None, BeforeValidator(as_decimal)]
LooseDate = Annotated[date | None, BeforeValidator(as_date)]
Errors = Annotated[list[RemoteError], BeforeValidator(remote_errors)]
