# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mon compte: contact details, bank details, password."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ...side_tables import Account
from ...space import profile
from ...space.access import (
    RULES,
    close_all,
    count_attempt,
    forgive,
    hash_password,
    matches,
    open_session,
)
from ...space.wording import LETTERS, STREETS
from ..visits import Form, Member, MemberHere
from .access import password_mistakes

router = APIRouter(prefix="/compte")

_ACCOUNT = "/particulier/compte"


@router.get("")
def account(member: MemberHere) -> HTMLResponse:
    """Show what Urssaf knows; the IBAN by its ends only."""
    with member.reading() as (_work, particulier):
        values = profile.values_of(particulier, profile.ALL)
        return member.show(
            "particulier/account.html",
            particulier=particulier,
            values=values,
            streets=STREETS,
            letters=LETTERS,
        )


@router.get("/coordonnees")
def contact_page(member: MemberHere) -> HTMLResponse:
    """Show the contact details, to be changed."""
    return _page(member, "particulier/contact_details.html", profile.CONTACT)


@router.post("/coordonnees")
def contact(member: MemberHere, form: Form) -> HTMLResponse:
    """Keep new contact details."""
    return _keep(
        member, form, "particulier/contact_details.html", profile.CONTACT, "coordonnees"
    )


@router.get("/banque")
def bank_page(member: MemberHere) -> HTMLResponse:
    """Ask for a new bank account; the old one is not shown in clear."""
    return _form(member, "particulier/bank.html", {}, {})


@router.post("/banque")
def bank(member: MemberHere, form: Form) -> HTMLResponse:
    """Keep the new bank account."""
    return _keep(member, form, "particulier/bank.html", profile.BANK, "banque")


@router.get("/mot-de-passe")
def password_page(member: MemberHere) -> HTMLResponse:
    """Ask for the present password and the new one."""
    return member.show("particulier/change_password.html", rules=RULES, mistakes={})


@router.post("/mot-de-passe")
def password(member: MemberHere, form: Form) -> HTMLResponse:
    """Change the password; every other session ends."""
    visit, mistakes = member.visit, password_mistakes(form)
    now = visit.sandbox.clock.wall()
    with visit.sandbox.database.writing() as session:
        # Whoever found a session open may not guess the password from within it.
        count_attempt(session, member.id, visit.address, now)
        known = session.get(Account, member.id)
    if not matches(form.get("actuel", ""), known.password_hash if known else None):
        mistakes["actuel"] = "Ce n'est pas votre mot de passe actuel"
    if mistakes:
        page = "particulier/change_password.html"
        return member.show(page, 422, rules=RULES, mistakes=mistakes)
    kept = hash_password(form["mot_de_passe"])
    with member.writing() as (work, particulier):
        forgive(work.session, member.id, visit.address)
        work.session.merge(Account(particulier_id=particulier.id, password_hash=kept))
        close_all(work.session, particulier.id)
        token = open_session(work.session, particulier.id, now)
    return visit.enter(token, _ACCOUNT, "mot-de-passe")


def _page(member: Member, template: str, fields: profile.Fields) -> HTMLResponse:
    with member.reading() as (_work, particulier):
        return _form(member, template, profile.values_of(particulier, fields), {})


def _keep(
    member: Member,
    form: dict[str, str],
    template: str,
    fields: profile.Fields,
    done: str,
) -> HTMLResponse | RedirectResponse:
    try:
        with member.writing() as (work, particulier):
            profile.change(work, particulier, form, fields)
    except profile.Rejected as rejected:
        return _form(member, template, form, rejected.mistakes)
    return member.visit.go(_ACCOUNT, done)


def _form(
    member: Member, template: str, values: dict[str, str], mistakes: dict[str, str]
) -> HTMLResponse:
    return member.show(
        template,
        422 if mistakes else 200,
        values=values,
        mistakes=mistakes,
        fields=profile.ALL,
        streets=STREETS,
        letters=LETTERS,
    )
