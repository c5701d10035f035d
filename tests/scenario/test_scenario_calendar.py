# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story can be told on any day: in order, up to now, nothing later than that."""

from datetime import date, datetime, time, timedelta

import pytest

from dev.scenario.billing import INVOICES, PERSONS
from dev.scenario.calendar import LENGTH, PARIS, Calendar, at
from urssaf_sandbox.clock import add_working_days

CALENDARS = [
    Calendar(datetime.combine(date(2025, 1, 1) + timedelta(days=number), hour, PARIS))
    for number in range(0, 1500)
    for hour in (time(0, 10), time(23, 50))
]


@pytest.mark.parametrize("spec", INVOICES, ids=lambda spec: spec.key)
def test_services_are_in_one_month_and_over(spec):
    for calendar in CALENDARS:
        days = [
            calendar.service_day(spec.when, visit.days_before)
            for line in spec.lines
            for visit in line.visits
        ]
        assert len({(day.year, day.month) for day in days}) == 1
        assert calendar.beginning.date() < min(days)
        invoiced = {
            "first": calendar.month_end,
            "second": calendar.debited_day,
            "today": calendar.this_morning.date(),
        }[spec.when]
        assert max(days) <= invoiced <= calendar.today


def test_nobody_is_at_two_places_at_once():
    for calendar in CALENDARS:
        visits = sorted(
            (
                PERSONS[line.service],
                calendar.service_day(spec.when, v.days_before),
                v[1:],
            )
            for spec in INVOICES
            if spec.key != "benali-2"  # the same visits again
            for line in spec.lines
            for v in line.visits
        )
        for before, after in zip(visits, visits[1:], strict=False):
            if before[:2] == after[:2]:
                assert before[2][1] <= after[2][0], (before, after)


def test_the_hours_sold_are_those_that_were_worked():
    for spec in INVOICES:
        for line in spec.lines:
            hours = sum(visit.end - visit.start for visit in line.visits)
            flat = line.service == "product_assistance_informatique"
            assert hours == line.quantity or flat


def test_the_chapters_come_in_order():
    for calendar in CALENDARS:
        assert calendar.today - calendar.beginning.date() >= LENGTH
        moments = [
            calendar.beginning + timedelta(hours=1),
            # Two hours, two days of silence and one more hour after it was sent.
            at(calendar.month_end, 18),
            at(calendar.month_end, 18) + timedelta(hours=51),
            at(calendar.money_day, 9),
            at(calendar.debited_day, 10),
            at(calendar.debited_day, 11),
            calendar.this_morning,
            calendar.present,
        ]
        assert moments == sorted(moments)
        assert calendar.present - calendar.beginning < timedelta(days=80)


def test_one_customer_is_debited_and_the_money_is_still_to_come():
    for calendar in CALENDARS:
        accepted = calendar.debited_day
        assert add_working_days(accepted, 2) <= calendar.today
        assert calendar.today < add_working_days(accepted, 4)


def test_moments_are_in_paris():
    assert at(date(2026, 7, 1), 8, 30).isoformat() == "2026-07-01T08:30:00+02:00"
    assert at(date(2026, 12, 1), 18).isoformat() == "2026-12-01T18:00:00+01:00"
