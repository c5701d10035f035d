# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hours of the day and durations of interventions, in hours as decimal numbers; the
days of a recurring invoice.
"""

from calendar import monthrange
from datetime import date
from math import isfinite

DAY = 24.0
#: Petit bricolage: two hours per intervention at most (article D7233-5 of the Code du
#: travail).
HANDYMAN_HOURS = 2.0
#: Less than a minute is a rounding: 1 h 20 is 1.3333.
TOLERANCE = 0.5 / 60
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


def hours_between(start, end):
    """Hours from one hour of the day to a later one; 0.0 where the end is not later.

    An intervention that goes on past midnight is one of the day on which it began; its
    duration is typed, so that nobody makes 22 hours of two by a slip.
    """
    return max(0.0, (end or 0.0) - (start or 0.0))


def hours_fault(start, end, duration):
    """What is wrong with these hours, ``""`` if nothing.

    - ``clock``: not an hour of the day
    - ``backwards``: the end is before the start, and no duration says that the
      intervention went on past midnight
    - ``nothing``: no duration
    - ``too_long``: more than a day
    - ``differs``: the duration is not that from start to end

    :param start: hour of the day; :param end: likewise, 0.0 if it was not said
    """
    if not (0 <= start < DAY and 0 <= end <= DAY):
        return "clock"
    if end and end <= start and not duration > TOLERANCE:
        return "backwards"
    if not duration > TOLERANCE:
        return "nothing"
    if duration > DAY + TOLERANCE:
        return "too_long"
    if end:
        said = end - start if end > start else end + DAY - start
        if abs(said - duration) > TOLERANCE:
            return "backwards" if end <= start else "differs"
    return ""


def hours_text(hours):
    """“2 h 30”, as one writes it in France."""
    if not isfinite(hours):
        return ""
    minutes = round(hours * 60)
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02d}" if rest else f"{whole} h"


def days_later(start, end, months, whole):
    """The days of the services of the next recurring invoice.

    A period that ends on the last day of a month goes on doing so; a single day stays
    the same day of the month.

    :param whole: what is known of this invoice are single days of its month: the next
        one is about whole months
    """
    if whole:
        first = _months_later(start.replace(day=1), months)
        return first, _last_day(_months_later(end.replace(day=1), months))
    later = _months_later(end, months)
    if start != end and end == _last_day(end):
        later = _last_day(later)
    return _months_later(start, months), later


def _months_later(day, months):
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _last_day(day):
    return day.replace(day=monthrange(day.year, day.month)[1])
