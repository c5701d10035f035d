# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/`: prestataires, switches, faults and traces, tax office, bank."""

import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import Field
from sqlalchemy import select

from .. import traces
from ..clock import PARIS
from ..contract.description import openapi
from ..life.bank import Statement, as_camt053, as_csv, statement_of
from ..life.work import Impossible, Work
from ..oauth import add_prestataire
from ..settings import DefaultPrestataire
from ..side_tables import Fault, Taxpayer, Trace
from ..switches import Switches, read_switches, turn
from ..tables import Prestataire
from ..wire.faults import ANY, KINDS, seconds_of
from . import views
from .entry import SandboxHere
from .orders import NewProvider, Order, ProviderState, Text

router = APIRouter(prefix="/sandbox/v1", tags=["Pilotage du bac à sable"])

# What the order calls them → what the table does.
_STANDING = {"deposits": "acomptes", "guarantee": "garantie"}

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
    # The client_id of the one provider whose calls meet it; null for everybody's.
    provider: Text | None = None
    # Seconds (slow, too_many_requests) or a status code (unknown_status).
    value: Annotated[str, Field(max_length=40)] | float | None = None


class TestCase(Order):
    """The test case that the next calls belong to; null ends it."""

    __test__ = False  # for pytest: no test class

    name: Text | None = None


@router.get("/providers")
def list_providers(sandbox: SandboxHere) -> list[dict[str, Any]]:
    """List the tiers de prestation."""
    with sandbox.reading() as work:
        found = work.session.scalars(select(Prestataire).order_by(Prestataire.id))
        return [views.prestataire(record) for record in found]


@router.post("/providers", status_code=201)
def create_provider(sandbox: SandboxHere, order: NewProvider) -> dict[str, Any]:
    """Add a tiers de prestation beside the default one."""
    with sandbox.writing() as work:
        taken = select(Prestataire.id).where(Prestataire.client_id == order.client_id)
        if work.session.scalar(taken) is not None:
            raise Impossible("Ce client_id existe déjà")
        given = DefaultPrestataire(**order.model_dump())
        record = add_prestataire(work.session, given)
        work.session.flush()
        view = views.prestataire(record)
    sandbox.callers.refresh()
    return view


@router.post("/providers/{client_id:path}")
def change_provider(
    sandbox: SandboxHere, client_id: str, order: ProviderState
) -> dict[str, Any]:
    """Change what Urssaf holds for or against a provider, and its pace."""
    with sandbox.writing() as work:
        record = _provider(work, client_id)
        changes = order.model_dump(exclude_none=True)
        if order.billing_ids is not None:
            changes["billing_ids"] = json.dumps(order.billing_ids)
        for key, value in changes.items():
            setattr(record, _STANDING.get(key, key), value)
        view = views.prestataire(record)
    sandbox.callers.refresh()
    return view


