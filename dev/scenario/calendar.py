# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The days of the story: last month, and the first days of this one.

Odoo's clock is the real one, so no service may be later than the real today. The
sandbox's clock starts on the first of last month and catches up.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
#: Services of this month are over by then: the sandbox's clock will have passed it.
LAST_DAY_OF_NEW_SERVICES = 3


class Calendar(NamedTuple):
    """The days of the story, as seen from ``today`` (a date in France)."""

    today: date

    @classmethod
    def now(cls):
        """Return the calendar of the real present."""
        return cls(datetime.now(PARIS).date())

    @property
    def this_month(self):
        """The first of this month."""
        return self.today.replace(day=1)

    @property
    def last_month_end(self):
        """The last day of last month."""
        return self.this_month - timedelta(days=1)

    @property
    def last_month(self):
        """The first of last month."""
        return self.last_month_end.replace(day=1)

    def period(self, month, first, last):
        """Return the first and last day of services of ``"last"`` or ``"this"`` month.

        Days of this month are brought back to the real today, never later.
        """
        if month == "last":
            return (
                self.last_month.replace(day=first),
                self.last_month.replace(day=last),
            )
        end = min(last, LAST_DAY_OF_NEW_SERVICES, self.today.day)
        return (
            self.this_month.replace(day=min(first, end)),
            self.this_month.replace(day=end),
        )

    def invoice_date(self, month, end):
        """Last month is invoiced on its last day, this month when the work is done."""
        return self.last_month_end if month == "last" else end


def at(day, hour, minute=0):
    """Return that moment of the day in Paris, aware."""
    return datetime.combine(day, time(hour, minute), PARIS)
