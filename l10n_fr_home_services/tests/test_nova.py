# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What NOVA asks for, and the counters of the civil year."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import SQL

from ..rules.counters import crossing, share, step
from ..rules.nova import after, months, table
from .cases import NOW, HomeServiceCase

MODULE = "l10n_fr_home_services"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNova(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.housework.home_service_unit = "hour"
        cls.garden = cls._make_service("Jardinage", 50.0, "70")
        cls.garden.uom_id = cls.env.ref("uom.product_uom_unit")
        cls.garden.home_service_unit = "flat"
        cls.goods = cls.env["product.product"].create(
            {"name": "Produits d'entretien", "list_price": 24.0}
        )
        cls.company.company_registry = "73282932000074"
        cls.activity = cls.env.ref(f"{MODULE}.activity_ii_1")
        cls.env["account.move"].search([("company_id", "=", cls.company.id)]).filtered(
            lambda move: move.state == "posted"
        ).button_draft()

    def _invoice(self, *lines, day="2026-01-20", **values):
        values = {"invoice_date": day, **values}
        move = self._draft(*lines, **values)
        move.action_post()
        return move

    def _hours_line(self, hours, **values):
        return {"quantity": hours, "home_service_start": "2026-01-15", **values}

    def _garden_line(self, **values):
        return {
            "product_id": self.garden.id,
            "price_unit": 50,
            "home_service_start": "2026-01-15",
            **values,
        }

    def _screen(self, period="1", year=2026, **values):
        screens = self.env["home.service.nova.table"]
        screen = screens.create({"period": period, "year": year, **values})
        screen.action_show()
        return screen

    def _line(self, screen, activity=None, kind="service"):
        return screen.line_ids.filtered(
            lambda line: line.kind == kind
            and (not activity or line.activity_id == activity)
        )

    # -- the rules ---------------------------------------------------------------

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

    # -- the figures ---------------------------------------------------------------

    def test_a_quarter_month_by_month(self):
        self.activity.nova_code = "N01"
        self._invoice(self._hours_line(2), self._hours_line(1))
        self._invoice(
            self._hours_line(3), partner_id=self.partner_b.id, day="2026-02-03"
        )
        self._invoice(self._hours_line(4), day="2026-02-27")
        self._invoice(self._hours_line(9), day="2025-12-31")
        line = self._line(self._screen(), self.activity)
        self.assertEqual((line.customers_1, line.hours_1, line.turnover_1), (1, 3, 90))
        self.assertEqual((line.customers_2, line.hours_2, line.turnover_2), (2, 7, 210))
        self.assertEqual((line.customers_3, line.hours_3, line.turnover_3), (0, 0, 0))
        self.assertEqual((line.customers, line.hours, line.turnover), (2, 10, 300))
        self.assertEqual(line.siret, "73282932000074")
        self.assertEqual((line.mode, line.nova_code), ("provider", "N01"))

    def test_a_year(self):
        self._invoice(self._hours_line(9), day="2025-12-31")
        self._invoice(self._hours_line(1), day="2025-01-01")
        self._invoice(self._hours_line(1))
        screen = self._screen("year", 2025)
        line = self._line(screen, self.activity)
        self.assertEqual((line.customers, line.hours, line.turnover), (1, 10, 300))
        self.assertFalse(screen.month_1)

    def test_the_quarter_that_is_over_is_proposed(self):
        screen = self.env["home.service.nova.table"].create({})
        self.assertEqual((screen.year, screen.period), (2025, "4"))
        with freeze_time("2026-04-02"):
            screen = self.env["home.service.nova.table"].create({})
        self.assertEqual((screen.year, screen.period), (2026, "1"))

    def test_what_has_no_code_comes_first(self):
        garden = self.env.ref(f"{MODULE}.activity_ii_2")
        garden.nova_code = "N02"
        nature = self.env["home.service.nature"].create({"name": "Autre service"})
        other = self._make_service("Autre", 30.0, "60")
        other.home_service_nature_id = nature
        self._invoice(
            self._garden_line(),
            self._hours_line(1),
            self._hours_line(1, product_id=other.id),
            {"product_id": self.goods.id, "price_unit": 24},
        )
        screen = self._screen()
        self.assertEqual(
            [(line.kind, line.nova_code) for line in screen.line_ids],
            [
                ("unknown", False),
                ("service", False),
                ("service", "N02"),
                ("other", False),
            ],
        )
        gaps = {gap.kind: gap for gap in screen.gap_ids}
        self.assertEqual(sorted(gaps), ["code", "hours", "nature"])
        self.assertEqual(gaps["code"].name, self.activity.display_name)
        self.assertEqual(gaps["code"].turnover, 30)
        action = gaps["code"].action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("home.service.activity", self.activity.id),
        )
        action = gaps["nature"].action_open()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), nature)
        # A flat price has no hours by itself: its lines are one click away.
        action = gaps["hours"].action_open()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines.product_id, self.garden)

    def test_hours_of_interventions_before_the_quantity(self):
        move = self._draft(self._garden_line(), self._hours_line(2))
        for line, hours in zip(move.invoice_line_ids, (1.5, 2.5), strict=True):
            self.env["home.service.intervention"].create(
                {"line_id": line.id, "date": "2026-01-15", "duration": hours}
            )
        move.invoice_date = "2026-01-20"
        move.action_post()
        screen = self._screen()
        garden = self._line(screen, self.env.ref(f"{MODULE}.activity_ii_2"))
        self.assertEqual(garden.hours, 1.5)
        self.assertEqual(self._line(screen, self.activity).hours, 2.5)
        self.assertNotIn("hours", screen.gap_ids.mapped("kind"))

    def test_the_query_counts_like_the_invoice(self):
        """One rule, said in Python for a line and in SQL for all of them."""
        day = self.env.ref("uom.product_uom_day")
        dozen = self.env.ref("uom.product_uom_dozen")
        travel = self._make_service("Déplacement", 10.0, "60")
        travel.home_service_travel = True
        self._invoice(
            self._hours_line(1.25),
            self._hours_line(2, product_uom_id=day.id),
            self._hours_line(3, product_uom_id=dozen.id),
            self._garden_line(quantity=3),
            self._hours_line(1, product_id=travel.id),
            {"product_id": self.goods.id, "quantity": 4},
        )
        self.env["account.move.line"].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT id, hours, mode FROM (%s) AS sold WHERE company_id = %s",
                self.env["home.service.nova"]._lines_query(),
                self.company.id,
            )
        )
        rows = self.env.cr.fetchall()
        lines = self.env["account.move.line"]
        self.assertEqual(len(rows), 6)
        for line_id, hours, mode in rows:
            line = lines.browse(line_id)
            self.assertAlmostEqual(hours, line._home_service_hours(), 5, line.name)
            if line._home_service_nature()[0]:
                self.assertEqual(mode, line._home_service_mode())

    def test_a_credit_note_subtracts_in_its_own_month(self):
        move = self._invoice(self._hours_line(3))
        reversal = move._reverse_moves([{"invoice_date": "2026-02-10"}])
        reversal.action_post()
        line = self._line(self._screen(), self.activity)
        self.assertEqual((line.customers_1, line.hours_1, line.turnover_1), (1, 3, 90))
        self.assertEqual(
            (line.customers_2, line.hours_2, line.turnover_2),
            (0, -3, -90),
            "nobody was served",
        )
        self.assertEqual((line.hours, line.turnover), (0, 0))

    def _discount(self, amount):
        return {"product_id": self.goods.id, "price_unit": -amount}

    def test_a_discount_is_taken_off_what_it_is_given_on(self):
        move = self._invoice(self._hours_line(5), self._discount(15))
        screen = self._screen()
        self.assertEqual(self._line(screen, self.activity).turnover, 135)
        self.assertFalse(self._line(screen, kind="other"))
        screen = self._counters()
        self.assertEqual((screen.turnover, screen.other_turnover), (135, 0))
        # Taken back with its discount.
        move._reverse_moves([{"invoice_date": "2026-01-21"}]).action_post()
        screen = self._counters()
        self.assertEqual((screen.turnover, screen.other_turnover), (0, 0))

    def test_a_discount_on_services_and_goods(self):
        goods = {"product_id": self.goods.id, "price_unit": 50}
        self._invoice(self._hours_line(5), goods, self._discount(20))
        screen = self._counters()
        self.assertEqual((screen.turnover, screen.other_turnover), (135, 45))

    def _hours_after(self, move, **values):
        """Hours that are left once a credit note of ``move`` has these values."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"journal_id": move.journal_id.id})
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.write(values)
        note.invoice_date = "2026-01-25"
        note.action_post()
        screen = self._screen()
        hours = sum(screen.line_ids.mapped("hours"))
        self.assertNotIn("hours", screen.gap_ids.mapped("kind"))
        note.button_draft()
        note.button_cancel()
        return round(hours, 2)

    def test_hours_that_a_credit_note_takes_back(self):
        move = self._invoice(self._hours_line(8))
        self.assertEqual(self._hours_after(move), 0)
        self.assertEqual(self._hours_after(move, quantity=2), 6)
        self.assertEqual(
            self._hours_after(move, quantity=1, price_unit=25.6), 8, "a lower price"
        )

    def test_hours_of_copied_interventions(self):
        for line in (self._hours_line(4), self._garden_line()):
            move = self._draft(line, invoice_date="2026-01-20")
            self.env["home.service.intervention"].create(
                {
                    "line_id": move.invoice_line_ids.id,
                    "date": "2026-01-15",
                    "duration": 4,
                }
            )
            move.action_post()
            price = move.invoice_line_ids.price_unit
            self.assertEqual(self._hours_after(move), 0)
            self.assertEqual(self._hours_after(move, price_unit=price / 2), 2)
            note = move._reverse_moves([{"invoice_date": "2026-01-25"}])
            note.invoice_line_ids.home_service_intervention_ids.unlink()
            note.action_post()
            self.assertEqual(sum(self._screen().line_ids.mapped("hours")), 0)

    def test_drafts_and_cancelled_invoices_do_not_count(self):
        self._draft(self._hours_line(3), invoice_date="2026-01-20")
        cancelled = self._invoice(self._hours_line(3))
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertFalse(self._screen().line_ids)

    def test_a_contact_is_his_household(self):
        child = self.env["res.partner"].create(
            {"name": "Fille", "parent_id": self.partner_a.id}
        )
        self._invoice(self._hours_line(1))
        self._invoice(self._hours_line(1), partner_id=child.id)
        self.assertEqual(self._line(self._screen(), self.activity).customers, 1)

    def test_a_branch_is_an_establishment(self):
        branch = self.env["res.company"].create(
            {
                "name": "Agence de Lyon",
                "parent_id": self.company.id,
                "country_id": self.company.country_id.id,
                "company_registry": "73282932000082",
            }
        )
        self.env.user.company_ids += branch
        receivable = self.company_data["default_account_receivable"]
        customer = self.partner_b.with_company(branch)
        customer.property_account_receivable_id = receivable
        self._invoice(self._hours_line(1))
        move = self.env["account.move"].with_company(branch)
        move = move.create(
            {
                "move_type": "out_invoice",
                "company_id": branch.id,
                "partner_id": self.partner_b.id,
                "invoice_date": "2026-01-20",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "quantity": 2,
                            "price_unit": 30,
                            "home_service_start": "2026-01-15",
                        }
                    )
                ],
            }
        )
        move.action_post()
        both = (self.company | branch).ids
        screens = self.env["home.service.nova.table"]
        screen = screens.with_context(allowed_company_ids=both).create(
            {"period": "1", "year": 2026}
        )
        screen.action_show()
        self.assertEqual(
            {line.siret: line.hours for line in screen.line_ids},
            {"73282932000074": 1, "73282932000082": 2},
        )
        self.assertEqual(set(screen.line_ids.mapped("mode")), {"provider"})
        self.assertFalse(screen.partial)
        screen = screen.with_context(allowed_company_ids=self.company.ids)
        screen.invalidate_recordset(["partial"])
        self.assertTrue(screen.partial, "one of the two is chosen")
        screen.action_show()
        self.assertEqual(screen.line_ids.mapped("hours"), [1])

    def test_another_company_is_not_seen(self):
        other = self.setup_other_company()["company"]
        self._invoice(self._hours_line(1))
        user = new_test_user(
            self.env,
            "elsewhere",
            groups="account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        screens = self.env["home.service.nova.table"].with_user(user)
        # Forged by RPC: a company that is not the user's.
        screen = screens.create(
            {"company_id": self.company.id, "period": "1", "year": 2026}
        )
        screen.action_show()
        self.assertFalse(screen.sudo().line_ids)
        self.assertFalse(screen.sudo().gap_ids)
        nova = self.env["home.service.nova"].with_user(user)
        self.assertFalse(nova.search([("company_id", "=", self.company.id)]))
        mine = self._screen()
        with self.assertRaises(AccessError):
            mine.with_user(user).read(["year"])

    def test_rights(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        portal = new_test_user(self.env, "customer", groups="base.group_portal")
        for user in (clerk, portal):
            for model in ("home.service.nova", "home.service.nova.table"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        reader = new_test_user(
            self.env, "reader", groups="account.group_account_readonly"
        )
        action = (
            self.env["home.service.nova.table"].with_user(reader).action_open_screen()
        )
        self.assertEqual(action["res_model"], "home.service.nova.table")

    def test_queries_do_not_follow_the_invoices(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            screen = self.env["home.service.nova.table"].create(
                {"period": "1", "year": 2026}
            )
            screen.action_show()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self._invoice(self._hours_line(1))
        count()
        few = count()
        for _each in range(5):
            self._invoice(self._hours_line(1), partner_id=self.partner_b.id)
        self.assertLessEqual(count(), few)

    def test_screens(self):
        self._invoice(self._hours_line(1))
        screen = self._screen()
        with Form(screen, "l10n_fr_home_services.home_service_nova_table_view_form"):
            pass
        action = screen.action_list()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines, screen.line_ids)
        exported = lines.export_data(["nova_code", "mode", "hours_1", "turnover_1"])
        self.assertEqual(exported["datas"][0][2:], [1.0, 30.0])
        action = lines.action_open()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.partner_id, self.partner_a)
        action = rows.action_open_lines()
        self.assertEqual(
            self.env["account.move.line"].search(action["domain"]).quantity, 1
        )
        self.assertTrue(screen.action_analyse()["domain"])
        for kind in ("list", "pivot", "graph", "search"):
            self.env["home.service.nova"].get_view(view_type=kind)

    # -- the counters --------------------------------------------------------------

    def _counters(self, year=2026):
        counters = self.env["home.service.counters"].create({"year": year})
        counters.action_show()
        return counters

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

    def _pay(self, move, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"amount": amount} if amount else {})
        wizard._create_payments()

    def test_only_what_was_paid_of_the_services_counts(self):
        mixed = self._invoice(
            self._hours_line(3), {"product_id": self.goods.id, "price_unit": 33}
        )
        self._invoice(self._hours_line(100), partner_id=self.partner_b.id)
        self.assertEqual(self._counters().declared, 0)
        self._pay(mixed)
        self.assertEqual(self._counters().declared, 99.0, "three hours and their VAT")
        self.assertEqual(self._counters(2025).declared, 0, "of another civil year")

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
        self.assertIn("33.3 %", screen.other_note)
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
