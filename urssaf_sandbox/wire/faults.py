# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The faults that can be ordered: for which methods, what they do, which ones wait.

They survive a restart; a reset forgets them.
"""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from ..contract.erreurs import erreur
from ..contract.references import OLD_STATUT_LABELS, STATUT_LABELS
from ..database import Database
from ..side_tables import Fault

TOKEN = "token"
_ATP = "/atp/v1/tiersPrestations"
_PATHS = {
    ("POST", "/api/oauth/v1/token"): TOKEN,
    ("POST", f"{_ATP}/particulier"): "010",
    ("GET", f"{_ATP}/particulier"): "020",
    ("POST", f"{_ATP}/demandePaiement"): "050",
    ("POST", f"{_ATP}/demandePaiement/rechercher"): "070",
}
METHODS = tuple(_PATHS.values())


def method_of(scope: Scope) -> str | None:
    """Return `token`, `010`, `020`, `050`, `070`; None for anything else."""
    if scope["type"] != "http":
        return None
    return _PATHS.get((scope["method"], scope["path"]))


SLOW = "slow"
CUT_BEFORE = "cut_before"
CUT_AFTER = "cut_after"
TOKEN_EXPIRED = "token_expired"
MALFORMED = "malformed_json"
REFUSED_SECRET = "refused_secret"

_API = tuple(method for method in METHODS if method != "token")
_SECONDS = {SLOW: 5.0, "too_many_requests": 2.0}
_LONGEST = 600.0


def _unavailable(_value: str | None) -> Response:
    return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)


def _too_many(value: str | None) -> Response:
    seconds = seconds_of("too_many_requests", value)
    headers = {"Retry-After": f"{seconds:.0f}"}
    return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


def _refused_secret(_value: str | None) -> Response:
    """As RFC 6749, 5.2 words a secret that is wrong, or not valid any more."""
    return JSONResponse({"error": "invalid_client"}, HTTPStatus.UNAUTHORIZED)


def _technical_error(_value: str | None) -> Response:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return JSONResponse([erreur("ERREUR_TECHNIQUE")], status)


def _bad_gateway(_value: str | None) -> Response:
    page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
    return Response(page, HTTPStatus.BAD_GATEWAY, media_type="text/html")


# Kind → the answer given at once, without asking the service.
ANSWERS: dict[str, Callable[[str | None], Response]] = {
    "unavailable": _unavailable,
    "too_many_requests": _too_many,
    "empty_400": lambda _value: Response(status_code=HTTPStatus.BAD_REQUEST),
    "forbidden": lambda _value: Response(status_code=HTTPStatus.FORBIDDEN),
    "technical_error": _technical_error,
    "bad_gateway": _bad_gateway,
    REFUSED_SECRET: _refused_secret,
}


def _errors_spelling(body: Any, _value: str | None) -> Any:
    return {("Errors" if k == "errors" else k): v for k, v in body.items()}


def _missing_keys(body: Any, _value: str | None) -> Any:
    """Leave out every key that no client may count on."""
    if isinstance(body, list):
        return [_bare_output(item) for item in body]
    if "infoDemandePaiements" in body:
        infos = body["infoDemandePaiements"]
        return {"infoDemandePaiements": [_bare(info) for info in infos]}
    if "statut" in body:
        statut = {k: v for k, v in body["statut"].items() if k != "description"}
        return {"idClient": body["idClient"], "statut": statut}
    return {k: v for k, v in body.items() if k != "scope"}


def _bare_output(item: dict[str, Any]) -> dict[str, Any]:
    kept = ("numFactureTiers", "idDemandePaiement", "errors")
    return {key: value for key, value in item.items() if key in kept}


def _bare(info: dict[str, Any]) -> dict[str, Any]:
    statut = {"code": info["statut"]["code"]}
    kept = {k: v for k, v in info.items() if k in ("idDemandePaiement", "infoVirement")}
    if "infoRejet" in info:
        kept["infoRejet"] = {"code": info["infoRejet"]["code"]}
    return {**kept, "statut": statut}


def _null_keys(body: Any, _value: str | None) -> Any:
    """Give null to what is usually absent."""
    if isinstance(body, list):
        either = {"idDemandePaiement": None, "statut": None, "errors": None}
        return [{**either, **item} for item in body]
    if "statut" in body:
        return {"nomUsage": None, **body}
    optional = {"infoRejet": None, "infoVirement": None}
    infos = [{**optional, **info} for info in body["infoDemandePaiements"]]
    return {**body, "errors": None, "infoDemandePaiements": infos}


def _unknown_status(body: Any, value: str | None) -> Any:
    if "infoDemandePaiements" not in body:
        code = value or "APPAREILLAGE_INCONNU"
        statut = {**body["statut"], "code": code, "etat": "INCONNU"}
        return {**body, "statut": statut}
    code = value or "999"
    labels = {**OLD_STATUT_LABELS, **STATUT_LABELS}
    statut = {"code": code, "libelle": labels.get(code, "Statut inconnu")}
    infos = [{**info, "statut": statut} for info in body["infoDemandePaiements"]]
    return {**body, "infoDemandePaiements": infos}


# Kind → what becomes of a right answer.
CHANGES: dict[str, Callable[[Any, str | None], Any]] = {
    "errors_spelling": _errors_spelling,
    "missing_keys": _missing_keys,
    "null_keys": _null_keys,
    "unknown_status": _unknown_status,
}


def _cut_short(body: bytes) -> bytes:
    """Break the JSON off in the middle, as a proxy does that gives up."""
    return body[: len(body) // 2]


# Kind → the methods it makes sense for.
KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*ANSWERS, SLOW, CUT_BEFORE, CUT_AFTER, MALFORMED), METHODS),
    "technical_error": _API,
    TOKEN_EXPIRED: _API,
    REFUSED_SECRET: (TOKEN,),
    "errors_spelling": ("070",),
    "missing_keys": ("token", "020", "050", "070"),
    "null_keys": ("020", "050", "070"),
    "unknown_status": ("020", "070"),
}


def seconds_of(kind: str, value: str | None) -> float:
    """Return the seconds ordered, or the usual ones; raise ValueError for nonsense."""
    seconds = float(value) if value else _SECONDS[kind]
    if not 0 <= seconds <= _LONGEST:
        raise ValueError(f"0 to {_LONGEST:.0f} seconds")
    return seconds


def changed_body(kind: str, value: str | None, body: bytes) -> bytes:
    """Return the changed body of a right answer."""
    if kind == MALFORMED:
        return _cut_short(body)
    return json.dumps(CHANGES[kind](json.loads(body), value)).encode()


ANY = "*"


@dataclass(frozen=True)
class Ordered:
    """One fault that a call has met."""

    kind: str
    value: str | None


class FaultBoard:
    """Hands each waiting fault to the next call it is meant for, oldest first.

    What waits is kept in memory too: a call that no fault concerns, or one that stays
    until it is forgotten, costs no look into the database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: tuple[Fault, ...] = ()
        self._read()

    def order(self, fault: Fault) -> None:
        """Put a fault on the board."""
        with self._lock:
            with self._database.writing() as session:
                session.add(fault)
            self._read()

    def waiting(self) -> list[Fault]:
        """Return what is on the board, oldest first."""
        return list(self._waiting)

    def wipe(self, provider: str | None = None) -> None:
        """Take everything off the board, or what is meant for one prestataire."""
        gone = delete(Fault)
        if provider is not None:
            gone = gone.where(Fault.provider == provider)
        with self._lock:
            with self._database.writing() as session:
                session.execute(gone)
            self._read()

    def _read(self) -> None:
        with self._database.reading() as session:
            faults = session.scalars(select(Fault).order_by(Fault.id))
            self._waiting = tuple(faults)

    def first(self, method: str, provider: str | None) -> Fault | None:
        """Return at no cost the oldest fault that this call may meet."""
        found = (f for f in self._waiting if _concerns(f, method, provider))
        return next(found, None)

    def take(self, method: str, provider: str | None) -> Ordered | None:
        """Return the fault that this call meets, and count it."""
        first = self.first(method, provider)
        if first is None:
            return None
        if stays(first):
            return Ordered(first.kind, first.value)
        with self._lock:
            with self._database.writing() as session:
                met = self._draw(session, method, provider)
            self._read()
        return met

    def _draw(
        self, session: Session, method: str, provider: str | None
    ) -> Ordered | None:
        for fault in session.scalars(select(Fault).order_by(Fault.id)):
            if _concerns(fault, method, provider) and _strikes(fault):
                if fault.remaining is not None:
                    fault.remaining -= 1
                    if not fault.remaining:
                        session.delete(fault)
                return Ordered(fault.kind, fault.value)
        return None


def stays(fault: Fault) -> bool:
    """Tell whether each call meets it until it is forgotten: there is no count."""
    return fault.remaining is None and fault.rate >= 1


def _concerns(fault: Fault, method: str, provider: str | None) -> bool:
    return fault.provider in (None, provider) and (
        fault.method == method or (fault.method == ANY and method in KINDS[fault.kind])
    )


def _strikes(fault: Fault) -> bool:
    """Draw whether this call meets the fault; the same order draws the same calls."""
    if fault.rate >= 1:
        return True
    # A text seeds alike on every machine and version of Python.
    chance = random.Random(f"{fault.seed}:{fault.seen}").random()
    fault.seen += 1
    return chance < fault.rate
