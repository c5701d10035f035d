# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operator may play on one demande or one particulier, by a button each.

Nothing is done here: each event calls what `/sandbox/v1/` offers to scripts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..rules import transitions
from ..sandbox import Sandbox
from ..space import overview
from ..tables import Demande, Particulier
from . import incidents, steering
from .orders import Cancellation, Contest, Household, Recovery

Typed = dict[str, str]
Record = TypeVar("Record")


@dataclass(frozen=True)
class Event(Generic[Record]):
    """`fields` names what the operator fills in besides: see the console's page."""

    label: str
    possible: Callable[[Record], bool]
    act: Callable[[Sandbox, str, Typed], Any]
    fields: str = ""


def _may(happening: str) -> Callable[[Demande], bool]:
    return lambda demande: bool(transitions.following(happening, demande.statut))


def _contest(sandbox: Sandbox, key: str, typed: Typed) -> None:
    order = Contest(
        code=typed.get("motif", ""), commentaire=typed.get("commentaire") or None
    )
    steering.contest(sandbox, key, order)


def _cancel(specific: bool) -> Callable[[Sandbox, str, Typed], None]:
    def act(sandbox: Sandbox, key: str, typed: Typed) -> None:
        order = Cancellation(
            code=typed.get("motif") or "ANNUL_AUTRE",
            commentaire=typed.get("commentaire") or None,
            specific=specific,
        )
        incidents.cancel(sandbox, key, order)

    return act


def _household(sandbox: Sandbox, key: str, typed: Typed) -> None:
    order = Household(
        disability=typed.get("handicap") or None,
        used_elsewhere=typed.get("ailleurs") or None,
    )
    incidents.change_aid(sandbox, key, order)


DEMANDE_EVENTS: dict[str, Event[Demande]] = {
    "valider": Event(
        "Valider",
        _may(transitions.VALIDATE),
        lambda sandbox, key, _typed: steering.validate(sandbox, key),
    ),
    "contester": Event("Contester", _may(transitions.CONTEST), _contest, "contest"),
    "rejeter": Event(
        "Rejeter le prélèvement",
        _may(transitions.REJECT_PRELEVEMENT),
        lambda sandbox, key, _typed: incidents.reject_debit(sandbox, key),
    ),
    "recouvrer": Event(
        "Recouvrer",
        _may(transitions.RECOVER),
        lambda sandbox, key, _typed: incidents.recover(sandbox, key),
    ),
    "echouer": Event(
        "Recouvrement impossible",
        _may(transitions.RECOVERY_FAILS),
        lambda sandbox, key, _typed: incidents.recover(
            sandbox, key, Recovery(fails=True)
        ),
    ),
    "annuler": Event("Annuler", _may(transitions.CANCEL), _cancel(False), "cancel"),
    "annuler-113": Event(
        "Annuler (raison spécifique)",
        _may(transitions.CANCEL_SPECIFIC),
        _cancel(True),
        "cancel",
    ),
}

PARTICULIER_EVENTS: dict[str, Event[Particulier]] = {
    "activer": Event(
        "Activer et tout accepter",
        overview.waits,
        lambda sandbox, key, _typed: steering.activate(sandbox, key),
    ),
    "terminer": Event(
        "Mettre fin aux mises en relation",
        overview.accepted,
        lambda sandbox, key, _typed: incidents.end(sandbox, key),
    ),
    "bloquer": Event(
        "Bloquer",
        lambda particulier: not particulier.blocked_at,
        lambda sandbox, key, _typed: incidents.block(sandbox, key),
    ),
    "debloquer": Event(
        "Débloquer",
        lambda particulier: bool(particulier.blocked_at),
        lambda sandbox, key, _typed: incidents.unblock(sandbox, key),
    ),
    "echoir": Event(
        "Mandat échu",
        lambda particulier: not particulier.mandat_expired_at,
        lambda sandbox, key, _typed: incidents.expire_mandate(sandbox, key),
    ),
    "renouveler": Event(
        "Renouveler le mandat",
        lambda particulier: bool(particulier.mandat_expired_at),
        lambda sandbox, key, _typed: incidents.renew_mandate(sandbox, key),
    ),
    "foyer": Event("Changer le foyer", lambda _person: True, _household, "household"),
}


def possible(events: dict[str, Event[Record]], record: Record) -> dict[str, Event]:
    """Return the events that may befall the record as it stands."""
    return {name: event for name, event in events.items() if event.possible(record)}
