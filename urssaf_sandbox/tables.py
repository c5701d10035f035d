# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables. Amounts are whole cents; instants are UTC; dates are civil dates."""

from datetime import date, datetime, timezone

from sqlalchemy import (
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# Urssaf's ids look like 11000000000104.
FIRST_DEMANDE_ID = 11_000_000_000_000


def public_id(key: int) -> str:
    """Return the `idDemandePaiement` of the demande with that database key."""
    return str(FIRST_DEMANDE_ID + key)


def key_of(public_id: str) -> int:
    """Return the database key of an `idDemandePaiement`; -1 when it cannot be one."""
    if not (public_id.isascii() and public_id.isdigit()) or len(public_id) > 15:
        return -1
    return int(public_id) - FIRST_DEMANDE_ID


class Instant(TypeDecorator):
    """An aware datetime; SQLite keeps it as UTC without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        return value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value, dialect):
        return None if value is None else value.replace(tzinfo=timezone.utc)


class Base(DeclarativeBase):
    """Parent of all tables."""

    type_annotation_map = {datetime: Instant}


class Setting(Base):
    """One persisted value of the sandbox itself, such as the clock's offset."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String, primary_key=True)
    value: Mapped[str]


class Prestataire(Base):
    """A tiers de prestation: whoever calls the API with its own credentials."""

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str]
    scope: Mapped[str]
    trade_name: Mapped[str]
    siret: Mapped[str]
    # Where Urssaf pays; an account of the fictive bank, for the statements.
    iban: Mapped[str]
    # False: the credentials are right, but no tiers de prestation is behind them.
    known: Mapped[bool] = mapped_column(default=True)
    # May it declare an acompte?
    acomptes: Mapped[bool] = mapped_column("deposits", default=True)
    # Of the financial guarantee: "valid", "none" or "expired".
    garantie: Mapped[str] = mapped_column("guarantee", default="valid")
    # The values of idTiersFacturation that are its own (JSON); none: any will do.
    billing_ids: Mapped[str] = mapped_column(default="[]")
    # How many calls a second it may make, by REAL time; 0: as many as it likes.
    calls_per_second: Mapped[float] = mapped_column(default=0.0)

    @property
    def siren(self) -> str:
        """The company's nine digits, the first of the SIRET."""
        return self.siret[:9]


