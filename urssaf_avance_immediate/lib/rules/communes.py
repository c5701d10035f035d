# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of communes as people write them, and the commune of an address.

A commune that was joined to another is still written by everybody: "91080
Courcouronnes" is in Évry-Courcouronnes. Its name counts where none of today has it.
"""

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae"})
_WORDS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_CEDEX = re.compile(r"\bcedex\b(?: (\d+))?")
_ON = re.compile(r"\b(s|sur)\s*/\s*", re.I)
#: Cities cut into arrondissements: first characters of their postal codes, and of the
#: INSEE codes of the arrondissements; how many there are.
_DISTRICTS = {
    "paris": ("75", "751", 20),
    "lyon": ("69", "6938", 9),
    "marseille": ("13", "132", 16),
}
_DISTRICT_NAME = re.compile(
    r"(paris|lyon|marseille)(?: (\d{1,2}|[xvi]{1,5}?)(?: ?(?:e|er|eme|ieme|ere))?"
    r"(?: arr\w*)?)?"
)
_ROMAN = {"x": 10, "v": 5, "i": 1}
#: What stands around the name of a commune in an address: its postal code, the number
#: of its département, the country.
_AROUND = re.compile(
    r"^\s*(?:f-)?\d{5}\b|"
    r"[(,]\s*(?:\d{2,3}|2[ab])\s*\)?\s*$|"
    r"[(,\s]\s*france\s*\)?\s*$",
    re.I,
)
#: "Hyères - Giens", "Giens (Hyères)": a commune, and a place in it.
_PARTS = re.compile(r"\s[-–—]\s|[,;/()]")
_ARTICLE = re.compile(r"^(?:le|la|les|l) | (?:le|la|les|l)$")
#: As alike as "saint etiene" and "saint etienne".
_ALIKE = 0.86
#: More communes than that are no choice.
_MAX_CANDIDATES = 8
#: INSEE codes of these cities as a whole.
WHOLE_CITIES = frozenset({"75056", "69123", "13055"})


class Place(NamedTuple):
    """A commune that an address or a birth may be in."""

    id: int
    code: str
    key: str  #: its name by ``place_key``
    zips: frozenset[str] = frozenset()
    former: bool = False  #: a name of the past, ``id`` and ``code`` being of today


def place_key(name: str) -> str:
    """What two spellings of a name have in common: no accent, no sign, "saint" whole.

    "ST-Étienne CEDEX 2" and "Saint Etienne" give "saint etienne".
    """
    return " ".join(_CEDEX.sub("", _plain(name)).split())


def _plain(name: str) -> str:
    name = _ON.sub("sur ", name or "").translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", plain).split()
    return " ".join(_WORDS.get(word, word) for word in words)


def district_code(zip_code: str, city: str) -> str | None:
    """INSEE code of the arrondissement of Paris, Lyon or Marseille, ``None`` elsewhere
    or when neither the name ("Lyon 3e", "Paris cedex 12", "Paris XII") nor the postal
    code (69003) tells it.
    """
    match, number = _district(city)
    if not match:
        return None
    zip_start, insee_start, count = _DISTRICTS[match[1]]
    zip_code = (zip_code or "").strip()
    if not number and re.fullmatch(rf"{zip_start}(?:0|1)\d\d", zip_code):
        number = int(zip_code[3:])  # 69003; 75116 is the 16th too
    cedex = _CEDEX.search(_plain(city))
    if not number and cedex:
        number = int(cedex[1] or 0)
    if not 1 <= number <= count:
        return None
    return insee_start + str(number).zfill(5 - len(insee_start))


def _district(city: str) -> tuple[re.Match | None, int]:
    """The match of ``_DISTRICT_NAME``, and the number that the name tells or 0: 12 in
    "Paris (12)", none in "Paris (75)".
    """
    bare = _DISTRICT_NAME.fullmatch(place_key(_AROUND.sub("", city or "")))
    whole = _DISTRICT_NAME.fullmatch(place_key(city))
    for match in (whole, bare):
        number = _number(match[2] or "") if match else 0
        if match and number <= _DISTRICTS[match[1]][2]:
            return match, number
    return bare, 0


def _number(text: str) -> int:
    """Of "12" and "xii" alike; 0 of what is no number."""
    if not set(text) <= set(_ROMAN):
        return int(text)
    values = [_ROMAN[sign] for sign in text]
    pairs = itertools.pairwise([*values, 0])
    return sum(-one if one < following else one for one, following in pairs)


def is_divided(city: str) -> bool:
    """Whether the name is that of Paris, Lyon or Marseille."""
    return bool(_district(city)[0])


def city_keys(city: str) -> list[str]:
    """What may be the name of the commune in what stands for the city, the likeliest
    first: the whole, then each part of "Giens (Hyères)".
    """
    bare = _AROUND.sub("", city or "")
    keys = [place_key(part) for part in (city, bare, *_PARTS.split(bare))]
    return [key for key in dict.fromkeys(keys) if key]


def find_commune(
    zip_code: str, city: str, same_name: Iterable[Place], same_zip: Iterable[Place]
) -> int | None:
    """The ``id`` of the one commune of today that a postal code and a city mean, or
    ``None``.

    A name counts in its postal code; elsewhere in the département if it is the only
    one (CEDEX has postal codes of its own); without its article or misspelt, if one
    commune of the postal code is close and no other is. Names of today come first.

    :param same_name: places of any of ``city_keys``
    :param same_zip: places of the postal code
    """
    ways = _ways(zip_code, city, list(same_name), list(same_zip))
    found = next((ids for ids in ways if ids), [])
    return found[0] if len(found) == 1 else None


def choose_commune(
    zip_code: str, city: str, same_name: Iterable[Place], same_zip: Iterable[Place]
) -> list[int]:
    """The ``id`` of each commune that may be meant where ``find_commune`` leaves a
    doubt: those between which it does not choose, or else all of the postal code if
    they are few.
    """
    around = list(same_zip)
    ways = _ways(zip_code, city, list(same_name), around)
    found = next((ids for ids in ways if ids), [])
    found = found or list(dict.fromkeys(place.id for place in around))
    return found if len(found) <= _MAX_CANDIDATES else []


def _ways(zip_code, city, named, around):
    """The communes that each way to read the address leads to, the surest way first."""
    zip_code, keys = (zip_code or "").strip(), city_keys(city)
    here = [place for place in named if zip_code in place.zips]
    for key in keys:
        yield from _today_first([place for place in here if place.key == key])
    number = _department_of_zip(zip_code)
    near = [place for place in named if _department(place.code) == number]
    for key in keys[:2]:
        yield from _today_first([place for place in near if place.key == key])
    for key in keys:
        bare = _bare(key)
        yield from _today_first([p for p in around if _bare(p.key) == bare])
    for key in keys[:1]:
        known = {place.key for place in around}
        close = difflib.get_close_matches(key, known, 3, _ALIKE)
        yield _ids(place for place in around if place.key in close)


def _today_first(places):
    yield _ids(place for place in places if not place.former)
    yield _ids(places)


def _ids(places):
    return list(dict.fromkeys(place.id for place in places))


def _bare(key: str) -> str:
    """A name without its article, which lists put behind or leave out."""
    return _ARTICLE.sub("", key)


def _department(code: str) -> str:
    if code[:2] in ("2A", "2B"):
        return "20"  # both have postal codes in 20
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def _department_of_zip(zip_code: str) -> str:
    return zip_code[:3] if zip_code[:2] in ("97", "98") else zip_code[:2]


def department(code: str) -> str:
    """The département of an INSEE code: "69", "2A", "974"."""
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def search_text(
    code: str, key: str, kind: str, zips: str, departments: dict, whole: str
) -> str:
    """Each word that leads to a commune, after a space: name, number and name of the
    département, INSEE code, postal codes; of an old code, also today's département.

    :param departments: ``place_key`` of the départements, by number
    :param whole: INSEE code of the commune of today, of a part or an old code
    """
    if kind == "algeria":  # 91 to 94 are others today
        departments = {department(code): "algerie"}
    numbers = dict.fromkeys(department(c) for c in (code, whole) if c)
    places = " ".join(f"{number} {departments.get(number, '')}" for number in numbers)
    return f" {key} {places} {code} {zips} ".casefold()


def rank(kind: str) -> int:
    """Present communes first, old codes last."""
    return {"commune": 0, "district": 0, "former": 2, "algeria": 2}.get(kind, 1)
