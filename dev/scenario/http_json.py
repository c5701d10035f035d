# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""JSON over HTTP with the standard library."""

import http.client
import json
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 120


class HttpError(Exception):
    """The server answered with an error status, or did not answer (status 0)."""

    def __init__(self, status, answer):
        super().__init__(f"HTTP {status}")
        self.status = status
        self.answer = answer

    def sentence(self):
        """Return, in French, what the server said."""
        if not self.status:
            return f"pas de réponse ({self.answer})"
        said = self.answer
        if isinstance(said, dict):
            # Odoo says "message", FastAPI says "detail".
            said = said.get("message") or said.get("detail") or said
        return f"{str(said)[:500]} (HTTP {self.status})"


class JsonHttp:
    """Calls one server.

    ``opener`` may carry cookies; ``headers`` are sent with every call.
    """

    def __init__(self, base_url, opener=None):
        self.base_url = base_url.rstrip("/")
        self.headers = {}
        # No proxy: both servers are on this machine.
        self._opener = opener or urllib.request.build_opener(
            urllib.request.ProxyHandler({})
        )

    def get(self, path):
        """Return what the path answers, decoded."""
        return self._call("GET", path, None, {})

    def post(self, path, body=None):
        """Post ``body`` as JSON and return the answer, decoded."""
        data = json.dumps({} if body is None else body).encode()
        return self._call("POST", path, data, {"Content-Type": "application/json"})

    def post_form(self, path, form):
        """Post an encoded form and return the answer, decoded."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._call("POST", path, form.encode(), kind)

    def _call(self, method, path, data, headers):
        request = urllib.request.Request(
            self.base_url + path,
            data=data,
            headers={**self.headers, **headers},
            method=method,
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return _decoded(response.read())
        except urllib.error.HTTPError as error:
            raise HttpError(error.code, _decoded(error.read())) from None
        except (OSError, http.client.HTTPException) as error:
            raise HttpError(0, str(getattr(error, "reason", error))) from None


def _decoded(content):
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode(errors="replace")
