# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page: what this is, in French, and where to go."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

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
