# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operator sees at a glance: the latest of everything."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ..contract.references import STATUT_LABELS
from ..life.enrolments import ACTIVE, PENDING
from ..life.work import Work
from ..side_tables import Trace
from ..tables import Appareillage, Demande, Message, Particulier, Prestataire

_SHOWN = 50
_FEW = 12


def particuliers(work: Work) -> list[Particulier]:
    """Return those enrolled last, newest first."""
    query = (
        select(Particulier)
        .options(
            selectinload(Particulier.appareillages).joinedload(Appareillage.prestataire)
        )
        .order_by(Particulier.created_at.desc(), Particulier.id)
        .limit(_SHOWN)
    )
    return list(work.session.scalars(query))


def demandes(work: Work) -> list[Demande]:
    """Return the last demandes, newest first."""
    query = (
        select(Demande)
        .options(joinedload(Demande.prestataire), joinedload(Demande.particulier))
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
    """Does a provider wait for this person's answer?"""
    return any(
        appareillage.state == PENDING for appareillage in particulier.appareillages
    )


def accepted(particulier: Particulier) -> bool:
    """Has this person accepted a provider?"""
    return any(
        appareillage.state == ACTIVE for appareillage in particulier.appareillages
    )
