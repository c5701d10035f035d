# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables that NOVA asks for: a state of the activity at least each quarter, typed
month by month, and a table of the year, for each establishment.
"""

from datetime import date

QUARTERS = (1, 2, 3, 4)
NOTHING = (0, 0.0, 0.0)


def months(year, quarter=None):
    """First days of the months of a quarter, or of the year.

    :param quarter: 1 to 4; nothing for the whole year
    """
    numbers = range(3 * quarter - 2, 3 * quarter + 1) if quarter else range(1, 13)
    return [date(year, number, 1) for number in numbers]


def after(days):
    """First day after these months."""
    last = days[-1]
    return date(last.year + last.month // 12, last.month % 12 + 1, 1)


def table(rows, days):
    """One row per key, with a cell ``(customers, hours, turnover)`` for each month.

    The keys keep the order in which they come; months without anything are zero, and so
    is what rounds to it. Customers are those of the month: they do not add up over the
    months, who came in two is one customer.

    :param rows: ``(key, first day of the month, customers, hours, turnover)``
    :param days: first days of the months, see :func:`months`
    :return: ``{key: [cell, …]}``, cells in the order of ``days``
    """
    places = {day: place for place, day in enumerate(days)}
    found = {}
    for key, day, customers, hours, turnover in rows:
        cells = found.setdefault(key, [NOTHING] * len(days))
        place = places[day]
        before = cells[place]
        cells[place] = (
            before[0] + customers,
            before[1] + hours,
            before[2] + turnover,
        )
    return {
        key: [
            (number, round(hours, 2), round(sold, 2)) for number, hours, sold in cells
        ]
        for key, cells in found.items()
    }
