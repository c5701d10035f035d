# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Intervenants: who waits for an answer, who was accepted, ending an appareillage."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ...life import particuliers as particulier_life
from ...life.particuliers import ACTIVE, LAPSED, PENDING
from ...life.work import Work
from ...space.pages import PageError
from ...tables import Appareillage, Particulier, Prestataire
from ..visits import Form, MemberHere

router = APIRouter(prefix="/intervenants")

_LIST = "/particulier/intervenants"


@router.get("")
def prestataires(member: MemberHere) -> HTMLResponse:
    """List the appareillages."""
    with member.reading() as (_work, particulier):
        states = {"waiting": PENDING, "accepted": ACTIVE, "lapsed": LAPSED}
        groups = {
            name: [
                appareillage
                for appareillage in particulier.appareillages
                if appareillage.state == state
            ]
            for name, state in states.items()
        }
        return member.show("particulier/prestataires.html", **groups)


@router.post("/{prestataire_id:int}/accepter")
def accept(member: MemberHere, prestataire_id: int, form: Form) -> RedirectResponse:
    """Accepter, or AJOUTER À VOTRE LISTE D'INTERVENANTS."""
    with member.writing() as (work, particulier):
        particulier_life.accept(work, _appareillage(work, particulier, prestataire_id))
    home = "/particulier/" if form.get("retour") == "accueil" else _LIST
    return member.visit.go(home, "ajoute")


@router.post("/{prestataire_id:int}/refuser")
def decline(member: MemberHere, prestataire_id: int, _form: Form) -> RedirectResponse:
    """Refuse the appareillage."""
    with member.writing() as (work, particulier):
        particulier_life.decline(work, _appareillage(work, particulier, prestataire_id))
    return member.visit.go(_LIST, "decline")


@router.get("/{prestataire_id:int}/fin")
def end_page(member: MemberHere, prestataire_id: int) -> HTMLResponse:
    """Say what ending means, and ask."""
    with member.reading() as (work, particulier):
        appareillage = _appareillage(work, particulier, prestataire_id)
        return member.show("particulier/end.html", appareillage=appareillage)


@router.post("/{prestataire_id:int}/fin")
def end(member: MemberHere, prestataire_id: int, _form: Form) -> RedirectResponse:
    """End the appareillage."""
    with member.writing() as (work, particulier):
        particulier_life.end(work, _appareillage(work, particulier, prestataire_id))
    return member.visit.go(_LIST, "termine")


def _appareillage(
    work: Work, particulier: Particulier, prestataire_id: int
) -> Appareillage:
    prestataire = work.session.get(Prestataire, min(prestataire_id, 2**62))
    if prestataire is None:
        raise PageError(404, "Cet intervenant est inconnu.")
    return particulier_life.appareillage_with(work, particulier, prestataire)
