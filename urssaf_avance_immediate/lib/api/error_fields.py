# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which fields of what was sent Urssaf complains about."""

import re
from collections.abc import Iterable

from .error_help import ERROR_CODES
from .errors import RemoteError

# ERREUR_VALIDATION names its field: "... champ `inputParticulier.prenoms` : ..." (CT).
_NAMED = re.compile(r"champ\s+[`'\"«\s]*inputParticulier\.([\w.\[\]]+)")


def fields_of(errors: Iterable[RemoteError]) -> list[str]:
    """Dotted wire paths, the likeliest cause first, each of them once.

    What the message of Urssaf names comes before what its code lets suppose.
    """
    errors = list(errors)
    named = [
        path
        for error in errors
        for text in (error.message, error.description)
        for path in _NAMED.findall(text)
    ]
    known = [
        path
        for error in errors
        if error.code in ERROR_CODES
        for path in ERROR_CODES[error.code].fields
    ]
    return list(dict.fromkeys([*named, *known]))
