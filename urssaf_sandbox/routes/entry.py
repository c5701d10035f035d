# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every route begins with: the sandbox, the caller, the bytes of the body."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from ..oauth import bearer_provider
from ..sandbox import Sandbox
from ..tables import Provider


class Unauthorized(Exception):
    """The bearer token is absent, unknown or expired: HTTP 401 without a body."""


def get_sandbox(request: Request) -> Sandbox:
    """Return the sandbox this application serves."""
    return request.app.state.sandbox


SandboxHere = Annotated[Sandbox, Depends(get_sandbox)]


def get_provider(request: Request, sandbox: SandboxHere) -> Provider:
    """Return who calls; raise Unauthorized."""
    header = request.headers.get("authorization")
    with sandbox.database.reading() as session:
        provider = bearer_provider(session, header, sandbox.clock.wall())
    if provider is None:
        raise Unauthorized
    request.state.client_id = provider.client_id
    return provider


# The name Caller stands for: the tiers de prestation who bears the token.
Caller = Annotated[Provider, Depends(get_provider)]


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
