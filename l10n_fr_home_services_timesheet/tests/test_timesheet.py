# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Timesheets of an order, and the interventions of its invoices."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools.misc import format_date

from odoo.addons.l10n_fr_home_services.tests.cases import NOW

from .timesheet_cases import TimesheetCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTimesheet(TimesheetCase):
    # -- what is billed by the hour --------------------------------------------------

    def test_what_is_billed_becomes_interventions(self):
        order = self._order()
        self._works(order, "2026-03-09", 1.5, self.nora)
        self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        self.assertEqual(
            self._said(move),
            [
                ("2026-03-02", 2.0, "Paul Exemple", "0017"),
                ("2026-03-09", 1.5, "Nora Essai", ""),
            ],
        )
        [line] = move.invoice_line_ids
        self.assertEqual((line.quantity, line._home_service_hours()), (3.5, 3.5))
        self.assertEqual(
            (str(move.home_service_start), str(move.home_service_end)),
            ("2026-03-02", "2026-03-09"),
        )
        self.assertFalse(move.home_service_timesheet_notice)
        move.with_user(self.biller).action_post()
        rows = line._home_service_intervention_rows()
        self.assertEqual(
            [row["person_number"] for row in rows],
            ["0017", ""],
        )

    def test_only_the_period_that_is_billed(self):
        order = self._order()
        self._works(order, "2026-02-25", 2.0)
        self._works(order, "2026-03-02", 3.0)
        february = self._bill(order, date_end_invoice_timesheet="2026-02-28")
        self.assertEqual([row[:2] for row in self._said(february)], [("2026-02-25", 2)])
        march = self._bill(order)
        self.assertEqual([row[:2] for row in self._said(march)], [("2026-03-02", 3)])

    def test_the_register_follows_the_employee(self):
        order = self._order()
        self._works(order, "2026-03-02", 2.0, self.nora)
        move = self._bill(order)
        person = move.home_service_intervention_ids.person_id
        self.nora.write({"home_service_number": "0018", "name": "Nora Essai-Test"})
        self.assertEqual((person.name, person.number), ("Nora Essai-Test", "0018"))
        self.assertEqual(self._said(move)[0][2:], ("Nora Essai-Test", "0018"))
        move.action_post()
        self.nora.name = "Nora Dupont"
        self.assertEqual(self._said(move)[0][2:], ("Nora Essai-Test", "0018"))

    def test_somebody_with_this_number_is_in_the_register_already(self):
        person = self.env["home.service.person"].create(
            {"name": "P. Exemple", "number": "0017", "company_id": self.company.id}
        )
        person.active = False
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        self.assertEqual(move.home_service_intervention_ids.person_id, person)
        self.assertFalse(move.home_service_timesheet_notice)

    def test_a_branch_takes_who_stands_in_the_register_of_its_company(self):
        person = self.env["home.service.person"].create(
            {"name": "P. Exemple", "number": "0017", "company_id": self.company.id}
        )
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        self.assertEqual(person._of_employee(self.paul, branch), person)

    def test_where_the_task_is_done(self):
        seaside = self.env["res.partner"].create(
            {
                "name": "Villa",
                "parent_id": self.partner_a.id,
                "type": "other",
                "street": "3 quai des Essais",
                "city": "Roscoff",
            }
        )
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        order.order_line.task_id.copy({"partner_id": seaside.id})
        other = self.env["project.task"].search([("partner_id", "=", seaside.id)])
        other.sale_line_id = order.order_line
        self._works(order, "2026-03-03", 1.0, task_id=other.id)
        move = self._bill(order)
        home, away = move.home_service_intervention_ids.sorted("date")
        self.assertFalse(home.place)
        self.assertIn("3 quai des Essais", away.place)

    def test_timesheets_in_days(self):
        self.company.project_time_mode_id = self.env.ref("uom.product_uom_day")
        order = self._order()
        self._works(order, "2026-03-02", 0.5)
        [row] = self._bill(order).home_service_intervention_ids
        day = self.env.ref("uom.product_uom_day")
        hour = self.env.ref("uom.product_uom_hour")
        self.assertEqual(row.duration, day._compute_quantity(0.5, hour))

    def test_what_is_no_home_service_is_left_alone(self):
        self.housework.home_service_nature_id = False
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        self.assertFalse(move.home_service_intervention_ids)
        self.assertFalse(move.home_service_timesheet_notice)
        move.action_post()

    # -- a fixed price ---------------------------------------------------------------

    def test_a_fixed_price_has_hours_of_its_own(self):
        order = self._order(self.fixed, quantity=1)
        self._works(order, "2026-03-02", 3.0)
        self._works(order, "2026-03-03", 2.5, self.nora)
        move = self._bill(order)
        [line] = move.invoice_line_ids
        self.assertEqual((line.quantity, line._home_service_hours()), (1, 5.5))
        # Recorded while the invoice was a draft.
        self._works(order, "2026-03-04", 1.0)
        self.assertIn("not among", move.home_service_timesheet_notice)
        move.action_post()
        self.assertEqual(line._home_service_hours(), 6.5)
        self.assertFalse(move.home_service_timesheet_notice)

    def test_each_month_of_a_fixed_price_has_its_own(self):
        order = self._order(self.fixed, quantity=3)
        self._works(order, "2026-02-10", 3.0)
        self._works(order, "2026-03-10", 2.0)
        february = self._bill(order)
        february.invoice_line_ids.quantity = 1
        february.invoice_line_ids.home_service_intervention_ids.unlink()
        february.invoice_line_ids.write(
            {"home_service_start": "2026-02-01", "home_service_end": "2026-02-28"}
        )
        february.action_post()
        self.assertEqual([row[:2] for row in self._said(february)], [("2026-02-10", 3)])
        march = self._bill(order)
        self.assertEqual([row[:2] for row in self._said(march)], [("2026-03-10", 2)])
        # A cancelled invoice gives them back.
        march.button_cancel()
        again = self._bill(order)
        self.assertEqual([row[:2] for row in self._said(again)], [("2026-03-10", 2)])

    # -- what contradicts ------------------------------------------------------------

    def _refused(self, move, *days):
        with self.assertRaises(UserError) as caught:
            move.action_post()
        for day in days:
            self.assertIn(format_date(self.env, day), str(caught.exception))
        self.assertIn("Paul Exemple", str(caught.exception))
        self.assertEqual(move.state, "draft")

    def test_declared_days_that_the_timesheets_contradict(self):
        order = self._order()
        timesheet = self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        move.home_service_intervention_ids.unlink()
        move.invoice_line_ids.home_service_start = "2026-03-04"
        self._refused(move, "2026-03-02", "2026-03-04")
        with self.assertRaises(UserError):
            move.action_home_service_take_timesheets()
        move.invoice_line_ids.home_service_start = "2026-03-02"
        move.action_post()
        self.assertEqual(move.home_service_intervention_ids.timesheet_id, timesheet)

    def test_the_days_of_the_whole_invoice_are_declared_too(self):
        order = self._order(self.fixed, quantity=1)
        self._works(order, "2026-03-09", 2.0)
        move = self._bill(order)
        move.home_service_intervention_ids.unlink()
        move.invoice_line_ids.home_service_start = False
        move.write(
            {"home_service_start": "2026-03-01", "home_service_end": "2026-03-06"}
        )
        self._refused(move, "2026-03-01", "2026-03-06", "2026-03-09")

    def test_an_intervention_of_another_day_than_its_timesheet(self):
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        self._works(order, "2026-03-06", 2.0)
        move = self._bill(order)
        first = move.home_service_intervention_ids.sorted("date")[0]
        first.date = "2026-03-04"
        self._refused(move, "2026-03-02", "2026-03-04")
        move.action_home_service_take_timesheets()
        self.assertEqual(str(first.date), "2026-03-02")
        move.action_post()

    # -- kept, and what changes afterwards -------------------------------------------

    def test_kept_by_the_correcting_invoice(self):
        order = self._order()
        timesheets = self._works(order, "2026-03-02", 2.0)
        timesheets |= self._works(order, "2026-03-06", 1.0, self.nora)
        move = self._bill(order)
        move.action_post()
        said = self._said(move)
        new = self._correct(move)
        self.assertEqual(self._said(new), said)
        self.assertEqual(self._said(move), said)
        # Odoo has taken them off the first invoice: nobody bills them a second time.
        self.assertEqual(timesheets.timesheet_invoice_id, new)
        self.assertFalse(order.order_line.qty_to_invoice)
        self.assertFalse(new.home_service_timesheet_notice)
        new.invoice_date = "2026-03-16"
        new.action_post()
        self.assertEqual(self._said(new), said)

    def test_a_timesheet_that_changes_afterwards(self):
        order = self._order(self.fixed, quantity=1)
        timesheet = self._works(order, "2026-03-02", 3.0)
        other = self._works(order, "2026-03-03", 1.0)
        move = self._bill(order)
        move.action_post()
        said = self._said(move)
        timesheet.write({"unit_amount": 2.5, "date": "2026-03-01"})
        move.invalidate_recordset()
        self.assertIn(
            f"now says {format_date(self.env, timesheet.date)}, 2 h 30, Paul Exemple",
            move.with_user(self.biller).home_service_timesheet_notice,
        )
        other.unlink()
        self._works(order, "2026-03-05", 1.0, self.nora)
        move.invalidate_recordset()
        deleted, added = move.home_service_timesheet_notice.split("\n")[1:]
        self.assertIn("was deleted", deleted)
        self.assertIn("Nora Essai", added)
        self.assertEqual(self._said(move), said)
        with self.assertRaises(UserError):
            move.action_home_service_take_timesheets()
        move.button_draft()
        move.action_home_service_take_timesheets()
        self.assertEqual(
            [row[:3] for row in self._said(move)],
            [
                ("2026-03-01", 2.5, "Paul Exemple"),
                ("2026-03-05", 1.0, "Nora Essai"),
            ],
        )
        self.assertFalse(move.home_service_timesheet_notice)

    def test_hours_of_the_day_that_were_typed_stay(self):
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        row = move.home_service_intervention_ids
        row.write({"start": 9.0, "end": 11.0})
        row.date = "2026-03-03"
        move.action_home_service_take_timesheets()
        self.assertEqual((row.start, row.end, row.duration), (9.0, 11.0, 2.0))
        row.write({"start": 9.0, "end": 12.0, "duration": 3.0})
        move.action_home_service_take_timesheets()
        self.assertEqual((row.start, row.end, row.duration), (0.0, 0.0, 2.0))

    def test_rows_typed_by_hand_are_left_alone(self):
        order = self._order(self.fixed, quantity=1)
        move = self._bill(order)
        move.invoice_line_ids.home_service_intervention_ids = [
            Command.create({"date": "2026-03-02", "duration": 2.0})
        ]
        self._works(order, "2026-03-02", 2.0)
        move.action_post()
        self.assertEqual(len(move.home_service_intervention_ids), 1)
        self.assertIn("not among", move.home_service_timesheet_notice)

    def test_what_cannot_be_stops_no_other(self):
        """Petit bricolage over two hours: the invoices are made, this one is not
        posted, and says why.
        """
        self.housework.home_service_nature_id = self.env.ref(
            "l10n_fr_home_services.nature_80"
        )
        nature = self.housework.home_service_nature_id
        self.assertEqual(nature.ceiling_group, "handyman")
        order, other = self._order(), self._order(self.fixed, quantity=1)
        self._works(order, "2026-03-02", 3.0)
        self._works(other, "2026-03-02", 3.0)
        moves = self._bill(order | other, consolidated_billing=False)
        wrong = moves.filtered(
            lambda move: move.invoice_line_ids.product_id == self.housework
        )
        self.assertFalse(wrong.home_service_intervention_ids)
        self.assertTrue((moves - wrong).home_service_intervention_ids)
        self.assertIn("not among", wrong.home_service_timesheet_notice)
        with self.assertRaisesRegex(ValidationError, "two hours"):
            wrong.action_post()

    # -- rights ----------------------------------------------------------------------

    def test_queries_do_not_grow_with_the_invoices(self):
        moves = self.env["account.move"]
        for number in range(6):
            product = self.fixed if number % 2 else self.housework
            order = self._order(product, quantity=1)
            self._works(order, "2026-03-02", 2)
            moves |= self._bill(order)
        moves.home_service_intervention_ids.unlink()

        def read(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._home_service_check_known_dates()
            some.mapped("home_service_timesheet_notice")
            return self.cr.sql_log_count - before

        read(moves)  # what is read once: languages, units
        self.assertEqual(read(moves[:2]), read(moves[2:]))
        moves.action_post()
        self.assertEqual(len(moves.home_service_intervention_ids), 6)

    def test_a_timesheet_of_another_company(self):
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        company = self.env["res.company"].create({"name": "Ailleurs"})
        foreign = self.env["account.analytic.line"].create(
            {"name": "/", "company_id": company.id, "unit_amount": 1.0}
        )
        row = move.home_service_intervention_ids.with_user(self.biller)
        with self.assertRaises(ValidationError):
            row.write({"timesheet_id": foreign.id})

    def test_a_timesheet_of_another_customer(self):
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        row = self._bill(order).home_service_intervention_ids.with_user(self.biller)
        theirs = self._order(partner_id=self.partner_b.id)
        foreign = self._works(theirs, "2026-03-02", 2.0)
        with self.assertRaisesRegex(ValidationError, "another customer"):
            row.write({"timesheet_id": foreign.id})
        self.assertFalse(foreign.timesheet_invoice_id)

    def test_who_may_press_the_button(self):
        order = self._order()
        self._works(order, "2026-03-02", 2.0)
        move = self._bill(order)
        reader = new_test_user(
            self.env,
            login="reader",
            groups="account.group_account_readonly",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        with self.assertRaises(AccessError):
            move.with_user(reader).action_home_service_take_timesheets()
        move.with_user(self.biller).action_home_service_take_timesheets()
