# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the trade, without a database."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..rules import first_day, is_intervenant, is_sap_number, last_day, period
from ..rules.counters import crossing, share, step
from ..rules.nova import after, months, table

ONE, TWO, SIX = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 6)


@tagged("post_install", "-at_install")
class TestRules(BaseCase):
    def test_identifiers(self):
        self.assertTrue(is_sap_number("SAP732829320"))
        self.assertTrue(is_intervenant("SAP732829320"))
        self.assertTrue(is_intervenant("SIR73282932000074"))
        for bad in ("", "732829320", "SAP732829321", "SIR732829320", "xSAP732829320"):
            self.assertFalse(is_sap_number(bad), bad)
            self.assertFalse(is_intervenant(bad), bad)

    def test_first_and_last_day(self):
        self.assertEqual(first_day([], ONE, True), ONE)
        self.assertEqual(first_day([TWO, SIX], ONE, True), TWO)
        self.assertEqual(first_day([TWO, SIX], ONE, False), ONE)
        self.assertFalse(first_day([], False, True))
        self.assertEqual(last_day([], False, True, ONE), ONE)
        self.assertEqual(last_day([], ONE, True, TWO), TWO)
        self.assertEqual(last_day([ONE, TWO], SIX, False, ONE), SIX)
        self.assertEqual(last_day([ONE, TWO], SIX, True, ONE), TWO)

    def test_period(self):
        self.assertEqual(period([(TWO, SIX), (ONE, TWO)]), (ONE, SIX))
        self.assertEqual(period([(TWO, SIX), (ONE, False)]), (False, False))
        self.assertEqual(period([]), (False, False))

    # -- statistics --------------------------------------------------------------

    def test_months(self):
        self.assertEqual(months(2026, 4)[0], date(2026, 10, 1))
        self.assertEqual(len(months(2026)), 12)
        self.assertEqual(after(months(2026, 4)), date(2027, 1, 1))
        self.assertEqual(after(months(2026, 1)), date(2026, 4, 1))

    def test_table_has_a_cell_for_each_month(self):
        january, _february, march = days = months(2026, 1)
        rows = [("a", march, 2, 1.104, 10.0), ("a", march, 1, 1.004, 0.006)]
        rows.append(("b", january, 1, 2.0, 30.0))
        self.assertEqual(
            table(rows, days),
            {
                "a": [(0, 0.0, 0.0), (0, 0.0, 0.0), (3, 2.11, 10.01)],
                "b": [(1, 2.0, 30.0), (0, 0.0, 0.0), (0, 0.0, 0.0)],
            },
        )

    def test_crossing(self):
        # 100 days, 100 000 €: 1 000 € a day, so the two hundredth day.
        today = date(2026, 4, 10)
        self.assertEqual(crossing(100_000, 200_000, today), date(2026, 7, 19))
        self.assertEqual(crossing(200_000, 200_000, today), today, "reached")
        self.assertIsNone(crossing(20_000, 200_000, today), "a new year begins before")
        self.assertIsNone(crossing(0, 200_000, today))
        self.assertIsNone(crossing(-5.0, 200_000, today))
        self.assertEqual(crossing(54_794.53, 200_000, today), date(2026, 12, 31))

    def test_share_and_steps(self):
        self.assertEqual(share(25, 100), 25.0)
        self.assertEqual(share(5, 0), 0.0)
        steps = [(0, 15_000), (500_000, 20_000)]
        self.assertEqual(step(499_999.99, steps), ((0, 15_000), (500_000, 20_000)))
        self.assertEqual(step(500_000, steps), ((500_000, 20_000), None))
        self.assertEqual(step(-1, steps), (None, (0, 15_000)))
