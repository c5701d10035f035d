# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The free text beside a prestation (``complement1``), in French: the customer reads it
in the space of Urssaf, whatever the language of the office.
"""

from collections.abc import Iterable
from datetime import date, timedelta

#: Characters of the text shown to the customer.
MAX_DESCRIPTION = 50


def shorten(text: str, limit: int = MAX_DESCRIPTION) -> str:
    """One line of at most ``limit`` characters, cut after a word if there is one."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head, space, _tail = text[: limit + 1].rpartition(" ")
    return head.rstrip(" ,;:-") if space else text[:limit]


def with_dates(text: str, days: Iterable[date]) -> str:
    """The text, then the days: “Ménage : 2, 5, 9-12/03”. The days of one month always
    fit; the text is cut if both do not.
    """
    dates = days_text(days)
    if not dates:
        return shorten(text)
    room = MAX_DESCRIPTION - len(dates) - len(" : ")
    head = shorten(text, room) if room > 3 else ""
    return f"{head} : {dates}" if head else dates


def with_discount(text: str, discount: str) -> str:
    """The text, then what was taken off: “Ménage, remise 5,00 €”."""
    tail = f", remise {discount}"
    return shorten(text, MAX_DESCRIPTION - len(tail)) + tail


def days_text(days: Iterable[date]) -> str:
    """Days of the same month, those that follow each other as one: “2, 5, 9-12/03”.

    Empty when the days are of several months.
    """
    days = sorted(set(days))
    if not days or (days[0].year, days[0].month) != (days[-1].year, days[-1].month):
        return ""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [part for run in runs for part in _run_text(run)]
    text = f"{', '.join(parts)}/{days[0].month:02d}"
    if len(text) > MAX_DESCRIPTION:
        text = text.replace(", ", ",")
    return text


def _run_text(run: list[date]) -> list[str]:
    """Three days or more as a range, else one by one."""
    if len(run) > 2:
        return [f"{run[0].day}-{run[-1].day}"]
    return [str(day.day) for day in run]
