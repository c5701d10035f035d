# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The faults that can be ordered, and what they do to an answer."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response

from ..contract.erreurs import erreur
from ..contract.references import OLD_STATUT_LABELS, STATUT_LABELS
from .methods import METHODS

SLOW = "slow"
CUT_BEFORE = "cut_before"
CUT_AFTER = "cut_after"
TOKEN_EXPIRED = "token_expired"
MALFORMED = "malformed_json"

_API = tuple(method for method in METHODS if method != "token")
_SECONDS = {SLOW: 5.0, "too_many_requests": 2.0}
_LONGEST = 600.0


def _unavailable(_value: str | None) -> Response:
    return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)


def _too_many(value: str | None) -> Response:
    seconds = seconds_of("too_many_requests", value)
    headers = {"Retry-After": f"{seconds:.0f}"}
    return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


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