@router.get("/calls")
def list_calls(
    sandbox: SandboxHere,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> list[dict[str, Any]]:
    """List when each call came (seconds since 1970, REAL time), from whom, and what
    became of it. ``after`` is the number of the last one seen.
    """
    return sandbox.callers.calls(after, limit)


@router.get("/switches")
def list_switches(sandbox: SandboxHere) -> Switches:
    """Show every switch."""
    with sandbox.reading() as work:
        return read_switches(work.session)


@router.post("/switches")
def turn_switches(sandbox: SandboxHere, order: dict[str, bool | str]) -> Switches:
    """Turn some switches; an unknown one, or an unknown position, is 422."""
    with sandbox.writing() as work:
        try:
            return turn(work.session, order)
        except ValueError:
            raise HTTPException(422, "Interrupteur ou position inconnus") from None


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
            "provider": fault.provider,
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
    if order.provider is not None:
        with sandbox.reading() as work:
            _provider(work, order.provider)
    sandbox.faults.order(
        Fault(
            method=order.method,
            kind=order.kind,
            value=value,
            remaining=order.count,
            rate=order.rate,
            seed=order.seed,
            provider=order.provider,
        )
    )
    return list_faults(sandbox)


@router.delete("/faults", status_code=204)
def wipe_faults(sandbox: SandboxHere, provider: Criterion = None) -> None:
    """Forget the faults that wait, or those meant for one provider alone."""
    sandbox.faults.wipe(provider)


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


_EARLIEST, _LATEST = date(2020, 1, 1), date(2100, 1, 1)


class TaxpayerData(Order):
    """A person of the register, and what the tax office answers about him."""

    birth_name: Text
    usage_name: Text | None = None
    first_names: Text
    birth_date: date
    country: str = Field("99100", pattern=r"^[0-9]{5}$")
    department: Annotated[str, Field(pattern=r"^[09][0-9][0-9abAB]$")] | None = None
    commune: Annotated[str, Field(pattern=r"^[0-9]{3}$")] | None = None
    outcome: Literal["known", "unknown", "never_filed", "homonym"] = "known"
    note: str = Field("", max_length=200)


@router.get("/tax-office")
def list_taxpayers(sandbox: SandboxHere) -> list[dict[str, Any]]:
    """List the register; these persons are made up."""
    with sandbox.reading() as work:
        found = work.session.scalars(select(Taxpayer).order_by(Taxpayer.id))
        return [_taxpayer(record) for record in found]


@router.post("/tax-office", status_code=201)
def add_taxpayer(sandbox: SandboxHere, order: TaxpayerData) -> dict[str, Any]:
    """Put somebody into the register."""
    with sandbox.writing() as work:
        record = Taxpayer(**order.model_dump())
        work.session.add(record)
        work.session.flush()
        return _taxpayer(record)


@router.post("/tax-office/{taxpayer_id}")
def change_taxpayer(
    sandbox: SandboxHere, taxpayer_id: int, order: TaxpayerData
) -> dict[str, Any]:
    """Replace what the register says of somebody."""
    with sandbox.writing() as work:
        record = _taxpayer_of(work, taxpayer_id)
        for key, value in order.model_dump().items():
            setattr(record, key, value)
        return _taxpayer(record)


@router.delete("/tax-office/{taxpayer_id}", status_code=204)
def remove_taxpayer(sandbox: SandboxHere, taxpayer_id: int) -> None:
    """Take somebody out of the register."""
    with sandbox.writing() as work:
        work.session.delete(_taxpayer_of(work, taxpayer_id))


# First: a client_id may hold a slash, and would swallow "/statement".
@router.get("/bank/{client_id:path}/statement", response_class=Response)
def export_statement(
    sandbox: SandboxHere,
    client_id: str,
    format: Literal["camt053", "csv"] = "camt053",
    start: date = _EARLIEST,
    end: date = _LATEST,
) -> Response:
    """Give the statement as the bank would: CAMT.053 or CSV."""
    with sandbox.reading() as work:
        statement = _statement(work, client_id, start, end)
        if format == "csv":
            content, kind, suffix = as_csv(statement), "text/csv", "csv"
        else:
            now = work.now.astimezone(PARIS)
            content, kind, suffix = as_camt053(statement, now), "application/xml", "xml"
    name = f"releve-{statement.end:%Y%m%d}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


@router.get("/bank/{client_id:path}")
def read_statement(
    sandbox: SandboxHere,
    client_id: str,
    start: date = _EARLIEST,
    end: date = _LATEST,
) -> dict[str, Any]:
    """Show the statement, with the demandes behind each line. Euros."""
    with sandbox.reading() as work:
        statement = _statement(work, client_id, start, end)
        return {
            "iban": statement.prestataire.iban,
            "opening": views.euros(statement.opening),
            "closing": views.euros(statement.closing),
            "lines": [
                {
                    "date": line.day.isoformat(),
                    "amount": views.euros(line.cents),
                    "label": line.label,
                    "reference": line.reference,
                    "demandes": line.demandes,
                }
                for line in statement.lines
            ],
        }


def _provider(work: Work, client_id: str) -> Prestataire:
    found = work.session.scalar(
        select(Prestataire).where(Prestataire.client_id == client_id)
    )
    if found is None:
        raise HTTPException(404, "Prestataire inconnu")
    return found


def _statement(work: Work, client_id: str, start: date, end: date) -> Statement:
    prestataire = _provider(work, client_id)
    if start > end:
        raise HTTPException(422, "start est après end")
    return statement_of(work, prestataire, start, end)


def _taxpayer_of(work: Work, taxpayer_id: int) -> Taxpayer:
    # SQLite's integers have 64 bits.
    known = 0 < taxpayer_id < 2**63
    record = work.session.get(Taxpayer, taxpayer_id) if known else None
    if record is None:
        raise HTTPException(404, "Personne inconnue du registre")
    return record


def _taxpayer(record: Taxpayer) -> dict[str, Any]:
    return {"id": record.id} | {
        key: getattr(record, key) for key in TaxpayerData.model_fields
    }
