# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/boite-aux-lettres/`: everybody's mailbox, as pages."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from ..space.pages import PageError
from ..tables import Message
from .visits import VisitHere

router = APIRouter(prefix="/boite-aux-lettres", include_in_schema=False)

_SHOWN = 200


@router.get("/")
def letters(visit: VisitHere, a: str = "") -> HTMLResponse:
    """List the messages, newest first; `a` keeps those of one address."""
    query = select(Message).order_by(Message.id.desc()).limit(_SHOWN)
    if a:
        query = query.where(Message.recipient == a)
    everybody = select(Message.recipient).distinct().order_by(Message.recipient)
    with visit.sandbox.reading() as work:
        return visit.show(
            "mailbox/list.html",
            to=a,
            messages=work.session.scalars(query).all(),
            addresses=work.session.scalars(everybody.limit(_SHOWN)).all(),
        )


@router.get("/{number}")
def letter(visit: VisitHere, number: Annotated[int, Path(lt=2**62)]) -> HTMLResponse:
    """Show one message; the link in it can be followed."""
    with visit.sandbox.reading() as work:
        message = work.session.get(Message, number)
        if message is None:
            raise PageError(404, "Ce message n'existe pas.")
        *text, last = message.body.split("\n\n")
        # Only a path of ours, alone in the last paragraph: see space/links.py.
        link = last if last.startswith("/particulier/") and " " not in last else None
        return visit.show(
            "mailbox/message.html",
            message=message,
            text=text if link else [*text, last],
            link=link,
        )
