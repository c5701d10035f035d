# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Check of `coordonneeBancaire`: the IBAN's check digits and length."""

from ..contract.enrolment import CoordonneeBancaire
from ..contract.erreurs import Erreur, erreur

_FRENCH_LENGTH = 27
# Whoever banks there cannot be checked: no such bank exists.
MAGIC_BIC = "PANNEFRP"
_FICTIVE_BANK = "99999"
_FICTIVE_BRANCH = "00001"


def coordonnee_bancaire_erreurs(coordonnee: CoordonneeBancaire) -> list[Erreur]:
    """Return the fault of the account, without repeating any of it."""
    iban = coordonnee.iban.upper()
    if iban.startswith("FR") and len(iban) != _FRENCH_LENGTH:
        return [erreur("ERR_COORDONNEES_BANCAIRES")]
    if not _check_digits_hold(iban):
        return [erreur("ERR_COORDONNEES_BANCAIRES")]
    if coordonnee.bic.upper().startswith(MAGIC_BIC):
        return [erreur("ERR_APPEL_BACB")]
    return []


def fictive_iban(siret: str) -> str:
    """Return a French IBAN with right check digits, in a bank that does not exist."""
    account = _FICTIVE_BANK + _FICTIVE_BRANCH + siret[:9].zfill(11)
    key = 97 - int(account) * 100 % 97
    bban = f"{account}{key:02d}"
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{bban}FR00")) % 97
    return f"FR{check:02d}{bban}"


def _check_digits_hold(iban: str) -> bool:
    """Apply ISO 13616: the rearranged number is 1 modulo 97."""
    rearranged = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 == 1
