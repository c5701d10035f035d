# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What lets a person into the space. Secrets are kept as hashes only.

Sessions and attempts run on REAL time, as access tokens do: advancing the sandbox's
clock by four days must not throw out whoever plays the particulier. Links in mails
run on the sandbox's clock.
"""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..tables import Base, Message, Particulier


class Account(Base):
    """The password of a person who opened the account in the space."""

    __tablename__ = "account"

    particulier_id: Mapped[str] = mapped_column(
        ForeignKey("particulier.id"), primary_key=True
    )
    password_hash: Mapped[str]

    particulier: Mapped[Particulier] = relationship()


class SpaceSession(Base):
    """Somebody who is logged in, known by the hash of the cookie."""

    __tablename__ = "space_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    particulier_id: Mapped[str] = mapped_column(ForeignKey("particulier.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LoginAttempt(Base):
    """One failed, or still undecided, attempt to log in."""

    __tablename__ = "login_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What was attempted: a hash of the e-mail, or of the caller's address.
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class MailLink(Base):
    """The secret of a link in a mail; the mail alone has it in clear."""

    __tablename__ = "mail_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    particulier_id: Mapped[str] = mapped_column(
        ForeignKey("particulier.id"), index=True
    )
    purpose: Mapped[str]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    expires_at: Mapped[datetime]

    particulier: Mapped[Particulier] = relationship()
    message: Mapped[Message] = relationship()
