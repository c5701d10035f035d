# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log in and out, choose a password; the activation link.

The link leads to a password, the data to check, two boxes, ACTIVER MON COMPTE.
"""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select

from ... import mailbox
from ...life.particuliers import open_account, renew
from ...life.work import Impossible
from ...side_tables import Account
from ...space import profile
from ...space.access import (
    FORGOTTEN,
    OPENING,
    RULES,
    Expired,
    Used,
    broken_rules,
    close_all,
    close_session,
    count_attempt,
    follow,
    forgive,
    hash_password,
    matches,
    open_session,
    owner_of_expired,
    spend,
)
from ...space.pages import PageError, Visit
from ...space.wording import LETTERS, STREETS
from ...tables import Particulier
from ..visits import LOGIN, Form, VisitHere, acting

router = APIRouter()

_HOME = "/particulier/"
_WRONG = "Adresse e-mail ou mot de passe incorrect."


@router.get("/connexion")
def login_page(visit: VisitHere, suite: str = _HOME, a: str = "") -> HTMLResponse:
    """Ask for e-mail and password; the console says whose (`a`)."""
    return visit.show("particulier/login.html", suite=_safe(suite), mail=a)


@router.post("/connexion")
def login(visit: VisitHere, form: Form) -> HTMLResponse:
    """Log in; too many wrong guesses are kept waiting."""
    email, password = form.get("mail", ""), form.get("mot_de_passe", "")
    suite = _safe(form.get("suite", ""))
    database, now = visit.sandbox.database, visit.sandbox.clock.wall()
    with database.writing() as session:
        count_attempt(session, email, visit.address, now)
        # A couple may share an e-mail, each with a phone and an account of his own.
        accounts = session.scalars(
            select(Account)
            .join(Particulier)
            .where(Particulier.email_key == email.lower())
            .limit(3)
        ).all()
        known = [
            (account.particulier_id, account.password_hash) for account in accounts
        ]
    found = None
    for id_client, kept in known or [("", None)]:
        if matches(password, kept):
            found = id_client
    if found is None:
        return visit.show(
            "particulier/login.html", 401, suite=suite, mail=email, error=_WRONG
        )
    with database.writing() as session:
        forgive(session, email, visit.address)
        close_session(session, visit.session_cookie)
        token = open_session(session, found, now)
    return visit.enter(token, suite)


@router.post("/deconnexion")
def logout(visit: VisitHere, _form: Form) -> RedirectResponse:
    """Log out: the session is dead, not only the cookie."""
    with visit.sandbox.database.writing() as session:
        close_session(session, visit.session_cookie)
    return visit.leave(LOGIN, "deconnexion")


@router.get("/mot-de-passe-oublie")
def forgotten_page(visit: VisitHere) -> HTMLResponse:
    """Ask for the e-mail."""
    return visit.show("particulier/forgotten.html")


@router.post("/mot-de-passe-oublie")
def forgotten(visit: VisitHere, form: Form) -> RedirectResponse:
    """Send a link; whether there is an account is told by the mail alone."""
    email = form.get("mail", "")
    with acting(visit.sandbox) as work:
        count_attempt(work.session, email, visit.address, visit.sandbox.clock.wall())
        particuliers = work.session.scalars(
            select(Particulier).where(
                Particulier.email_key == email.lower(),
                Particulier.activated_at.is_not(None),
            )
        )
        for particulier in particuliers:
            mailbox.send_password_link(work, particulier)
    return visit.go(LOGIN, "lien-envoye")


@router.get("/mot-de-passe")
def new_password_page(visit: VisitHere, jeton: str = "") -> HTMLResponse:
    """Ask for the new password."""
    with visit.sandbox.reading() as work:
        try:
            follow(work, jeton, FORGOTTEN)
        except Impossible as error:
            raise PageError(410, str(error)) from None
    return visit.show("particulier/password.html", jeton=jeton, rules=RULES)


@router.post("/mot-de-passe")
def new_password(visit: VisitHere, form: Form) -> HTMLResponse:
    """Keep the new password; whoever was logged in is no more."""
    jeton, mistakes = form.get("jeton", ""), password_mistakes(form)
    if mistakes:
        return visit.show(
            "particulier/password.html",
            422,
            jeton=jeton,
            rules=RULES,
            mistakes=mistakes,
        )
    kept = hash_password(form["mot_de_passe"])
    with acting(visit.sandbox) as work:
        particulier = follow(work, jeton, FORGOTTEN)
        work.session.merge(Account(particulier_id=particulier.id, password_hash=kept))
        spend(work, particulier)
        close_all(work.session, particulier.id)
    return visit.leave(LOGIN, "mot-de-passe")


def password_mistakes(form: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with a new password typed twice: field → text."""
    password = form.get("mot_de_passe", "")
    broken = broken_rules(password)
    if broken:
        return {"mot_de_passe": f"Il manque : {', '.join(broken)}"}
    if password != form.get("confirmation", ""):
        return {"confirmation": "Les deux mots de passe diffèrent"}
    return {}


def _safe(target: str) -> str:
    """Return a page of this space, whatever was asked: no way out to another site."""
    # A backslash or a control character could turn the path into another host.
    plain = target.isascii() and target.isprintable() and "\\" not in target
    if plain and target.startswith(_HOME) and not target.startswith("//"):
        return target
    return _HOME


# Field of the form → what happens when the box is not ticked.
_BOXES = {
    "conditions": "Acceptez les conditions générales d'utilisation pour continuer",
    "mandat": "Sans autorisation de prélèvement, le service ne peut pas être activé",
}


@router.get("/activation")
def page(visit: VisitHere, jeton: str = "") -> HTMLResponse:
    """Show the form with what the prestataire typed."""
    with visit.sandbox.reading() as work:
        try:
            particulier = follow(work, jeton, OPENING)
        except Used:
            return visit.go(LOGIN, "deja-active")
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
