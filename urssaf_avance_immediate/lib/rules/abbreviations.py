# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Usual short forms in French addresses (AFNOR NF Z10-011), used where room lacks."""

import re

_SHORT = {
    "appartement": "Appt",
    "bâtiment": "Bât",
    "batiment": "Bât",
    "escalier": "Esc",
    "étage": "Ét",
    "etage": "Ét",
    "immeuble": "Imm",
    "lotissement": "Lot",
    "résidence": "Rés",
    "residence": "Rés",
    "adjudant": "Adj",
    "aspirant": "Asp",
    "capitaine": "Cne",
    "colonel": "Col",
    "commandant": "Cdt",
    "docteur": "Dr",
    "général": "Gal",
    "general": "Gal",
    "lieutenant": "Lt",
    "maréchal": "Mal",
    "marechal": "Mal",
    "président": "Pdt",
    "president": "Pdt",
    "professeur": "Pr",
    "saint": "St",
    "sainte": "Ste",
    "allée": "All",
    "avenue": "Av",
    "boulevard": "Bd",
    "chemin": "Che",
    "impasse": "Imp",
    "place": "Pl",
    "route": "Rte",
}
_WORD = re.compile(r"[^\W\d_]+")


def shorten(text: str, length: int) -> str:
    """The text with as few short forms as make it fit, the longest words first; it may
    still be longer than ``length``.
    """
    words = {word for word in _WORD.findall(text) if word.lower() in _SHORT}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        if len(text) <= length:
            break
        text = re.sub(rf"\b{word}\b", _SHORT[word.lower()], text)
    return text
