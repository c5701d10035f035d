# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The home page, the help centre, and "Une question ? Contactez l'Urssaf"."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ... import mailbox
from ...life.aide import account_of
from ...life.particuliers import PENDING
from ...space.access import logged_in
from ...space.demandes import demandes_of, paid_cents
from ...space.wording import NATURES
from ..visits import Form, MemberHere, VisitHere

router = APIRouter()


@router.get("/")
def home(member: MemberHere, plus_tard: str = "") -> HTMLResponse:
    """Show the plafond, what is used and left, payments, and what waits.

    Who is proposed an intervenant meets a window, until he answers or puts it off.
    """
    with member.reading() as (work, particulier):
        everything = demandes_of(work, particulier)
        proposals = [
            appareillage
            for appareillage in particulier.appareillages
            if appareillage.state == PENDING
        ]
        account = account_of(work, particulier)
        return member.show(
            "particulier/home.html",
            particulier=particulier,
            account=account,
            paid=paid_cents(everything, account.year),
            waiting=[demande for demande in everything if demande.waits],
            recent=[demande for demande in everything if not demande.waits][:3],
            proposals=proposals,
            window=proposals[0] if proposals and not plus_tard else None,
            natures=NATURES,
            silence_hours=work.settings.silence_hours,
        )


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
