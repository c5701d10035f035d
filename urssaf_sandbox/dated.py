# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The `Date` header of every answer tells the sandbox's time (RFC 9110, 6.6.1).

A caller that compares a transfer date with the date of the answer then sees the same
thing here, where time is moved by hand, and at Urssaf. The server must not add
its own: uvicorn is run with `date_header=False`.
"""

from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .sandbox import Sandbox


class Dated:
    """ASGI layer around the application."""

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
