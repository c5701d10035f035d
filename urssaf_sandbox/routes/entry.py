# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every route begins with: the sandbox, the caller, the bytes of the body."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy.orm import Session

from ..oauth import bearer_prestataire
from ..sandbox import Sandbox
from ..tables import Prestataire


class Unauthorized(Exception):
    """The bearer token is absent, unknown or expired: HTTP 401 without a body."""


# Dependencies are coroutines where they do not wait: a plain function is run in a
# thread of its own, and going to and fro costs more than most calls do.
async def get_sandbox(request: Request) -> Sandbox:
    """Return the sandbox this application serves."""
    return request.app.state.sandbox


SandboxHere = Annotated[Sandbox, Depends(get_sandbox)]


@dataclass(frozen=True)
class Caller:
    """The tiers de prestation who calls, as far as his token tells."""

    request: Request
    sandbox: Sandbox

    def prestataire(self, session: Session) -> Prestataire:
        """Return who he is; raise Unauthorized."""
        header = self.request.headers.get("authorization")
        found = bearer_prestataire(session, header, self.sandbox.clock.wall())
        if found is None:
            raise Unauthorized
        self.request.state.client_id = found.client_id
        return found

    def known(self) -> Prestataire:
        """Return who he is, before any work begins; raise Unauthorized."""
        with self.sandbox.database.reading() as session:
            return self.prestataire(session)


async def get_caller(request: Request, sandbox: SandboxHere) -> Caller:
    """Return who calls; he is not known yet."""
    return Caller(request, sandbox)


CallerHere = Annotated[Caller, Depends(get_caller)]


async def get_body(request: Request) -> bytes:
    """Return the body; refuse with 413 one that no client of the API would send."""
    limit = request.app.state.sandbox.settings.max_body_bytes
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, "Corps de requête trop volumineux")
    return bytes(body)


Body = Annotated[bytes, Depends(get_body)]
