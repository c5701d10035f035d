# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page, and `/boite-aux-lettres/`: everybody's e-mails and SMS, as pages."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from sqlalchemy import ColumnElement, and_, func, or_, select

from ..mailbox import address_of
from ..space.pages import PageError
from ..switches import EMAIL, SMS
from ..tables import Demande, Message, Particulier
from .visits import VisitHere

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(visit: VisitHere) -> HTMLResponse:
    """Say that this is a simulation, what time it is in it, and what it holds."""
    with visit.sandbox.reading() as work:
        counts = {
            table.__tablename__: work.session.scalar(
                select(func.count()).select_from(table)
            )
            for table in (Particulier, Demande, Message)
        }
        return visit.show("home.html", now=work.now, **counts)


mailbox_router = APIRouter(prefix="/boite-aux-lettres", include_in_schema=False)

_SHOWN = 200


@mailbox_router.get("/")
def messages(visit: VisitHere, a: str = "") -> HTMLResponse:
    """List the messages, newest first; `a` keeps those of one person."""
    query = select(Message).order_by(Message.id.desc()).limit(_SHOWN)
    if a:
        query = query.where(_received_by(a))
    everybody = (
        select(Message.recipient)
        .where(Message.channel == EMAIL)
        .distinct()
        .order_by(Message.recipient)
    )
    with visit.sandbox.reading() as work:
        return visit.show(
            "mailbox/list.html",
            to=a,
            messages=work.session.scalars(query).all(),
            addresses=work.session.scalars(everybody.limit(_SHOWN)).all(),
        )


@mailbox_router.get("/{number}")
def message(visit: VisitHere, number: Annotated[int, Path(lt=2**62)]) -> HTMLResponse:
    """Show one message; the link in it can be followed."""
    with visit.sandbox.reading() as work:
        message = work.session.get(Message, number)
        if message is None:
            raise PageError(404, "Ce message n'existe pas.")
        return visit.show(
            "mailbox/message.html",
            message=message,
            paragraphs=message.body.split("\n\n"),
            address=address_of(message, work.settings.public_url),
        )


def _received_by(address: str) -> ColumnElement[bool]:
    """The mails of this address, and the SMS of whoever receives mails there."""
    owners = select(Message.particulier_id).where(Message.recipient == address)
    by_phone = and_(Message.channel == SMS, Message.particulier_id.in_(owners))
    return or_(Message.recipient == address, by_phone)
