# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operator sees at a glance: the latest of everything."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ..contract.references import STATUS_LABELS
from ..life.enrolments import ACTIVE, PENDING
from ..life.work import Work
from ..side_tables import Trace
from ..tables import Demande, Link, Message, Particulier, Provider

_SHOWN = 50
_FEW = 12


def people(work: Work) -> list[Particulier]:
    """Return those enrolled last, newest first."""
    query = (
        select(Particulier)
        .options(selectinload(Particulier.links).joinedload(Link.provider))
        .order_by(Particulier.created_at.desc(), Particulier.id)
        .limit(_SHOWN)
    )
    return list(work.session.scalars(query))


def demandes(work: Work) -> list[Demande]:
    """Return the last demandes, newest first."""
    query = (
        select(Demande)
        .options(joinedload(Demande.provider), joinedload(Demande.particulier))
        .order_by(Demande.id.desc())
        .limit(_SHOWN)
    )
    return list(work.session.scalars(query))


def around(work: Work) -> dict[str, Any]:
    """Return providers, last mails and calls, and how much there is of everything."""

    def latest(table: Any) -> list[Any]:
        query = select(table).order_by(table.id.desc()).limit(_FEW)
        return list(work.session.scalars(query))

    def count(table: Any) -> int:
        return work.session.scalar(select(func.count()).select_from(table)) or 0

    by_status = work.session.execute(
        select(Demande.status, func.count())
        .group_by(Demande.status)
        .order_by(Demande.status)
    )
    return {
        "providers": list(work.session.scalars(select(Provider).order_by(Provider.id))),
        "messages": latest(Message),
        "traces": latest(Trace),
        "person_count": count(Particulier),
        "demande_count": count(Demande),
        "statuses": [(code, STATUS_LABELS[code], number) for code, number in by_status],
        "labels": STATUS_LABELS,
    }


def waits(person: Particulier) -> bool:
    """Does a provider wait for this person's answer?"""
    return any(link.state == PENDING for link in person.links)


def accepted(person: Particulier) -> bool:
    """Has this person accepted a provider?"""
    return any(link.state == ACTIVE for link in person.links)
