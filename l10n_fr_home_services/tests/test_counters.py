# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The counters of the civil year: the guarantee, the share of other turnover."""

from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .nova_cases import NovaCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCounters(NovaCase):
    def test_thresholds_of_the_law(self):
        thresholds = self.env["home.service.threshold"]
        day = date(2026, 1, 1)
        self.assertEqual(thresholds._value("guarantee_from", day), 200_000)
        self.assertEqual(
            thresholds._steps("guarantee", day),
            [
                (0, 15_000),
                (500_000, 20_000),
                (1_000_000, 50_000),
                (5_000_000, 150_000),
                (20_000_000, 300_000),
                (40_000_000, 600_000),
                (100_000_000, 1_200_000),
            ],
        )
        self.assertEqual(thresholds._steps("guarantee", date(2020, 1, 1)), [])
        thresholds.create(
            {
                "kind": "guarantee",
                "date_start": "2031-01-01",
                "value": 16_000,
                "source": "Invented",
            }
        )
        self.assertEqual(
            thresholds._steps("guarantee", date(2031, 1, 1)), [(0, 16_000)]
        )
        self.assertEqual(len(thresholds._steps("guarantee", day)), 7)

    def test_only_what_was_paid_of_the_services_counts(self):
        mixed = self._invoice(
            self._hours_line(3), {"product_id": self.goods.id, "price_unit": 33}
        )
        self._invoice(self._hours_line(100), partner_id=self.partner_b.id)
        self.assertEqual(self._counters().declared, 0)
        self._pay(mixed)
        self.assertEqual(self._counters().declared, 99.0, "three hours and their VAT")
        self.assertEqual(self._counters(2025).declared, 0, "of another civil year")

    def test_what_was_paid_less_a_discount(self):
        """Services of 165.00 and goods of 55.00, less 22.00: as on the certificate.
        What is spread is no line of the other turnover.
        """
        goods = {"product_id": self.goods.id, "price_unit": 50}
        move = self._invoice(self._hours_line(5), goods, self._discount(20))
        self._pay(move)
        screen = self._counters()
        self.assertEqual(screen.declared, 148.5)
        lines = self.env["account.move.line"].search(
            screen.action_view_other()["domain"]
        )
        self.assertEqual(lines.mapped("price_subtotal"), [50])
        only = self._invoice(self._hours_line(5), self._discount(15))
        self._pay(only)
        self.assertEqual(self._counters().declared, 148.5 + 148.5)

    def test_a_part_and_a_credit_note(self):
        move = self._invoice(self._hours_line(10))
        self._pay(move, 165.0)
        self.assertEqual(self._counters().declared, 165.0)
        reversal = move._reverse_moves([{"invoice_date": "2026-02-10"}], cancel=True)
        self.assertEqual(reversal.state, "posted")
        self.assertLessEqual(self._counters().declared, 165.0)

    def test_the_guarantee(self):
        counters = self.env["home.service.counters"]
        cases = [
            # declared, deposits → due, amount, next step, its amount
            (0.0, False, False, 0, 200_000, 15_000),
            (199_999.99, False, False, 0, 200_000, 15_000),
            (200_000.0, False, True, 15_000, 500_000, 20_000),
            (0.0, True, True, 15_000, 500_000, 20_000),
            (100_000_000.0, False, True, 1_200_000, 0, 0),
        ]
        for declared, deposits, due, amount, next_from, next_amount in cases:
            with (
                self.subTest(declared=declared, deposits=deposits),
                patch.object(type(counters), "_declared", return_value=declared),
                patch.object(type(counters), "_takes_deposits", return_value=deposits),
            ):
                screen = self._counters()
                self.assertEqual(screen.guarantee_due, due)
                self.assertEqual(screen.guarantee_amount, amount)
                self.assertEqual(screen.next_from, next_from)
                self.assertEqual(screen.next_amount, next_amount)
                self.assertEqual(screen.guarantee_missing, due)

    def test_the_guarantee_below_the_first_step(self):
        counters = self.env["home.service.counters"]
        with (
            patch.object(type(counters), "_declared", return_value=-10.0),
            patch.object(type(counters), "_takes_deposits", return_value=True),
        ):
            screen = self._counters()
        self.assertEqual((screen.guarantee_due, screen.guarantee_amount), (True, 15000))
        self.env["home.service.threshold"].search(
            [("kind", "=", "guarantee"), ("declared_from", "<", 500_000)]
        ).declared_from = 300_000
        screen = self._counters()
        self.assertEqual((screen.next_from, screen.next_amount), (200_000, 15_000))

    def test_a_year_that_is_none(self):
        for year in (0, 26, 99_999):
            with self.assertRaisesRegex(ValidationError, "four figures"):
                self.env["home.service.counters"].create({"year": year})
            with self.assertRaisesRegex(ValidationError, "four figures"):
                self.env["home.service.nova.table"].create({"year": year})

    def test_forecast(self):
        counters = self.env["home.service.counters"]
        with patch.object(type(counters), "_declared", return_value=75_000.0):
            screen = self._counters()
            # 75 days, 1 000 € a day: the two hundredth day.
            self.assertEqual(screen.next_date, date(2026, 7, 19))
            self.assertIn("estimate", screen.guarantee_note)
            self.assertFalse(self._counters(2025).next_date, "that year is over")

    def test_a_guarantee_in_the_register(self):
        counters = self.env["home.service.counters"]
        document = self.env["home.service.document"].create(
            {
                "kind": "guarantee",
                "file": b"cGRm",
                "amount": 15_000,
                "date_issue": "2026-01-05",
            }
        )
        with patch.object(type(counters), "_declared", return_value=250_000.0):
            self.assertFalse(self._counters().guarantee_missing)
        with patch.object(type(counters), "_declared", return_value=600_000.0):
            self.assertTrue(self._counters().guarantee_missing, "20 000 € are due")
        document.date_end = "2026-03-15"
        with patch.object(type(counters), "_declared", return_value=250_000.0):
            self.assertTrue(self._counters().guarantee_missing, "it has ended")

    def test_share_of_other_turnover(self):
        self._invoice(
            self._hours_line(100), {"product_id": self.goods.id, "price_unit": 900}
        )
        screen = self._counters()
        self.assertEqual((screen.turnover, screen.other_turnover), (3000, 900))
        self.assertEqual(round(screen.other_share, 1), 23.1)
        self.assertEqual(screen.other_level, "fine")
        self.assertFalse(screen.other_note)
        self._invoice({"product_id": self.goods.id, "price_unit": 100})
        self.assertEqual(self._counters().other_share, 25)
        self.assertEqual(self._counters().other_level, "near")
        self._invoice({"product_id": self.goods.id, "price_unit": 500})
        screen = self._counters()
        self.assertEqual(screen.other_level, "over")
        self.assertRegex(screen.other_note, r"33[.,]33 % of the turnover")
        self.assertIn("fixes, 30 % at most", screen.other_note)
        action = screen.action_view_other()
        lines = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(sum(lines.mapped("price_subtotal")), screen.other_turnover)
        with Form(screen, "l10n_fr_home_services.home_service_counters_view_form"):
            pass

    def test_the_year_before_counts_for_the_limit(self):
        self._invoice({"product_id": self.goods.id}, day="2025-06-10")
        screen = self._counters()
        self.assertEqual((screen.last_share, screen.other_share), (100, 0))

    def test_the_list_of_what_was_declared(self):
        move = self._invoice(self._hours_line(3))
        self._pay(move)
        action = self._counters().action_view_declared()
        lines = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(lines.move_id, move)

    def test_counters_of_another_company(self):
        other = self.setup_other_company()["company"]
        counters = self.env["home.service.counters"].with_context(
            allowed_company_ids=self.company.ids
        )
        with self.assertRaises(AccessError):
            counters.create({"company_id": other.id}).action_show()
