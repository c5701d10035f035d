# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong when we talk to Urssaf, one class per thing to do next.

The class answers one question for the caller: may the call be made again? The cause
decides (was anything sent? was it read? was it refused?), never the wording.
``message`` is ours, in English, without personal data; what Urssaf wrote is kept
beside it, in ``errors``, and never goes into ``str(error)``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

#: A remote code is quoted in our own messages only when it looks like a code.
_SAFE_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,80}\Z")


#: Characters kept of one text of an error, and errors kept of one answer.
MAX_WORDS, MAX_ERRORS = 1000, 20


@dataclass(frozen=True)
class RemoteError:
    """One ``Erreur`` of Urssaf, as received (SW29: code, message, description).

    The two texts may quote what was sent: show them to the person who may see the
    data, but keep them out of logs. That is why ``repr`` leaves them out.
    """

    code: str = ""
    message: str = field(default="", repr=False)
    description: str = field(default="", repr=False)


def remote_errors(payload) -> list[RemoteError]:
    """Read errors from any shape seen in the wild; an unreadable shape gives [].

    Documented: an array of ``Erreur``. Seen: one object, or an object holding
    ``errors`` or ``Errors`` (SW29, AT and CT typings), or RFC 6749's ``error``.
    """
    if isinstance(payload, RemoteError):
        return [payload]
    if isinstance(payload, Mapping):
        for key in ("errors", "Errors", "erreurs"):
            if payload.get(key):
                return remote_errors(payload[key])
        error = _remote_error(payload)
        return [error] if error else []
    if isinstance(payload, Sequence) and not isinstance(payload, (str, bytes)):
        errors = (error for item in payload for error in remote_errors(item))
        return list(islice(errors, MAX_ERRORS))
    return []


def _remote_error(payload: Mapping) -> RemoteError | None:
    code = _text(payload.get("code") or payload.get("error"))
    message = _text(payload.get("message"))
    description = _text(payload.get("description") or payload.get("error_description"))
    if not (code or message or description):
        return None
    return RemoteError(code, message, description)


def _text(value) -> str:
    return str(value)[:MAX_WORDS] if isinstance(value, (str, int, float)) else ""


class UrssafError(Exception):
    """Base of all failures. ``kind`` is a stable word to store or to map on.

    :param message: safe English text, without any personal data or secret
    :param http_status: status of the answer, ``None`` when there was none
    :param errors: what Urssaf wrote, possibly nothing
    :param correlation_id: our ``X-Correlation-ID`` for this call
    :param retry_after: seconds to wait, when Urssaf said so
    """

    kind = "protocol"

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        errors: Sequence[RemoteError] = (),
        correlation_id: str | None = None,
        retry_after: float | None = None,
    ):
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.errors = list(errors)
        self.correlation_id = correlation_id
        self.retry_after = retry_after

    @property
    def code(self) -> str | None:
        """The first remote code, or ``None``."""
        return next((error.code for error in self.errors if error.code), None)


class UrssafConfigError(UrssafError):
    """A setting is missing or malformed; nothing was sent."""

    kind = "config"


class UrssafAuthError(UrssafError):
    """Token refused, 401 after one replay, or 403: to be put right by a person."""

    kind = "auth"


class UrssafUnreachable(UrssafError):
    """Nothing left us (or, on a read, nothing came back): call again later."""

    kind = "unreachable"


class UrssafUnavailable(UrssafError):
    """Urssaf says not now (503, 429; 5xx on a read). See ``retry_after``."""

    kind = "unavailable"


class UrssafAmbiguous(UrssafError):
    """A write may or may not have been recorded: search, never send again blind."""

    kind = "ambiguous"


class UrssafRejected(UrssafError):
    """Urssaf read the request and refused it; ``errors`` says why (may be empty)."""

    kind = "rejected"


class UrssafProtocolError(UrssafError):
    """The answer is not one the contract knows."""

    kind = "protocol"


def quotable_codes(errors: Sequence[RemoteError]) -> str:
    """The remote codes for one of our own messages, anything odd left out."""
    codes = [error.code for error in errors if _SAFE_CODE.match(error.code)]
    return ", ".join(codes)
