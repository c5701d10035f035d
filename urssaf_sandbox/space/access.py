# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may enter the space: tokens, sessions, attempts, passwords, links in mails.

All instants are REAL time but those of the links, which die by the sandbox's clock.

Guessing is limited per e-mail and per caller's address. Attempts are kept in the
database: a restart forgives nobody; and counted before the password is looked at, so
that many at once cannot slip through together. Passwords are kept by Argon2id, away
from the database: a hash takes tens of milliseconds, and must be made before the write
lock is taken.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..life.work import Impossible, Work
from ..side_tables import LoginAttempt, MailLink, SpaceSession
from ..tables import Message, Particulier

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def new_token() -> str:
    """Return a token nobody can guess (256 bits), fit for a URL."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """Return what is kept of a token, or of a text that must not be kept in clear."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


LIFETIME = timedelta(hours=2)


def open_session(session: Session, particulier_id: str, real_now: datetime) -> str:
    """Log the person in; return the cookie's value, in clear for the only time."""
    session.execute(delete(SpaceSession).where(SpaceSession.expires_at <= real_now))
    token = new_token()
    session.add(
        SpaceSession(
            token_hash=digest(token),
            particulier_id=particulier_id,
            expires_at=real_now + LIFETIME,
        )
    )
    return token


def logged_in(session: Session, token: str | None, real_now: datetime) -> str | None:
    """Return the idClient of whoever bears this cookie, or None."""
    if not token:
        return None
    return session.scalar(
        select(SpaceSession.particulier_id).where(
            SpaceSession.token_hash == digest(token),
            SpaceSession.expires_at > real_now,
        )
    )


def close_session(session: Session, token: str) -> None:
    """Log out."""
    session.execute(
        delete(SpaceSession).where(SpaceSession.token_hash == digest(token))
    )


def close_all(session: Session, particulier_id: str) -> None:
    """Log the person out everywhere: the password has changed."""
    session.execute(
        delete(SpaceSession).where(SpaceSession.particulier_id == particulier_id)
    )


WINDOW = timedelta(minutes=15)
PER_EMAIL = 5
# Several people may sit behind one address.
PER_ADDRESS = 30


class TooMany(Exception):
    """Wait before the next attempt."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def count_attempt(
    session: Session, email: str, address: str, real_now: datetime
) -> None:
    """Record one attempt; raise TooMany when the limit is reached already."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= real_now - WINDOW))
    for key, limit in ((_email(email), PER_EMAIL), (_address(address), PER_ADDRESS)):
        count, oldest = session.execute(
            select(func.count(), func.min(LoginAttempt.at)).where(
                LoginAttempt.key == key
            )
        ).one()
        if count >= limit:
            raise TooMany(int((oldest + WINDOW - real_now).total_seconds()) + 1)
    session.add_all(
        LoginAttempt(key=key, at=real_now) for key in (_email(email), _address(address))
    )


def forgive(session: Session, email: str, address: str) -> None:
    """The right password was given: forget the failures for this e-mail.

    Of the address, this attempt alone: whoever has one account of his own may not wipe
    out with it what he guessed about others.
    """
    session.execute(delete(LoginAttempt).where(LoginAttempt.key == _email(email)))
    mine = select(func.max(LoginAttempt.id)).where(
        LoginAttempt.key == _address(address)
    )
    session.execute(delete(LoginAttempt).where(LoginAttempt.id == session.scalar(mine)))


def _email(email: str) -> str:
    return digest(f"email:{email.strip().lower()}")


def _address(address: str) -> str:
    return digest(f"address:{address}")


# Longer ones would only make the hash slow.
MAX_LENGTH = 128

# What the person reads → what is checked.
_RULES = {
    "12 caractères au moins": lambda password: len(password) >= 12,
    "une lettre minuscule": lambda password: any(c.islower() for c in password),
    "une lettre majuscule": lambda password: any(c.isupper() for c in password),
    "un chiffre": lambda password: any(c.isdigit() for c in password),
    "un caractère spécial (par exemple ! ? - _ @ espace)": lambda password: any(
        not c.isalnum() for c in password
    ),
}
RULES = tuple(_RULES)


def broken_rules(password: str) -> list[str]:
    """Return the rules this password does not keep, as people read them."""
    broken = [text for text, kept in _RULES.items() if not kept(password)]
    if len(password) > MAX_LENGTH:
        broken.append(f"{MAX_LENGTH} caractères au plus")
    return broken


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Tell whether it is the password; without a hash, no, in the same time."""
    from argon2.exceptions import VerifyMismatchError

    try:
        _hasher().verify(kept or _nobody(), password[: MAX_LENGTH + 1])
    except VerifyMismatchError:
        return False
    return kept is not None


@cache
def _hasher() -> "PasswordHasher":
    # Loaded with the first password: a script that only speaks the API needs none.
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


OPENING = "activation"
FORGOTTEN = "mot-de-passe"


class Expired(Impossible):
    """The link was a right one, in its time."""


class Used(Impossible):
    """The account that the link opens is open already."""


_UNKNOWN = "Ce lien est inconnu : ouvrez celui du dernier courriel reçu"
_EXPIRED = {
    OPENING: "Ce lien d'activation a expiré : il est valable {days} jours",
    FORGOTTEN: "Ce lien a expiré : demandez-en un autre",
}


def add_link(work: Work, message: Message, purpose: str, expires_at: datetime) -> None:
    """Give the mail a link of its own (`expires_at`: the sandbox's clock)."""
    token = new_token()
    # In the query: the access log leaves queries out (server.py).
    message.link = f"/particulier/{purpose}?jeton={token}"
    work.session.add(
        MailLink(
            token_hash=digest(token),
            particulier_id=message.particulier_id,
            purpose=purpose,
            expires_at=expires_at,
            message=message,
        )
    )


def follow(work: Work, token: str, purpose: str) -> Particulier:
    """Return whom the link was sent to; raise Impossible saying why it is dead."""
    link = work.session.get(MailLink, digest(token))
    if link is None or link.purpose != purpose:
        raise Impossible(_UNKNOWN)
    # The e-mail may have been corrected since: the old address is out.
    if link.message.recipient != link.particulier.email:
        raise Impossible(_UNKNOWN)
    if purpose == OPENING and link.particulier.activated_at is not None:
        raise Used("Votre compte est déjà activé : connectez-vous")
    if link.expires_at <= work.now:
        days = work.settings.activation_days
        raise Expired(_EXPIRED[purpose].format(days=days))
    return link.particulier


def owner_of_expired(work: Work, token: str) -> Particulier:
    """Return who may ask for another activation link in place of this one.

    Raise Impossible when the link is no expired activation link.
    """
    try:
        follow(work, token, OPENING)
    except Expired:
        return work.session.get_one(MailLink, digest(token)).particulier
    raise Impossible("Ce lien est encore valable : ouvrez-le")


def spend(work: Work, particulier: Particulier) -> None:
    """Kill every link sent to this person.

    Those of the activation stay known: an open account makes them lead to the login.
    """
    work.session.execute(
        delete(MailLink).where(
            MailLink.particulier_id == particulier.id, MailLink.purpose != OPENING
        )
    )
