# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/operateur/`: the operator's console. Everything at a glance, and what to play.

It does nothing of its own: each button calls what `/sandbox/v1/` offers to scripts.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from ..clock import ClockRangeError
from ..contract.references import CONTEST_REASONS
from ..life.work import Impossible
from ..rules import transitions
from ..sandbox import Sandbox
from ..space import overview
from ..space.pages import PageError
from ..wire.kinds import KINDS
from . import incidents, observation, steering
from .orders import Cancellation, ClockMove, Contest, Recovery
from .visits import Form, VisitHere

router = APIRouter(prefix="/operateur", include_in_schema=False)

_CONSOLE = "/operateur/"

# Event on a demande → (what makes it possible, what the button says, what it calls).
_Act = Callable[[Sandbox, str], Any]
DEMANDE_EVENTS: dict[str, tuple[str, str, _Act]] = {
    "valider": (transitions.VALIDATE, "Valider", steering.validate),
    "contester": (
        transitions.CONTEST,
        "Contester",
        lambda sandbox, key: steering.contest(
            sandbox,
            key,
            Contest(code="CONTEST_ERR_FACT", commentaire="Depuis la console"),
        ),
    ),
    "rejeter": (
        transitions.REJECT_DEBIT,
        "Rejeter le prélèvement",
        incidents.reject_debit,
    ),
    "recouvrer": (transitions.RECOVER, "Recouvrer", incidents.recover),
    "echouer": (
        transitions.RECOVERY_FAILS,
        "Recouvrement impossible",
        lambda sandbox, key: incidents.recover(sandbox, key, Recovery(fails=True)),
    ),
    "annuler": (transitions.CANCEL, "Annuler", incidents.cancel),
    "annuler-113": (
        transitions.CANCEL_SPECIFIC,
        "Annuler (raison spécifique)",
        lambda sandbox, key: incidents.cancel(
            sandbox, key, Cancellation(specific=True)
        ),
    ),
}

# Event on a particulier → (what the button says, what it calls).
PERSON_EVENTS: dict[str, tuple[str, _Act]] = {
    "activer": ("Activer et tout accepter", steering.activate),
    "terminer": ("Mettre fin aux mises en relation", incidents.end),
    "bloquer": ("Bloquer", incidents.block),
    "debloquer": ("Débloquer", incidents.unblock),
    "echoir": ("Mandat échu", incidents.expire_mandate),
    "renouveler": ("Renouveler le mandat", incidents.renew_mandate),
}


@router.get("/")
def console(visit: VisitHere) -> HTMLResponse:
    """Show everything at a glance."""
    waiting = visit.sandbox.faults.waiting()
    with visit.sandbox.reading() as work:
        people = overview.people(work)
        demandes = overview.demandes(work)
        return visit.show(
            "operateur/console.html",
            now=work.now,
            people=[(person, _person_events(person)) for person in people],
            demandes=[(demande, _demande_events(demande)) for demande in demandes],
            faults=waiting,
            kinds=KINDS,
            reasons=CONTEST_REASONS,
            **overview.around(work),
        )


@router.post("/horloge")
def move_clock(visit: VisitHere, form: Form) -> RedirectResponse:
    """Advance by hours or by working days."""
    try:
        move = ClockMove(
            hours=form.get("heures") or None, working_days=form.get("jours") or None
        )
    except ValidationError:
        raise PageError(
            422, "Indiquez un nombre d'heures ou de jours ouvrés."
        ) from None
    return _play(visit, lambda: steering.advance_clock(visit.sandbox, move))


@router.post("/demandes/{number}/{event}")
def demande_event(
    visit: VisitHere, number: str, event: str, _form: Form
) -> RedirectResponse:
    """Play an event on one demande."""
    if event not in DEMANDE_EVENTS:
        raise PageError(404, "Cet événement n'existe pas.")
    act = DEMANDE_EVENTS[event][2]
    return _play(visit, lambda: act(visit.sandbox, number))


@router.post("/particuliers/{id_client}/{event}")
def person_event(
    visit: VisitHere, id_client: str, event: str, _form: Form
) -> RedirectResponse:
    """Play an event on one particulier."""
    if event not in PERSON_EVENTS:
        raise PageError(404, "Cet événement n'existe pas.")
    act = PERSON_EVENTS[event][1]
    return _play(visit, lambda: act(visit.sandbox, id_client))


@router.post("/pannes")
def order_fault(visit: VisitHere, form: Form) -> RedirectResponse:
    """Make the next calls go wrong."""
    try:
        fault = observation.NewFault(
            method=form.get("methode", ""),
            kind=form.get("panne", ""),
            count=form.get("nombre", ""),
            value=form.get("valeur") or None,
        )
    except ValidationError:
        raise PageError(422, "Cette panne est mal décrite.") from None
    return _play(visit, lambda: observation.order_fault(visit.sandbox, fault))


@router.post("/pannes/effacer")
def wipe_faults(visit: VisitHere, _form: Form) -> RedirectResponse:
    """Forget the faults that wait."""
    return _play(visit, lambda: observation.wipe_faults(visit.sandbox))


@router.post("/reinitialiser")
def reset(visit: VisitHere, form: Form) -> RedirectResponse:
    """Forget the world, if the box is ticked."""
    if form.get("certain") != "oui":
        raise PageError(422, "Cochez la case pour confirmer : tout sera oublié.")
    return _play(visit, lambda: steering.reset(visit.sandbox))


def _play(visit: VisitHere, step: Callable[[], Any]) -> RedirectResponse:
    try:
        step()
    except Impossible as error:
        raise PageError(409, str(error)) from None
    except ClockRangeError as error:
        raise PageError(422, f"L'horloge va de {error}") from None
    except HTTPException as error:
        raise PageError(error.status_code, str(error.detail)) from None
    return visit.go(_CONSOLE, "joue")


def _demande_events(demande: overview.Demande) -> dict[str, str]:
    return {
        name: label
        for name, (happening, label, _act) in DEMANDE_EVENTS.items()
        if transitions.following(happening, demande.status)
    }


def _person_events(person: overview.Particulier) -> dict[str, str]:
    possible = {
        "activer": overview.waits(person),
        "terminer": overview.accepted(person),
        "bloquer": not person.blocked_at,
        "debloquer": bool(person.blocked_at),
        "echoir": not person.mandate_expired_at,
        "renouveler": bool(person.mandate_expired_at),
    }
    return {name: PERSON_EVENTS[name][0] for name, may in possible.items() if may}
