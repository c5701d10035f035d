# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shared by the tests of ``lib``: sample data, golden files, a scripted transport."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests

from ..lib.api import UrssafClient, clear_token_cache
from .fake_urssaf_faults import answer

GOLDEN = Path(__file__).with_name("golden")
BASE = "https://urssaf.test/atp/v1/tiersPrestations"
TOKEN_URL = "https://urssaf.test/api/oauth/v1/token"
SECRET = "s3cr3t-of-the-tests"
CREDENTIALS = ("client-of-the-tests", SECRET)
IBAN = "FR7630004000031234567890143"
BIRTH_DATE = "1980-03-29"


def golden(name: str) -> tuple[dict, dict]:
    """The golden request and response called ``name``, as fresh objects."""
    return tuple(
        json.loads((GOLDEN / f"{name}.{kind}.json").read_text(encoding="utf-8"))
        for kind in ("request", "response")
    )


def enrolment_body() -> dict:
    """A complete body of method 010."""
    return golden("010_enrolled")[0]["body"]


def payment_body(number: str = "FAC/2026/00042") -> dict:
    """A complete demande de paiement."""
    return {**golden("050_accepted")[0]["body"][0], "numFactureTiers": number}


def totals(items: list[dict]) -> tuple:
    """``(mntFactureTTC, mntFactureHT)`` of these prestations."""
    return (
        sum(item["mntPrestationTTC"] for item in items),
        sum(item["mntPrestationHT"] for item in items),
    )


class ScriptedTransport:
    """Plays answers in order, and keeps what was asked, in ``sent``.

    A step is ``(status, payload)``, ``(status, payload, headers)``, a ``str`` (a body
    sent as it is, with 200), or an exception to raise. The token has its own steps;
    without any left, it is granted.
    """

    def __init__(self, *steps, token_steps=()):
        self.steps = list(steps)
        self.token_steps = list(token_steps)
        self.sent = []
        self.options = []
        self.token_requests = []

    def handle(self, request, **kw):
        self.options.append(kw)
        if request.url == TOKEN_URL:
            self.token_requests.append(request)
            body = {"access_token": f"token-{len(self.token_requests)}"}
            step = self.token_steps.pop(0) if self.token_steps else (200, body)
        else:
            self.sent.append(request)
            step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, str):
            return answer(request, 200, text=step)
        status, payload, *headers = step
        return answer(request, status, payload, headers=headers[0] if headers else {})


class TransportMixin:
    """Routes the calls of a test to ``self.transport``; see :meth:`client`."""

    _transport = None

    def setUp(self):
        super().setUp()
        clear_token_cache()
        self.addCleanup(clear_token_cache)
        self.slept = []

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        assert r.url.startswith("https://urssaf.test/"), "a call to nobody knows whom"
        return cls._transport.handle(r, **kw)

    def client(self, *steps, token_steps=(), **values):
        """A client whose calls meet ``steps``; sleeping is recorded, not done."""
        self.transport = type(self)._transport = ScriptedTransport(
            *steps, token_steps=token_steps
        )
        values.setdefault("sleep", self.slept.append)
        client = UrssafClient(BASE, TOKEN_URL, *CREDENTIALS, **values)
        self.addCleanup(client.close)
        return client


def as_golden(request: requests.PreparedRequest) -> dict:
    """A request in the form of the golden files."""
    url = urlsplit(request.url)
    return {
        "verb": request.method,
        "path": url.path,
        "query": dict(parse_qsl(url.query)),
        "body": json.loads(request.body) if request.body else None,
    }
