# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the structure and whoever performs a service are numbered."""

import re

from stdnum.fr import siren, siret

_SAP = re.compile(r"SAP(\d{9})")
_INTERVENANT = re.compile(r"SAP(\d{9})|SIR(\d{14})")


def is_sap_number(value):
    """Whether it is SAP followed by a valid SIREN."""
    return _is_valid(_SAP, value)


def is_intervenant(value):
    """Whether it is SAP followed by a valid SIREN, or SIR followed by a valid SIRET."""
    return _is_valid(_INTERVENANT, value)


def _is_valid(pattern, value):
    match = pattern.fullmatch(value)
    digits = match and next(filter(None, match.groups()))
    if not digits:
        return False
    return siren.is_valid(digits) if len(digits) == 9 else siret.is_valid(digits)
