# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Demandes de paiement: to validate, to refuse, to look back on."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ...contract.references import CONTEST_REASONS
from ...life import demandes
from ...life.work import Work
from ...space import profile
from ...space.pages import PageError
from ...space.payments import Payment, payment_of, payments_of
from ...tables import Particulier
from ...working_days import working_day_start
from ..visits import Form, Member, MemberHere

router = APIRouter(prefix="/paiements")

_LIST = "/particulier/paiements"
_MAX_COMMENT = 1000
_KINDS = {"a-valider": True, "passes": False}


@router.get("")
def history(member: MemberHere, liste: str = "") -> HTMLResponse:
    """List the demandes, newest first; `liste` keeps one kind."""
    with member.reading() as (work, person):
        found = payments_of(work, person, _KINDS.get(liste))
        return member.show("particulier/payments.html", payments=found, liste=liste)


@router.get("/{number}")
def detail(member: MemberHere, number: str) -> HTMLResponse:
    """Show one demande, with VALIDER while it waits."""
    with member.reading() as (work, person):
        payment = _payment(work, person, number)
        return member.show("particulier/payment.html", payment=payment)


@router.get("/{number}/valider")
def recap(member: MemberHere, number: str) -> HTMLResponse:
    """VALIDER: show once more what will be debited, when, and from which account."""
    with member.reading() as (work, person):
        payment = _payment(work, person, number)
        if not payment.waits:
            raise PageError(409, "Vous avez déjà répondu à cette demande.")
        debit = working_day_start(work.now, work.settings.debit_working_days)
        iban = profile.values_of(person, profile.BANK)["iban"]
        return member.show(
            "particulier/recap.html", payment=payment, debit=debit, iban=iban
        )


@router.post("/{number}/valider")
def validate(member: MemberHere, number: str, _form: Form) -> RedirectResponse:
    """PAYER: the demande is validated."""
    with member.writing() as (work, person):
        demandes.validate(work, _payment(work, person, number).record)
    return member.visit.go(f"{_LIST}/{number}", "valide")


@router.get("/{number}/refuser")
def refusal_page(member: MemberHere, number: str) -> HTMLResponse:
    """Ask for the motive and a comment."""
    with member.reading() as (work, person):
        payment = _payment(work, person, number)
        if not payment.waits:
            raise PageError(409, "Vous ne pouvez plus refuser cette demande.")
        return _refusal_form(member, payment, {}, {})


@router.post("/{number}/refuser")
def refuse(member: MemberHere, number: str, form: Form) -> HTMLResponse:
    """Refuse for an explicit motive."""
    code, comment = form.get("motif", ""), form.get("commentaire", "")
    faults = _refusal_faults(code, comment)
    if faults:
        with member.reading() as (work, person):
            payment = _payment(work, person, number)
            return _refusal_form(member, payment, form, faults)
    with member.writing() as (work, person):
        record = _payment(work, person, number).record
        demandes.contest(work, record, code, comment or None)
    return member.visit.go(f"{_LIST}/{number}", "refuse")


def _refusal_faults(code: str, comment: str) -> dict[str, str]:
    if code not in CONTEST_REASONS:
        return {"motif": "Choisissez un motif"}
    if code.endswith("_AUTRE") and not comment:
        return {"commentaire": "Ce motif demande une explication"}
    if len(comment) > _MAX_COMMENT:
        return {"commentaire": f"{_MAX_COMMENT} caractères au plus"}
    return {}


def _refusal_form(
    member: Member, payment: Payment, values: dict[str, str], faults: dict[str, str]
) -> HTMLResponse:
    return member.show(
        "particulier/refusal.html",
        422 if faults else 200,
        payment=payment,
        reasons=CONTEST_REASONS,
        values=values,
        faults=faults,
    )


def _payment(work: Work, person: Particulier, number: str) -> Payment:
    payment = payment_of(work, person, number)
    if payment is None:
        raise PageError(404, "Cette demande de paiement n'est pas dans votre espace.")
    return payment
