# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every route of a page begins with: the visit, who is logged in, the form."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ..life.work import Impossible, Work
from ..sandbox import Sandbox
from ..space.access import TooMany, logged_in
from ..space.pages import BadForm, PageError, Visit, read_form
from ..space.wording import plural
from ..tables import Particulier
from .entry import Body, SandboxHere

LOGIN = "/particulier/connexion"


class NotLoggedIn(Exception):
    """The page asked for is only for somebody who is logged in."""


def get_visit(request: Request, sandbox: SandboxHere) -> Visit:
    """Return this request as a visit."""
    return Visit(request, sandbox)


VisitHere = Annotated[Visit, Depends(get_visit)]


def get_form(request: Request, visit: VisitHere, body: Body) -> dict[str, str]:
    """Return the posted fields; raise BadForm unless the form is ours."""
    form = read_form(body, request.headers.get("content-type", ""))
    visit.check(form)
    return form


Form = Annotated[dict[str, str], Depends(get_form)]


@dataclass(frozen=True)
class Member:
    """Somebody who is logged in."""

    visit: Visit
    id: str

    def particulier(self, work: Work) -> Particulier:
        """Return his record; raise NotLoggedIn if it was reset meanwhile."""
        particulier = work.session.get(Particulier, self.id)
        if particulier is None:
            raise NotLoggedIn
        return particulier

    @contextmanager
    def reading(self) -> Iterator[tuple[Work, Particulier]]:
        """Yield the world as it is, and the person."""
        with self.visit.sandbox.reading() as work:
            yield work, self.particulier(work)

    @contextmanager
    def writing(self) -> Iterator[tuple[Work, Particulier]]:
        """Yield the world to be changed, and the person."""
        with acting(self.visit.sandbox) as work:
            yield work, self.particulier(work)

    def show(self, template: str, status: int = 200, **context) -> HTMLResponse:
        """Return a page of the space, with its menu."""
        return self.visit.show(template, status, member=True, **context)


@contextmanager
def acting(sandbox: Sandbox) -> Iterator[Work]:
    """Yield the world to be changed; a step that is impossible becomes a page."""
    try:
        with sandbox.writing() as work:
            yield work
    except Impossible as error:
        raise PageError(409, str(error)) from None


def get_member(visit: VisitHere) -> Member:
    """Return who is logged in; raise NotLoggedIn."""
    sandbox = visit.sandbox
    with sandbox.database.reading() as session:
        found = logged_in(session, visit.session_cookie, sandbox.clock.wall())
    if found is None:
        raise NotLoggedIn
    return Member(visit, found)


MemberHere = Annotated[Member, Depends(get_member)]


def install(app: FastAPI) -> None:
    """Register the handlers that turn these exceptions into pages."""
    app.add_exception_handler(NotLoggedIn, _on_not_logged_in)
    app.add_exception_handler(BadForm, _on_bad_form)
    app.add_exception_handler(PageError, _on_page_error)
    app.add_exception_handler(TooMany, _on_too_many)


def _on_not_logged_in(request: Request, _error: NotLoggedIn) -> RedirectResponse:
    target = LOGIN
    if request.method == "GET":
        target += f"?suite={quote(request.url.path)}"
    return RedirectResponse(target, 303)


def _on_bad_form(request: Request, _error: BadForm) -> HTMLResponse:
    text = "Ce formulaire a expiré. Revenez à la page précédente et rechargez-la."
    return _on_page_error(request, PageError(403, text))


def _on_too_many(request: Request, error: TooMany) -> HTMLResponse:
    minutes = plural(-(-error.seconds // 60), "minute")
    text = f"Trop d'essais. Attendez {minutes} avant de recommencer."
    return _on_page_error(request, PageError(429, text, error.seconds))


def _on_page_error(request: Request, error: PageError) -> HTMLResponse:
    visit = Visit(request, request.app.state.sandbox)
    answer = visit.show("particulier/error.html", error.status, text=error.text)
    if error.wait_seconds:
        answer.headers["Retry-After"] = str(error.wait_seconds)
    return answer
