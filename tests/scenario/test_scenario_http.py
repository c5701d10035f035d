# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the story says when a server refuses, or is not there."""

import http.server
import json
import threading

import pytest

from dev.scenario.errors import ScenarioError
from dev.scenario.http_json import HttpError, JsonHttp
from dev.scenario.sandbox import Sandbox


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers what the path asks for: ``/200/…``, ``/409/…``; echoes the body."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = int(self.path.split("/")[1])
        self._answer(code, json.loads(body) if code == 200 else {"detail": "trop tôt"})

    def do_GET(self):
        found = [{"number": "F1", "id": "1"}, {"number": "F1", "id": "2"}]
        self._answer(200, found if "number=F1" in self.path else [])

    def _answer(self, code, body):
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Stay silent."""


@pytest.fixture(scope="module")
def url():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_bodies_are_json(url):
    assert JsonHttp(url).post("/200/x", {"é": 1.5}) == {"é": 1.5}


def test_a_refusal_keeps_what_the_server_said(url):
    with pytest.raises(HttpError) as caught:
        JsonHttp(url).post("/409/x")
    assert caught.value.status == 409
    assert caught.value.sentence() == "trop tôt (HTTP 409)"


def test_nobody_there():
    with pytest.raises(HttpError) as caught:
        JsonHttp("http://127.0.0.1:1").get("/")
    assert caught.value.status == 0
    assert caught.value.sentence().startswith("pas de réponse")


def test_odoo_s_own_words_come_first():
    error = HttpError(422, {"name": "UserError", "message": "Il manque la date."})
    assert error.sentence() == "Il manque la date. (HTTP 422)"


@pytest.mark.parametrize(("number", "count"), [("F1", 2), ("F2", 0)])
def test_a_number_must_be_at_urssaf_exactly_once(url, number, count):
    with pytest.raises(ScenarioError, match=f"{number} : {count} demande"):
        Sandbox(url).demande(number)
