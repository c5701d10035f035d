# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox's own clock: real time plus an offset kept in the database."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from sqlalchemy.orm import Session

from .remembered import read_setting, write_setting

OFFSET = "clock_offset_seconds"
# Far enough for every scenario, near enough for every calendar to be known.
LATEST = datetime(2100, 1, 1, tzinfo=timezone.utc)
EARLIEST = datetime(2020, 1, 1, tzinfo=timezone.utc)


class ClockRangeError(ValueError):
    """The moment asked for is outside the years the sandbox knows."""


def check_range(moment: datetime) -> None:
    """Raise ClockRangeError when the sandbox knows no such year.

    To be asked before any arithmetic: at the ends of the calendar, a mere change of
    zone overflows.
    """
    if not EARLIEST <= moment <= LATEST:
        raise ClockRangeError(f"{EARLIEST.year} à {LATEST.year}")


def real_time() -> datetime:
    """Return the real instant, in UTC."""
    return datetime.now(timezone.utc)


class Clock:
    """Tells and moves the sandbox's time.

    `wall` gives the real time; tests put their own.
    """

    def __init__(self, wall: Callable[[], datetime] = real_time) -> None:
        self.wall = wall

    def now(self, session: Session) -> datetime:
        """Return the sandbox's present instant, in UTC."""
        return self.shifted(read_setting(session, OFFSET))

    def shifted(self, offset: str | None) -> datetime:
        """Return the instant that this stored offset makes it now, in UTC."""
        return self._wall_in_utc() + timedelta(seconds=float(offset or 0))

    def set(self, session: Session, moment: datetime) -> datetime:
        """Make `moment` (aware) the present; raise ClockRangeError when too far."""
        check_range(moment)
        moment = moment.astimezone(timezone.utc)
        offset = (moment - self._wall_in_utc()).total_seconds()
        write_setting(session, OFFSET, repr(offset))
        return moment

    def reset(self, session: Session) -> None:
        """Go back to real time."""
        write_setting(session, OFFSET, "0")

    def _wall_in_utc(self) -> datetime:
        # Adding hours to a local time would miss the change to summer time.
        return self.wall().astimezone(timezone.utc)
