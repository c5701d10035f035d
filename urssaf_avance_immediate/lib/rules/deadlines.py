# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Until when a customer may answer (48 hours), when Urssaf's money is due (French
working days), and what its notice leaves (30 days).

A working day ("jour ouvré") is Monday to Friday and no national public holiday
(code du travail L3133-1). The two days of Alsace-Moselle do not count: banks run on
the national ones.
"""

from datetime import date, datetime, timedelta
from functools import cache

from dateutil.easter import easter

#: Hours that the customer has to answer. The law says two clear days, so that the
#: answer may come later: nothing is decided here, only what to expect.
ANSWER_HOURS = 48
#: Working days from the validation to the transfer.
TRANSFER_DAYS = 4
#: Days that Urssaf's notice leaves to pay or comment (L133-8-7, R133-20).
NOTICE_DAYS = 30

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
#: Easter Monday, Ascension Day, Whit Monday, in days after Easter Sunday.
_AFTER_EASTER = (1, 39, 50)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The eleven national public holidays of a year."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    moving = {easter(year) + timedelta(days=days) for days in _AFTER_EASTER}
    return frozenset(fixed | moving)


def is_working_day(day: date) -> bool:
    """Whether banks and Urssaf work on this civil date in France."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The date ``count`` working days after ``day``, which itself does not count.

    With 0: ``day`` if it is a working day, else the next one.
    """
    while count or not is_working_day(day):
        day += timedelta(days=1)
        if count and is_working_day(day):
            count -= 1
    return day


def working_days_since(day: date, today: date) -> int:
    """How many working days have come after ``day``, ``today`` among them; 0 if it is
    still to come.
    """
    count = 0
    while day < today:
        day += timedelta(days=1)
        count += is_working_day(day)
    return count


def older_than(count: int, today: date) -> date:
    """The latest date that is more than ``count`` working days before ``today``."""
    day = today
    while working_days_since(day, today) <= count:
        day -= timedelta(days=1)
    return day


def answer_deadline(asked: datetime) -> datetime:
    """The customer may answer until then, 48 hours after ``asked``, in its zone; Urssaf
    may give him longer, see ``ANSWER_HOURS``.
    """
    return asked + timedelta(hours=ANSWER_HOURS)


def transfer_due(validated: date) -> date:
    """The last day on which the transfer of a demande validated that day is due."""
    return add_working_days(validated, TRANSFER_DAYS)


def notice_due(notice: date) -> date:
    """The last day to pay or to comment on a notice that Urssaf gave that day."""
    return notice + timedelta(days=NOTICE_DAYS)
