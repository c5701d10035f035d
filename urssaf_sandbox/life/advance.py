# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Let time pass: every change that is due, in the order in which it fell due.

Each change bears the instant at which it was due, not the one at which somebody looked:
the history is the same however often, or late, the world is brought up to date.
"""

from sqlalchemy import bindparam, exists, or_, select

from ..tables import Appareillage, Demande, Instant
from .demandes import time_passes
from .enrolments import lapse
from .work import Work

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
