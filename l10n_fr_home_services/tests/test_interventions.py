# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The interventions of an invoice: typed, checked, imported."""

from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .cases import NOW
from .intervention_cases import LATER, MONDAY, InterventionCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInterventions(InterventionCase):
    # -- typed -----------------------------------------------------------------

    def test_typed_on_the_invoice(self):
        move = self._draft({})
        with (
            Form(move) as form,
            form.home_service_intervention_ids.new() as row,
        ):
            self.assertEqual(row.line_id, move.invoice_line_ids)
            self.assertEqual(row.line_id.display_name.split("\n")[0], "Ménage")
            row.date = MONDAY
            row.start = 9
            row.end = 11.5
            self.assertEqual(row.duration, 2.5)
            row.person_id = self.marie
            self.assertEqual(
                (row.person_name, row.person_number), ("Marie Petit", "42")
            )
        [made] = move.home_service_intervention_ids
        self.assertEqual(move.invoice_line_ids.home_service_intervention_ids, made)
        self.assertEqual(
            (made.company_id, made.partner_id, made.nature_id),
            (self.company, self.partner_a, self.housework.home_service_nature_id),
        )
        self.assertEqual(move.home_service_start, date(2026, 3, 2))

    def test_a_duration_says_the_end_past_midnight_too(self):
        move = self._draft({})
        with (
            Form(move) as form,
            form.home_service_intervention_ids.new() as row,
        ):
            row.date = MONDAY
            row.start = 21
            row.duration = 10
            self.assertEqual(row.end, 7)
            row.person_name = "Zoé"
        [row] = move.home_service_intervention_ids
        self.assertEqual((row.duration, row.end), (10, 7))
        self.assertEqual(move.home_service_end, date(2026, 3, 2), "the day it began")

    def test_a_new_invoice_is_saved_first(self):
        move = self._draft({})
        self.assertFalse(move.action_home_service_type(), "the form reads it again")
        with self.assertRaises(AssertionError, msg="hidden until it is saved"):
            with Form(self.env["account.move"]) as form:
                form.home_service_intervention_ids.new()

    def test_hours_that_cannot_be(self):
        move = self._draft({})
        for row, said in (
            ({"start": 14, "end": 12}, "ends before it starts"),
            ({"start": 9, "end": 9}, "ends before it starts"),
            ({}, "type its hours, or its duration"),
            ({"duration": 25}, "more than 24 hours"),
            ({"start": 9, "end": 12, "duration": 2}, "not the time from start to end"),
            ({"start": 25, "end": 26}, "from 0:00 to 24:00"),
            ({"start": -1, "duration": 2}, "from 0:00 to 24:00"),
            ({"start": float("nan"), "duration": 2}, "from 0:00 to 24:00"),
            ({"duration": float("inf")}, "more than 24 hours"),
            ({"date": "0206-03-02", "duration": 1}, "look at the year"),
        ):
            with self.subTest(row), self.assert_refused(ValidationError, said):
                self._typed(move, {"date": MONDAY, **row})
        self._typed(
            move,
            {"date": MONDAY, "start": 21, "end": 7, "duration": 10},
            {"date": MONDAY, "start": 22, "end": 24},
            {"date": MONDAY, "start": 0, "end": 6},
            {"date": MONDAY, "duration": 24},
        )

    def test_days_to_come_are_not_posted(self):
        move = self._invoice({}, {"date": "2026-03-17"})
        with self.assert_refused(UserError, "17/03/2026.*still to come"):
            move.action_post()
        self.assertEqual(move.state, "draft")
        move.home_service_intervention_ids[1].date = "2026-03-16"
        move.action_post()

    def test_petit_bricolage_is_two_hours_at_most(self):
        handyman = self._make_service("Bricolage", 40.0, "80")
        move = self._invoice({"end": 11}, product_id=handyman.id)
        [row] = move.home_service_intervention_ids
        with self.assert_refused(ValidationError, "two hours.*D7233-5"):
            row.end = 11.25
        # The nature comes later: nothing was wrong when it was typed.
        housework = self._invoice({})
        self.housework.home_service_nature_id = handyman.home_service_nature_id
        with self.assert_refused(UserError, "two hours.*D7233-5"):
            housework.action_post()

    # -- hours -----------------------------------------------------------------

    def test_hours_are_those_done_and_never_the_quantity_of_a_flat_price(self):
        flat = self._make_service("Grand nettoyage", 90.0, "60")
        flat.home_service_unit = "flat"
        day = self.env.ref("uom.product_uom_day")
        move = self._draft(
            {"quantity": 3},
            {"quantity": 2, "product_id": flat.id},
            {"quantity": 1, "product_uom_id": day.id},
        )
        hourly, flat_line, daily = move.invoice_line_ids
        self.assertEqual(hourly._home_service_hours(), 3)
        self.assertEqual(flat_line._home_service_hours(), 0)
        self.assertEqual(daily._home_service_hours(), 8)
        self.env["home.service.intervention"].create(
            [
                {"line_id": line.id, "date": MONDAY, "duration": 2.5}
                for line in (hourly, flat_line)
            ]
        )
        self.assertEqual(hourly._home_service_hours(), 2.5)
        self.assertEqual(flat_line._home_service_hours(), 2.5)
        self.assertEqual(
            move.home_service_hours_notice,
            "“Ménage”: 3 h on the line, 2 h 30 of interventions.",
            "and nothing of the flat price",
        )
        hourly.home_service_intervention_ids.duration = 3
        self.assertFalse(move.home_service_hours_notice)

    # -- days ------------------------------------------------------------------

    def test_days_follow_the_interventions(self):
        move = self._draft({}, {}, home_service_start="2026-03-04")
        line, other = move.invoice_line_ids
        self._typed(move, {"date": LATER, "duration": 1}, {"date": MONDAY, "end": 1})
        self.assertEqual(
            line._home_service_days(), (date(2026, 3, 2), date(2026, 3, 9))
        )
        self.assertEqual(
            other._home_service_days(), (date(2026, 3, 2), date(2026, 3, 9))
        )
        self.assertEqual(
            move._home_service_period(), (date(2026, 3, 2), date(2026, 3, 9))
        )
        # The other line may still have days of its own.
        other.home_service_start = "2026-03-11"
        self.assertEqual(move.home_service_end, date(2026, 3, 11))

    def test_days_that_contradict_block_with_both(self):
        move = self._invoice({}, {"date": LATER})
        line = move.invoice_line_ids
        with self.assert_refused(
            ValidationError,
            "on 04/03/2026, but .* from 02/03/2026 to 09/03/2026",
        ):
            line.write({"home_service_start": "2026-03-04", "home_service_end": False})
        with self.assert_refused(
            ValidationError,
            "on 27/02/2026, but .* from 02/03/2026 to 09/03/2026",
        ):
            move.write(
                {"home_service_start": "2026-02-27", "home_service_end": "2026-02-27"}
            )
        with self.assert_refused(ValidationError, "27/02/2026 .* but"):
            self._invoice({}, home_service_start="2026-02-27")

    # -- people, companies, many --------------------------------------------------

    def test_rights(self):
        row = self._invoice({}).home_service_intervention_ids
        reader = new_test_user(self.env, "reader_i", "account.group_account_readonly")
        reader.write(
            {
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        self.assertEqual(row.with_user(reader).duration, 3)
        with self.assertRaises(AccessError):
            row.with_user(reader).duration = 2
        nobody = new_test_user(self.env, "nobody_i", "base.group_user")
        with self.assertRaises(AccessError):
            row.with_user(nobody).read(["duration"])
        abroad = self.env["res.company"].create({"name": "Autre"})
        stranger = new_test_user(
            self.env,
            "stranger_i",
            "account.group_account_invoice",
            company_id=abroad.id,
            company_ids=[Command.set(abroad.ids)],
        )
        with self.assertRaises(AccessError):
            row.with_user(stranger).read(["duration"])
        self.assertFalse(
            self.marie.with_user(stranger).search([("name", "=", "Marie Petit")])
        )
        with self.assertRaises(UserError, msg="somebody of another company"):
            theirs = self.marie.create({"name": "Zoé", "company_id": abroad.id})
            row.person_id = theirs

    def test_a_branch_uses_the_register_of_its_company(self):
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        at_branch = new_test_user(
            self.env,
            "branch_i",
            "account.group_account_invoice",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        self.assertEqual(self.marie.with_user(at_branch).name, "Marie Petit")
        with self.assertRaises(AccessError):
            self.marie.with_user(at_branch).with_company(branch).unlink()
        companies = (branch + self.company).ids
        self.env.user.company_ids += branch
        self.env = self.env(context={"allowed_company_ids": companies})
        move = self._invoice({})
        self.assertEqual(move.company_id, branch)
        self.assertEqual(move.home_service_intervention_ids.person_name, "Marie Petit")
        row = self._typed(move, {"date": LATER, "duration": 2}).with_user(at_branch)
        row = row.with_context(allowed_company_ids=branch.ids)
        row.person_id = self.marie
        self.assertEqual(row.person_number, "42")
        sister = branch.create({"name": "Autre", "parent_id": self.company.id})
        theirs = self.marie.create({"name": "Zoé", "company_id": sister.id})
        with self.assert_refused(UserError, "Zoé"):
            row.sudo().person_id = theirs

    def test_register_numbers_are_given_once(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.marie.copy({"name": "Zoé", "number": "42"})
        companies = self.env["res.company"]
        branch = companies.create({"name": "Agence", "parent_id": self.company.id})
        zoe = self.marie.create({"name": "Zoé", "company_id": branch.id})
        self.marie.active = False
        for company in (branch, companies):
            with self.assert_refused(ValidationError, "42 of Zoé is taken already"):
                zoe.write({"number": "42", "company_id": company.id})
        zoe.number = "43"
        with self.assert_refused(ValidationError, "43 of Marie Petit is taken"):
            self.marie.number = "43"
        elsewhere = companies.create({"name": "Ailleurs"})
        zoe.write({"number": "42", "company_id": elsewhere.id})
        self.assertEqual(zoe.number, self.marie.number, "another company's register")

    def test_queries_do_not_grow_with_the_invoices(self):
        moves = self.env["account.move"]
        for _number in range(6):
            moves |= self._invoice({}, {"date": LATER})
        few, many = moves[:2], moves[2:]

        def read(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for line in some.invoice_line_ids:
                line._home_service_intervention_rows()
                line._home_service_hours()
            some.mapped("home_service_hours_notice")
            return self.cr.sql_log_count - before

        read(moves)  # what is read once: languages, units
        self.assertEqual(read(few), read(many))

    def test_imported(self):
        move = self._draft({})
        names = ["line_id/.id", "date", "start", "duration", "person_name", "place"]
        rows = self.env["home.service.intervention"]
        result = rows.load(
            names,
            [
                [str(move.invoice_line_ids.id), MONDAY, "9.5", "2", "Zoé", ""],
                [str(move.invoice_line_ids.id), LATER, "", "1.5", "Zoé", "Lyon"],
            ],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(move.home_service_intervention_ids.ids, result["ids"])
        result = self.env["account.move"].load(
            [
                "move_type",
                "partner_id/.id",
                "invoice_date",
                "invoice_line_ids/product_id/.id",
                "invoice_line_ids/home_service_intervention_ids/date",
                "invoice_line_ids/home_service_intervention_ids/duration",
                "invoice_line_ids/home_service_intervention_ids/person_id",
            ],
            [
                [
                    "out_invoice",
                    str(self.partner_a.id),
                    "2026-03-15",
                    str(self.housework.id),
                    MONDAY,
                    "2",
                    "Marie Petit",
                ],
                ["", "", "", "", LATER, "3", "Marie Petit"],
            ],
        )
        self.assertFalse(result["messages"])
        imported = self.env["account.move"].browse(result["ids"])
        self.assertEqual(
            imported.home_service_intervention_ids.mapped("person_number"), ["42", "42"]
        )
        self.assertEqual(imported.home_service_end, date(2026, 3, 9))
