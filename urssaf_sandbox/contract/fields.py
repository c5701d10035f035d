# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the bytes of a body to a checked request, or to `ERREUR_VALIDATION`.

With the types of field that the methods share.
"""

import json
import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from .erreurs import Erreur, Refusal, champ_invalide

_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?Z"
)
_AMOUNT_LIMIT = Decimal(10) ** 9


class Wire(BaseModel):
    """Parent of all request bodies. Attributes bear their names on the wire.

    Unknown keys are ignored, and no error text repeats what was received.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


def _fault(kind: str, reason: str) -> PydanticCustomError:
    return PydanticCustomError(f"sandbox_{kind}", reason)


def _wire_date(value: Any) -> datetime:
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match:
        try:
            moment = datetime.fromisoformat(match[1])
        except ValueError:
            match = None
    if not match:
        raise _fault("date", "date attendue sous la forme AAAA-MM-JJThh:mm:ssZ")
    return moment.replace(tzinfo=timezone.utc)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _fault("number", "un nombre est attendu, sans guillemets")
    # In this order: an integer may be too long for a float.
    if not abs(value) < _AMOUNT_LIMIT:
        raise _fault("number", "ce nombre est trop grand")
    # repr() gives back the digits that were typed, which float arithmetic would lose.
    return Decimal(repr(value))


def _blank_to_none(value: Any) -> Any:
    return None if value == "" else value


def _code(value: Any) -> Any:
    # A code sent as a JSON number is accepted in production (AIS).
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < _AMOUNT_LIMIT else value
    return value


# An ISO date-time ending in Z. Numeric offsets and plain dates are refused; the civil
# date it means is the one that is written, whatever the hour.
WireDate = Annotated[datetime, BeforeValidator(_wire_date)]
# A JSON number; a string is refused. Euros, hours or units.
Number = Annotated[Decimal, BeforeValidator(_number)]
# A text that may be left out; an empty one counts as absent.
OptionalText = Annotated[str | None, BeforeValidator(_blank_to_none)]
Code = Annotated[str, BeforeValidator(_code)]


def text(low: int = 0, high: int | None = None, pattern: str | None = None) -> Any:
    """Return a required text of `low` to `high` characters."""
    return Annotated[str, Field(min_length=low, max_length=high, pattern=pattern)]


def optional(kind: Any) -> Any:
    """Return the same type, absent or empty allowed."""
    return Annotated[kind | None, BeforeValidator(_blank_to_none)]


T = TypeVar("T")

_REASONS = {
    "missing": "ce champ est obligatoire",
    "string_type": "une chaîne de caractères est attendue",
    "string_unicode": "ce texte est illisible",
    "string_too_long": "{max_length} caractères au plus",
    "string_too_short": "{min_length} caractères au moins",
    "string_pattern_mismatch": "le format attendu est {pattern}",
    "literal_error": "les valeurs admises sont {expected}",
    "list_type": "un tableau est attendu",
    "too_short": "{min_length} élément au moins",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
}


def read_json(body: bytes, root: str) -> Any:
    """Return the decoded body; raise Refusal naming `root` when it is no JSON."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal([champ_invalide(root, "JSON illisible")]) from None


def check(adapter: TypeAdapter[T], received: Any, root: str) -> T:
    """Return the typed request; raise Refusal with one `Erreur` per faulty field."""
    try:
        return adapter.validate_python(received)
    except ValidationError as error:
        raise Refusal(_erreurs(error, root)) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _erreurs(error: ValidationError, root: str) -> list[Erreur]:
    faults = error.errors(include_url=False, include_input=False)
    return [champ_invalide(_path(root, f["loc"]), _reason(f)) for f in faults]


def _path(root: str, location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return root + "".join(parts)


def _reason(fault: dict[str, Any]) -> str:
    if fault["type"].startswith("sandbox_"):
        return fault["msg"]
    reason = _REASONS.get(fault["type"], "valeur incorrecte")
    return reason.format(**fault.get("ctx", {}))
