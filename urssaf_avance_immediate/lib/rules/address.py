# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A street line cut into Urssaf's fields (``domain/urssaf-api.md`` §2.1, §6.4, §6.5).

A wrong cut is refused by Urssaf, a whole line in ``complement`` is not (AIS does so in
production). So only what is certain is cut.
"""

import re
import unicodedata

from .streets import STREET_LETTERS, STREET_TYPES

MAX_LABEL = 28
MAX_COMPLEMENT = 38

#: Buildings, not ways: what follows them is not the name of a street.
_NOT_WAYS = {"BAT", "IMB", "MAI", "PAV", "POR"}
#: Usual short forms, beside the code itself and the full label.
_SHORT_FORMS = {
    "ALL": ("all",),
    "AV": ("av", "ave", "aven"),
    "BD": ("bd", "bld", "blvd", "bvd", "boul"),
    "C": ("crs",),
    "CHE": ("che", "chem", "ch"),
    "CHS": ("chs", "chee"),
    "CI": ("cite",),
    "FG": ("fg", "fbg", "faub"),
    "HAM": ("ham",),
    "IMP": ("imp",),
    "LOT": ("lot", "lotiss"),
    "MTE": ("mte",),
    "PAS": ("pas", "pass"),
    "PL": ("pl", "pce"),
    "QU": ("quart",),
    "R": ("r",),
    "RES": ("res", "resid"),
    "RTE": ("rte",),
    "RUL": ("rle",),
    "SEN": ("sen", "sent"),
    "SQ": ("sq",),
}


def _plain(text: str) -> str:
    """Lower case, no accent, no full stop: what two spellings have in common."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c != ".")


_LETTERS = {_plain(label): code for code, label in STREET_LETTERS.items()}
_TYPES = {
    word: code
    for code, label in STREET_TYPES.items()
    if code not in _NOT_WAYS
    for word in (_plain(label), *_SHORT_FORMS.get(code, ()))
}
_LINE = re.compile(
    r"(?:(?P<number>\d{1,4})(?:\s*(?P<letter>bis|ter|quater|quinqui[eè]s))?\s*,?\s+)?"
    r"(?P<type>[^\W\d_]+\.?)\s+(?P<label>\S.*)",
    re.I,
)
#: A label that holds one of these is more than the name of the street.
_MORE_THAN_A_NAME = re.compile(
    r"[,;/()\n]|\b(?:bat|batiment|apt|appt|appart|appartement|esc|escalier|etage|hall|"
    r"bp|cs|lieu-dit|lieudit)\b|\b(?:porte|entree|immeuble|imm)\s+\w{1,3}$"
)
_NUMBERED_WORD = re.compile(r"\d(?:\s?(?:bis|ter|quater))?\s+([^\W\d_]+)")


def split_street(text: str) -> dict[str, str]:
    """``numeroVoie``, ``lettreVoie``, ``codeTypeVoie``, ``libelleVoie``, as certain.

    "8 bis rue du Soleil" gives 8, B, R, "du Soleil". Anything that does not cut
    cleanly, or whose label is over 28 characters, is returned as ``complement``.

    :raises ValueError: it must be a complement and has more than 38 characters
    """
    lines = [" ".join(line.split()) for line in (text or "").splitlines()]
    whole = "\n".join(line for line in lines if line)
    whole = whole.replace("\u2019", "'").strip(" ,")
    if not whole:
        return {}
    return _cut(whole) or _complement(whole.replace("\n", ", "))


def _cut(line: str) -> dict[str, str] | None:
    match = _LINE.fullmatch(line)
    if not match:
        return None
    street_type = _TYPES.get(_plain(match["type"]))
    label, number = match["label"], (match["number"] or "").lstrip("0")
    if not street_type or len(label) > MAX_LABEL or not _is_name(label):
        return None
    if match["number"] and not number:
        return None
    fields = {
        "numeroVoie": number,
        "lettreVoie": _LETTERS.get(_plain(match["letter"] or ""), ""),
        "codeTypeVoie": street_type,
        "libelleVoie": label,
    }
    return {name: value for name, value in fields.items() if value}


def _is_name(label: str) -> bool:
    """Whether the label is only a street's name: no second street, no building."""
    plain = _plain(label)
    if _MORE_THAN_A_NAME.search(plain):
        return False
    # "Les Lilas 12 rue des Fleurs": a number followed by a type of street.
    return not any(word in _TYPES for word in _NUMBERED_WORD.findall(plain))


def _complement(text: str) -> dict[str, str]:
    if len(text) > MAX_COMPLEMENT:
        raise ValueError(f"the street has more than {MAX_COMPLEMENT} characters")
    return {"complement": text}
