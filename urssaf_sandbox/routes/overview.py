# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operator's console shows, and what may be played on it by a button each.

Nothing is done here: each event calls what `/sandbox/v1/` offers to scripts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ..contract.references import STATUT_LABELS
from ..life import transitions
from ..life.particuliers import ACTIVE, PENDING
from ..life.work import Work
from ..sandbox import Sandbox
from ..side_tables import Trace
from ..tables import Appareillage, Demande, Message, Particulier, Prestataire
from . import steering
from .orders import Cancellation, Contest, Household, Recovery

_SHOWN = 50
_FEW = 12


def particuliers(work: Work, wanted: str = "") -> list[Particulier]:
    """Return those enrolled last, newest first; those that bear this name or e-mail."""
    query = (
        select(Particulier)
        .options(
            selectinload(Particulier.appareillages).joinedload(Appareillage.prestataire)
        )
        .order_by(Particulier.created_at.desc(), Particulier.id)
        .limit(_SHOWN)
    )
    if wanted:
        query = query.where(_person_is(wanted))
    return list(work.session.scalars(query))


def demandes(work: Work, statut: str = "", wanted: str = "") -> list[Demande]:
    """Return the last demandes, newest first; of one statut, number or person."""
    query = (
        select(Demande)
        .options(joinedload(Demande.prestataire), joinedload(Demande.particulier))
        .order_by(Demande.id.desc())
        .limit(_SHOWN)
    )
    if statut:
        query = query.where(Demande.statut == statut)
    if wanted:
        number = Demande.num_facture.icontains(wanted, autoescape=True)
        person = Demande.particulier.has(_person_is(wanted))
        query = query.where(or_(number, person))
    return list(work.session.scalars(query))


def _person_is(wanted: str) -> ColumnElement[bool]:
    names = (
        Particulier.birth_name,
        Particulier.usage_name,
        Particulier.first_names,
        Particulier.email,
        Particulier.id,
    )
    return or_(*(name.icontains(wanted, autoescape=True) for name in names))


def around(work: Work) -> dict[str, Any]:
    """Return prestataires, last mails and calls, and how much there is of each."""

    def latest(table: Any) -> list[Any]:
        query = select(table).order_by(table.id.desc()).limit(_FEW)
        return list(work.session.scalars(query))

    def count(table: Any) -> int:
        return work.session.scalar(select(func.count()).select_from(table)) or 0

    by_statut = work.session.execute(
        select(Demande.statut, func.count())
        .group_by(Demande.statut)
        .order_by(Demande.statut)
    )
    return {
        "prestataires": list(
            work.session.scalars(select(Prestataire).order_by(Prestataire.id))
        ),
        "messages": latest(Message),
        "traces": latest(Trace),
        "particulier_count": count(Particulier),
        "demande_count": count(Demande),
        "statuses": [(code, STATUT_LABELS[code], number) for code, number in by_statut],
        "labels": STATUT_LABELS,
    }


def waits(particulier: Particulier) -> bool:
    """Does a prestataire wait for this person's answer?"""
    return any(
        appareillage.state == PENDING for appareillage in particulier.appareillages
    )


def accepted(particulier: Particulier) -> bool:
    """Has this person accepted a prestataire?"""
    return any(
        appareillage.state == ACTIVE for appareillage in particulier.appareillages
    )


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
        steering.cancel(sandbox, key, order)

    return act


def _household(sandbox: Sandbox, key: str, typed: Typed) -> None:
    order = Household(
        disability=typed.get("handicap") or None,
        used_elsewhere=typed.get("ailleurs") or None,
    )
    steering.change_aid(sandbox, key, order)


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
        lambda sandbox, key, _typed: steering.reject_debit(sandbox, key),
    ),
    "recouvrer": Event(
        "Recouvrer",
        _may(transitions.RECOVER),
        lambda sandbox, key, _typed: steering.recover(sandbox, key),
    ),
    "echouer": Event(
        "Recouvrement impossible",
        _may(transitions.RECOVERY_FAILS),
        lambda sandbox, key, _typed: steering.recover(
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
        waits,
        lambda sandbox, key, _typed: steering.activate(sandbox, key),
    ),
    "terminer": Event(
        "Mettre fin aux mises en relation",
        accepted,
        lambda sandbox, key, _typed: steering.end(sandbox, key),
    ),
    "bloquer": Event(
        "Bloquer",
        lambda particulier: not particulier.blocked_at,
        lambda sandbox, key, _typed: steering.block(sandbox, key),
    ),
    "debloquer": Event(
        "Débloquer",
        lambda particulier: bool(particulier.blocked_at),
        lambda sandbox, key, _typed: steering.unblock(sandbox, key),
    ),
    "echoir": Event(
        "Mandat échu",
        lambda particulier: not particulier.mandat_expired_at,
        lambda sandbox, key, _typed: steering.expire_mandate(sandbox, key),
    ),
    "renouveler": Event(
        "Renouveler le mandat",
        lambda particulier: bool(particulier.mandat_expired_at),
        lambda sandbox, key, _typed: steering.renew_mandate(sandbox, key),
    ),
    "foyer": Event("Changer le foyer", lambda _person: True, _household, "household"),
}


def possible(events: dict[str, Event[Record]], record: Record) -> dict[str, Event]:
    """Return the events that may befall the record as it stands."""
    return {name: event for name, event in events.items() if event.possible(record)}
