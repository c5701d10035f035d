# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Check of `coordonneeBancaire`: the IBAN's check digits and length."""

from ..contract.enrolment import CoordonneeBancaire
from ..contract.erreurs import Erreur, erreur

_FRENCH_LENGTH = 27


def bank_faults(account: CoordonneeBancaire) -> list[Erreur]:
    """Return the fault of the account, without repeating any of it."""
    iban = account.iban.upper()
    if iban.startswith("FR") and len(iban) != _FRENCH_LENGTH:
        return [erreur("ERR_COORDONNEES_BANCAIRES")]
    if not _check_digits_hold(iban):
        return [erreur("ERR_COORDONNEES_BANCAIRES")]
    return []


def _check_digits_hold(iban: str) -> bool:
    """Apply ISO 13616: the rearranged number is 1 modulo 97."""
    rearranged = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 == 1
