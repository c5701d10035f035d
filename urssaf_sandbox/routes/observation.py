# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/faults` and `/sandbox/v1/traces`: what goes over the wire."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import PlainTextResponse
from pydantic import Field

from .. import traces
from ..contract.description import openapi
from ..side_tables import Fault, Trace
from ..wire.board import ANY
from ..wire.kinds import KINDS, seconds_of
from . import views
from .entry import SandboxHere
from .orders import Order, Text

router = APIRouter(prefix="/sandbox/v1", tags=["Pilotage du bac à sable"])

Criterion = Annotated[str | None, Query(max_length=200)]


class NewFault(Order):
    """A fault for the next calls of a method, `*` for any that it makes sense for."""

    method: Literal["*", "token", "010", "020", "050", "070"] = ANY
    kind: str
    # How many calls meet it; null until it is forgotten.
    count: int | None = Field(1, ge=1, le=10_000)
    # The share of the calls that meet it; the same seed draws the same calls.
    rate: float = Field(1, gt=0, le=1)
    seed: int = Field(0, ge=0, le=2**31)
    # Seconds (slow, too_many_requests) or a status code (unknown_status).
    value: Annotated[str, Field(max_length=40)] | float | None = None


class TestCase(Order):
    """The test case that the next calls belong to; null ends it."""

    __test__ = False  # for pytest: no test class

    name: Text | None = None


@router.get("/openapi.json")
def describe() -> dict[str, Any]:
    """Give our own description of Urssaf's API."""
    return openapi()


@router.get("/faults")
def list_faults(sandbox: SandboxHere) -> list[dict[str, Any]]:
    """List the faults that wait for a call, oldest first."""
    return [
        {
            "method": fault.method,
            "kind": fault.kind,
            "count": fault.remaining,
            "value": fault.value,
            "rate": fault.rate,
            "seed": fault.seed,
        }
        for fault in sandbox.faults.waiting()
    ]


@router.post("/faults", status_code=201)
def order_fault(sandbox: SandboxHere, order: NewFault) -> list[dict[str, Any]]:
    """Make the next calls go wrong; the answer lists what waits."""
    methods = KINDS.get(order.kind)
    if methods is None:
        raise HTTPException(422, f"kind : {', '.join(KINDS)}")
    if order.method not in (ANY, *methods):
        raise HTTPException(422, f"{order.kind} ne concerne que {', '.join(methods)}")
    value = None if order.value is None else str(order.value)
    if order.kind in ("slow", "too_many_requests"):
        try:
            seconds_of(order.kind, value)
        except ValueError:
            raise HTTPException(422, "value : 0 à 600 secondes") from None
    sandbox.faults.order(
        Fault(
            method=order.method,
            kind=order.kind,
            value=value,
            remaining=order.count,
            rate=order.rate,
            seed=order.seed,
        )
    )
    return list_faults(sandbox)


@router.delete("/faults", status_code=204)
def wipe_faults(sandbox: SandboxHere) -> None:
    """Forget the faults that wait."""
    sandbox.faults.wipe()


@router.get("/traces")
def list_traces(
    sandbox: SandboxHere,
    case: Criterion = None,
    provider: Criterion = None,
    method: Criterion = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> list[dict[str, Any]]:
    """List the calls kept, oldest first; secrets and accounts are masked."""
    found = traces.query(case, provider, method).limit(limit)
    with sandbox.reading() as work:
        return [_view(trace) for trace in work.session.scalars(found)]


@router.get("/traces/export", response_class=PlainTextResponse)
def export_traces(
    sandbox: SandboxHere, case: Criterion = None, provider: Criterion = None
) -> PlainTextResponse:
    """Give the calls of a test case as one text file."""
    with sandbox.reading() as work:
        found = work.session.scalars(traces.query(case, provider)).all()
    headers = {"Content-Disposition": 'attachment; filename="trace-api.txt"'}
    return PlainTextResponse(traces.as_text(list(found)), headers=headers)


@router.post("/traces/case")
def begin_case(sandbox: SandboxHere, order: TestCase) -> dict[str, str | None]:
    """Note the next calls under the name of a test case."""
    with sandbox.writing() as work:
        traces.begin_case(work.session, order.name)
    return {"name": order.name}


def _view(trace: Trace) -> dict[str, Any]:
    return {
        "at": views.instant(trace.at),
        "case": trace.case,
        "provider": trace.client_id,
        "method": trace.method,
        "request_line": f"{trace.verb} {trace.path}",
        "request_headers": trace.request_headers.splitlines(),
        "request": trace.request,
        "status": trace.status,
        "response": trace.response,
        "milliseconds": round(trace.milliseconds, 2),
    }
