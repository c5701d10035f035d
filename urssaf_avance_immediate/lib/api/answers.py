# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the body of a successful answer to our own objects, or to the right error."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from .bounded import Reply
from .errors import UrssafRejected, remote_errors
from .failures import rejected_inside_success, unreadable
from .reading import http_date
from .schemas import PaymentResult
from .schemas_base import WireResponse
from .tokens import DEFAULT_LIFE, LONGEST_LIFE

_Model = TypeVar("_Model", bound=WireResponse)

#: What makes an object an answer of 050 and not an error on its own.
_RESULT_KEYS = frozenset({"idDemandePaiement", "numFactureTiers", "statut", "idClient"})
_NOTHING_FOUND = "ERR_RECHERCHE_VIDE"


@dataclass(frozen=True)
class Answer:
    """A 2xx response, with what is needed to say what is wrong with it."""

    response: Reply
    kind: str
    correlation_id: str

    @property
    def server_time(self) -> datetime | None:
        """When Urssaf answered by its own clock (``Date`` header), aware, in UTC."""
        return http_date(self.response.headers.get("Date"))

    def payload(self):
        """The JSON body. :raises UrssafError: it is not JSON"""
        with suppress(ValueError):
            return self.response.json
        raise self.failure("the body is not JSON")

    def failure(self, what: str, payload=None):
        """The error to raise: a refusal if the body tells one, else "unreadable"."""
        errors = remote_errors(payload)
        status = self.response.status_code
        if errors:
            return rejected_inside_success(
                errors, self.kind, self.correlation_id, status
            )
        return unreadable(self.kind, self.correlation_id, status, what)


def parse(answer: Answer, model: type[_Model]) -> _Model:
    """The body as ``model``. :raises UrssafError: refusal, or not what is documented"""
    payload = answer.payload()
    with suppress(ValueError):  # its text is not for anybody's eyes
        return model.from_wire(payload)
    raise answer.failure("the body is not what is documented", payload)


def payment_results(answer: Answer) -> list[PaymentResult]:
    """The readable answers of 050; the others are left out, hence without an answer.

    :raises UrssafError: a refusal of the whole call, or nothing readable
    """
    payload = answer.payload()
    items = payload if isinstance(payload, list) else [payload]
    results = [result for result in map(_payment_result, items) if result]
    if not results:
        raise answer.failure("no result is readable", payload)
    return results


def _payment_result(item) -> PaymentResult | None:
    if not isinstance(item, dict) or not _RESULT_KEYS & item.keys():
        return None
    with suppress(ValueError):
        return PaymentResult.from_wire(item)
    return None


def nothing_found(error: UrssafRejected) -> bool:
    """Whether a refused search only says that nothing was found (CA, CF: HTTP 400)."""
    return {item.code for item in error.errors} == {_NOTHING_FOUND}


def access_token(answer: Answer) -> tuple[str, float]:
    """The token and its life in seconds.

    :raises UrssafAuthError: it says why there is none
    :raises UrssafUnavailable: there is none, or one that cannot stand in a header
    """
    payload = answer.payload()
    token = payload.get("access_token") if isinstance(payload, dict) else None
    if not (isinstance(token, str) and token.isascii() and token.isprintable()):
        token = None
    if not token or " " in token:
        raise answer.failure("there is no usable token", payload)
    return token, _life(payload.get("expires_in"))


def _life(value) -> float:
    """Seconds from ``expires_in``; the documented hour when it is unusable."""
    with suppress(TypeError, ValueError, OverflowError):
        life = float(value)
        if 0 < life < float("inf"):
            return min(life, LONGEST_LIFE)
    return DEFAULT_LIFE
