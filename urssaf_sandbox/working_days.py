# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""French civil time: Europe/Paris, public holidays, working days.

A working day ("jour ouvré") is Monday to Friday and no national public holiday. The
two extra holidays of Alsace-Moselle do not count: the bank runs on the national ones.
"""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays

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
