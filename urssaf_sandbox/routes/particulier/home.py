# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The home page: the year at a glance, and what waits for an answer."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ...life.aide import account_of
from ...life.enrolments import PENDING
from ...space.demandes import demandes_of, paid_cents
from ...space.wording import NATURES
from ..visits import MemberHere

router = APIRouter()


@router.get("/")
def home(member: MemberHere) -> HTMLResponse:
    """Show the ceiling, what is used and left, payments, and what waits."""
    with member.reading() as (work, particulier):
        everything = demandes_of(work, particulier)
        account = account_of(work, particulier)
        return member.show(
            "particulier/home.html",
            particulier=particulier,
            account=account,
            paid=paid_cents(everything, account.year),
            waiting=[demande for demande in everything if demande.waits],
            recent=[demande for demande in everything if not demande.waits][:3],
            proposals=[
                appareillage
                for appareillage in particulier.appareillages
                if appareillage.state == PENDING
            ],
            natures=NATURES,
            silence_hours=work.settings.silence_hours,
        )
