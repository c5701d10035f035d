# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can be made to go wrong in :class:`FakeUrssaf`, by name.

==========================  =====================================================
refused                     the connection is refused: nothing was sent
reset_before                the connection breaks, nothing was recorded
reset_after                 the same, but Urssaf recorded the request
read_timeout_before, _after no answer in time, likewise
http_500, http_502          a technical error, nothing recorded
http_503, http_429          closed or too fast, with ``Retry-After: 120``
empty_400                   a refusal without a word (CA)
html_200                    a page of some gateway, nothing recorded
html_200_after              the same, but the request was recorded
malformed_json              recorded, and the answer is cut in its middle
unauthorized, forbidden     401 and 403
reject                      an error inside the HTTP 200 (050 only)
reject_400                  an error array with HTTP 400
missing_item                the last item is left out of the answer (050, 070)
empty_200, empty_404        a status without a body, nothing recorded
junk                        recorded, and the answer is no text at all
half_emoji                  recorded; each text of the answer ends with half of an
                            emoji and a NUL
deep, huge                  recorded; the answer is nested, or long, without end
wrong_types                 recorded; each identifier of the answer is an object
duplicates                  recorded; each item of a list is there twice
nonsense_headers            closed, with a ``Retry-After`` that no calendar takes
==========================  =====================================================
"""

import io
import json
from dataclasses import dataclass

import requests
from requests.exceptions import ReadTimeout
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

#: Faults after which the request has been worked on.
AFTER = frozenset(
    {
        "reset_after",
        "read_timeout_after",
        "html_200_after",
        "malformed_json",
        "reject",
        "missing_item",
        "junk",
        "half_emoji",
        "deep",
        "huge",
        "wrong_types",
        "duplicates",
    }
)
_LOSING = frozenset(
    {"reset_after", "read_timeout_after", "html_200_after", "malformed_json"}
)
_STATUSES = {
    "http_500": 500,
    "http_502": 502,
    "http_503": 503,
    "http_429": 429,
    "empty_200": 200,
    "empty_400": 400,
    "empty_404": 404,
    "nonsense_headers": 503,
    "unauthorized": 401,
    "forbidden": 403,
}
KINDS = (
    AFTER
    | _STATUSES.keys()
    | {"refused", "reset_before", "read_timeout_before", "html_200", "reject_400"}
)


def answer(request, status: int, payload=None, *, text=None, headers=None):
    """A real ``requests.Response`` to this prepared request."""
    response = requests.Response()
    response.status_code = status
    response.request = request
    response.url = request.url
    response.headers.update(headers or {})
    if text is None:
        text = "" if payload is None else json.dumps(payload)
        response.headers["Content-Type"] = "application/json"
    response.raw = io.BytesIO(text.encode())
    return response


@dataclass(frozen=True)
class Fault:
    """One programmed fault; ``code`` and ``number`` serve the refusals."""

    kind: str
    code: str = ""
    number: str | None = None

    def __post_init__(self):
        assert self.kind in KINDS, f"unknown fault: {self.kind}"
        refuses = self.kind in ("reject", "reject_400")
        assert bool(self.code) == refuses, f"{self.kind}: a code, yes or no?"

    @property
    def loses_answer(self) -> bool:
        return self.kind in _LOSING

    def rejects(self, number: str) -> bool:
        return self.kind == "reject" and self.number in (None, number)

    def spoil(self, request, status, payload):
        """The answer as this fault leaves it; nothing is spoilt by the others."""
        if self.kind == "junk":
            response = answer(request, status, text="")
            response.raw = io.BytesIO(b"\x00\xff\xfe\x1f\x8b{")
            return response
        if self.kind == "half_emoji":
            payload = _with_half_emojis(payload)
        elif self.kind == "deep":
            return answer(request, status, text="[" * 50_000)
        elif self.kind == "huge":
            text = json.dumps(payload) + " " * 3_000_000
            return answer(request, status, text=text)
        elif self.kind == "wrong_types":
            payload = _with_wrong_types(payload)
        elif self.kind == "duplicates":
            payload = _with_duplicates(payload)
        return answer(request, status, payload)

    def apply(self, request):
        """Raise what ``requests`` would, or give the spoilt answer."""
        if self.kind == "refused":
            cause = NewConnectionError(None, "[Errno 111] Connection refused")
            raise requests.ConnectionError(
                MaxRetryError(None, request.url, cause), request=request
            )
        if self.kind.startswith("reset"):
            cause = ConnectionResetError(104, "Connection reset by peer")
            raise requests.ConnectionError(
                ProtocolError("Connection aborted.", cause), request=request
            )
        if self.kind.startswith("read_timeout"):
            raise ReadTimeout("Read timed out.", request=request)
        if self.kind.startswith("html_200"):
            page = "<html><body>Maintenance</body></html>"
            return answer(request, 200, text=page)
        if self.kind == "malformed_json":
            return answer(request, 200, text='[{"idDemandePaiement": "110')
        if self.kind == "reject_400":
            error = {"code": self.code, "message": f"Message de {self.code}"}
            return answer(request, 400, [error])
        status = _STATUSES[self.kind]
        headers = {"Retry-After": "120"} if status in (503, 429) else {}
        if self.kind == "nonsense_headers":
            headers = {"Retry-After": "9" * 400, "Date": "Fri, 31 Dec 9999 23:59:59 X"}
        return answer(request, status, headers=headers)


def _with_half_emojis(value, key=None):
    if isinstance(value, list):
        return [_with_half_emojis(item) for item in value]
    if isinstance(value, dict):
        spoilt = {name: _with_half_emojis(item, name) for name, item in value.items()}
        return {**spoilt, "remarque \ud83d": "\ud83d\x00"}
    if key in ("libelle", "description", "message", "commentaire"):
        return f"{value or ''} \ud83d\x00"
    return value


def _with_wrong_types(value, key=None):
    if isinstance(value, list):
        return [_with_wrong_types(item) for item in value]
    if isinstance(value, dict):
        return {name: _with_wrong_types(item, name) for name, item in value.items()}
    if key in ("idClient", "idDemandePaiement", "numFactureTiers", "access_token"):
        return {"valeur": [value, True, 1e308]}
    return value


def _with_duplicates(value):
    if isinstance(value, list):
        return [item for item in value for _twice in range(2)]
    if isinstance(value, dict):
        return {name: _with_duplicates(item) for name, item in value.items()}
    return value
