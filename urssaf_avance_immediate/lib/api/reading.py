# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the bytes of an answer to values that any database, log or screen takes.

The one place where something from outside is decoded. One lone half of an emoji (what
a Java service makes when it cuts a text), a NUL or a number of five thousand digits in
the comment of one customer must not stop what concerns the others.
"""

import json
import re
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

#: Characters kept of one text. A token may be long, a comment is not.
MAX_TEXT = 8000
#: Objects and lists inside one another; the contract has five.
MAX_DEPTH = 30
#: No amount, code or identifier has more digits.
MAX_DIGITS = 30
#: Seconds: whatever ``Retry-After`` asks for, nobody plans further ahead.
MAX_WAIT = 7 * 24 * 3600.0
#: A ``Date`` out of these years is no date.
_YEARS = range(2000, 2100)

# Halves of a pair, controls but line ends and tabs, and what turns the direction of
# writing: none of it is ever meant.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_HALF = re.compile("[\ud800-\udfff]")


def read_json(response):
    """The JSON body of a response, cleaned. :raises ValueError: it is not usable"""
    # Decoded as UTF-8 by hand: requests guesses from headers that gateways get wrong.
    return decode(response.content.decode("utf-8-sig"))


def decode(text: str):
    """A JSON text as cleaned values; an absurd number becomes ``None``.

    :raises ValueError: it is not JSON, or nested without end
    """
    try:
        value = json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_nothing
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _clean(value, MAX_DEPTH)


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """The text without what no database or screen takes, and not longer than this."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text  # nearly all: codes, numbers, dates
    return _HALF.sub("\ufffd", _UNWANTED.sub("", text))


def readable(content: bytes, limit: int) -> str:
    """The beginning of a body that is not JSON, to be shown."""
    return clean_text(content[: limit * 4].decode("utf-8", "replace"), limit)


def seconds_to_wait(value: str | None) -> float | None:
    """A ``Retry-After`` in seconds or as an HTTP date; ``None`` when it is neither."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), MAX_WAIT)
    moment = http_date(value)
    if moment is None:
        return None
    left = (moment - datetime.now(timezone.utc)).total_seconds()
    return min(max(0.0, left), MAX_WAIT)


def http_date(value: str | None) -> datetime | None:
    """The date of a header, aware, in UTC; ``None`` when there is none to be read."""
    with suppress(TypeError, ValueError, ArithmeticError, LookupError):
        moment = parsedate_to_datetime(value)
        # Without a zone, HTTP dates are in UTC.
        moment = moment.replace(tzinfo=moment.tzinfo or timezone.utc)
        if moment.year in _YEARS:
            return moment.astimezone(timezone.utc)
    return None


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS else None


def _float(digits: str) -> float | None:
    value = float(digits)
    return value if abs(value) < 10.0**MAX_DIGITS else None


def _nothing(_constant: str) -> None:
    """NaN and Infinity are not JSON, and no amount."""


def _clean(value, depth: int):
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    return {clean_text(key): _clean(item, depth - 1) for key, item in value.items()}
