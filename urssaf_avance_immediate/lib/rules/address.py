# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A street line cut into Urssaf's fields.

A wrong cut is refused by Urssaf, a whole line in ``complement`` is not (AIS does so in
production). So only what is certain is cut, and nothing that was typed is left out.
"""

import re
import unicodedata

from .abbreviations import shorten
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
_NUMBER = r"\d{1,4}(?:\s*(?:bis|ter|quater|quinqui[eè]s)\b)?"
_LINE = re.compile(
    r"(?:(?P<number>\d{1,4})(?:\s*(?P<letter>bis|ter|quater|quinqui[eè]s))?\s*,?\s+)?"
    r"(?P<type>[^\W\d_]+\.?)\s+(?P<label>\S.*)",
    re.I,
)
#: "12-14", "12 à 14": Urssaf wants one number.
_RANGE = re.compile(r"(?P<range>(\d{1,4})\s*(?:[-/]|à|et)\s*\d{1,4})\s*,?\s+", re.I)
_HAMLET = re.compile(r"(?:lieu[- ]?dit|ld)\s*:?\s+(?P<name>\S.*)", re.I)
#: What is in a line beside the street: it begins with one of these words, accents and
#: full stops apart, or is in brackets.
_BESIDE = re.compile(
    r"\((?P<bracket>[^()]*)\)|"
    r"(?<![\w-])(?P<word>(?:b[aâ]t(?:iment)?|apt|app(?:t|art(?:ement)?)|esc(?:alier)?|"
    r"[ée]tage|hall|bp|b\.p|cs|lieu-?dit|chez|c/o)(?![^\W_])\.?(?=\s|\d|$).*|"
    r"(?:porte|entr[ée]e|immeuble|imm\.?)\s+\w{1,3}$|"
    r"\d{1,2}\s?(?:er|e|[èe]me)\s+[ée]tage.*)",
    re.I,
)
_ARTICLE = re.compile(r"(?:\b(?:de|du|des|la|le|les)|['’])$|\b(?:rue|chemin)$", re.I)
_INNER_NUMBER = re.compile(rf"(?<=\s)(?={_NUMBER}\s*,?\s+(?P<type>[^\W\d_]+))", re.I)
_NUMBERED_WORD = re.compile(r"\d(?:\s?(?:bis|ter|quater))?\s+([^\W\d_]+)")


def split_street(text: str) -> dict[str, str]:
    """``numeroVoie``, ``lettreVoie``, ``codeTypeVoie``, ``libelleVoie``, as certain;
    the rest is ``complement``, and ``lieuDit`` where it is said or room lacks.

    "8 bis rue du Soleil, Bât. A" gives 8, B, R, "du Soleil" and "Bât. A". Short forms
    are only used where the limits ask for them. Several lines are one address.

    :raises ValueError: the rest is longer than complement and lieu-dit together
    """
    parts = _parts(text)
    if not parts:
        return {}
    street, fields = _street_of(parts)
    rest = [part for part in parts if part is not street]
    return {**fields, **_place_rest(rest)}


def street_line(text: str) -> str:
    """The part of an address that ``split_street`` takes for the street, or ""."""
    street, _fields = _street_of(_parts(text))
    return street or ""


# -- what an address is made of ------------------------------------------------


def _parts(text: str) -> list[str]:
    """The address cut at its commas and line ends, and around what stands beside."""
    text = (text or "").replace("\u2019", "'")
    # "12, rue X": this comma separates nothing.
    text = re.sub(rf"(?im)(^|[,;\n]\s*)({_NUMBER})\s*,\s*(?=[^\W\d_])", r"\1\2 ", text)
    parts = []
    for piece in re.split(r"[,;\n]|\s[-–—]\s", text):
        parts.extend(_around(" ".join(piece.split())))
    return [part for part in parts if part]


def _around(piece: str) -> list[str]:
    """A piece without commas: the street, and what stands before or behind it."""
    match = _INNER_NUMBER.search(piece)
    if match and _plain(match["type"]) in _TYPES:
        before, piece = piece[: match.start()].strip(), piece[match.start() :]
        return [before, *_around(piece)]
    match = _BESIDE.search(piece)
    if not match:
        return [piece]
    before, behind = piece[: match.start()].strip(), piece[match.end() :].strip()
    if _ARTICLE.search(before):  # "rue du Hall" is a name
        return [piece]
    return [before, match["bracket"] or match["word"] or "", behind]


def _street_of(parts: list[str]) -> tuple[str | None, dict[str, str]]:
    """The one part that is a street, and its cut: with a number if there is one."""
    cuts = [(part, cut) for part in parts if (cut := _cut(part))]
    numbered = [(part, cut) for part, cut in cuts if "numeroVoie" in cut]
    best = numbered or cuts
    if len(best) > 1 and not numbered:
        # "Résidence Les Pins, rue du Lac": the way is the street.
        best = [one for one in cuts if one[1]["codeTypeVoie"] not in _SETTLEMENTS]
    if len(best) == 1:
        return best[0]
    return _street_of_range(parts)


#: A group of houses may stand beside the way that leads to it.
_SETTLEMENTS = {"RES", "HAM", "LOT", "CL", "CI", "PAR", "QU", "COG"}


def _street_of_range(parts: list[str]) -> tuple[str | None, dict[str, str]]:
    """ "12-14 avenue X" stays whole if it fits, and else goes to the first number."""
    for position, part in enumerate(parts):
        match = _RANGE.match(part)
        if match and len(shorten(part, MAX_COMPLEMENT)) > MAX_COMPLEMENT:
            cut = _cut(f"{match[2]} {part[match.end() :]}")
            if cut:
                parts[position] = match["range"]
                return None, cut
    return None, {}


def _cut(line: str) -> dict[str, str] | None:
    match = _LINE.fullmatch(line)
    if not match:
        return None
    street_type = _TYPES.get(_plain(match["type"]))
    number = (match["number"] or "").lstrip("0")
    label = shorten(match["label"], MAX_LABEL)
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
    """Whether the label is only a street's name: no second street, no odd sign."""
    plain = _plain(label)
    if re.search(r"[,;/()\n]", plain):
        return False
    # "Les Lilas 12 rue des Fleurs": a number followed by a type of street.
    return not any(word in _TYPES for word in _NUMBERED_WORD.findall(plain))


# -- the rest ------------------------------------------------------------------


def _place_rest(parts: list[str]) -> dict[str, str]:
    """The rest in ``complement`` and ``lieuDit``, 38 characters each."""
    hamlets = [match["name"] for part in parts if (match := _HAMLET.fullmatch(part))]
    others = [part for part in parts if not _HAMLET.fullmatch(part)]
    if len(hamlets) > 1:
        hamlets, others = [], parts
    for limit in (None, MAX_COMPLEMENT):
        # First as typed, then with short forms.
        for cut in range(len(others), -1, -1):
            lines = [others[:cut], [*others[cut:], *hamlets]]
            texts = [", ".join(line) for line in lines]
            if limit:
                texts = [shorten(text, limit) for text in texts]
            if all(len(text) <= MAX_COMPLEMENT for text in texts):
                names = ("complement", "lieuDit")
                return {n: t for n, t in zip(names, texts, strict=True) if t}
    raise ValueError(f"the rest has more than twice {MAX_COMPLEMENT} characters")
