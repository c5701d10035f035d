# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading a posted form, and knowing that it was ours (CSRF).

Each browser bears a random cookie. Each form bears its keyed hash, made of that cookie
and of the session's: another site can neither read nor compute it, and a form made
before a login is void after it (OWASP's signed double submit, bound to the session).
"""

import hmac
import secrets
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from ..tables import Setting

_KEY = "form_key"
_MAX_FIELDS = 60
# Kept to the letter: a space may be part of them.
_SECRETS = {"mot_de_passe", "confirmation", "actuel"}


class BadForm(Exception):
    """The form is unreadable, or not one of ours."""


def form_key(session: Session) -> str:
    """Return this sandbox's key for form tokens, made on first use."""
    kept = session.get(Setting, _KEY)
    if kept is None:
        kept = Setting(key=_KEY, value=secrets.token_hex(32))
        session.add(kept)
    return kept.value


def form_token(key: str, visitor: str, session_cookie: str) -> str:
    """Return the token that goes into each form of this browser."""
    message = f"{len(visitor)}:{visitor}:{session_cookie}"
    return hmac.new(bytes.fromhex(key), message.encode(), "sha256").hexdigest()


def read_form(body: bytes, content_type: str) -> dict[str, str]:
    """Return the fields, trimmed except passwords; raise BadForm."""
    if content_type.split(";")[0].strip().lower() != (
        "application/x-www-form-urlencoded"
    ):
        raise BadForm
    try:
        fields = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise BadForm from None
    return {
        name: value if name in _SECRETS else value.strip() for name, value in fields
    }


def same_token(given: str, expected: str) -> bool:
    """Compare without telling by the time it takes."""
    return hmac.compare_digest(given.encode(), expected.encode())
