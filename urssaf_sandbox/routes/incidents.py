# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/`: what may befall a demande, a particulier or a provider."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException
from sqlalchemy import select

from ..life import accounts, aide, incidents, particuliers
from ..life.enrolments import ACTIVE, PENDING
from ..life.work import Impossible, Work
from ..switches import Switches, read_switches, turn
from ..tables import Appareillage, Demande, Particulier, Prestataire
from . import views
from .entry import SandboxHere
from .orders import Cancellation, Household, OneProvider, ProviderState, Recovery
from .steering import demande_of, particulier_of

router = APIRouter(prefix="/sandbox/v1", tags=["Pilotage du bac à sable"])

# What the order calls them → what the table does.
_STANDING = {"deposits": "acomptes", "guarantee": "garantie"}


@router.post("/demandes/{id_demande}/reject-debit")
def reject_debit(sandbox: SandboxHere, id_demande: str) -> dict[str, Any]:
    """The bank refuses the debit (50 or 70 → 60); the particulier is blocked."""
    return _happens(sandbox, id_demande, incidents.reject_prelevement)


@router.post("/demandes/{id_demande}/cancel")
def cancel(
    sandbox: SandboxHere, id_demande: str, order: Cancellation | None = None
) -> dict[str, Any]:
    """Urssaf cancels (110; 111 after 60; 112 after 120; 113 with `specific`)."""
    given = order or Cancellation()
    why = given.code, given.commentaire, given.specific
    return _happens(sandbox, id_demande, lambda w, d: incidents.cancel(w, d, *why))


@router.post("/demandes/{id_demande}/recover")
def recover(
    sandbox: SandboxHere, id_demande: str, order: Recovery | None = None
) -> dict[str, Any]:
    """Urssaf recovers the sum (60 → 120), fails to (60 → 260), or is paid (→ 270)."""
    fails = bool(order and order.fails)
    return _happens(sandbox, id_demande, lambda w, d: incidents.recover(w, d, fails))


@router.post("/particuliers/{id_client}/block")
def block(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """Urssaf shuts the account (020: `PARTICULIER_BLOQUE`)."""
    return _play(sandbox, id_client, accounts.block)


@router.post("/particuliers/{id_client}/unblock")
def unblock(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """Urssaf opens the account again."""
    return _play(
        sandbox, id_client, lambda _work, particulier: accounts.unblock(particulier)
    )


@router.post("/particuliers/{id_client}/expire-mandate")
def expire_mandate(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """The SEPA mandate runs out (020: `MANDAT_ECHU`)."""
    return _play(sandbox, id_client, accounts.expire_mandat)


@router.post("/particuliers/{id_client}/renew-mandate")
def renew_mandate(sandbox: SandboxHere, id_client: str) -> dict[str, Any]:
    """The particulier signs a new mandate."""
    return _play(
        sandbox, id_client, lambda _w, particulier: accounts.renew_mandat(particulier)
    )


@router.post("/particuliers/{id_client}/accept")
def accept(
    sandbox: SandboxHere, id_client: str, order: OneProvider | None = None
) -> dict[str, Any]:
    """The particulier accepts the association that waits, or all of them."""
    return _play(sandbox, id_client, _each(particuliers.accept, PENDING, order))


@router.post("/particuliers/{id_client}/end")
def end(
    sandbox: SandboxHere, id_client: str, order: OneProvider | None = None
) -> dict[str, Any]:
    """The particulier ends the association, or all of them (020: nobody)."""
    return _play(sandbox, id_client, _each(particuliers.end, ACTIVE, order))


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


@router.post("/providers/{client_id:path}")
def change_provider(
    sandbox: SandboxHere, client_id: str, order: ProviderState
) -> dict[str, Any]:
    """Change what Urssaf holds for or against a provider."""
    with sandbox.writing() as work:
        record = work.session.scalar(
            select(Prestataire).where(Prestataire.client_id == client_id)
        )
        if record is None:
            raise HTTPException(404, "Prestataire inconnu")
        changes = order.model_dump(exclude_none=True)
        if order.billing_ids is not None:
            changes["billing_ids"] = json.dumps(order.billing_ids)
        for key, value in changes.items():
            setattr(record, _STANDING.get(key, key), value)
        return views.prestataire(record)


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
