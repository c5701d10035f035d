# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pages: one visit of one browser, its cookies, its forms, what it is shown.

Against forms of other sites (CSRF), each browser bears a random cookie. Each form bears
its keyed hash, made of that cookie and of the session's: another site can neither read
nor compute it, and a form made before a login is void after it (OWASP's signed double
submit, bound to the session).
"""

import hmac
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.orm import Session

from ..sandbox import Sandbox
from ..tables import Setting
from . import wording

_KEY = "form_key"
_MAX_FIELDS = 60
# Kept to the letter: a space may be part of them.
_SECRETS = {"mot_de_passe", "confirmation", "actuel"}


class BadForm(Exception):
    """The form is unreadable, or not one of ours."""


def form_key(session: Session) -> str:
    """Return this sandbox's key for form tokens, made on first use."""
    kept = session.get(Setting, _KEY)
    if kept is None:
        kept = Setting(key=_KEY, value=secrets.token_hex(32))
        session.add(kept)
    return kept.value


def form_token(key: str, visitor: str, session_cookie: str) -> str:
    """Return the token that goes into each form of this browser."""
    message = f"{len(visitor)}:{visitor}:{session_cookie}"
    return hmac.new(bytes.fromhex(key), message.encode(), "sha256").hexdigest()


def read_form(body: bytes, content_type: str) -> dict[str, str]:
    """Return the fields, trimmed except passwords; raise BadForm."""
    if content_type.split(";")[0].strip().lower() != (
        "application/x-www-form-urlencoded"
    ):
        raise BadForm
    try:
        fields = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise BadForm from None
    return {
        name: value if name in _SECRETS else value.strip() for name, value in fields
    }


def same_token(given: str, expected: str) -> bool:
    """Compare without telling by the time it takes."""
    return hmac.compare_digest(given.encode(), expected.encode())


VISITOR_COOKIE = "bac_visiteur"
SESSION_COOKIE = "bac_session"
TOKEN_FIELD = "jeton_formulaire"

_TEMPLATES = Jinja2Templates(Path(__file__).parent.parent / "templates")
_TEMPLATES.env.filters.update(
    euros=wording.euros,
    day=wording.day,
    moment=wording.moment,
    masked_iban=wording.masked_iban,
    plural=wording.plural,
)

# No script at all, nothing from elsewhere, no page of ours in somebody's frame.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class PageError(Exception):
    """What was asked cannot be shown or done; the text says why, in French."""

    def __init__(self, status: int, text: str, wait_seconds: int = 0) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.wait_seconds = wait_seconds


class Visit:
    """One request for a page."""

    def __init__(self, request: Request, sandbox: Sandbox) -> None:
        self.request = request
        self.sandbox = sandbox
        self.session_cookie = request.cookies.get(SESSION_COOKIE, "")
        known = request.cookies.get(VISITOR_COOKIE, "")
        self._new = not known
        self._visitor = known or secrets.token_urlsafe(32)

    @property
    def address(self) -> str:
        """The caller's network address."""
        return self.request.client.host if self.request.client else ""

    def show(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """Return a page. To be called while the records it shows are still open."""
        context.setdefault("member", False)
        token = form_token(self._key, self._visitor, self.session_cookie)
        context.update(
            form_field=TOKEN_FIELD,
            form_token=token,
            notice=self.request.query_params.get("fait", ""),
            path=self.request.url.path,
        )
        answer = _TEMPLATES.TemplateResponse(
            self.request, template, context, status, headers=_HEADERS
        )
        if self._new:
            self._set_cookie(answer, VISITOR_COOKIE, self._visitor)
        return answer

    def go(self, path: str, done: str = "") -> RedirectResponse:
        """Send the browser on after something was done (`done` names the notice)."""
        target = f"{path}?fait={done}" if done else path
        return RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})

    def enter(self, token: str, path: str, done: str = "") -> RedirectResponse:
        """Send the browser on, logged in."""
        answer = self.go(path, done)
        self._set_cookie(answer, SESSION_COOKIE, token)
        return answer

    def leave(self, path: str, done: str = "") -> RedirectResponse:
        """Send the browser on, logged out."""
        answer = self.go(path, done)
        answer.delete_cookie(SESSION_COOKIE, path="/")
        return answer

    def check(self, form: dict[str, str]) -> None:
        """Raise BadForm unless this browser got the form from us, in this session."""
        expected = form_token(self._key, self._visitor, self.session_cookie)
        if self._new or not same_token(form.get(TOKEN_FIELD, ""), expected):
            raise BadForm

    @property
    def _key(self) -> str:
        return self.request.app.state.form_key

    def _set_cookie(self, answer: HTMLResponse, name: str, value: str) -> None:
        # Lax: a link in a mail has to find its reader logged in.
        answer.set_cookie(
            name,
            value,
            httponly=True,
            samesite="lax",
            secure=self.request.url.scheme == "https",
        )
