# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ASGI layer that knows each prestataire, notes its calls and keeps its pace."""

import time
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..sandbox import Sandbox
from .callers import SeenCall, retry_after
from .faults import TOKEN, method_of

#: Where the scope of a call says whose it is, for the layers below.
CALLER = "sandbox.caller"


class Paced:
    """Answers 429 to a prestataire that calls more often than it may."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on if its turn has come, and note it either way."""
        method = method_of(scope)
        if method is None:
            await self.app(scope, receive, send)
            return
        callers = self.sandbox.callers
        if method == TOKEN:
            receive = await _Repeated.of(receive, self.sandbox.settings.max_body_bytes)
            provider = _asking(callers, scope, receive.body)
        else:
            header = Headers(scope=scope).get("authorization", "")
            provider = callers.remembered(header)
            if provider is None and header:
                provider = await run_in_threadpool(callers.bearer, header)
        scope[CALLER] = provider
        noted = _noted(callers.arrives(provider, method), send)
        seconds = callers.too_fast(provider)
        if seconds:
            headers = {"Retry-After": retry_after(seconds)}
            refusal = Response(
                status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=headers
            )
            await refusal(scope, receive, noted)
        else:
            await self.app(scope, receive, noted)


def _asking(callers, scope: Scope, body: bytes) -> str | None:
    headers = Headers(scope=scope)
    kind = headers.get("content-type", "")
    return callers.asking(body, kind, headers.get("authorization"))


def _noted(call: SeenCall, send: Send) -> Send:
    """Return what sends the answer, and notes on the call what it was."""
    started = time.perf_counter()

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
            call.milliseconds = round((time.perf_counter() - started) * 1000, 2)
        await send(message)

    return noting


class _Repeated:
    """Who asks for a token stands in the body: it is read here, and told again to the
    routes. Not more of it than they would take: they refuse what is longer.
    """

    def __init__(self, receive: Receive, messages: list[Message]) -> None:
        self._receive = receive
        self._messages = messages
        self.body = b"".join(message.get("body", b"") for message in messages)

    @classmethod
    async def of(cls, receive: Receive, limit: int) -> "_Repeated":
        messages, size = [], 0
        while size <= limit:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        return cls(receive, messages)

    async def __call__(self) -> Message:
        if self._messages:
            return self._messages.pop(0)
        return await self._receive()
