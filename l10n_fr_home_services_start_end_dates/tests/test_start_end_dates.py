# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OCA's start and end dates of a line, and the days of its service."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools.misc import format_date

from odoo.addons.l10n_fr_home_services.tests.cases import NOW, HomeServiceCase

MARCH = {"start_date": "2026-03-01", "end_date": "2026-03-31"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestStartEndDates(HomeServiceCase):
    def _days(self, line):
        return str(line.home_service_start), str(line.home_service_end)

    def test_they_fill_the_days_of_the_service(self):
        move = self._draft(MARCH)
        self.assertEqual(
            self._days(move.invoice_line_ids), ("2026-03-01", "2026-03-31")
        )
        self.assertEqual(
            move._home_service_period(), (date(2026, 3, 1), date(2026, 3, 31))
        )
        move.invoice_line_ids.write(
            {"start_date": "2026-02-02", "end_date": "2026-02-27"}
        )
        self.assertEqual(self._days(move), ("2026-02-02", "2026-02-27"))
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_on_the_form(self):
        with Form(self._draft({})) as form:
            with form.invoice_line_ids.edit(0) as line:
                line.start_date = "2026-03-02"
                line.end_date = "2026-03-13"
                self.assertEqual(str(line.home_service_start), "2026-03-02")
                self.assertEqual(str(line.home_service_end), "2026-03-13")
                # What the user says then is his.
                line.home_service_start = "2026-03-04"
        self.assertEqual(
            self._days(form.record.invoice_line_ids), ("2026-03-04", "2026-03-13")
        )
        form.record.action_post()

    def test_days_outside_are_refused_with_both(self):
        for start, end in (
            ("2026-02-27", "2026-03-04"),  # begins before
            ("2026-03-30", "2026-04-02"),  # ends after
            ("2026-04-01", "2026-04-01"),
        ):
            move = self._draft(
                {**MARCH, "home_service_start": start, "home_service_end": end}
            )
            with self.subTest(start=start, end=end):
                with self.assertRaises(UserError) as caught:
                    move.action_post()
                for day in (start, end, *MARCH.values()):
                    self.assertIn(self._shown(day), str(caught.exception))
                self.assertEqual(move.state, "draft")

    def _shown(self, day):
        return format_date(self.env, day)

    def test_the_days_of_the_whole_invoice_count_too(self):
        move = self._draft({}, home_service_start="2026-03-05")
        line = move.invoice_line_ids
        line.write(MARCH)
        line.home_service_start = False
        move.write({"home_service_start": "2026-02-05", "home_service_end": False})
        with self.assertRaises(UserError):
            move.action_post()
        move.home_service_start = "2026-03-05"
        move.action_post()

    def test_interventions_know_better(self):
        rows = [
            Command.create({"date": f"2026-03-{day}", "duration": 1.0})
            for day in ("04", "11")
        ]
        move = self._draft({**MARCH, "home_service_intervention_ids": rows})
        line = move.invoice_line_ids
        self.assertEqual(self._days(line), ("2026-03-04", "2026-03-11"))
        line.write({"start_date": "2026-03-05", "end_date": "2026-03-31"})
        self.assertEqual(self._days(line), ("2026-03-04", "2026-03-11"))
        with self.assertRaises(UserError) as caught:
            move.action_post()
        for day in ("2026-03-04", "2026-03-05"):
            self.assertIn(self._shown(day), str(caught.exception))
        line.start_date = "2026-03-01"
        move.action_post()

    def test_goods_are_left_alone(self):
        bread = self.env["product.product"].create({"name": "Pain"})
        move = self._draft(
            {**MARCH, "product_id": bread.id}, home_service_start="2026-02-05"
        )
        self.assertFalse(move.invoice_line_ids.home_service_start)
        move.action_post()
        self.assertEqual(str(move.copy().invoice_line_ids.start_date), "2026-03-01")

    def test_copies(self):
        move = self._draft(MARCH)
        move.action_post()
        copy = move.copy().invoice_line_ids
        self.assertEqual(
            (copy.start_date, copy.end_date, copy.home_service_start),
            (False, False, False),
        )
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        new = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        for line in (new.invoice_line_ids, move.reversal_move_ids.invoice_line_ids):
            self.assertEqual(
                (str(line.start_date), str(line.end_date)), tuple(MARCH.values())
            )
        self.assertEqual(self._days(new.invoice_line_ids), tuple(MARCH.values()))
