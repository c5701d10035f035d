# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/tax-office` and `/sandbox/v1/bank`: the world around Urssaf."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select

from ..life.work import Work
from ..side_tables import Taxpayer
from ..statements import Statement, as_camt053, as_csv, statement_of
from ..tables import Prestataire
from ..working_days import PARIS
from . import views
from .entry import SandboxHere
from .orders import Order, Text

router = APIRouter(prefix="/sandbox/v1", tags=["Pilotage du bac à sable"])

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


def _statement(work: Work, client_id: str, start: date, end: date) -> Statement:
    prestataire = work.session.scalar(
        select(Prestataire).where(Prestataire.client_id == client_id)
    )
    if prestataire is None:
        raise HTTPException(404, "Prestataire inconnu")
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