class AccessToken(Base):
    """A bearer token, known only by its hash. `expires_at` is REAL time."""

    __tablename__ = "access_token"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(
        "provider_id", ForeignKey("provider.id")
    )
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Particulier(Base):
    """A person and the account Urssaf holds for him, shared by all prestataires."""

    __tablename__ = "particulier"
    __table_args__ = (UniqueConstraint("email_key", "phone_key"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    identity_key: Mapped[str] = mapped_column(unique=True)
    email_key: Mapped[str]
    phone_key: Mapped[str]
    contact_key: Mapped[str]
    # The answer to method 010 as received, as JSON: the particulier's space shows it.
    inscription: Mapped[str] = mapped_column("registration", Text)
    birth_name: Mapped[str]
    usage_name: Mapped[str | None]
    first_names: Mapped[str]
    birth_date: Mapped[date]
    email: Mapped[str]
    phone: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    # None until the person has chosen a password and ticked the two boxes.
    activated_at: Mapped[datetime | None]
    # Since when a refused debit, or the operator, keeps the account shut.
    blocked_at: Mapped[datetime | None]
    # Since when the SEPA mandate has to be renewed.
    mandat_expired_at: Mapped[datetime | None] = mapped_column("mandate_expired_at")
    # A disability in the household raises the yearly plafond.
    disability: Mapped[bool] = mapped_column(default=False)

    appareillages: Mapped[list["Appareillage"]] = relationship(
        back_populates="particulier"
    )


class Appareillage(Base):
    """The association ("appareillage") of a particulier with one prestataire."""

    __tablename__ = "link"
    __table_args__ = (Index("link_due", "next_at"),)

    prestataire_id: Mapped[int] = mapped_column(
        "provider_id", ForeignKey("provider.id"), primary_key=True
    )
    particulier_id: Mapped[str] = mapped_column(
        ForeignKey("particulier.id"), primary_key=True, index=True
    )
    state: Mapped[str]
    requested_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    # When time alone changes the state: the end of the activation link.
    next_at: Mapped[datetime | None]

    prestataire: Mapped[Prestataire] = relationship()
    particulier: Mapped[Particulier] = relationship(back_populates="appareillages")


class Demande(Base):
    """A demande de paiement that Urssaf accepted."""

    __tablename__ = "demande"
    __table_args__ = (
        # This constraint, not a prior search, decides what is a duplicate.
        UniqueConstraint("provider_id", "number"),
        Index("demande_due", "next_at"),
        Index("demande_period", "provider_id", "invoice_date"),
        # Ids never come back, even after a reset: clients keep them for years.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(
        "provider_id", ForeignKey("provider.id")
    )
    particulier_id: Mapped[str] = mapped_column(
        ForeignKey("particulier.id"), index=True
    )
    num_facture: Mapped[str] = mapped_column("number")
    date_facture: Mapped[date] = mapped_column("invoice_date")
    payload: Mapped[str] = mapped_column(Text)
    total_cents: Mapped[int]
    acompte_cents: Mapped[int] = mapped_column("deposit_cents")
    # The tax credit that Urssaf advances, the year it counts for, and what it uses of
    # each plafond (JSON: plafond → cents).
    aide_cents: Mapped[int] = mapped_column("aid_cents")
    aide_year: Mapped[int] = mapped_column("aid_year")
    aide_uses: Mapped[str] = mapped_column("aid_uses")
    statut: Mapped[str] = mapped_column("status")
    created_at: Mapped[datetime]
    # When time alone brings the next status; None when nothing is to come.
    next_at: Mapped[datetime | None]
    validated_at: Mapped[datetime | None]
    rejet_code: Mapped[str | None] = mapped_column("rejection_code")
    rejet_commentaire: Mapped[str | None] = mapped_column("rejection_comment")
    virement_date: Mapped[date | None] = mapped_column("transfer_date")
    virement_cents: Mapped[int | None] = mapped_column("transfer_cents")
    # What the operator wants the virement to be, if not the whole TTC but the acompte.
    ordered_cents: Mapped[int | None] = mapped_column("ordered_transfer_cents")

    prestataire: Mapped[Prestataire] = relationship()
    particulier: Mapped[Particulier] = relationship()
    events: Mapped[list["DemandeEvent"]] = relationship(
        order_by="DemandeEvent.id", back_populates="demande"
    )

    @property
    def public_id(self) -> str:
        """`idDemandePaiement` as the prestataire sees it."""
        return public_id(self.id)

    @property
    def reste_a_payer_cents(self) -> int:
        """The "reste à payer": what is debited from the particulier."""
        return self.total_cents - self.acompte_cents - self.aide_cents


class DemandeEvent(Base):
    """One line of a demande's history: which status, when, and because of whom."""

    __tablename__ = "demande_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    demande_id: Mapped[int] = mapped_column(ForeignKey("demande.id"), index=True)
    at: Mapped[datetime]
    statut: Mapped[str] = mapped_column("status")
    cause: Mapped[str]

    demande: Mapped[Demande] = relationship(back_populates="events")


class Message(Base):
    """An e-mail or SMS that Urssaf would have sent."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    particulier_id: Mapped[str] = mapped_column(ForeignKey("particulier.id"))
    demande_id: Mapped[int | None] = mapped_column(ForeignKey("demande.id"))
    channel: Mapped[str] = mapped_column(default="email")
    # The path of the page it leads to, and what the link says.
    link: Mapped[str | None]
    action: Mapped[str] = mapped_column(default="")
    # What became of it at the mail server, if there is one (see `delivery`).
    delivery: Mapped[str | None] = mapped_column(index=True)
