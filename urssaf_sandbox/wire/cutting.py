# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cutting a connection, as a network that fails does: no answer, no farewell.

ASGI has no word for it, so the server's protocol keeps its connections by the address
of the client.
"""

from asyncio import BaseTransport
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

# Told to the outer layers before the connection goes.
CUTTING = "sandbox.cutting"

_connections: dict[Any, Any] = {}


def _client(transport: BaseTransport) -> Any:
    peer = transport.get_extra_info("peername")
    return tuple(peer[:2]) if isinstance(peer, tuple) else None


class CuttableProtocol(AutoHTTPProtocol):  # type: ignore[misc,valid-type]
    """uvicorn's own HTTP protocol, whose connections can be cut."""

    def connection_made(self, transport: Any) -> None:
        """Remember the connection."""
        _connections[_client(transport)] = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _connections.pop(_client(self.transport), None)
        super().connection_lost(exc)


async def cut(scope: Scope, receive: Receive, send: Send) -> None:
    """Drop the caller's connection, and wait until the server has noticed.

    Under another server, promise a body that never comes: the connection is closed.
    """
    await send({"type": CUTTING})
    transport = _connections.get(scope.get("client"))
    if transport is None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        return
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
