# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The calls that were kept: what they may show, by test case, and their export.

A trace shows no secret, no token, no account, no birth date.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from .clock import PARIS
from .side_tables import Trace
from .switches import read_setting, write_setting

HIDDEN = "***"
_SECRETS = frozenset({"client_secret", "access_token", "refresh_token", "password"})
_BIRTH_DATES = frozenset({"datenaissance", "datenaissanceclient"})
_IBAN = re.compile(r"\b[A-Za-z]{2}[0-9]{2}(?:[ ]?[A-Za-z0-9]){11,30}\b")
_ANY_DIGIT = re.compile(r"[0-9]")


def mask_text(text: str) -> str:
    """Return the text without what looks like an IBAN, but its ends."""
    return _IBAN.sub(lambda found: f"{found[0][:4]}…{found[0][-3:]}", text)


def mask_json(value: Any) -> Any:
    """Return the decoded JSON with what must not be shown replaced."""
    if isinstance(value, dict):
        return {mask_text(k): _mask_item(k.lower(), v) for k, v in value.items()}
    if isinstance(value, list):
        return [mask_json(item) for item in value]
    return mask_text(value) if isinstance(value, str) else value


def _mask_item(key: str, value: Any) -> Any:
    if key in _SECRETS:
        return HIDDEN
    if key == "iban":
        text = str(value)
        return f"{text[:4]}…{text[-3:]}" if len(text) > 10 else HIDDEN
    if key in _BIRTH_DATES:
        # The form stays, since a wrong form is what a reader may look for.
        return _ANY_DIGIT.sub("*", str(value))
    return mask_json(value)


def mask_body(body: bytes, content_type: str) -> str:
    """Return the body as it may be shown; one that is unreadable, by its size only."""
    if not body:
        return ""
    try:
        text = body.decode("utf-8")
        if "x-www-form-urlencoded" in content_type:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50)
            return _joined(pairs)
        shown = json.dumps(mask_json(json.loads(text)), ensure_ascii=False)
        # JSON can spell halves of characters, which no file can hold.
        return shown.encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return f"({len(body)} octets illisibles)"


def _joined(pairs: list[tuple[str, str]]) -> str:
    """Return the pairs of a form or a query as they may be shown, decoded."""
    return "&".join(
        f"{mask_text(key)}={_mask_item(key.lower(), value)}" for key, value in pairs
    )


def mask_query(query: bytes) -> str:
    """Return the query of an address as it may be shown."""
    text = query.decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return HIDDEN
    return _joined(pairs)


def mask_authorization(value: str) -> str:
    """Return the scheme of the header alone."""
    scheme = value.partition(" ")[0].lower()
    known = {"bearer": "Bearer", "basic": "Basic"}
    return f"{known[scheme]} {HIDDEN}" if scheme in known else HIDDEN


_CASE = "trace_case"
# Old traces are dropped now and then, not at each call.
_PRUNE_EVERY = 100
_INSERT = insert(Trace.__table__)


def keep(session: Session, trace: dict[str, Any], limit: int) -> None:
    """Record a trace under the present test case; drop those beyond `limit`."""
    values = {**trace, "case": current_case(session)}
    # On the connection: the ORM's unit of work would cost more than the call itself.
    result = session.connection().execute(_INSERT, values)
    (number,) = result.inserted_primary_key
    if number % _PRUNE_EVERY == 0:
        session.execute(delete(Trace).where(Trace.id <= number - limit))


def current_case(session: Session) -> str | None:
    """Return the name of the test case that calls are noted under."""
    return read_setting(session, _CASE) or None


def begin_case(session: Session, name: str | None) -> None:
    """Note the next calls under that name; None ends the case."""
    write_setting(session, _CASE, name or "")


def query(
    case: str | None = None, client_id: str | None = None, method: str | None = None
) -> Select[tuple[Trace]]:
    """Return the traces that fit, oldest first."""
    found = select(Trace).order_by(Trace.id)
    for column, value in (
        (Trace.case, case),
        (Trace.client_id, client_id),
        (Trace.method, method),
    ):
        if value is not None:
            found = found.where(column == value)
    return found


def as_text(traces: list[Trace]) -> str:
    """Return the "TRACE API" of a recette: each call with its request and answer."""
    return "\n".join(_one(trace) for trace in traces)


def pretty(body: str) -> str:
    """Return JSON over several lines; anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body


def _one(trace: Trace) -> str:
    at = trace.at.astimezone(PARIS)
    answer = "connexion coupée" if trace.status is None else f"HTTP {trace.status}"
    return "\n".join(
        [
            "=" * 72,
            f"Cas de test : {trace.case or '-'}",
            f"Méthode     : {trace.method}",
            f"Date        : {at.isoformat()}",
            f"Durée       : {trace.milliseconds:.1f} ms",
            f"Prestataire : {trace.client_id or '-'}",
            "--- Requête",
            f"{trace.verb} {trace.path}",
            trace.request_headers,
            "",
            pretty(trace.request),
            f"--- Réponse : {answer}",
            pretty(trace.response),
            "",
        ]
    )
