# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which prestataire calls, and how often it may: known before the routes look.

What is kept here is bounded, whoever calls: names of prestataires that exist, one
instant for each that has a pace, the last tokens seen and the last calls.
"""

import hashlib
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..database import Database
from ..oauth import OAuthError, bearer_prestataire, read_token_request
from ..tables import Prestataire

#: Tokens whose owner is remembered; the database knows the others.
_TOKENS = 10_000
#: Seconds by which calls may come early: networks do not deliver evenly.
TOLERANCE = 1.0


@dataclass
class SeenCall:
    """A call of the API that has come. ``at``: seconds since 1970, of REAL time."""

    number: int
    at: float
    provider: str | None
    method: str
    #: None until it is answered, and for good if the connection was cut.
    status: int | None = None
    milliseconds: float | None = None


class Callers:
    """Names who calls, refuses who calls too fast, and remembers the last calls.

    The pace is that of REAL time, as the life of tokens is: a caller paces himself by
    his own clock, whatever day it is in the sandbox.
    """

    def __init__(
        self, database: Database, wall: Callable[[], datetime], calls_kept: int
    ) -> None:
        self._database = database
        self._wall = wall
        self._lock = threading.Lock()
        self._calls: deque[SeenCall] = deque(maxlen=calls_kept)
        self._count = 0
        self._owners: dict[str, str] = {}
        self._paces: dict[str, float] = {}
        # By when the calls so far were due at that pace, for each that has one.
        self._due: dict[str, float] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read again who there is and at what pace: something has changed."""
        query = select(Prestataire.client_id, Prestataire.calls_per_second)
        with self._database.reading() as session:
            paces = {name: pace for name, pace in session.execute(query)}
        with self._lock:
            self._paces = paces
            self._due = {
                name: due for name, due in self._due.items() if paces.get(name)
            }

    def remembered(self, authorization: str) -> str | None:
        """Return the client_id of this header if it has called before; at no cost."""
        return self._owners.get(_key(authorization))

    def bearer(self, authorization: str) -> str | None:
        """Return the client_id of this header, and remember it, its token's life long
        and longer: whose it was does not change.
        """
        with self._database.reading() as session:
            found = bearer_prestataire(session, authorization, self._wall())
        if found is None:
            return None
        with self._lock:
            if len(self._owners) >= _TOKENS:
                self._owners.pop(next(iter(self._owners)))
            self._owners[_key(authorization)] = found.client_id
        return found.client_id

    def asking(
        self, body: bytes, content_type: str, authorization: str | None
    ) -> str | None:
        """Return who asks for a token, as he says himself, if there is such a one."""
        try:
            named = read_token_request(body, content_type, authorization).client_id
        except OAuthError:
            return None
        return named if named in self._paces else None

    def arrives(self, provider: str | None, method: str) -> SeenCall:
        """Note a call that has come."""
        with self._lock:
            self._count += 1
            call = SeenCall(self._count, self._wall().timestamp(), provider, method)
            self._calls.append(call)
        return call

    def too_fast(self, provider: str | None) -> float:
        """Return how many seconds the caller is to wait; 0 when this call counts."""
        with self._lock:
            pace = self._paces.get(provider or "")
            if not pace:
                return 0
            now = self._wall().timestamp()
            # A clock that was set back holds nobody for long.
            ahead = now + TOLERANCE + 1 / pace
            due = max(now, min(self._due.get(provider, now), ahead))
            early = due - now - TOLERANCE
            self._due[provider] = due if early > 0 else due + 1 / pace
            return max(early, 0)

    def calls(self, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return the calls kept, oldest first, from that number on."""
        with self._lock:
            first = self._count - len(self._calls)
            start = max(after - first, 0)
            found = [
                self._calls[index]
                for index in range(start, min(start + limit, len(self._calls)))
            ]
            return [asdict(call) for call in found]


def _key(authorization: str) -> str:
    return hashlib.sha256(authorization.encode("utf-8", "replace")).hexdigest()


def retry_after(seconds: float) -> str:
    """Return the value of the header: whole seconds, one at least."""
    return str(max(math.ceil(seconds), 1))
