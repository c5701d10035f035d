# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Intervenants: who waits for an answer, who was accepted, ending an association."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ...life import people
from ...life.enrolments import ACTIVE, LAPSED, PENDING
from ...life.work import Work
from ...space.pages import PageError
from ...tables import Link, Particulier, Provider
from ..visits import Form, MemberHere

router = APIRouter(prefix="/intervenants")

_LIST = "/particulier/intervenants"


@router.get("")
def providers(member: MemberHere) -> HTMLResponse:
    """List the associations."""
    with member.reading() as (_work, person):
        states = {"waiting": PENDING, "accepted": ACTIVE, "lapsed": LAPSED}
        groups = {
            name: [link for link in person.links if link.state == state]
            for name, state in states.items()
        }
        return member.show("particulier/providers.html", **groups)


@router.post("/{provider_id:int}/accepter")
def accept(member: MemberHere, provider_id: int, form: Form) -> RedirectResponse:
    """Accepter, or AJOUTER À VOTRE LISTE D'INTERVENANTS."""
    with member.writing() as (work, person):
        people.accept(work, _link(work, person, provider_id))
    home = "/particulier/" if form.get("retour") == "accueil" else _LIST
    return member.visit.go(home, "ajoute")


@router.post("/{provider_id:int}/refuser")
def decline(member: MemberHere, provider_id: int, _form: Form) -> RedirectResponse:
    """Refuse the association."""
    with member.writing() as (work, person):
        people.decline(work, _link(work, person, provider_id))
    return member.visit.go(_LIST, "decline")


@router.get("/{provider_id:int}/fin")
def end_page(member: MemberHere, provider_id: int) -> HTMLResponse:
    """Say what ending means, and ask."""
    with member.reading() as (work, person):
        link = _link(work, person, provider_id)
        return member.show("particulier/end.html", link=link)


@router.post("/{provider_id:int}/fin")
def end(member: MemberHere, provider_id: int, _form: Form) -> RedirectResponse:
    """End the association."""
    with member.writing() as (work, person):
        people.end(work, _link(work, person, provider_id))
    return member.visit.go(_LIST, "termine")


def _link(work: Work, person: Particulier, provider_id: int) -> Link:
    provider = work.session.get(Provider, min(provider_id, 2**62))
    if provider is None:
        raise PageError(404, "Cet intervenant est inconnu.")
    return people.link_with(work, person, provider)
