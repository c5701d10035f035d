# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The only door to Urssaf: four methods and the token, on one HTTP session.

Contract: ``docs/api.md``. What may go wrong: ``errors``.
"""

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from http.client import HTTPException
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from . import bounded, masking, rate, tokens
from .answers import Answer, access_token, nothing_found, parse, payment_results
from .bounded import Reply
from .codes import MAX_BATCH, MAX_SEARCH
from .errors import UrssafConfigError, UrssafRejected, UrssafUnreachable
from .failures import READ, TOKEN, WRITE, status_failure, transport_failure
from .schemas import (
    CustomerStatus,
    EnrolmentRequest,
    EnrolmentResponse,
    PaymentRequest,
    PaymentResult,
    PaymentSearch,
    PaymentSearchResult,
)
from .traced_calls import TracedCall, masked

_logger = logging.getLogger(__name__)
# urllib3 writes addresses at DEBUG level, and method 020 has an e-mail in its own.
masking.install(__name__, "urllib3.connectionpool")

DEFAULT_SCOPE = "homeplus.tiersprestations"
TOKEN_TIMEOUT = 15.0
#: 010 calls the tax office and the bank check before it answers.
ENROL_TIMEOUT = 30.0
#: Seconds before the first and the second repeat of a token request or a read.
BACK_OFF = (0.5, 1.5)
_TRANSIENT = (502, 504)
#: No invoice is dated so late: CA searches from here as a health check.
_EMPTY_PERIOD_START = date(2053, 1, 1)


class _Bearer(AuthBase):
    """Sets the header through ``auth``, so that no ``.netrc`` can replace it."""

    def __init__(self, token: str | None):
        self._token = token

    def __call__(self, request):
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(frozen=True)
class _Call:
    """One exchange to make: ``number`` is Urssaf's name of the method."""

    number: str
    kind: str
    verb: str
    url: str
    timeout: float
    params: dict | None = None
    json: object = None
    form: dict | None = None


