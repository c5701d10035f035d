# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Characters that nobody sees, and letters that only look like ours.

Both come with texts that were copied. Urssaf's patterns take any letter (``\\pL``), so
that a Cyrillic "а" passes them, and the tax office then knows no such name.
"""

import unicodedata

#: Categories of Unicode: control, format (bidirectional marks, zero width, soft
#: hyphen), halves of pairs, private use, unassigned.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
#: Unseen too, though Unicode counts them as letters, marks or signs.
_UNSEEN_SIGNS = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
    *map(chr, range(0xFE00, 0xFE10)),
}
_LINE_ENDS = {*"\t\n\v\f\r\x85"}
#: Cyrillic, then Greek letters, and the Latin ones that they are taken for.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινο",  # noqa: RUF001
    "ABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXaivo",
)


def clean(text: str) -> str:
    """The text without what nobody sees; each kind of space or line end as one space,
    an accent as a part of its letter (NFC).
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", "".join(map(_seen, text)))


def _seen(sign: str) -> str:
    category = unicodedata.category(sign)
    if category.startswith("Z") or sign in _LINE_ENDS:
        return " "
    return "" if category in _UNSEEN or sign in _UNSEEN_SIGNS else sign


def foreign_letters(text: str) -> str:
    """The letters that are not of the Latin alphabet, each once, in their order."""
    letters = dict.fromkeys(sign for sign in clean(text) if sign.isalpha())
    return "".join(sign for sign in letters if not _is_latin(sign))


def _is_latin(letter: str) -> bool:
    # What nobody writes on a French birth certificate: "ª", "º" and the like.
    return unicodedata.name(letter, "").startswith("LATIN")


def latin_look(text: str) -> str:
    """The text with the letters that it seems to be written in: Latin ones for those of
    other alphabets that look the same, and for wide, bold or ringed ones.
    """
    return "".join(
        unicodedata.normalize("NFKC", sign).translate(_LOOK_ALIKES)
        if sign.isalpha() and not _is_latin(sign)
        else sign
        for sign in text
    )
