# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Steering the world as a whole: move its clock, empty it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from ..clock import Clock
from ..switches import reset_switches
from ..tables import AccessToken, Base, Particulier, Prestataire, Setting
from ..traces import begin_case
from . import tax_office
from .advance import advance
from .work import Impossible, Work

# Everything else is forgotten by `clear`.
_KEPT = (Setting, Prestataire, AccessToken)


# What a provider is given, and gets back at a reset.
GOOD_STANDING = {
    "known": True,
    "acomptes": True,
    "garantie": "valid",
    "billing_ids": "[]",
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
