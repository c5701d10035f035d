# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OAuth2 client credentials (RFC 6749): who may call, and the tokens handed out.

Tokens are opaque and stored hashed. They expire by REAL time, not by the sandbox's
clock: advancing it by a week must not kill the token of a scenario that is running.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote_plus

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from .contract.particulier import fictive_iban
from .settings import SCOPE, DefaultPrestataire
from .tables import AccessToken, Instant, Prestataire

_SCRYPT = {"n": 2**12, "r": 8, "p": 1}
_MAX_FIELDS = 50
_BEARER = (
    select(Prestataire)
    .join(AccessToken, AccessToken.prestataire_id == Prestataire.id)
    .where(
        AccessToken.token_hash == bindparam("token_hash"),
        AccessToken.expires_at > bindparam("real_now", type_=Instant),
    )
)


class OAuthError(Exception):
    """An error of RFC 6749 §5.2. `basic` tells that the Basic header was tried."""

    def __init__(self, code: str, description: str, basic: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.basic = basic


@dataclass(frozen=True)
class TokenRequest:
    """A well-formed request for a token."""

    client_id: str
    client_secret: str
    scope: str
    basic: bool

    def __repr__(self) -> str:
        return f"TokenRequest(client_id={self.client_id!r})"


def read_token_request(
    body: bytes, content_type: str, authorization: str | None
) -> TokenRequest:
    """Read the form and the header; raise OAuthError where they are not as they should.

    A client may identify itself in the form or by HTTP Basic, not by both.
    """
    form = _read_form(body, content_type)
    basic = _read_basic(authorization)
    in_form = "client_secret" in form
    if basic and in_form:
        raise OAuthError("invalid_request", "two client authentications", basic=True)
    grant = form.get("grant_type")
    if not grant:
        raise OAuthError("invalid_request", "grant_type is missing")
    if grant != "client_credentials":
        raise OAuthError("unsupported_grant_type", "only client_credentials")
    client_id, secret = basic or (form.get("client_id"), form.get("client_secret"))
    if not client_id or not secret:
        raise OAuthError("invalid_client", "no client authentication", bool(basic))
    return TokenRequest(client_id, secret, form.get("scope", ""), bool(basic))


def authenticate(session: Session, request: TokenRequest) -> tuple[Prestataire, str]:
    """Return the prestataire and the scope granted; raise OAuthError."""
    prestataire = session.scalar(
        select(Prestataire).where(Prestataire.client_id == request.client_id)
    )
    # An unknown client costs the same time as a wrong secret.
    expected = prestataire.secret_hash if prestataire else _NOBODY
    if not _secret_matches(request.client_secret, expected) or prestataire is None:
        raise OAuthError("invalid_client", "unknown client or secret", request.basic)
    allowed = set(prestataire.scope.split())
    asked = set(request.scope.split()) or allowed
    if not asked <= allowed:
        raise OAuthError("invalid_scope", "this client may not have this scope")
    return prestataire, " ".join(sorted(asked))


def issue_token(
    session: Session, prestataire: Prestataire, real_now: datetime, seconds: int
) -> str:
    """Store a new token and return it in clear, for the only time."""
    session.execute(delete(AccessToken).where(AccessToken.expires_at <= real_now))
    token = secrets.token_urlsafe(32)
    session.add(
        AccessToken(
            token_hash=_token_hash(token),
            prestataire_id=prestataire.id,
            expires_at=real_now + timedelta(seconds=seconds),
        )
    )
    return token


def bearer_prestataire(
    session: Session, authorization: str | None, real_now: datetime
) -> Prestataire | None:
    """Return the prestataire who bears this header, or None."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    values = {"token_hash": _token_hash(token.strip()), "real_now": real_now}
    return session.scalar(_BEARER, values)


def forget_token(session: Session, authorization: str | None) -> None:
    """Make the token of this header worthless at once."""
    token = (authorization or "").partition(" ")[2].strip()
    expired = delete(AccessToken).where(AccessToken.token_hash == _token_hash(token))
    session.execute(expired)


def add_prestataire(session: Session, given: DefaultPrestataire) -> Prestataire:
    """Record a prestataire, its secret hashed."""
    prestataire = Prestataire(
        client_id=given.client_id,
        secret_hash=_hash_secret(given.client_secret),
        scope=SCOPE,
        trade_name=given.trade_name,
        siret=given.siret,
        iban=fictive_iban(given.siret),
    )
    session.add(prestataire)
    return prestataire


def _read_form(body: bytes, content_type: str) -> dict[str, str]:
    if content_type.split(";")[0].strip().lower() != (
        "application/x-www-form-urlencoded"
    ):
        raise OAuthError("invalid_request", "the body must be form-urlencoded")
    try:
        fields = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise OAuthError("invalid_request", "the form is unreadable") from None
    form = dict(fields)
    if len(form) != len(fields):
        raise OAuthError("invalid_request", "a parameter is repeated")
    return form


def _read_basic(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise OAuthError("invalid_client", "unreadable Basic header", True) from None
    client_id, _, secret = text.partition(":")
    # RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
    return unquote_plus(client_id), unquote_plus(secret)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _hash_secret(secret: str, salt: bytes | None = None) -> str:
    salt = salt or secrets.token_bytes(16)
    digest = hashlib.scrypt(secret.encode("utf-8", "replace"), salt=salt, **_SCRYPT)
    return f"{salt.hex()}${digest.hex()}"


def _secret_matches(secret: str, stored: str) -> bool:
    salt = bytes.fromhex(stored.partition("$")[0])
    return hmac.compare_digest(_hash_secret(secret, salt), stored)


_NOBODY = _hash_secret(secrets.token_urlsafe(16))
