# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bodies that `/sandbox/v1/` takes."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from ..contract.references import MOTIFS_ANNULATION, MOTIFS_REFUS

_TEN_YEARS_OF_HOURS = 10 * 366 * 24
_TEN_YEARS_OF_WORKING_DAYS = 10 * 262

# No control character: what is typed here ends up in pages, mails and bank statements.
Text = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class Order(BaseModel):
    """Parent of them all: an unknown key is a typing mistake, say so."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ClockMove(Order):
    """How far to advance: hours, or working days in France; one of the two."""

    hours: float | None = Field(None, gt=0, le=_TEN_YEARS_OF_HOURS)
    working_days: int | None = Field(None, gt=0, le=_TEN_YEARS_OF_WORKING_DAYS)

    @model_validator(mode="after")
    def _one_of_two(self) -> "ClockMove":
        if (self.hours is None) == (self.working_days is None):
            raise ValueError("hours or working_days")
        return self

    @property
    def delta(self) -> timedelta:
        """The hours, as a duration."""
        return timedelta(hours=self.hours or 0)


class ClockSetting(Order):
    """The moment to go to, with its offset from UTC."""

    now: AwareDatetime


class Activation(Order):
    """Optional back-dating of an activation."""

    since: AwareDatetime | None = None


class Contest(Order):
    """Why the particulier refuses."""

    code: str
    commentaire: str | None = Field(None, max_length=1000)

    @field_validator("code")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in MOTIFS_REFUS:
            raise ValueError("unknown reason")
        return code


class Cancellation(Order):
    """Why Urssaf cancels, and whether for a "raison spécifique" (113)."""

    code: str = "ANNUL_AUTRE"
    commentaire: str | None = Field(None, max_length=1000)
    specific: bool = False

    @field_validator("code")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in MOTIFS_ANNULATION:
            raise ValueError("unknown reason")
        return code


class Recovery(Order):
    """Whether taking the money back from the provider fails (260)."""

    fails: bool = False


class Transfer(Order):
    """What Urssaf shall transfer for a demande, in euros."""

    amount: Annotated[float, Field(ge=0, le=100_000)]


class OneProvider(Order):
    """Which association of a person; all those concerned when left out."""

    provider: Text | None = None


class Household(Order):
    """What decides a person's aid. Euros, of this civil year."""

    disability: bool | None = None
    used_elsewhere: Annotated[float, Field(ge=0, le=100_000)] | None = None


class ProviderState(Order):
    """What Urssaf holds for or against a provider; None leaves as is."""

    known: bool | None = None
    deposits: bool | None = None
    guarantee: Literal["valid", "none", "expired"] | None = None
    billing_ids: list[Text] | None = Field(None, max_length=20)
    # Real time; beyond it calls are answered by 429. 0: no limit.
    calls_per_second: Annotated[float, Field(ge=0, le=1000)] | None = None


class NewProvider(Order):
    """A further tiers de prestation."""

    client_id: Text
    client_secret: Text
    trade_name: Text
    siret: str = Field(pattern=r"^[0-9]{14}$")
