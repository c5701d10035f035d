# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random tokens: given out once, kept as a hash."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token nobody can guess (256 bits), fit for a URL."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """Return what is kept of a token, or of a text that must not be kept in clear."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
