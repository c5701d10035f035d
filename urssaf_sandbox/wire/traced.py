# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each call of the API is kept, masked, as an acceptance test ("recette") asks."""

import logging
import time
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..sandbox import Sandbox
from ..traces import keep
from .cutting import CUTTING
from .masking import mask_authorization, mask_body, mask_query
from .methods import method_of

_logger = logging.getLogger(__name__)
_SHOWN_HEADERS = ("content-type", "accept", "user-agent")
_MAX_BODY = 1_000_000


class Traced:
    """ASGI layer around the application."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and note it before the end of its answer leaves."""
        method = method_of(scope)
        if method is None:
            await self.app(scope, receive, send)
            return
        call = _Call(method, scope, receive, send, self._keep)
        await self.app(scope, call.receive, call.send)
        await call.end()

    def _keep(self, trace: dict[str, Any]) -> None:
        try:
            with self.sandbox.database.writing() as session:
                at = self.sandbox.clock.now(session)
                keep(session, {**trace, "at": at}, self.sandbox.settings.traces_kept)
        except SQLAlchemyError as error:
            # The call was answered: a trace that fails must not change that.
            _logger.error("no trace: %s", type(error).__name__)


class _Call:
    """What is seen of one call as it goes by."""

    def __init__(self, method, scope: Scope, receive: Receive, send: Send, keep):
        self.method = method
        self.scope = scope
        self.scope.setdefault("state", {})
        self._receive, self._send, self._keep = receive, send, keep
        self._started = time.perf_counter()
        self._request = self._response = b""
        self._status: int | None = None
        self._type = ""
        self._kept = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and len(self._request) < _MAX_BODY:
            self._request += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == CUTTING:
            await self.end()
            return
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._type = Headers(raw=message["headers"]).get("content-type", "")
        elif message["type"] == "http.response.body":
            self._response += message.get("body", b"")
            if not message.get("more_body"):
                await self.end()
        await self._send(message)

    async def end(self) -> None:
        """Note the call, once."""
        if not self._kept:
            self._kept = True
            await run_in_threadpool(self._note)

    def _note(self) -> None:
        headers = Headers(scope=self.scope)
        shown = {k: headers[k] for k in _SHOWN_HEADERS if k in headers}
        if "authorization" in headers:
            shown["authorization"] = mask_authorization(headers["authorization"])
        query = mask_query(self.scope["query_string"])
        self._keep(
            dict(
                client_id=self.scope["state"].get("client_id"),
                method=self.method,
                verb=self.scope["method"],
                path=self.scope["path"] + (f"?{query}" if query else ""),
                request_headers="\n".join(f"{k}: {v}" for k, v in shown.items()),
                request=mask_body(self._request, headers.get("content-type", "")),
                status=self._status,
                response=mask_body(self._response, self._type),
                milliseconds=(time.perf_counter() - self._started) * 1000,
            )
        )
