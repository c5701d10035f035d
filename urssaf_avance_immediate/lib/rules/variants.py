# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Other spellings of one identity or address, worth a second try after a refusal.

The tax office compares letter by letter, hyphens, spaces and accents included. Each
function proposes few values, the likeliest first, and never the one it was given.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from .address import MAX_COMPLEMENT, split_street
from .identity import normalise_first_names, normalise_name

#: Particles and compound names stay readable: more would be guessing.
MAX_VARIANTS = 4


def first_names(text: str) -> list[str]:
    """Hyphen for space and the reverse, one place at a time, then without accents."""
    text = normalise_first_names(text)
    return _few(text, [*_joined(text), *_split(text), _no_accents(text)])


def last_name(text: str) -> list[str]:
    """The same for a name of two words or more, then without accents."""
    text = normalise_name(text)
    all_joined = text.replace(" ", "-") if " " in text else text
    return _few(text, [all_joined, text.replace("-", " "), _no_accents(text)])


def birth_date(day: date) -> date | None:
    """Day and month exchanged, a usual typing mistake, if that makes another date."""
    if day.day > 12 or day.day == day.month:
        return None
    return day.replace(day=day.month, month=day.day)


def street(text: str) -> list[dict[str, str]]:
    """Ways to write one street line, in the keys of ``adressePostale``: cut into its
    parts if that is certain, then whole in the complement if it fits.
    """
    whole = " ".join((text or "").replace("\n", ", ").split())
    if not whole:
        return []
    try:
        ways = [split_street(text)]
    except ValueError:
        ways = []
    if len(whole) <= MAX_COMPLEMENT and {"complement": whole} not in ways:
        ways.append({"complement": whole})
    return ways


def _joined(text: str) -> Iterable[str]:
    """Each space in turn becomes a hyphen."""
    for match in re.finditer(" ", text):
        yield text[: match.start()] + "-" + text[match.end() :]


def _split(text: str) -> Iterable[str]:
    """Each hyphen in turn becomes a space."""
    for match in re.finditer("-", text):
        yield text[: match.start()] + " " + text[match.end() :]


def _no_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _few(text: str, variants: Iterable[str]) -> list[str]:
    kept = [v for v in dict.fromkeys(variants) if v and v != text]
    return kept[:MAX_VARIANTS]