class UrssafClient:
    """Calls Urssaf for one provider. Use it as a context manager.

    :param base_url: up to and including ``/tiersPrestations``
    :param token_url: the OAuth2 token endpoint
    :param session: an HTTP session to reuse; it is not closed here
    :param timeout: seconds that a whole answer may take (010 at least 30, the token
        15); with a ``session`` that was given, between two bytes of it
    :param clock: returns epoch seconds; :param sleep: waits some seconds
    :param turns: asked before each call, the token's included: takes the next turn and
        returns the seconds to wait for it; see ``rate``
    :param observer: is given an ``TracedCall`` after each call, the token's included
    :raises UrssafConfigError: a setting is missing or is not an http(s) address

    Every method may raise the classes of ``errors``. Only the token and the reads are
    repeated by themselves, at most twice; a write goes out once, or once more
    after a 401, which is said before anything is recorded.
    """

    def __init__(
        self,
        base_url: str,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str = DEFAULT_SCOPE,
        *,
        session: requests.Session | None = None,
        timeout: float = 20,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        turns: Callable[[], float] | None = None,
        observer: Callable[[TracedCall], None] | None = None,
    ):
        self._base_url = _address("base_url", base_url).rstrip("/")
        self._token_url = _address("token_url", token_url)
        self._client_id = _setting("client_id", client_id)
        self._client_secret = _setting("client_secret", client_secret)
        self._scope = _setting("scope", scope)
        self._key = tokens.token_key(token_url, client_id, client_secret, scope)
        self._own_session = session is None
        self._session = bounded.new_session() if session is None else session
        self._timeout = float(timeout)
        self._clock = clock
        self._sleep = sleep
        self._turns = turns
        self._observer = observer
        #: Customers whom method 020 has found: these credentials are of the
        #: habilitation that knows them.
        self.found_customers = 0

    def __repr__(self) -> str:
        return f"UrssafClient({urlsplit(self._base_url).netloc})"

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self) -> None:
        """Close the HTTP session, if we made it."""
        if self._own_session:
            self._session.close()

    # -- the four methods ------------------------------------------------------

    def enrol_customer(self, request: EnrolmentRequest) -> EnrolmentResponse:
        """Method 010: enrol a particulier, or renew the link with a known one."""
        call = self._call(
            "010",
            WRITE,
            "POST",
            "/particulier",
            json=request.to_wire(),
            timeout=max(self._timeout, ENROL_TIMEOUT),
        )
        return parse(self._exchange(call), EnrolmentResponse)

    def get_customer(
        self, *, id_client: str | None = None, email: str | None = None
    ) -> CustomerStatus:
        """Method 020: state of a particulier, by id, by e-mail, or both.

        :raises ValueError: neither is given
        """
        params = {"idClient": id_client, "adresseMail": email}
        params = {name: value for name, value in params.items() if value}
        if not params:
            raise ValueError("id_client or email is required")
        call = self._call("020", READ, "GET", "/particulier", params=params)
        found = parse(self._exchange(call), CustomerStatus)
        self.found_customers += 1
        return found

    def create_payment_requests(
        self, requests_: Sequence[PaymentRequest]
    ) -> list[PaymentResult]:
        """Method 050: send 1 to 10 demandes de paiement in one call.

        The answers come as received: match them by number; a demande without an
        answer has an unknown fate. An answer that is not an object is left out.

        :raises ValueError: no demande, or more than 10
        """
        if not 1 <= len(requests_) <= MAX_BATCH:
            raise ValueError(f"1 to {MAX_BATCH} demandes per call")
        body = [request.to_wire() for request in requests_]
        call = self._call("050", WRITE, "POST", "/demandePaiement", json=body)
        return payment_results(self._exchange(call))

    def search_payment_requests(
        self,
        *,
        ids: Sequence[str] = (),
        numbers: Sequence[str] = (),
        start: date | None = None,
        end: date | None = None,
    ) -> PaymentSearchResult:
        """Method 070: demandes by ids, by our numbers, or by invoice dates.

        Nothing found is an empty result, not an error.

        :raises ValueError: no criterion, or more than 10 ids or numbers
        """
        if len(ids) > MAX_SEARCH or len(numbers) > MAX_SEARCH:
            raise ValueError(f"at most {MAX_SEARCH} ids or numbers per call")
        search = PaymentSearch(
            ids=tuple(ids) or None,
            numbers=tuple(numbers) or None,
            start=start,
            end=end,
        )
        call = self._call(
            "070",
            READ,
            "POST",
            "/demandePaiement/rechercher",
            json=search.to_wire(),
        )
        try:
            answer = self._exchange(call)
            result = parse(answer, PaymentSearchResult)
            return result.model_copy(update={"server_time": answer.server_time})
        except UrssafRejected as error:
            if nothing_found(error):
                return PaymentSearchResult()
            raise

    def check_connection(self) -> None:
        """Prove that address, credentials and habilitation work; changes nothing."""
        self.search_payment_requests(start=_EMPTY_PERIOD_START)

    # -- exchanges -------------------------------------------------------------

    def _call(self, number, kind, verb, path, *, timeout=None, **content) -> _Call:
        url = self._base_url + path
        return _Call(number, kind, verb, url, timeout or self._timeout, **content)

    def _exchange(self, call: _Call) -> Answer:
        """Make the call with a token; one replay with a new token after a 401."""
        correlation_id = str(uuid.uuid4())
        for _attempt in range(2):
            token = self._token()
            response = self._send_patiently(call, token, correlation_id)
            if response.status_code != 401:
                break
            tokens.drop_token(self._key, token)
        failure = status_failure(response, call.kind, correlation_id)
        if failure:
            raise failure
        return Answer(response, call.kind, correlation_id)

    def _send_patiently(
        self, call: _Call, token: str | None, correlation_id: str
    ) -> Reply:
        """Send, and repeat a token request or a read that met a passing trouble. One
        that has taken all its time is not repeated: somebody may be waiting.
        """
        end = time.monotonic() + call.timeout
        for pause in () if call.kind == WRITE else BACK_OFF:
            try:
                response = self._send(call, token, correlation_id)
                if response.status_code not in _TRANSIENT:
                    return response
            except UrssafUnreachable:
                if time.monotonic() >= end:
                    raise
            self._sleep(pause)
        return self._send(call, token, correlation_id)

    def _send(self, call: _Call, token: str | None, correlation_id: str) -> Reply:
        rate.wait_turn(self._turns, self._sleep)
        started, started_at = time.monotonic(), datetime.now(timezone.utc)
        response, outcome = None, "no answer"
        try:
            begun = self._session.request(
                call.verb,
                call.url,
                params=call.params,
                json=call.json,
                data=call.form,
                headers={
                    "Accept": "application/json",
                    # A few kilobytes that unfold to gigabytes are of no use.
                    "Accept-Encoding": "identity",
                    "X-Correlation-ID": correlation_id,
                },
                auth=_Bearer(token),
                timeout=call.timeout,
                # A redirect would hand the token or the secret to another host.
                allow_redirects=False,
                stream=True,
            )
            response = bounded.read_reply(begun)
            outcome = str(response.status_code)
            return response
        except (OSError, HTTPError, HTTPException) as error:
            outcome = type(error).__name__
            # "from None": the cause's text has the address with its query.
            raise transport_failure(error, call.kind, correlation_id) from None
        finally:
            self._tell(
                call,
                response,
                outcome=outcome,
                status=None if response is None else response.status_code,
                milliseconds=int((time.monotonic() - started) * 1000),
                correlation_id=correlation_id,
                started_at=started_at,
            )

    def _tell(self, call: _Call, response: Reply | None, **facts) -> None:
        """Log the call, and show it to the observer."""
        _logger.info(
            "Urssaf %s %s %s: %s in %d ms (%s)",
            call.number,
            call.verb,
            urlsplit(call.url).path,
            facts["outcome"],
            facts["milliseconds"],
            facts["correlation_id"],
        )
        if not self._observer:
            return
        try:
            self._observer(masked(call, response, **facts))
        except Exception as error:
            # Whatever becomes of the trace, the answer of Urssaf must be recorded.
            _logger.warning("This call left no trace: %s", type(error).__name__)

    # -- token -----------------------------------------------------------------

    def _token(self) -> str:
        return tokens.get_token(self._key, self._fetch_token, self._clock)

    def _fetch_token(self) -> tuple[str, float]:
        """Ask for a token: client credentials in the form body (CA, AIS, AR)."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": self._scope,
        }
        correlation_id = str(uuid.uuid4())
        call = _Call("token", TOKEN, "POST", self._token_url, TOKEN_TIMEOUT, form=form)
        response = self._send_patiently(call, None, correlation_id)
        failure = status_failure(response, TOKEN, correlation_id)
        if failure:
            raise failure
        return access_token(Answer(response, TOKEN, correlation_id))


def _setting(name: str, value) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UrssafConfigError(f"The setting {name} is missing.")
    return value


def _address(name: str, value) -> str:
    value = _setting(name, value).strip()
    with suppress(ValueError):  # urlsplit refuses some malformed hosts and ports
        parts = urlsplit(value)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return value
    raise UrssafConfigError(f"The setting {name} is not an http(s) address.")
