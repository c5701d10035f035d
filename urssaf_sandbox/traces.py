# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The calls that were kept, by test case, and their export for a recette."""

import json
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from .remembered import read_setting, write_setting
from .side_tables import Trace
from .working_days import PARIS

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
