# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story can be told on any day, without a service later than today."""

from datetime import date, timedelta

import pytest

from dev.scenario.billing import INVOICES
from dev.scenario.calendar import LAST_DAY_OF_NEW_SERVICES, Calendar, at

DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(0, 1500)]


@pytest.mark.parametrize("spec", INVOICES, ids=lambda spec: spec.key)
def test_services_are_in_one_month_and_over(spec):
    for today in DAYS:
        calendar = Calendar(today)
        start, end = calendar.period(spec.month, *spec.days)
        assert start <= end <= today
        assert (start.year, start.month) == (end.year, end.month)
        assert calendar.invoice_date(spec.month, end) <= today


def test_last_month_is_the_one_before():
    calendar = Calendar(date(2026, 3, 31))
    assert calendar.last_month == date(2026, 2, 1)
    assert calendar.last_month_end == date(2026, 2, 28)
    assert calendar.this_month == date(2026, 3, 1)
    assert calendar.period("last", 7, 28) == (date(2026, 2, 7), date(2026, 2, 28))


def test_first_of_the_month_and_new_year():
    calendar = Calendar(date(2026, 1, 1))
    assert calendar.last_month == date(2025, 12, 1)
    assert calendar.period("this", 2, 3) == (date(2026, 1, 1), date(2026, 1, 1))


def test_the_sandbox_has_seen_the_new_services_when_they_are_sent():
    """They are sent four days at least after the end of last month."""
    for today in DAYS:
        calendar = Calendar(today)
        _start, end = calendar.period("this", 1, 31)
        assert end <= calendar.last_month_end + timedelta(days=LAST_DAY_OF_NEW_SERVICES)


def test_moments_are_in_paris():
    assert at(date(2026, 7, 1), 8, 30).isoformat() == "2026-07-01T08:30:00+02:00"
    assert at(date(2026, 12, 1), 18).isoformat() == "2026-12-01T18:00:00+01:00"
