# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page, and `/boite-aux-lettres/`: everybody's e-mails and SMS, as pages."""

import re
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from sqlalchemy import ColumnElement, and_, func, or_, select

from ..life.work import Work
from ..mailbox import address_of
from ..side_tables import ReceivedMail
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
            for table in (Particulier, Demande, Message, ReceivedMail)
        }
        counts[Message.__tablename__] += counts.pop(ReceivedMail.__tablename__)
        return visit.show("home.html", now=work.now, **counts)


mailbox_router = APIRouter(prefix="/boite-aux-lettres", include_in_schema=False)

_SHOWN = 200
_BLANK = re.compile(r"\n\s*\n")
Number = Annotated[int, Path(lt=2**62)]
# Somebody else's HTML: its links lead out of it, nothing else works.
_OF_OTHERS = {
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@mailbox_router.get("/")
def messages(visit: VisitHere, a: str = "") -> HTMLResponse:
    """List the messages, newest first; `a` keeps those of one person."""
    query = select(Message).order_by(Message.id.desc()).limit(_SHOWN)
    received = select(ReceivedMail).order_by(ReceivedMail.id.desc()).limit(_SHOWN)
    if a:
        query = query.where(_received_by(a))
        received = received.where(ReceivedMail.recipient == a)
    everybody = (
        select(Message.recipient)
        .where(Message.channel == EMAIL)
        .union(select(ReceivedMail.recipient))
        .order_by("recipient")
    )
    with visit.sandbox.reading() as work:
        found = [*work.session.scalars(query), *work.session.scalars(received)]
        return visit.show(
            "mailbox/list.html",
            to=a,
            messages=sorted(found, key=lambda one: one.at, reverse=True)[:_SHOWN],
            addresses=work.session.scalars(everybody.limit(_SHOWN)).all(),
        )


@mailbox_router.get("/recu/{number}")
def received(visit: VisitHere, number: Number) -> HTMLResponse:
    """Show one e-mail of the prestataire's software, its text only."""
    with visit.sandbox.reading() as work:
        mail = _received(work, number)
        paragraphs = filter(None, map(str.strip, _BLANK.split(mail.text)))
        return visit.show(
            "mailbox/received.html", mail=mail, paragraphs=list(paragraphs)
        )


@mailbox_router.get("/recu/{number}/mise-en-page")
def received_html(visit: VisitHere, number: Number) -> HTMLResponse:
    """Show the HTML of such an e-mail, which may run nothing and load nothing."""
    with visit.sandbox.reading() as work:
        html = _received(work, number).html
    return HTMLResponse(html, headers=_OF_OTHERS)


@mailbox_router.get("/{number}")
def message(visit: VisitHere, number: Number) -> HTMLResponse:
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


def _received(work: Work, number: int) -> ReceivedMail:
    mail = work.session.get(ReceivedMail, number)
    if mail is None:
        raise PageError(404, "Ce message n'existe pas.")
    return mail


def _received_by(address: str) -> ColumnElement[bool]:
    """The mails of this address, and the SMS of whoever receives mails there."""
    owners = select(Message.particulier_id).where(Message.recipient == address)
    by_phone = and_(Message.channel == SMS, Message.particulier_id.in_(owners))
    return or_(Message.recipient == address, by_phone)
