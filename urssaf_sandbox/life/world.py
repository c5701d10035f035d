# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The world as a whole: let its time pass, move its clock, empty it.

Every change that is due is made in the order in which it fell due, and bears the
instant at which it was due, not the one at which somebody looked: the history is the
same however often, or late, the world is brought up to date.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from ..clock import Clock
from ..switches import reset_switches
from ..tables import (
    AccessToken,
    Appareillage,
    Base,
    Demande,
    Instant,
    Particulier,
    Prestataire,
    Setting,
)
from ..traces import begin_case
from . import tax_office
from .demandes import time_passes
from .particuliers import lapse
from .work import Impossible, Work

_CHUNK = 1000
_NOW = bindparam("now", type_=Instant)
_ANYTHING_DUE = select(
    or_(
        *(
            exists().where(due <= _NOW)
            for due in (Demande.next_at, Appareillage.next_at)
        )
    )
)


def anything_due(work: Work) -> bool:
    """Tell whether `advance` would change something: two look-ups in an index."""
    return bool(work.session.scalar(_ANYTHING_DUE, {"now": work.now}))


def advance(work: Work) -> int:
    """Make every change due up to `work.now`; return how many there were."""
    if not anything_due(work):
        return 0
    return _advance_appareillages(work) + _advance_demandes(work)


def _advance_appareillages(work: Work) -> int:
    appareillages = work.session.scalars(
        select(Appareillage).where(Appareillage.next_at <= work.now)
    ).all()
    for appareillage in appareillages:
        lapse(appareillage)
    work.session.flush()
    return len(appareillages)


def _advance_demandes(work: Work) -> int:
    due = (
        select(Demande)
        .where(Demande.next_at <= work.now)
        .order_by(Demande.next_at, Demande.id)
        .limit(_CHUNK)
    )
    changes = 0
    while demandes := work.session.scalars(due).all():
        for demande in demandes:
            time_passes(work, demande)
        changes += len(demandes)
        work.session.flush()
    return changes


# Everything else is forgotten by `clear`.
_KEPT = (Setting, Prestataire, AccessToken)


# What a prestataire is given, and gets back at a reset.
GOOD_STANDING = {
    "known": True,
    "acomptes": True,
    "garantie": "valid",
    "billing_ids": "[]",
    "calls_per_second": 0.0,
}


def move_clock(work: Work, clock: Clock, moment: datetime) -> tuple[datetime, int]:
    """Go to `moment` and play what falls due on the way.

    Return the new present and the number of changes. Raise Impossible when time would
    run backwards for somebody, ClockRangeError when the moment is out of range.
    """
    inhabited = work.session.scalar(select(exists().where(Particulier.id.is_not(None))))
    if moment < work.now and inhabited:
        raise Impossible(
            "Le temps ne recule pas tant que des particuliers sont inscrits : "
            "réinitialisez d'abord le bac à sable (POST /sandbox/v1/reset)"
        )
    now = clock.set(work.session, moment)
    return now, advance(replace(work, now=now))


def clear(session: Session, clock: Clock) -> datetime:
    """Forget every person, demande and mail, and go back to real time.

    `session` is one of `Database.emptying`; return the new present. Providers and
    their tokens stay: whoever is connected may go on at once.
    """
    kept = {table.__table__ for table in _KEPT}
    for table in Base.metadata.sorted_tables:
        if table not in kept:
            session.execute(delete(table))
    session.execute(update(Prestataire).values(**GOOD_STANDING))
    reset_switches(session)
    begin_case(session, None)
    tax_office.seed(session)
    clock.reset(session)
    return clock.now(session)
