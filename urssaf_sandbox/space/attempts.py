# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rate limit on guessing: per e-mail and per caller's address, in REAL time.

Kept in the database: a restart forgives nobody. An attempt is counted before the
password is looked at, so that many at once cannot slip through together.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from .tables import LoginAttempt
from .tokens import digest

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
