# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Places of birth as Urssaf cuts them."""

import re

from .characters import clean
from .communes import place_key

# Urssaf takes letters and digits, and the few signs that names of communes have.
_NOT_IN_LABELS = re.compile(r"[^\w '\-./()]+")
# A département, a postal code or an INSEE code, as people put it beside the name.
_NUMBER = re.compile(r"\d{2,3}|2[ab]|\d{5}|2[ab]\d{3}", re.ASCII)
_INSEE = re.compile(r"(\d{2}|2[AB])\d{3}", re.ASCII)


def split_insee(code: str) -> tuple[str, str]:
    """``(departementNaissance, codeCommune)``, three characters each.

    Mainland and Corsica: "77288" gives ("077", "288"), "2A004" gives ("02A", "004").
    Overseas (97, 98): "97411" gives ("974", "011"): the département takes three digits
    and the commune's last two are padded (CA quoting Urssaf's support, CT). The code
    is the one in force on the day of birth, so 20xxx is right in Corsica before 1976.

    :raises ValueError: not an INSEE commune code (99xxx are countries)
    """
    code = (code or "").strip().upper()
    if not _INSEE.fullmatch(code) or code[:2] in ("00", "99"):
        raise ValueError("not the INSEE code of a French commune")
    if code[:2] in ("97", "98"):
        return code[:3], f"0{code[3:]}"
    return f"0{code[:2]}", code[2:]


def name_and_numbers(text: str) -> tuple[str, frozenset[str]]:
    """What a file says of a place of birth: the name by ``place_key``, and the numbers
    beside it, in capitals. "Villeurbanne (69)" gives ("villeurbanne", {"69"}).
    """
    # What this add-on shows of a commune: name, code, then a remark.
    words = place_key(" ".join((text or "").split(" · ")[:2])).split()
    numbers = {word.upper() for word in words if _NUMBER.fullmatch(word)}
    names = (word for word in words if word.upper() not in numbers)
    return " ".join(names), frozenset(numbers)


def normalise_label(text: str) -> str:
    """The name of a commune without the signs that Urssaf refuses (";", ",")."""
    text = (
        clean(text or "").replace("\u2019", "'").translate({0x2010: "-", 0x2011: "-"})
    )
    return " ".join(_NOT_IN_LABELS.sub(" ", text).split())
