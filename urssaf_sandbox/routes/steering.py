# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/`: what steers the stand-in and is no part of Urssaf's API."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..life import demandes as demande_life
from ..life import enrolments
from ..life.work import Impossible, Work
from ..life.world import clear, move_clock
from ..oauth import add_prestataire
from ..settings import DefaultPrestataire
from ..tables import Demande, Message, Particulier, Prestataire, key_of
from ..working_days import later_by_working_days
from . import views
from .entry import SandboxHere
from .orders import Activation, ClockMove, ClockSetting, Contest, NewProvider

router = APIRouter(prefix="/sandbox/v1", tags=["Pilotage du bac à sable"])

Limit = Annotated[int, Query(ge=1, le=10_000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/health")
def health(sandbox: SandboxHere) -> dict[str, str]:
    """Tell that the sandbox answers and that its database opens."""
    with sandbox.reading():
        return {"status": "ok"}


@router.get("/clock")
def read_clock(sandbox: SandboxHere) -> dict[str, Any]:
    """Tell the sandbox's present."""
    with sandbox.reading() as work:
        return {"now": views.instant(work.now)}


@router.post("/clock/advance")
def advance_clock(sandbox: SandboxHere, move: ClockMove) -> dict[str, Any]:
    """Let hours, or working days in France, go by; play what falls due."""
    with sandbox.writing() as work:
        if move.working_days:
            moment = later_by_working_days(work.now, move.working_days)
        else:
            moment = work.now + move.delta
        now, changes = move_clock(work, sandbox.clock, moment)
    return {"now": views.instant(now), "changes": changes}


@router.post("/clock/set")
def set_clock(sandbox: SandboxHere, order: ClockSetting) -> dict[str, Any]:
    """Go to a moment; back in time only while nobody is enrolled (else 409)."""
    with sandbox.writing() as work:
        now, changes = move_clock(work, sandbox.clock, order.now)
    return {"now": views.instant(now), "changes": changes}


@router.post("/reset")
def reset(sandbox: SandboxHere) -> dict[str, Any]:
    """Forget people, demandes and mails; back to real time. Providers stay."""
    with sandbox.database.emptying() as session:
        now = clear(session, sandbox.clock)
    sandbox.faults.wipe()
    return {"now": views.instant(now)}


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
        return views.prestataire(record)


@router.get("/mailbox")
def mailbox(
    sandbox: SandboxHere,
    to: str | None = None,
    kind: str | None = None,
    channel: str | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> list[dict[str, Any]]:
    """List the e-mails and SMS sent, oldest first; `channel` is `email` or `sms`."""
    query = select(Message).order_by(Message.id).limit(limit).offset(offset)
    if to:
        query = query.where(Message.recipient == to)
    if kind:
        query = query.where(Message.kind == kind)
    if channel:
        query = query.where(Message.channel == channel)
    with sandbox.reading() as work:
        url = work.settings.public_url
        return [views.message(record, url) for record in work.session.scalars(query)]


@router.get("/particuliers")
def list_particuliers(
    sandbox: SandboxHere, limit: Limit = 1000, offset: Offset = 0
) -> list[dict[str, Any]]:
    """List the people enrolled, oldest first."""
    query = (
        select(Particulier)
        .options(selectinload(Particulier.appareillages))
        .order_by(Particulier.created_at, Particulier.id)
        .limit(limit)
        .offset(offset)
    )
    with sandbox.reading() as work:
        return [views.particulier(record) for record in work.session.scalars(query)]


@router.post("/particuliers/{id_client}/activate")
def activate(
    sandbox: SandboxHere, id_client: str, order: Activation | None = None
) -> dict[str, Any]:
    """The person activates the account and accepts every association that waits."""
    with sandbox.writing() as work:
        particulier = particulier_of(work, id_client)
        enrolments.activate(work, particulier, order.since if order else None)
        return views.particulier(particulier)


@router.get("/demandes")
def list_demandes(
    sandbox: SandboxHere,
    number: str | None = None,
    status: str | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> list[dict[str, Any]]:
    """List the demandes of every provider with their history, oldest first."""
    query = (
        select(Demande)
        .options(selectinload(Demande.events))
        .order_by(Demande.id)
        .limit(limit)
        .offset(offset)
    )
    if number:
        query = query.where(Demande.num_facture == number)
    if status:
        query = query.where(Demande.statut == status)
    with sandbox.reading() as work:
        return [views.demande(record) for record in work.session.scalars(query)]


@router.get("/demandes/{id_demande}")
def read_demande(sandbox: SandboxHere, id_demande: str) -> dict[str, Any]:
    """Show one demande."""
    with sandbox.reading() as work:
        return views.demande(demande_of(work, id_demande))


@router.post("/demandes/{id_demande}/validate")
def validate(sandbox: SandboxHere, id_demande: str) -> dict[str, Any]:
    """The particulier accepts the demande, which waits for him (20 → 30)."""
    with sandbox.writing() as work:
        demande = demande_of(work, id_demande)
        demande_life.validate(work, demande)
        work.session.flush()
        return views.demande(demande)


@router.post("/demandes/{id_demande}/contest")
def contest(sandbox: SandboxHere, id_demande: str, order: Contest) -> dict[str, Any]:
    """The particulier refuses the demande, which waits for him (20 → 40)."""
    with sandbox.writing() as work:
        demande = demande_of(work, id_demande)
        demande_life.contest(work, demande, order.code, order.commentaire)
        work.session.flush()
        return views.demande(demande)


def particulier_of(work: Work, id_client: str) -> Particulier:
    """Return the person of that id; answer 404 when there is none."""
    particulier = work.session.get(Particulier, id_client)
    if particulier is None:
        raise HTTPException(404, "Particulier inconnu")
    return particulier


def demande_of(work: Work, id_demande: str) -> Demande:
    """Return the demande of that id; answer 404 when there is none."""
    demande = work.session.get(Demande, key_of(id_demande))
    if demande is None:
        raise HTTPException(404, "Demande de paiement inconnue")
    return demande
