# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What banks print beside Urssaf's transfers: published nowhere, so it is learnt from
the first one that a person reconciles.
"""

from .identity import fold

#: Words of the bank about the operation itself, the same for every sender.
_OPERATION = frozenset(
    "vir virt virement virements prlv prelevement sepa inst instantane recu emis de du "
    "ref reference eur euros".split()
)
#: A pattern holds so many words at most: what follows is often a reference.
_WORDS = 4


def label_pattern(label: str | None) -> str:
    """The words of a label that will be there again: no numbers, no name of the
    operation. Empty if nothing is left of it.
    """
    words = [
        word
        for word in fold(label or "").split()
        if word.isalpha() and len(word) > 1 and word not in _OPERATION
    ]
    return " ".join(words[:_WORDS])


def label_matches(label: str | None, pattern: str | None) -> bool:
    """Whether the label has all the words of the pattern, in any order; never so for an
    empty pattern.
    """
    wanted = set(fold(pattern or "").split())
    return bool(wanted) and wanted <= set(fold(label or "").split())
