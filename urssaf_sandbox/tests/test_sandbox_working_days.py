# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""French working days."""

from datetime import date, datetime, timedelta, timezone

import pytest

from ..clock import (
    PARIS,
    add_working_days,
    is_working_day,
    later_by_working_days,
    paris_date,
    working_day_start,
)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),  # Ascension
        date(2026, 5, 25),  # Whit Monday
        date(2026, 7, 14),
        date(2025, 8, 15),
        date(2027, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
        date(2026, 6, 13),  # a Saturday
        date(2026, 6, 14),  # a Sunday
    ],
)
def test_days_off(day):
    assert not is_working_day(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 6, 10),
        date(2026, 4, 3),  # Good Friday: a holiday in Alsace-Moselle only
        date(2025, 12, 26),  # likewise
        date(2026, 12, 24),
    ],
)
def test_days_at_work(day):
    assert is_working_day(day)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 6, 12), 0, date(2026, 6, 12)),
        (date(2026, 6, 12), 1, date(2026, 6, 15)),
        (date(2026, 6, 13), 1, date(2026, 6, 15)),
        (date(2026, 4, 30), 2, date(2026, 5, 5)),
        (date(2025, 8, 14), 1, date(2025, 8, 18)),
    ],
)
def test_counting(start, count, end):
    assert add_working_days(start, count) == end


def test_civil_time_is_paris_time():
    late = datetime(2026, 6, 11, 22, 30, tzinfo=timezone.utc)  # Friday 12th, 00:30
    assert paris_date(late) == date(2026, 6, 12)
    assert working_day_start(late, 1) == datetime(2026, 6, 15, tzinfo=PARIS)


def test_the_time_of_day_stays_across_the_change_to_summer_time():
    start = datetime(2026, 3, 27, 9, 0, tzinfo=PARIS)
    later = later_by_working_days(start, 1)
    assert later == datetime(2026, 3, 30, 9, 0, tzinfo=PARIS)
    assert later - start.astimezone(timezone.utc) == timedelta(days=3, hours=-1)
