# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Passwords: the rules people see, and Argon2id for what is kept.

Nothing here touches the database: a hash takes tens of milliseconds, and must be made
before the write lock is taken.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Longer ones would only make the hash slow.
MAX_LENGTH = 128

# What the person reads → what is checked.
_RULES = {
    "12 caractères au moins": lambda password: len(password) >= 12,
    "une lettre minuscule": lambda password: any(c.islower() for c in password),
    "une lettre majuscule": lambda password: any(c.isupper() for c in password),
    "un chiffre": lambda password: any(c.isdigit() for c in password),
    "un caractère spécial (par exemple ! ? - _ @ espace)": lambda password: any(
        not c.isalnum() for c in password
    ),
}
RULES = tuple(_RULES)


def broken_rules(password: str) -> list[str]:
    """Return the rules this password does not keep, as people read them."""
    broken = [text for text, kept in _RULES.items() if not kept(password)]
    if len(password) > MAX_LENGTH:
        broken.append(f"{MAX_LENGTH} caractères au plus")
    return broken


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Tell whether it is the password; without a hash, no, in the same time."""
    from argon2.exceptions import VerifyMismatchError

    try:
        _hasher().verify(kept or _nobody(), password[: MAX_LENGTH + 1])
    except VerifyMismatchError:
        return False
    return kept is not None


@cache
def _hasher() -> "PasswordHasher":
    # Loaded with the first password: a script that only speaks the API needs none.
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")
