# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Field types shared by the methods of the API."""

import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

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
