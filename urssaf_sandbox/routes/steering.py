# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/`: what steers the stand-in and is no part of Urssaf's API.

The clock, the mailbox, and what may befall a demande, a particulier or a prestataire.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..clock import later_by_working_days
from ..life import aide
from ..life import demandes as demande_life
from ..life import particuliers as particulier_life
from ..life.particuliers import ACTIVE, PENDING
from ..life.work import Impossible, Work
from ..life.world import clear, move_clock
from ..tables import Appareillage, Demande, Message, Particulier, key_of
from . import views
from .entry import SandboxHere
from .orders import (
    Activation,
    Cancellation,
    ClockMove,
    ClockSetting,
    Contest,
    Household,
    OneProvider,
    Recovery,
    Transfer,
)

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
    sandbox.callers.refresh()
    return {"now": views.instant(now)}


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
        particulier_life.activate(work, particulier, order.since if order else None)
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


@router.post("/demandes/{id_demande}/reject-debit")
def reject_debit(sandbox: SandboxHere, id_demande: str) -> dict[str, Any]:
    """The bank refuses the debit (50 or 70 → 60); the particulier is blocked."""
    return _happens(sandbox, id_demande, demande_life.reject_prelevement)


@router.post("/demandes/{id_demande}/cancel")
def cancel(
    sandbox: SandboxHere, id_demande: str, order: Cancellation | None = None
) -> dict[str, Any]:
    """Urssaf cancels (110; 111 after 60; 112 after 120; 113 with `specific`)."""
    given = order or Cancellation()
    why = given.code, given.commentaire, given.specific
    return _happens(sandbox, id_demande, lambda w, d: demande_life.cancel(w, d, *why))


@router.post("/demandes/{id_demande}/recover")
def recover(
    sandbox: SandboxHere, id_demande: str, order: Recovery | None = None
) -> dict[str, Any]:
    """Urssaf recovers the sum (60 → 120), fails to (60 → 260), or is paid (→ 270)."""
    fails = bool(order and order.fails)
    return _happens(sandbox, id_demande, lambda w, d: demande_life.recover(w, d, fails))


@router.post("/demandes/{id_demande}/transfer")
def order_transfer(
    sandbox: SandboxHere, id_demande: str, order: Transfer
) -> dict[str, Any]:
    """Urssaf is to transfer this amount: less if it sets off (L133-8-8), or more."""
    cents = round(order.amount * 100)
    return _happens(
        sandbox, id_demande, lambda _w, d: demande_life.order_virement(d, cents)
    )


@router.post("/particuliers/{id_client}/block")
def block(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """Urssaf shuts the account (020: `PARTICULIER_BLOQUE`)."""
    return _play(sandbox, id_client, particulier_life.block)


@router.post("/particuliers/{id_client}/unblock")
def unblock(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """Urssaf opens the account again."""
    return _play(
        sandbox,
        id_client,
        lambda _work, particulier: particulier_life.unblock(particulier),
    )


@router.post("/particuliers/{id_client}/expire-mandate")
def expire_mandate(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """The SEPA mandate runs out (020: `MANDAT_ECHU`)."""
    return _play(sandbox, id_client, particulier_life.expire_mandat)


@router.post("/particuliers/{id_client}/renew-mandate")
def renew_mandate(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """The particulier signs a new mandate."""
    return _play(
        sandbox,
        id_client,
        lambda _w, particulier: particulier_life.renew_mandat(particulier),
    )


@router.post("/particuliers/{id_client}/accept")
def accept(
    sandbox: SandboxHere, id_client: str, order: OneProvider | None = None
) -> dict[str, Any]:
    """The particulier accepts the association that waits, or all of them."""
    return _play(sandbox, id_client, _each(particulier_life.accept, PENDING, order))


@router.post("/particuliers/{id_client}/end")
def end(
    sandbox: SandboxHere, id_client: str, order: OneProvider | None = None
) -> dict[str, Any]:
    """The particulier ends the association, or all of them (020: nobody)."""
    return _play(sandbox, id_client, _each(particulier_life.end, ACTIVE, order))


@router.get("/particuliers/{id_client}/aid")
def read_aid(
    sandbox: SandboxHere, id_client: str, year: int | None = None
) -> dict[str, Any]:
    """Show the ceilings of a civil year and what is used of them."""
    if year is not None and not 2020 <= year <= 2100:
        raise HTTPException(422, "L'année va de 2020 à 2100")
    with sandbox.reading() as work:
        return views.aide(aide.account_of(work, particulier_of(work, id_client), year))


@router.post("/particuliers/{id_client}/aid")
def change_aid(
    sandbox: SandboxHere, id_client: str, order: Household
) -> dict[str, Any]:
    """Change the household's situation, or the aid it used elsewhere."""
    cents = None if order.used_elsewhere is None else round(order.used_elsewhere * 100)
    with sandbox.writing() as work:
        particulier = particulier_of(work, id_client)
        aide.adjust(work, particulier, order.disability, cents)
        return views.aide(aide.account_of(work, particulier))


def _happens(
    sandbox: SandboxHere, id_demande: str, step: Callable[[Work, Demande], None]
) -> dict[str, Any]:
    with sandbox.writing() as work:
        demande = demande_of(work, id_demande)
        step(work, demande)
        work.session.flush()
        work.session.refresh(demande, ["events"])
        return views.demande(demande)


def _play(
    sandbox: SandboxHere, id_client: str, step: Callable[[Work, Particulier], None]
) -> dict[str, Any]:
    with sandbox.writing() as work:
        particulier = particulier_of(work, id_client)
        step(work, particulier)
        work.session.flush()
        work.session.expire(particulier, ["appareillages"])
        return views.particulier(particulier)


def _each(
    step: Callable[[Work, Appareillage], None], state: str, order: OneProvider | None
) -> Callable[[Work, Particulier], None]:
    """Return what takes the step on the associations in that state."""
    wanted = order.provider if order else None

    def play(work: Work, particulier: Particulier) -> None:
        appareillages = [
            appareillage
            for appareillage in particulier.appareillages
            if appareillage.state == state
            and wanted in (None, appareillage.prestataire.client_id)
        ]
        if not appareillages:
            raise Impossible("Aucune mise en relation n'est concernée")
        for appareillage in appareillages:
            step(work, appareillage)

    return play
