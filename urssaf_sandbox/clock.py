# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time: the sandbox's own clock, and civil time in France.

The clock is real time plus an offset kept in the database. A working day ("jour ouvré")
is Monday to Friday and no national public holiday; the two extra holidays of
Alsace-Moselle do not count: the bank runs on the national ones.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy.orm import Session

from .switches import read_setting, write_setting

PARIS = ZoneInfo("Europe/Paris")
_HOLIDAYS = holidays.country_holidays("FR")


def paris_date(moment: datetime) -> date:
    """Return the civil date in France at that instant."""
    return moment.astimezone(PARIS).date()


def is_working_day(day: date) -> bool:
    """Tell whether the banks work that day."""
    return day.weekday() < 5 and day not in _HOLIDAYS


def add_working_days(day: date, count: int) -> date:
    """Return the `count`-th working day after `day`, which itself never counts."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_day_start(moment: datetime, count: int) -> datetime:
    """Return, in UTC, midnight in Paris of the `count`-th working day after `moment`.

    Midnight, so that advancing the clock by that many working days always reaches it.
    """
    day = add_working_days(paris_date(moment), count)
    return datetime.combine(day, time.min, PARIS).astimezone(timezone.utc)


def later_by_working_days(moment: datetime, count: int) -> datetime:
    """Return, in UTC, the same time of day in Paris `count` working days later."""
    local = moment.astimezone(PARIS)
    day = add_working_days(local.date(), count)
    return datetime.combine(day, local.time(), PARIS).astimezone(timezone.utc)


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
