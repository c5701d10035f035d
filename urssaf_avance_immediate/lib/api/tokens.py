# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OAuth tokens, in memory only: nothing to lock in the database, nothing in a dump.

One entry per provider: two companies of one Odoo never share a token. Threads that
need the same token at once wait for the first one to fetch it.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

#: Seconds before the announced end at which we renew (CT: 60).
MARGIN = 60.0
#: Announced life when Urssaf gives none: "dure 1h" (CA).
DEFAULT_LIFE = 3600.0
#: Whatever is announced, a token is not kept longer.
LONGEST_LIFE = 24 * 3600.0


class TokenKey(NamedTuple):
    """Whose token it is. The secret is only there as a digest."""

    token_url: str
    client_id: str
    secret_digest: str
    scope: str


@dataclass(frozen=True)
class Token:
    """A bearer token and the moment (epoch seconds) at which it is to be renewed."""

    value: str = field(repr=False)
    renew_at: float


_tokens: dict[TokenKey, Token] = {}
_locks: dict[TokenKey, threading.Lock] = {}
_guard = threading.Lock()


def token_key(token_url: str, client_id: str, secret: str, scope: str) -> TokenKey:
    """The cache key of a provider; a changed secret is another key."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return TokenKey(token_url, client_id, digest, scope)


def get_token(
    key: TokenKey,
    fetch: Callable[[], tuple[str, float]],
    clock: Callable[[], float],
) -> str:
    """The token for ``key``, fetched only when there is none fresh.

    :param fetch: asks for a token, returns it with its life in seconds
    :param clock: returns the time in epoch seconds
    Whatever ``fetch`` raises goes through, and nothing is kept.
    """
    with _guard:
        lock = _locks.setdefault(key, threading.Lock())
    with lock:
        token = _tokens.get(key)
        if token and clock() < token.renew_at:
            return token.value
        asked_at = clock()
        value, life = fetch()
        _tokens[key] = Token(value, asked_at + life - MARGIN)
        return value


def drop_token(key: TokenKey, value: str) -> None:
    """Forget a token that was refused, unless another thread already renewed it."""
    with _guard:
        token = _tokens.get(key)
        if token and token.value == value:
            del _tokens[key]


def clear_token_cache() -> None:
    """Forget every token: for tests, which share a process. A changed setting needs no
    such thing, it is another key."""
    with _guard:
        _tokens.clear()
