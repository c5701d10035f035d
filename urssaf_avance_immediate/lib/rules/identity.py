# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names and phones as Urssaf's patterns want them (``urssaf-api.md`` §2.1).

Typing habits are undone (typographic signs, ligatures, stray spaces); nothing that
tells people apart is touched: accents and capitals stay, the tax office decides.
"""

import re
import unicodedata

_APOSTROPHES = "\u2019\u2018\u201b\u02bc\u02b9\u00b4\u0060\u2032\uff07"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_SIGNS = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys("\u00ad\u200b\ufeff", ""),  # invisible, from copied texts
        "œ": "oe",
        "æ": "ae",
    }
)
_CAPITAL_LIGATURES = {"Œ": "OE", "Æ": "AE"}
_CAPITAL_LIGATURE = re.compile(r"([ŒÆ])(\w?)")
_MOBILE = re.compile(r"(?:\+33|0033|0)?([67]\d{8})", re.ASCII)


def normalise_name(text: str) -> str:
    """A last name: trimmed, one space between words, plain ``'`` and ``-``."""
    text = unicodedata.normalize("NFC", text or "")
    text = _CAPITAL_LIGATURE.sub(_spell_ligature, text).translate(_SIGNS)
    return " ".join(text.split())


def _spell_ligature(match: re.Match) -> str:
    letters = _CAPITAL_LIGATURES[match[1]]
    # "Œdipe" is a capital O, "ŒDIPE" is all capitals.
    if match[2].islower():
        letters = letters.capitalize()
    return letters + match[2]


def normalise_first_names(text: str) -> str:
    """First names separated by ONE space: no comma, no space around ``-`` or ``'``."""
    text = normalise_name(re.sub(r"[,;]", " ", text or ""))
    return re.sub(r"\s*([-'])\s*", r"\1", text)


def normalise_mobile(text: str) -> str | None:
    """A French mobile number as ``06…`` or ``07…``, ``None`` for anything else."""
    digits = re.sub(r"[\s.\-/()]", "", (text or "").translate(_SIGNS))
    digits = re.sub(r"^(\+33|0033)0", r"\1", digits)  # "+33 (0)6 ..."
    match = _MOBILE.fullmatch(digits)
    # Nine digits alone, "6 12 34 56 78", are too likely a number cut by a spreadsheet.
    return f"0{match[1]}" if match and digits != match[1] else None


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one name: accents, case, hyphens, apostrophes apart."""
    return _letters(one) == _letters(other)


def _letters(name):
    decomposed = unicodedata.normalize("NFD", normalise_name(name or "").casefold())
    return "".join(sign for sign in decomposed if sign.isalpha())
