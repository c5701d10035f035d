# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Demandes de paiement: to validate, to refuse, to look back on."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ...clock import working_day_start
from ...contract.references import MOTIFS_REFUS
from ...life import demandes as demande_life
from ...life.work import Work
from ...space import profile
from ...space.demandes import ShownDemande, demande_of, demandes_of
from ...space.pages import PageError
from ...tables import Particulier
from ..visits import Form, Member, MemberHere

router = APIRouter(prefix="/paiements")

_LIST = "/particulier/paiements"
_MAX_COMMENT = 1000
_KINDS = {"a-valider": True, "passes": False}


@router.get("")
def history(member: MemberHere, liste: str = "") -> HTMLResponse:
    """List the demandes, newest first; `liste` keeps one kind."""
    with member.reading() as (work, particulier):
        found = demandes_of(work, particulier, _KINDS.get(liste))
        return member.show("particulier/demandes.html", demandes=found, liste=liste)


@router.get("/{number}")
def detail(member: MemberHere, number: str) -> HTMLResponse:
    """Show one demande, with VALIDER while it waits."""
    with member.reading() as (work, particulier):
        demande = _shown(work, particulier, number)
        return member.show("particulier/demande.html", demande=demande)


@router.get("/{number}/valider")
def recap(member: MemberHere, number: str) -> HTMLResponse:
    """VALIDER: show once more what will be debited, when, and from which account."""
    with member.reading() as (work, particulier):
        demande = _shown(work, particulier, number)
        if not demande.waits:
            raise PageError(409, "Vous avez déjà répondu à cette demande.")
        prelevement = working_day_start(
            work.now, work.settings.prelevement_working_days
        )
        iban = profile.values_of(particulier, profile.BANK)["iban"]
        return member.show(
            "particulier/recap.html",
            demande=demande,
            prelevement=prelevement,
            iban=iban,
        )


@router.post("/{number}/valider")
def validate(member: MemberHere, number: str, _form: Form) -> RedirectResponse:
    """PAYER: the demande is validated."""
    with member.writing() as (work, particulier):
        demande_life.validate(work, _shown(work, particulier, number).record)
    return member.visit.go(f"{_LIST}/{number}", "valide")


@router.get("/{number}/refuser")
def refusal_page(member: MemberHere, number: str) -> HTMLResponse:
    """Ask for the motive and a comment."""
    with member.reading() as (work, particulier):
        demande = _shown(work, particulier, number)
        if not demande.waits:
            raise PageError(409, "Vous ne pouvez plus refuser cette demande.")
        return _refusal_form(member, demande, {}, {})


@router.post("/{number}/refuser")
def refuse(member: MemberHere, number: str, form: Form) -> HTMLResponse:
    """Refuse for an explicit motive."""
    code, comment = form.get("motif", ""), form.get("commentaire", "")
    mistakes = _refusal_mistakes(code, comment)
    if mistakes:
        with member.reading() as (work, particulier):
            demande = _shown(work, particulier, number)
            return _refusal_form(member, demande, form, mistakes)
    with member.writing() as (work, particulier):
        record = _shown(work, particulier, number).record
        demande_life.contest(work, record, code, comment or None)
    return member.visit.go(f"{_LIST}/{number}", "refuse")


def _refusal_mistakes(code: str, comment: str) -> dict[str, str]:
    if code not in MOTIFS_REFUS:
        return {"motif": "Choisissez un motif"}
    if code.endswith("_AUTRE") and not comment:
        return {"commentaire": "Ce motif demande une explication"}
    if len(comment) > _MAX_COMMENT:
        return {"commentaire": f"{_MAX_COMMENT} caractères au plus"}
    return {}


def _refusal_form(
    member: Member,
    demande: ShownDemande,
    values: dict[str, str],
    mistakes: dict[str, str],
) -> HTMLResponse:
    return member.show(
        "particulier/refusal.html",
        422 if mistakes else 200,
        demande=demande,
        motifs=MOTIFS_REFUS,
        values=values,
        mistakes=mistakes,
    )


def _shown(work: Work, particulier: Particulier, number: str) -> ShownDemande:
    demande = demande_of(work, particulier, number)
    if demande is None:
        raise PageError(404, "Cette demande de paiement n'est pas dans votre espace.")
    return demande
