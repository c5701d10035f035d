# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What uvicorn is told: logs without personal data, connections that can be cut.

ASGI has no word for cutting a connection, so the server's protocol keeps its
connections by the address of the client.
"""

import copy
import logging
import traceback
from asyncio import BaseTransport
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.http.auto import AutoHTTPProtocol


class WithoutQuery(logging.Filter):
    """Cut the query off uvicorn's access lines: method 020 has an e-mail there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Edit the record; always keep it."""
        arguments = record.args
        if isinstance(arguments, tuple) and len(arguments) == 5:
            client, method, path, version, status = arguments
            path = str(path).partition("?")[0]
            record.args = (client, method, path, version, status)
        return True


class WithoutErrorText(logging.Filter):
    """Tell where an error arose and of what kind; its text might hold what was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Edit the record; always keep it."""
        if record.exc_info and record.exc_info[0]:
            kind, _error, frames = record.exc_info
            record.exc_text = "".join([*traceback.format_tb(frames), kind.__name__])
            record.exc_info = None
        return True


def logging_config() -> dict[str, Any]:
    """Return uvicorn's own logging set-up, with the filters on its handlers."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {
        "without_query": {"()": WithoutQuery},
        "without_error_text": {"()": WithoutErrorText},
    }
    config["handlers"]["access"]["filters"] = ["without_query"]
    config["handlers"]["default"]["filters"] = ["without_error_text"]
    config["loggers"]["urssaf_sandbox"] = {"handlers": ["default"], "level": "INFO"}
    return config


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
