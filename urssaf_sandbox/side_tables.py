# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables of what stands around the service: tax office, aid, bank, faults, traces.

Amounts are whole cents; instants are UTC; dates are civil dates.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .tables import Base, Demande, Prestataire


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
    """What one person has used of each ceiling in one civil year.

    `uses` is JSON: ceiling → cents. `elsewhere_cents` was used outside this sandbox
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
    """Money between Urssaf and a provider: positive when the provider receives it."""

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
