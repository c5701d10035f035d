# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where sources disagree, or the operator may choose: switches kept in the database."""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from .remembered import read_setting, write_setting

_KEY = "switches"

TOTAL = "total"
GROUPED = "grouped"
EMAIL = "email"
SMS = "sms"
NUMBERS = "numbers"


class Switches(BaseModel):
    """Every switch, at its usual position."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Who is not in the tax office's register is unknown, instead of recognised.
    tax_office_strict: bool = False
    # Method 010 for somebody already tied to the caller answers
    # ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE instead of the same idClient.
    existing_link_is_an_error: bool = False
    # One transfer per demande, or one per provider and day.
    transfers: Literal["single", "grouped"] = "single"
    # What an unpaid debit costs the provider whom Urssaf had paid.
    recovery: Literal["reste_a_payer", "total"] = "reste_a_payer"
    # How a demande, and a provider to accept, are told: Urssaf does either.
    notifications: Literal["email", "sms", "both"] = "both"
    # What the bank prints of a transfer. Urssaf's label is not public: the bare one
    # helps nobody to match it; the other bears the numbers of the demandes.
    transfer_label: Literal["bare", "numbers"] = "bare"


def read_switches(session: Session) -> Switches:
    """Return the switches as they stand."""
    stored = read_setting(session, _KEY)
    return Switches.model_validate_json(stored) if stored else Switches()


def turn(session: Session, changes: dict[str, object]) -> Switches:
    """Change some switches; raise pydantic's ValidationError for a wrong one."""
    before = read_switches(session).model_dump()
    after = Switches.model_validate({**before, **changes})
    write_setting(session, _KEY, after.model_dump_json())
    return after


def reset_switches(session: Session) -> None:
    """Put every switch back to its usual position."""
    write_setting(session, _KEY, Switches().model_dump_json())
