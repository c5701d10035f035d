# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""French civil time, and how long to wait after failures."""

from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tests.common import freeze_time

from ..lib.rules import (
    paris_date,
    paris_morning,
    paris_time,
    paris_today,
    retry_delay,
    utc_of_paris,
)


@tagged("post_install", "-at_install")
class TestParis(BaseCase):
    def test_the_date_is_that_of_paris(self):
        for moment, day in (
            (datetime(2026, 3, 16, 22, 59), date(2026, 3, 16)),
            (datetime(2026, 3, 16, 23, 0), date(2026, 3, 17)),
            (datetime(2026, 7, 16, 22, 0), date(2026, 7, 17)),
            (datetime(2026, 7, 16, 21, 59), date(2026, 7, 16)),
        ):
            self.assertEqual(paris_date(moment), day)
            self.assertEqual(paris_date(moment.replace(tzinfo=timezone.utc)), day)
            with freeze_time(moment):
                self.assertEqual(paris_today(), day)
        there = timezone(timedelta(hours=-8))
        self.assertEqual(
            paris_date(datetime(2026, 3, 16, 15, 0, tzinfo=there)), date(2026, 3, 17)
        )
        self.assertFalse(paris_date(None))
        self.assertFalse(paris_date(False), "an empty field")

    def test_there_and_back(self):
        for utc, local in (
            (datetime(2026, 3, 16, 23, 30), datetime(2026, 3, 17, 0, 30)),
            (datetime(2026, 7, 16, 10, 0), datetime(2026, 7, 16, 12, 0)),
        ):
            self.assertEqual(paris_time(utc), local)
            self.assertEqual(utc_of_paris(local), utc)

    def test_the_morning_in_winter_and_in_summer(self):
        for day, hour in ((date(2026, 3, 28), 6), (date(2026, 3, 29), 5)):
            self.assertEqual(
                paris_morning(day), datetime(day.year, day.month, day.day, hour)
            )


@tagged("post_install", "-at_install")
class TestRetryDelay(BaseCase):
    def test_twice_as_long_each_time_an_hour_at_most(self):
        with patch("random.uniform", return_value=1):
            minutes = [retry_delay(count) / timedelta(minutes=1) for count in range(9)]
        self.assertEqual(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60])

    def test_not_all_databases_at_once(self):
        found = {retry_delay(3) for _i in range(50)}
        self.assertGreater(len(found), 1)
        for delay in found:
            self.assertTrue(6.4 <= delay / timedelta(minutes=1) <= 9.6, delay)
        self.assertLessEqual(
            max(retry_delay(9) for _i in range(50)), timedelta(hours=1)
        )

    def test_what_urssaf_asks_for_within_a_day(self):
        self.assertEqual(retry_delay(5, 90), timedelta(seconds=90))
        self.assertEqual(retry_delay(0, 10**6), timedelta(days=1))
