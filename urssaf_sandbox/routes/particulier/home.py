# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The home page: the year at a glance, and what waits for an answer."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ...life.aid import account_of
from ...life.enrolments import PENDING
from ...space.payments import paid_cents, payments_of
from ...space.wording import NATURES
from ..visits import MemberHere

router = APIRouter()


@router.get("/")
def home(member: MemberHere) -> HTMLResponse:
    """Show the ceiling, what is used and left, payments, and what waits."""
    with member.reading() as (work, person):
        everything = payments_of(work, person)
        account = account_of(work, person)
        return member.show(
            "particulier/home.html",
            person=person,
            account=account,
            paid=paid_cents(everything, account.year),
            waiting=[payment for payment in everything if payment.waits],
            recent=[payment for payment in everything if not payment.waits][:3],
            proposals=[link for link in person.links if link.state == PENDING],
            natures=NATURES,
            silence_hours=work.settings.silence_hours,
        )
