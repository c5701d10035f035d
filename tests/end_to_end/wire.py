# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A wire between Odoo and the sandbox: it can be cut, or held, at a chosen moment, and
keeps what Odoo sent.
"""

import contextlib
import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENROL = "/atp/v1/tiersPrestations/particulier"
SEND = "/atp/v1/tiersPrestations/demandePaiement"
SEARCH = f"{SEND}/rechercher"
TOKEN = "/api/oauth/v1/token"


class Wire(ThreadingHTTPServer):
    """Passes calls on to ``target``; see ``cut`` and ``hold``.

    ``posts`` are the paths that were called, ``bodies`` the JSON bodies, by path.
    """

    daemon_threads = True

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.bodies = {ENROL: [], SEND: [], SEARCH: []}
        self.posts = []
        self._cut = None
        self.was_cut = threading.Event()

    def cut(self, moment, then, path=SEND):
        """At the next POST to ``path``, call ``then``.

        :param moment: ``before`` or ``after`` Urssaf has recorded the call, and nothing
            is answered; or ``answered``: recorded, and Odoo gets the answer
        """
        self.was_cut.clear()
        self._cut = (path, moment, then)

    @contextlib.contextmanager
    def hold(self, path=SEND):
        """Hold the next answer to ``path`` until the end of the ``with``; yield the
        event that tells that it is held.
        """
        release = threading.Event()
        self.was_cut.clear()
        self._cut = (path, "held", lambda: release.wait(60))
        try:
            yield self.was_cut
        finally:
            release.set()

    def take_cut(self, path):
        """The cut that is due on this call, if any; it happens once."""
        if not self._cut or path != self._cut[0]:
            return None, None
        (_path, *cut), self._cut = self._cut, None
        return cut


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._pass_on(None, None)

    def do_POST(self):
        self.server.posts.append(self.path)
        self._pass_on(*self.server.take_cut(self.path))

    def _pass_on(self, moment, then):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if body and self.path in self.server.bodies:
            self.server.bodies[self.path].append(json.loads(body))
        if moment == "before":
            self._break_off(then)
            return
        status, headers, answer = self._ask(body)
        if moment == "after":
            self._break_off(then)
            return
        if moment == "held":
            self.server.was_cut.set()
            then()
        if moment == "answered":
            then()
        self._answer(status, headers, answer)
        if moment == "answered":
            self.server.was_cut.set()

    def _answer(self, status, headers, answer):
        self.send_response_only(status)
        for name in ("Content-Type", "Date"):
            if headers.get(name):
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    def _ask(self, body):
        request = urllib.request.Request(
            self.server.target + self.path,
            data=body or None,
            method=self.command,
            headers={
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "connection", "content-length")
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def _break_off(self, then):
        then()
        self.close_connection = True
        self.server.was_cut.set()

    def log_message(self, *_args):
        """Say nothing: an address may hold an e-mail."""


@contextlib.contextmanager
def wire_to(target):
    """A Wire that runs for the length of a ``with``."""
    wire = Wire(target)
    thread = threading.Thread(target=wire.serve_forever, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.shutdown()
        wire.server_close()
        thread.join()
