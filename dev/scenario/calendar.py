# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The days of the story: it begins about eight weeks back, and ends now.

A demande is about one calendar month, so the first invoices are those of the last month
whose money is there by now. Everything is seen from the real present: no service, no
invoice and no payment is later than that.
"""

import functools
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from urssaf_sandbox.clock import add_working_days, is_working_day

PARIS = ZoneInfo("Europe/Paris")
ONE_DAY = timedelta(days=1)
#: How long ago it begins, and how long before the end of the first month at least.
LENGTH, ENROLLED_BEFORE = timedelta(days=56), timedelta(days=16)
#: What happens today begins so long ago.
THIS_MORNING = timedelta(hours=3)
#: Working days after an acceptance: the debit, the transfer.
DEBIT, TRANSFER = 2, 4


class Calendar(NamedTuple):
    """The days of the story, as seen from ``present`` (aware, in Paris)."""

    present: datetime

    @classmethod
    def now(cls):
        """Return the calendar of the real present."""
        return cls(datetime.now(PARIS))

    @property
    def today(self):
        """The date in France."""
        return self.present.date()

    @property
    def beginning(self):
        """The first day, in the morning: the firm has no customer yet."""
        day = min(self.today - LENGTH, self.month_end - ENROLLED_BEFORE)
        return at(day, 8, 30)

    @property
    def month_end(self):
        """The last day of the first month: its invoices have long been paid."""
        return _month_end(self.today)

    @property
    def money_day(self):
        """The day by which Urssaf has paid the first invoices and the corrected one."""
        return _paid_on(self.month_end)

    @property
    def debited_day(self):
        """The working day on which a customer accepts who has been debited by now, and
        whose money is not there yet.
        """
        return _debited_day(self.today)

    @property
    def this_morning(self):
        """The moment of what happened last before the story stops."""
        return self.present - THIS_MORNING

    def service_day(self, when, days_before):
        """Return the day of a service, so many days before the last one of its invoice.

        ``when``: ``first`` month, ``second`` (up to the debited day) or ``today`` (up
        to yesterday). Always of the same calendar month; nobody works on a Sunday or
        a Saturday unless the month begins so.
        """
        last = {
            "first": self.month_end,
            "second": self.debited_day,
            "today": self.today - ONE_DAY,
        }[when]
        day = max(last - days_before * ONE_DAY, last.replace(day=1))
        while day.weekday() >= 5 and day.day > 1:
            day -= ONE_DAY
        return day


@functools.cache
def _debited_day(today):
    day = today
    while add_working_days(day, DEBIT) > today:
        day -= ONE_DAY
    while not is_working_day(day):
        day -= ONE_DAY
    return day


@functools.cache
def _month_end(today):
    day = today.replace(day=1) - ONE_DAY
    while _paid_on(day) >= _debited_day(today):
        day = day.replace(day=1) - ONE_DAY
    return day


@functools.cache
def _paid_on(month_end):
    # Two days of silence are an acceptance; the corrected one is accepted then.
    return add_working_days(month_end + 3 * ONE_DAY, TRANSFER)


def at(day, hour, minute=0):
    """Return that moment of the day in Paris, aware."""
    return datetime.combine(day, time(hour, minute), PARIS)
