# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From what happened on the wire to the right class of ``errors``.

Three kinds of call exist: a ``token`` request, a ``read`` (020, 070) and a ``write``
(010, 050). The kind matters because a write whose fate is unknown must never be sent
again blind.
"""

import socket
import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .bounded import Reply
from .errors import (
    RemoteError,
    UrssafAmbiguous,
    UrssafAuthError,
    UrssafError,
    UrssafProtocolError,
    UrssafRejected,
    UrssafUnavailable,
    UrssafUnreachable,
    quotable_codes,
    remote_errors,
)
from .reading import seconds_to_wait

TOKEN, READ, WRITE = "token", "read", "write"

_NEVER_CONNECTED = (
    NewConnectionError,  # refused, no route, and (urllib3 2) name resolution
    ConnectTimeoutError,
    ConnectionRefusedError,
    socket.gaierror,
    ssl.SSLCertVerificationError,
    ssl.CertificateError,
)
# OpenSSL reasons given before the handshake is over.
_HANDSHAKE_WORDS = ("CERT", "HANDSHAKE", "PROTOCOL", "VERSION", "UNKNOWN_CA")


def transport_failure(error: Exception, kind: str, correlation_id: str) -> UrssafError:
    """What to raise when there is no complete answer."""
    if kind != WRITE or _nothing_left(error):
        return UrssafUnreachable(
            "Urssaf could not be reached.", correlation_id=correlation_id
        )
    return UrssafAmbiguous(
        "The connection broke: Urssaf may have recorded the request.",
        correlation_id=correlation_id,
    )


def _nothing_left(error: Exception) -> bool:
    """Whether it is proven that Urssaf received nothing.

    The cause decides, not the text. A connection that was never made and a handshake
    that fails come before the request. A proxy or a TLS stream that ends early may
    have passed the request on: that is no proof.
    """
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    for cause in _causes(error):
        if isinstance(cause, _NEVER_CONNECTED):
            return True
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None) or ""
            return any(word in reason for word in _HANDSHAKE_WORDS)
    return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made from, each once.

    ``__context__`` is left out on purpose: it also holds whatever unrelated error
    the caller was handling, and a refused connection there would make a lost write
    pass for one that never left.
    """
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        found = [cause.__cause__, getattr(cause, "reason", None), *cause.args]
        waiting.extend(item for item in found if isinstance(item, BaseException))


def status_failure(
    response: Reply, kind: str, correlation_id: str
) -> UrssafError | None:
    """What to raise for this HTTP status, ``None`` when it is a success."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    errors = remote_errors(_json_or_none(response))
    details = {
        "http_status": status,
        "errors": errors,
        "correlation_id": correlation_id,
    }
    codes = quotable_codes(errors)
    label = f"HTTP {status}" + (f", {codes}" if codes else "")
    if status in (429, 503):
        return UrssafUnavailable(
            f"Urssaf is not available now ({label}).",
            retry_after=seconds_to_wait(response.headers.get("Retry-After")),
            **details,
        )
    if status in (401, 403) or (kind == TOKEN and status == 400 and errors):
        return UrssafAuthError(f"Urssaf refused our credentials ({label}).", **details)
    if kind == TOKEN:
        return UrssafUnavailable(f"Urssaf gave no token ({label}).", **details)
    if status >= 500:
        return _server_failure(kind, label, details)
    if status == 400 or (400 < status < 500 and errors):
        told = label if errors else f"{label}, without an explanation"
        return UrssafRejected(f"Urssaf refused the request ({told}).", **details)
    return UrssafProtocolError(f"Unexpected answer of Urssaf ({label}).", **details)


def _server_failure(kind: str, label: str, details: dict) -> UrssafError:
    if kind == WRITE:
        return UrssafAmbiguous(
            f"Urssaf failed and may have recorded the request ({label}).", **details
        )
    return UrssafUnavailable(f"Urssaf failed ({label}).", **details)


_UNREADABLE = {
    WRITE: UrssafAmbiguous,
    READ: UrssafProtocolError,
    # Without a token nothing has left: later again.
    TOKEN: UrssafUnavailable,
}


def unreadable(
    kind: str, correlation_id: str, http_status: int, what: str
) -> UrssafError:
    """What to raise for a success whose body we cannot use."""
    return _UNREADABLE[kind](
        f"Urssaf answered HTTP {http_status} but {what}.",
        http_status=http_status,
        correlation_id=correlation_id,
    )


def rejected_inside_success(
    errors: list[RemoteError], kind: str, correlation_id: str, http_status: int
) -> UrssafError:
    """What to raise for a success whose body is only errors."""
    codes = quotable_codes(errors)
    label = f"HTTP {http_status}" + (f", {codes}" if codes else "")
    error_class = UrssafAuthError if kind == TOKEN else UrssafRejected
    return error_class(
        f"Urssaf refused the request ({label}).",
        http_status=http_status,
        errors=errors,
        correlation_id=correlation_id,
    )


def _json_or_none(response):
    try:
        return response.json
    except ValueError:
        return None
