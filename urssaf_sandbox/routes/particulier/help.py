# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The help centre, and "Une question ? Contactez l'Urssaf"."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ... import mailbox
from ...space.sessions import logged_in
from ..visits import Form, MemberHere, VisitHere

router = APIRouter()

_MAX_QUESTION = 2000


@router.get("/aide")
def help_centre(visit: VisitHere) -> HTMLResponse:
    """Answer what people ask most; open to everybody."""
    sandbox = visit.sandbox
    with sandbox.reading() as work:
        cookie, real_now = visit.session_cookie, sandbox.clock.wall()
        member = logged_in(work.session, cookie, real_now) is not None
        return visit.show(
            "particulier/help.html", member=member, settings=work.settings
        )


@router.get("/contact")
def contact_page(member: MemberHere) -> HTMLResponse:
    """Offer a form and say what the real service offers."""
    return member.show("particulier/contact.html", mistake="", question="")


@router.post("/contact")
def contact(member: MemberHere, form: Form) -> HTMLResponse:
    """Take a question; the acknowledgement comes by mail."""
    question = form.get("question", "")
    if not 1 <= len(question) <= _MAX_QUESTION:
        mistake = f"Écrivez votre question, en {_MAX_QUESTION} caractères au plus"
        page = "particulier/contact.html"
        return member.show(page, 422, mistake=mistake, question=question)
    with member.writing() as (work, particulier):
        mailbox.acknowledge(work, particulier, question)
    return member.visit.go("/particulier/contact", "question")
