# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What NOVA asks for."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import SQL

from .cases import NOW
from .nova_cases import MODULE, NovaCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNova(NovaCase):
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
        self.env.flush_all()
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
            counted = 0 if line.product_id == travel else line._home_service_hours()
            self.assertAlmostEqual(hours, counted, 5, line.name)
            if line._home_service_nature()[0]:
                self.assertEqual(mode, line._home_service_mode())

    def test_travel_by_the_hour_is_no_service(self):
        """Article D7233-1 names the time and the travel apart; a company may choose."""
        travel = self._make_service("Déplacement", 10.0, "60")
        travel.home_service_travel = True
        move = self._invoice(
            self._hours_line(3), self._hours_line(0.5, product_id=travel.id)
        )
        line = self._line(self._screen(), self.activity)
        self.assertEqual((line.hours_1, line.turnover_1), (3, 105))
        self.company.home_service_travel_hours = True
        self.assertEqual(self._line(self._screen(), self.activity).hours_1, 3.5)
        # What a credit note takes back is what was counted.
        self.company.home_service_travel_hours = False
        reversal = move._reverse_moves([{"invoice_date": "2026-02-10"}])
        reversal.action_post()
        self.assertEqual(self._line(self._screen(), self.activity).hours_2, -3)

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
