# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may speak to the sandbox from a browser: its own pages, and nobody else's.

The sandbox asks nobody who he is, and listens where every browser of the machine can
reach it. A page of another site that happens to be open must not steer it:

- it may call us by a name of its own that leads here (DNS rebinding), and would then
  read everything: only the names of this machine are answered;
- it may post without reading the answer: what changes something is refused when its
  `Origin` is not ours, and what steers has to come as JSON, which a browser sends to
  another site only after asking that site (CORS), and we never agree.

The API of Urssaf itself is left alone, but for the name: it has its own tokens.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..settings import Settings
from .faults import method_of

STEERING = "/sandbox/v1/"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
_EVERY_ADDRESS = {"", "0.0.0.0", "::"}


class Guarded:
    """ASGI layer around the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        public = urlsplit(settings.public_url)
        self._public = public.netloc.lower()
        self._names = {
            name.strip("[]").lower()
            for name in (*_THIS_MACHINE, settings.host, *settings.known_hosts)
        } - _EVERY_ADDRESS
        if public.hostname:
            self._names.add(public.hostname)
        self._any_address = settings.host in _EVERY_ADDRESS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, or say why not."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        status, text = refusal
        answer = JSONResponse({"detail": text}, status, {"Connection": "close"})
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        called = headers.getlist("host")
        if len(called) != 1 or not self._is_known(called[0]):
            return 421, (
                "Ce bac à sable ne répond pas à ce nom d'hôte ; --known-host l'autorise"
            )
        if scope["method"] in _SAFE or method_of(scope):
            return None
        origin = headers.get("origin")
        ours = origin is not None and self._is_ours(origin, called[0])
        if origin is not None and not ours:
            return 403, "Cette demande vient d'une page d'un autre site"
        # Any other verb is asked about first (CORS).
        steers = scope["method"] == "POST" and scope["path"].startswith(STEERING)
        if steers and not _is_json(headers, ours):
            return 415, "Content-Type: application/json est attendu"
        return None

    def _is_known(self, called: str) -> bool:
        """Tell whether this `Host` is a name of ours, whatever the port."""
        try:
            name = urlsplit(f"//{called}").hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        # Who types an address of this machine has followed no name that may change.
        return self._any_address and _is_address(name)

    def _is_ours(self, origin: str, called: str) -> bool:
        """Tell whether a page of ours, as this browser calls us, sends this."""
        try:
            where = urlsplit(origin).netloc.lower()
        except ValueError:
            return False
        return where in (called.lower(), self._public)


def _is_json(headers: Headers, ours: bool) -> bool:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        return True
    # `/docs` says no type where there is no body; its origin says enough.
    empty = headers.get("content-length", "0") == "0" and (
        "transfer-encoding" not in headers
    )
    return ours and empty and not kind


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
