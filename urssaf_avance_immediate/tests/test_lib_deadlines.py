# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""French working days, and how often Urssaf is asked."""

import unittest
from datetime import date, datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..lib.rules import (
    add_working_days,
    follow_pace,
    is_working_day,
    notice_due,
    transfer_due,
)
from ..lib.rules.deadlines import public_holidays

try:
    import holidays
except ImportError:  # only a development environment has it
    holidays = None

NOW = datetime(2026, 3, 16, 10, 0)


@tagged("post_install", "-at_install")
class TestWorkingDays(BaseCase):
    @unittest.skipUnless(holidays, "the holidays package is not there")
    def test_the_same_holidays_as_others_count(self):
        for year in range(2022, 2060):
            theirs = holidays.country_holidays("FR", years=year)
            self.assertEqual(public_holidays(year), set(theirs), year)

    def test_eleven_days(self):
        self.assertEqual(len(public_holidays(2026)), 11)
        for day in ("2026-04-06", "2026-05-14", "2026-05-25", "2026-11-11"):
            self.assertFalse(is_working_day(date.fromisoformat(day)), day)
        self.assertTrue(is_working_day(date(2026, 4, 3)), "Alsace-Moselle only")

    def test_counting(self):
        for start, count, end in (
            ("2026-03-16", 4, "2026-03-20"),
            ("2026-03-19", 4, "2026-03-25"),
            ("2026-03-21", 1, "2026-03-23"),  # from a Saturday
            ("2026-04-02", 4, "2026-04-09"),  # over Easter
            ("2026-12-24", 4, "2026-12-31"),
            ("2026-12-30", 4, "2027-01-06"),
            ("2026-03-21", 0, "2026-03-23"),
            ("2026-03-20", 0, "2026-03-20"),
        ):
            found = add_working_days(date.fromisoformat(start), count)
            self.assertEqual(found, date.fromisoformat(end), (start, count))

    def test_any_start(self):
        """The transfer is due on a working day, with four of them after the start."""
        day = date(2026, 1, 1)
        for _i in range(800):
            due = transfer_due(day)
            self.assertTrue(is_working_day(due))
            between = [day + timedelta(days=i + 1) for i in range((due - day).days)]
            self.assertEqual(sum(map(is_working_day, between)), 4)
            day += timedelta(days=1)

    def test_thirty_days_of_the_notice(self):
        self.assertEqual(notice_due(date(2026, 3, 16)), date(2026, 4, 15))


@tagged("post_install", "-at_install")
class TestPace(BaseCase):
    def test_minutes_around_the_deadline(self):
        def asked(hours):
            return follow_pace.waiting(NOW, NOW + timedelta(hours=hours))

        self.assertEqual(asked(40), timedelta(hours=1))
        self.assertEqual(asked(1.5), timedelta(minutes=31), "not beyond its beginning")
        self.assertEqual(asked(0.5), timedelta(minutes=15))
        self.assertEqual(asked(-0.5), timedelta(minutes=15))
        self.assertEqual(asked(-2), timedelta(hours=1), "the law says clear days")
        self.assertEqual(asked(-30), timedelta(hours=4))
        self.assertEqual(follow_pace.waiting(NOW, None), timedelta(hours=1))

    def test_hours_until_the_transfer_then_days(self):
        for days, hours in ((3, 4), (-2, 4), (-5, 24)):
            found = follow_pace.collecting(NOW, NOW + timedelta(days=days))
            self.assertEqual(found, timedelta(hours=hours), days)
        self.assertEqual(follow_pace.collecting(NOW, None), timedelta(hours=4))

    def test_the_day_of_the_transfer_is_not_missed(self):
        for hours, expected in ((60, 24), (5, 5), (-3, 4)):
            found = follow_pace.announced(NOW, NOW + timedelta(hours=hours))
            self.assertEqual(found, timedelta(hours=expected), hours)
        self.assertEqual(follow_pace.announced(NOW, None), timedelta(hours=4))

    def test_less_and_less(self):
        for rhythm in (follow_pace.paid, follow_pace.unpaid):
            paces = [
                rhythm(NOW, NOW - timedelta(days=days)) for days in range(0, 1000, 5)
            ]
            self.assertEqual(paces, sorted(paces))
            self.assertEqual(paces[0], timedelta(days=1))
        month = NOW - timedelta(days=34)
        self.assertEqual(
            follow_pace.unpaid(NOW, month), timedelta(days=1), "the notice runs"
        )
        self.assertEqual(
            follow_pace.paid(NOW, NOW - timedelta(days=365)), timedelta(days=30)
        )
