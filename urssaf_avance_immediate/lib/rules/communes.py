# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of communes as people write them, and the commune of an address."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae"})
_WORDS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_CEDEX = re.compile(r"\bcedex\b(?: \d+)?")
_ON = re.compile(r"\b(s|sur)\s*/\s*", re.I)
#: Cities cut into arrondissements: first characters of their postal codes, and of the
#: INSEE codes of the arrondissements; how many there are.
_DISTRICTS = {
    "paris": ("75", "751", 20),
    "lyon": ("69", "6938", 9),
    "marseille": ("13", "132", 16),
}
_DISTRICT_NAME = re.compile(
    r"(paris|lyon|marseille)(?: (\d{1,2})(?: ?(?:e|er|eme|ieme|ere))?(?: arr\w*)?)?"
)
#: INSEE codes of these cities as a whole.
WHOLE_CITIES = frozenset({"75056", "69123", "13055"})


class Place(NamedTuple):
    """A commune that an address or a birth may be in."""

    id: int
    code: str
    key: str  #: its name by ``place_key``
    zips: frozenset[str] = frozenset()


def place_key(name: str) -> str:
    """What two spellings of a name have in common: no accent, no sign, "saint" whole.

    "ST-Étienne CEDEX 2" and "Saint Etienne" give "saint etienne".
    """
    name = _ON.sub("sur ", name or "").translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", plain).split()
    return _CEDEX.sub("", " ".join(_WORDS.get(word, word) for word in words)).strip()


def district_code(zip_code: str, city: str) -> str | None:
    """INSEE code of the arrondissement of Paris, Lyon or Marseille, ``None`` elsewhere
    or when neither the name ("Lyon 3e") nor the postal code (69003) tells it.
    """
    match = _DISTRICT_NAME.fullmatch(place_key(city))
    if not match:
        return None
    zip_start, insee_start, count = _DISTRICTS[match[1]]
    zip_code = (zip_code or "").strip()
    number = int(match[2] or 0)
    if not number and re.fullmatch(rf"{zip_start}(?:0|1)\d\d", zip_code):
        number = int(zip_code[3:])  # 69003; 75116 is the 16th too
    if not 1 <= number <= count:
        return None
    return insee_start + str(number).zfill(5 - len(insee_start))


def is_divided(city: str) -> bool:
    """Whether the name is that of Paris, Lyon or Marseille."""
    return bool(_DISTRICT_NAME.fullmatch(place_key(city)))


def find_commune(
    zip_code: str, city: str, same_name: Iterable[Place], same_zip: Iterable[Place]
) -> int | None:
    """The ``id`` of the one commune that a postal code and a city mean, or ``None``.

    A name counts in its postal code; elsewhere in the département if it is the only
    one (CEDEX has postal codes of its own); misspelt, if one name of the postal code
    is close and no other is.
    """
    zip_code, key = (zip_code or "").strip(), place_key(city)
    if not key:
        return None
    named, around = list(same_name), list(same_zip)
    exact = {place.id for place in named if zip_code in place.zips}
    if len(exact) == 1:
        return exact.pop()
    if exact:
        return None
    nearby = {
        p.id for p in named if _department(p.code) == _department_of_zip(zip_code)
    }
    if len(nearby) == 1:
        return nearby.pop()
    close = difflib.get_close_matches(key, {p.key for p in around}, 2, 0.86)
    found = {place.id for place in around if close and place.key == close[0]}
    return found.pop() if len(found) == 1 and len(close) == 1 else None


def _department(code: str) -> str:
    if code[:2] in ("2A", "2B"):
        return "20"  # both have postal codes in 20
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def _department_of_zip(zip_code: str) -> str:
    return zip_code[:3] if zip_code[:2] in ("97", "98") else zip_code[:2]


def department(code: str) -> str:
    """The département of an INSEE code: "69", "2A", "974"."""
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def search_text(code: str, key: str, zips: str, departments: dict, whole: str) -> str:
    """Each word that leads to a commune, after a space: name, number and name of the
    département, INSEE code, postal codes; of an old code, also today's département.

    :param departments: ``place_key`` of the départements, by number
    :param whole: INSEE code of the commune of today, of a part or an old code
    """
    numbers = dict.fromkeys(department(c) for c in (code, whole) if c)
    places = " ".join(f"{number} {departments.get(number, '')}" for number in numbers)
    return f" {key} {places} {code} {zips} ".casefold()


def rank(kind: str) -> int:
    """Present communes first, old codes last."""
    return {"commune": 0, "district": 0, "former": 2}.get(kind, 1)
