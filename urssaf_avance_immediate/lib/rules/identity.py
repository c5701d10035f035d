# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names and phones as Urssaf's patterns want them.

Typing habits are undone (typographic signs, ligatures, stray spaces); nothing that
tells people apart is touched: accents and capitals stay, the tax office decides.
"""

import re
import unicodedata

from .characters import clean, foreign_letters, latin_look

_APOSTROPHES = "\u2019\u2018\u201b\u02bc\u02b9\u00b4\u0060\u2032\uff07"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_SIGNS = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_HYPHENS, "-"),
        "œ": "oe",
        "æ": "ae",
    }
)
_CAPITAL_LIGATURES = {"Œ": "OE", "Æ": "AE"}
_CAPITAL_LIGATURE = re.compile(r"([ŒÆ])(\w?)")
# Overseas départements have numbers of the same length, behind prefixes of their own.
_PREFIXES = r"(?:\+|00)(?:33|262|590|594|596)"
_MOBILE = re.compile(rf"(?:{_PREFIXES}|0)?([67]\d{{8}})", re.ASCII)
_TITLES = {"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr"}
_MAIDEN = {"nee", "ne", "epouse", "ep", "epx", "veuve", "vve", "divorcee", "alias"}


#: "Saint-Aubin (de)", "Hauterive, d'": how sorted lists write it.
_PARTICLE_BEHIND = re.compile(
    r"(?P<name>.+?)\s*[(,]\s*(?P<particle>d['e]|d[eu]s?|de la|de l'|l[ea]s?|von|van|"
    r"van de[nr]?|del|della|di|da|dos|ben|el|al)\s*\)?",
    re.I,
)
_PARTICLES = {"de", "du", "des", "le", "la", "les", "von", "van", "der", "den", "ben"}
_HYPHENS_IN_A_ROW = re.compile(r"-\s*-|'\s*'")
_SPACED_SIGN = re.compile(r"\s+[-']|[-']\s+")


def normalise_name(text: str) -> str:
    """A last name: trimmed, one space between words, plain ``'`` and ``-``."""
    text = clean(text or "")
    text = _CAPITAL_LIGATURE.sub(_spell_ligature, text).translate(_SIGNS)
    return " ".join(text.split())


def _spell_ligature(match: re.Match) -> str:
    letters = _CAPITAL_LIGATURES[match[1]]
    # "Œdipe" is a capital O, "ŒDIPE" is all capitals.
    if match[2].islower():
        letters = letters.capitalize()
    return letters + match[2]


def usual_name(text: str) -> str:
    """A name as it is usually written: the particle first, Latin letters, one hyphen,
    no space around it. "Saint -- Aubin (de)" gives "de Saint-Aubin".
    """
    text = latin_look(normalise_name(text))
    behind = _PARTICLE_BEHIND.fullmatch(text)
    if behind:
        space = "" if behind["particle"].endswith("'") else " "
        text = f"{behind['particle']}{space}{behind['name']}"
    return re.sub(r"\s*([-'])[\s\-']*", r"\1", text).strip("-' ")


def last_name(text: str) -> str:
    """The last name in how somebody is called: the last word, with its particles.
    "Mme Jeanne de La Tour" gives "de La Tour"; of a single word nothing is known.
    """
    words = normalise_name(text).split()
    if words and fold(words[0]).strip(". ") in _TITLES:
        words = words[1:]
    start = len(words) - 1
    while start > 1 and fold(words[start - 1]) in _PARTICLES:
        start -= 1
    return " ".join(words[start:]) if start > 0 else ""


def spelling_oddities(text: str) -> list[str]:
    """What is unusual in how a name is written; ``usual_name`` has it otherwise.

    ``particle``, ``not_latin``, ``double_hyphen``, ``spaces``
    """
    plain = normalise_name(text)
    found = {
        "particle": _PARTICLE_BEHIND.fullmatch(plain),
        "not_latin": foreign_letters(plain),
        "double_hyphen": _HYPHENS_IN_A_ROW.search(plain),
        "spaces": _SPACED_SIGN.search(plain) or " ".join(text.split()) != text,
    }
    return [code for code, odd in found.items() if odd]


def normalise_first_names(text: str) -> str:
    """First names separated by ONE space: no comma, no space around ``-`` or ``'``."""
    text = normalise_name(re.sub(r"[,;]", " ", text or ""))
    return re.sub(r"\s*([-'])\s*", r"\1", text)


def normalise_mobile(text: str) -> str | None:
    """A mobile number of French form as ``06…`` or ``07…``, ``None`` for anything else.

    "+262 692 …" and "+590 690 …" are 0692… and 0690…; the six digits of Saint-Pierre,
    Nouméa and Papeete do not fit Urssaf's pattern.
    """
    digits = re.sub(r"[\s.\-/()]", "", (text or "").translate(_SIGNS))
    digits = re.sub(rf"^({_PREFIXES})0", r"\1", digits)  # "+33 (0)6 ..."
    match = _MOBILE.fullmatch(digits)
    # Nine digits alone, "6 12 34 56 78", are too likely a number cut by a spreadsheet.
    return f"0{match[1]}" if match and digits != match[1] else None


def fold(text: str) -> str:
    """A name as the tax office compares it: no accent, no sign, no capitals."""
    decomposed = unicodedata.normalize("NFKD", normalise_name(text).casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one name for the tax office."""
    return fold(one or "") == fold(other or "")


def same_person(birth: str, first: str, other_birth: str, other_first: str) -> bool:
    """Whether two descriptions can be of one person: the birth names agree, and at
    least one first name is in both. What one of the two does not tell differs from
    nothing: a couple, or a father and his son, may share all the rest.
    """
    if birth and other_birth and not same_name(birth, other_birth):
        return False
    ours, theirs = fold(first or "").split(), fold(other_first or "").split()
    return not ours or not theirs or bool(set(ours) & set(theirs))


def name_warnings(birth: str, usage: str, first: str, contact: str) -> list[str]:
    """What looks wrong in names that Urssaf's patterns accept; codes, in the order of
    the contact. ``contact`` is how the office calls the customer.

    ``swapped``, ``usage_missing``, ``same_names``, ``title``, ``maiden``,
    ``one_first_name``, ``initial``, ``last_in_first``
    """
    # "Jean-Paul" is one first name, and two words once folded.
    alone = len(normalise_first_names(first).split()) == 1
    birth, usage, first, contact = map(fold, (birth, usage, first, contact))
    found = []
    if birth and usage:
        if birth == usage:
            found.append("same_names")
        elif _holds(contact, birth) and not _holds(contact, usage):
            found.append("swapped")
    elif birth and contact and not _holds(contact, birth):
        found.append("usage_missing")
    words = f"{birth} {usage} {first}".split()
    if _TITLES.intersection(words):
        found.append("title")
    if _MAIDEN.intersection(f"{birth} {usage}".split()):
        found.append("maiden")
    names = first.split()
    if alone:
        found.append("one_first_name")
    if any(len(name) == 1 for name in names):
        found.append("initial")
    if len(names) > 1 and {birth, usage}.intersection(names):
        found.append("last_in_first")
    return found


def _holds(text: str, name: str) -> bool:
    return f" {name} " in f" {text} "
