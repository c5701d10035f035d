# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables of what stands around the service.

Tax office, aide, bank, faults, traces; and what lets a particulier into the space.
Amounts are whole cents; instants are UTC; dates are civil dates.

Secrets of the space are kept as hashes only. Its sessions and attempts run on REAL
time, as access tokens do: advancing the sandbox's clock by four days must not throw out
whoever plays the particulier. Links in mails run on the sandbox's clock.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .tables import Base, Demande, Message, Particulier, Prestataire


class Taxpayer(Base):
    """A person as the tax office knows him; `outcome` is what it answers."""

    __tablename__ = "taxpayer"

    id: Mapped[int] = mapped_column(primary_key=True)
    birth_name: Mapped[str]
    usage_name: Mapped[str | None]
    first_names: Mapped[str]
    birth_date: Mapped[date] = mapped_column(index=True)
    country: Mapped[str]
    department: Mapped[str | None]
    commune: Mapped[str | None]
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class AideYear(Base):
    """What one person has used of each plafond in one civil year.

    `uses` is JSON: plafond → cents. `elsewhere_cents` was used outside this sandbox
    (Cesu, other services) and counts too.
    """

    __tablename__ = "aid_year"

    particulier_id: Mapped[str] = mapped_column(
        ForeignKey("particulier.id"), primary_key=True
    )
    year: Mapped[int] = mapped_column(primary_key=True)
    uses: Mapped[str] = mapped_column(default="{}")
    elsewhere_cents: Mapped[int] = mapped_column(default=0)


class BankEntry(Base):
    """Money between Urssaf and a prestataire: positive when Urssaf pays."""

    __tablename__ = "bank_entry"
    __table_args__ = (Index("bank_entry_day", "provider_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(
        "provider_id", ForeignKey("provider.id")
    )
    demande_id: Mapped[int] = mapped_column(ForeignKey("demande.id"), index=True)
    day: Mapped[date]
    cents: Mapped[int]

    prestataire: Mapped[Prestataire] = relationship()
    demande: Mapped[Demande] = relationship()


class Fault(Base):
    """Something the operator wants to go wrong in the next calls.

    `rate` is the share of the calls that meet it; which ones is drawn from `seed` and
    from how many were `seen`, so that a run can be played again.
    """

    __tablename__ = "fault"

    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str | None]
    # How many calls are still to meet it; None until it is forgotten.
    remaining: Mapped[int | None]
    rate: Mapped[float] = mapped_column(default=1.0)
    seed: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    # The client_id of the prestataire whose calls meet it; None for everybody's.
    provider: Mapped[str | None]


class Trace(Base):
    """One call of the API, as it may be shown: secrets and accounts are masked."""

    __tablename__ = "trace"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    case: Mapped[str | None] = mapped_column(index=True)
    client_id: Mapped[str | None]
    method: Mapped[str]
    verb: Mapped[str]
    path: Mapped[str]
    request_headers: Mapped[str]
    request: Mapped[str] = mapped_column(Text)
    # None when the connection was cut before an answer.
    status: Mapped[int | None]
    response: Mapped[str] = mapped_column(Text)
    milliseconds: Mapped[float]


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


class ReceivedMail(Base):
    """An e-mail that the software which is tried has sent to somebody."""

    __tablename__ = "received_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    sender: Mapped[str]
    recipient: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    # What is shown: the HTML if there is one, in a frame that runs nothing.
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    # Names of the files that came with it, one per line; what is in them is not kept.
    files: Mapped[str] = mapped_column(Text, default="")
