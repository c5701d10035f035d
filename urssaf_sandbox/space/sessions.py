# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is logged in. All instants are REAL time (see tables.py)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .tables import SpaceSession
from .tokens import digest, new_token

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
