# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ASGI layers around the application: dated, traced, faulty."""

import asyncio
import logging
import time
from email.utils import format_datetime
from typing import Any

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..oauth import forget_token
from ..sandbox import Sandbox
from ..server import CUTTING, cut
from ..traces import keep, mask_authorization, mask_body, mask_query
from .faults import (
    ANSWERS,
    CHANGES,
    CUT_AFTER,
    CUT_BEFORE,
    MALFORMED,
    SLOW,
    TOKEN_EXPIRED,
    Ordered,
    changed_body,
    method_of,
    seconds_of,
)
from .guarded import Guarded
from .paced import CALLER, Paced


class Dated:
    """Has the `Date` header of every answer tell the sandbox's time (RFC 9110, 6.6.1).

    A caller that compares the date of a virement with the date of the answer then sees
    the same thing here, where time is moved by hand, and at Urssaf. The server must not
    add its own: uvicorn is run with `date_header=False`.
    """

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and date what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.sandbox.now(), usegmt=True)
                MutableHeaders(scope=message)["Date"] = date
            await send(message)

        await self.app(scope, receive, send_dated)


_logger = logging.getLogger(__name__)
_SHOWN_HEADERS = ("content-type", "accept", "user-agent")
_MAX_BODY = 1_000_000


class Traced:
    """Keeps each call of the API, masked, as an acceptance test ("recette") asks."""

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


_OK = 200


class Faulty:
    """Lets calls go wrong because the operator wants it."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, unless a fault waits for it."""
        method = method_of(scope)
        faults, caller = self.sandbox.faults, scope.get(CALLER)
        fault = None
        if method and faults.first(method, caller):
            fault = await run_in_threadpool(faults.take, method, caller)
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(
        self, fault: Ordered, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.kind in ANSWERS:
            await ANSWERS[fault.kind](fault.value)(scope, receive, send)
        elif fault.kind in (*CHANGES, MALFORMED):
            await self.app(scope, receive, _Changing(fault, send))
        elif fault.kind == CUT_BEFORE:
            await cut(scope, receive, send)
        elif fault.kind == CUT_AFTER:
            await self.app(scope, receive, _swallow)
            await cut(scope, receive, send)
        else:
            if fault.kind == SLOW:
                await asyncio.sleep(seconds_of(SLOW, fault.value))
            elif fault.kind == TOKEN_EXPIRED:
                await run_in_threadpool(self._forget_token, scope)
            await self.app(scope, receive, send)

    def _forget_token(self, scope: Scope) -> None:
        with self.sandbox.database.writing() as session:
            forget_token(session, Headers(scope=scope).get("authorization"))


async def _swallow(_message: Message) -> None:
    """The answer is lost on its way."""


class _Changing:
    """Holds an answer back until it is whole, and changes it if it is a right one."""

    def __init__(self, fault: Ordered, send: Send) -> None:
        self.fault = fault
        self.send = send
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        if self.start["status"] == _OK:
            self.body = changed_body(self.fault.kind, self.fault.value, self.body)
            MutableHeaders(scope=self.start)["content-length"] = str(len(self.body))
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": self.body})


def install(app: FastAPI, sandbox: Sandbox) -> None:
    """Put the layers around the application: the last one named sees a call first."""
    app.add_middleware(Faulty, sandbox=sandbox)
    app.add_middleware(Paced, sandbox=sandbox)
    app.add_middleware(Dated, sandbox=sandbox)
    app.add_middleware(Traced, sandbox=sandbox)
    app.add_middleware(Guarded, settings=sandbox.settings)
