# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The activation link: password, data to check, two boxes, ACTIVER MON COMPTE."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ...life.enrolments import renew
from ...life.particuliers import open_account
from ...life.work import Impossible
from ...space import profile
from ...space.links import OPENING, Expired, follow, owner_of_expired, spend
from ...space.pages import PageError, Visit
from ...space.passwords import RULES, hash_password
from ...space.sessions import open_session
from ...space.tables import Account
from ...space.wording import LETTERS, STREETS
from ...tables import Particulier
from ..visits import Form, VisitHere, acting
from .account import password_mistakes

router = APIRouter()

# Field of the form → what happens when the box is not ticked.
_BOXES = {
    "conditions": "Acceptez les conditions générales d'utilisation pour continuer",
    "mandat": "Sans autorisation de prélèvement, le service ne peut pas être activé",
}


@router.get("/activation")
def page(visit: VisitHere, jeton: str = "") -> HTMLResponse:
    """Show the form with what the provider typed."""
    with visit.sandbox.reading() as work:
        try:
            particulier = follow(work, jeton, OPENING)
        except Expired as error:
            text = str(error)
            return visit.show("particulier/expired.html", 410, text=text, jeton=jeton)
        except Impossible as error:
            raise PageError(410, str(error)) from None
        values = profile.values_of(particulier, profile.ALL)
        return _form(visit, particulier, jeton, values)


@router.post("/activation/nouveau-lien")
def another_link(visit: VisitHere, form: Form) -> RedirectResponse:
    """Send another link to whom the expired one was sent."""
    with acting(visit.sandbox) as work:
        renew(work, owner_of_expired(work, form.get("jeton", "")))
    return visit.go("/particulier/connexion", "nouveau-lien")


@router.post("/activation")
def activate(visit: VisitHere, form: Form) -> HTMLResponse:
    """Open the account and log in."""
    jeton = form.get("jeton", "")
    mistakes = password_mistakes(form)
    mistakes.update({box: why for box, why in _BOXES.items() if form.get(box) != "oui"})
    kept = "" if mistakes else hash_password(form["mot_de_passe"])
    try:
        with acting(visit.sandbox) as work:
            particulier = follow(work, jeton, OPENING)
            profile.change(work, particulier, form, profile.ALL)
            if mistakes:
                raise profile.Rejected({})
            open_account(work, particulier)
            spend(work, particulier)
            work.session.add(Account(particulier_id=particulier.id, password_hash=kept))
            token = open_session(
                work.session, particulier.id, visit.sandbox.clock.wall()
            )
    except profile.Rejected as rejected:
        mistakes.update(rejected.mistakes)
        with visit.sandbox.reading() as work:
            particulier = follow(work, jeton, OPENING)
            return _form(visit, particulier, jeton, form, mistakes)
    return visit.enter(token, "/particulier/", "active")


def _form(
    visit: Visit,
    particulier: Particulier,
    jeton: str,
    values: dict[str, str],
    mistakes: dict[str, str] | None = None,
) -> HTMLResponse:
    return visit.show(
        "particulier/activation.html",
        422 if mistakes else 200,
        particulier=particulier,
        waiting=[
            appareillage.prestataire for appareillage in particulier.appareillages
        ],
        jeton=jeton,
        values=values,
        mistakes=mistakes or {},
        rules=RULES,
        fields=profile.ALL,
        streets=STREETS,
        letters=LETTERS,
    )
