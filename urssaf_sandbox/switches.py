# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings kept in the database, and the switches among them.

The clock's offset, the test case and the switches are looked at by every call. What is
committed is kept in memory, so that a call does not pay for reading it anew; the
database keeps it for the next start. One process serves a file.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from .tables import Setting

_READ = select(Setting.value).where(Setting.key == bindparam("key"))
_COMMITTED = "settings_committed"
_WRITTEN = "settings_written"


def session_info(committed: dict[str, str | None]) -> dict[str, dict]:
    """Return what all sessions of one database share: the settings known so far."""
    return {_COMMITTED: committed}


def read_setting(session: Session, key: str) -> str | None:
    """Return the value, as this session sees it."""
    written = session.info.get(_WRITTEN, {})
    if key in written:
        return written[key]
    committed = session.info[_COMMITTED]
    if key not in committed:
        # If somebody commits another value meanwhile, his stays.
        committed.setdefault(key, session.scalar(_READ, {"key": key}))
    return committed[key]


def write_setting(session: Session, key: str, value: str) -> None:
    """Change the value; others see it once this session commits."""
    session.merge(Setting(key=key, value=value))
    if _WRITTEN not in session.info:
        session.info[_WRITTEN] = {}
        event.listen(session, "after_commit", _publish, once=True)
    session.info[_WRITTEN][key] = value


def _publish(session: Session) -> None:
    session.info[_COMMITTED].update(session.info.pop(_WRITTEN))


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
    # One transfer per demande, or one per prestataire and day.
    transfers: Literal["single", "grouped"] = "single"
    # What an unpaid debit costs the prestataire whom Urssaf had paid.
    recovery: Literal["reste_a_payer", "total"] = "reste_a_payer"
    # How a demande, and a prestataire to accept, are told: Urssaf does either.
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
