# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page: what this is, in French, and where to go."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import func, select

from ..tables import Demande, Message, Particulier
from ..working_days import PARIS
from .entry import SandboxHere

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/")
def home(request: Request, sandbox: SandboxHere) -> HTMLResponse:
    """Say that this is a simulation, what time it is in it, and what it holds."""
    with sandbox.reading() as work:
        counts = {
            table.__tablename__: work.session.scalar(
                select(func.count()).select_from(table)
            )
            for table in (Particulier, Demande, Message)
        }
        now = work.now.astimezone(PARIS)
    context = {"now": f"{now:%d/%m/%Y à %H:%M}", **counts}
    return _templates.TemplateResponse(request, "home.html", context)
