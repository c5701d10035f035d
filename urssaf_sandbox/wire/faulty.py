# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls that go wrong because the operator wants it."""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..oauth import forget_token
from ..sandbox import Sandbox
from .board import Ordered
from .cutting import cut
from .kinds import (
    ANSWERS,
    CHANGES,
    CUT_AFTER,
    CUT_BEFORE,
    MALFORMED,
    SLOW,
    TOKEN_EXPIRED,
    changed_body,
    seconds_of,
)
from .methods import method_of

_OK = 200


class Faulty:
    """ASGI layer around the application."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, unless a fault waits for it."""
        method = method_of(scope)
        fault = None
        if method and self.sandbox.faults.anything():
            fault = await run_in_threadpool(self.sandbox.faults.take, method)
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
