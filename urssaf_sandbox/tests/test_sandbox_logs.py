# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A defect of the sandbox itself: found in the log, without what was sent."""

import asyncio
import io

import uvicorn

from ..app import create_app
from ..server import logging_config
from ..settings import Settings
from .test_sandbox_process import free_port

IBAN = "FR7630004000031234567890143"


async def call_of(app, port):
    """Serve the application as `python -m urssaf_sandbox` does; return one answer."""
    config = uvicorn.Config(app, port=port, log_config=logging_config())
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /broken?iban=x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    server.should_exit = True
    await serving
    return answer


def test_an_error_is_logged_without_its_text(monkeypatch):
    app = create_app(Settings(database=":memory:"))

    @app.get("/broken")
    def broken():
        try:
            raise KeyError(IBAN)
        except KeyError as error:
            raise ValueError(f"what to do with {IBAN}?") from error

    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    monkeypatch.setattr("sys.stdout", log)
    answer = asyncio.run(call_of(app, free_port()))
    assert b" 500 " in answer.split(b"\r\n")[0]
    assert b"ERREUR_TECHNIQUE" in answer
    assert IBAN.encode() not in answer
    said = log.getvalue()
    assert IBAN not in said
    assert "in broken\n" in said
    assert "ValueError" in said
