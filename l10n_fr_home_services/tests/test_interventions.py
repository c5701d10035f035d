# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The interventions of an invoice: typed, checked, frozen, carried on."""

from contextlib import contextmanager
from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .cases import NOW, HomeServiceCase

MONDAY, LATER = "2026-03-02", "2026-03-09"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInterventions(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marie = cls.env["home.service.person"].create(
            {"name": "Marie Petit", "number": "42", "company_id": cls.company.id}
        )
        cls.partner_a.write({"street": "3 rue Haute", "city": "Lyon", "zip": "69001"})
        cls.biller = new_test_user(
            cls.env,
            "biller",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _invoice(self, *rows, **line):
        """A draft of one line of housework with these interventions."""
        default = {"date": MONDAY, "start": 9, "end": 12, "person_id": self.marie.id}
        rows = [Command.create({**default, **row}) for row in rows]
        return self._draft({"home_service_intervention_ids": rows, **line})

    @contextmanager
    def _refused(self, exception, said):
        """As in a request of its own: what was done is undone."""
        with self.assertRaisesRegex(exception, said), self.cr.savepoint():
            yield
        self.env.invalidate_all()

    def _typed(self, move, *rows):
        return self.env["home.service.intervention"].create(
            [{"line_id": move.invoice_line_ids[:1].id, **row} for row in rows]
        )

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
            with self.subTest(row), self._refused(ValidationError, said):
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
        with self._refused(UserError, "17/03/2026.*still to come"):
            move.action_post()
        self.assertEqual(move.state, "draft")
        move.home_service_intervention_ids[1].date = "2026-03-16"
        move.action_post()

    def test_petit_bricolage_is_two_hours_at_most(self):
        handyman = self._make_service("Bricolage", 40.0, "80")
        move = self._invoice({"end": 11}, product_id=handyman.id)
        [row] = move.home_service_intervention_ids
        with self._refused(ValidationError, "two hours.*D7233-5"):
            row.end = 11.25
        # The nature comes later: nothing was wrong when it was typed.
        housework = self._invoice({})
        self.housework.home_service_nature_id = handyman.home_service_nature_id
        with self._refused(UserError, "two hours.*D7233-5"):
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
        with self._refused(
            ValidationError,
            "on 04/03/2026, but .* from 02/03/2026 to 09/03/2026",
        ):
            line.write({"home_service_start": "2026-03-04", "home_service_end": False})
        with self._refused(
            ValidationError,
            "on 27/02/2026, but .* from 02/03/2026 to 09/03/2026",
        ):
            move.write(
                {"home_service_start": "2026-02-27", "home_service_end": "2026-02-27"}
            )
        with self._refused(ValidationError, "27/02/2026 .* but"):
            self._invoice({}, home_service_start="2026-02-27")

    # -- frozen ----------------------------------------------------------------

    def test_frozen_while_posted(self):
        move = self._invoice({}, {"date": LATER, "place": "Chez sa mère"})
        first, other = move.home_service_intervention_ids
        self.marie.write({"name": "Marie Grand", "number": "43"})
        self.assertEqual(first.person_name, "Marie Grand", "a draft follows")
        move.action_post()
        self.env.flush_all()
        self.marie.write({"name": "Marie Petit", "number": "44"})
        self.housework.home_service_nature_id = False
        self.partner_a.street = "9 rue Basse"
        [row, there] = move.invoice_line_ids._home_service_intervention_rows()
        self.assertEqual(
            (row["person_name"], row["person_number"], row["nature"]),
            ("Marie Grand", "43", "Ménage - repassage"),
        )
        self.assertIn("3 rue Haute", row["place"])
        self.assertEqual(there["place"], "Chez sa mère")
        self.assertEqual((row["start"], row["end"], row["duration"]), (9, 12, 3))
        move.button_draft()
        self.assertEqual(first.person_number, "44", "a draft follows again")
        self.assertEqual(other.place, "Chez sa mère")

    def test_the_place_follows_the_customer_again_in_a_draft(self):
        move = self._invoice({})
        move.action_post()
        self.assertTrue(move.home_service_intervention_ids.place)
        move.button_draft()
        self.assertFalse(move.home_service_intervention_ids.place)
        self.partner_a.street = "9 rue Basse"
        [row] = move.invoice_line_ids._home_service_intervention_rows()
        self.assertIn("9 rue Basse", row["place"])

    def test_a_posted_invoice_refuses_in_words(self):
        move, draft = self._invoice({}), self._invoice({"date": LATER})
        move.action_post()
        self.assertFalse(move.home_service_may_add)
        [row] = move.home_service_intervention_ids.with_user(self.biller)
        [other] = draft.home_service_intervention_ids.with_user(self.biller)
        line = move.invoice_line_ids
        for attempt in (
            lambda: row.write({"person_name": "Zoé"}),
            lambda: row.with_context(home_service_code=True).write({"end": 11}),
            lambda: row.unlink(),
            lambda: other.write({"line_id": line.id}),
            lambda: row.create({"line_id": line.id, "date": MONDAY, "duration": 1}),
            lambda: line.with_user(self.biller).write(
                {"home_service_intervention_ids": [Command.clear()]}
            ),
            lambda: move.with_user(self.biller).write(
                {"home_service_intervention_ids": [Command.delete(row.id)]}
            ),
        ):
            with self._refused(UserError, "kept as they were"):
                attempt()
        forged = other.create(
            {
                "line_id": draft.invoice_line_ids.id,
                "move_id": move.id,
                "date": MONDAY,
                "duration": 1,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(forged.move_id, draft, "that of its line, whatever was said")
        forged.write({"move_id": move.id})
        self.env.invalidate_all()
        self.assertEqual(forged.move_id, draft)

    def test_a_posted_invoice_that_says_nothing_is_completed(self):
        move = self._draft({}, home_service_start=MONDAY, home_service_end="2026-03-13")
        move.action_post()
        self.assertTrue(move.home_service_may_add)
        before = len(move.message_ids)
        with Form(move.with_user(self.biller)) as form:
            for day in (LATER, "2026-03-10"):
                with form.home_service_intervention_ids.new() as row:
                    row.date = day
                    row.start, row.end = 9, 10
                    row.person_id = self.marie
        rows = move.home_service_intervention_ids
        self.assertEqual(len(rows), 2)
        self.assertIn("3 rue Haute", rows[0].place, "frozen at once")
        self.marie.number = "43"
        self.assertEqual(rows.mapped("person_number"), ["42", "42"])
        self.assertGreater(len(move.message_ids), before, "who added them is kept")
        self.assertEqual(
            (move._home_service_period(), move.invoice_line_ids.home_service_start),
            ((date(2026, 3, 2), date(2026, 3, 13)), False),
            "the days that the customer was told",
        )
        with self._refused(UserError, "from 02/03/2026 to 13/03/2026"):
            self._typed(move, {"date": "2026-03-14", "duration": 1})
        with self._refused(UserError, "from 02/03/2026 to 13/03/2026"):
            rows[0].date = "2026-03-01"
        rows[1].unlink()
        move.button_draft()
        self.assertFalse(rows[0].added_later)
        self.assertEqual(move.invoice_line_ids.home_service_start, date(2026, 3, 9))
        move.action_post()
        with self._refused(UserError, "kept as they were"):
            self._typed(move, {"date": MONDAY, "duration": 1})

    def test_what_was_added_later_is_not_a_way_in(self):
        move, draft = self._draft({}, home_service_start=MONDAY), self._invoice({})
        move.action_post()
        row = self._typed(move, {"date": MONDAY, "duration": 1, "added_later": True})
        kept = self._invoice({})
        kept.action_post()
        with self._refused(UserError, "kept as they were"):
            kept.home_service_intervention_ids.write(
                {"added_later": True, "duration": 9, "end": 18}
            )
        with self._refused(UserError, "stays with its service"):
            row.line_id = draft.invoice_line_ids

    def test_a_deleted_line_takes_its_interventions_along(self):
        move = self._draft({}, {})
        rows = self._typed(move, {"date": MONDAY, "duration": 1})
        move.invoice_line_ids[0].unlink()
        self.assertFalse(rows.exists())
        self.assertFalse(move.home_service_intervention_ids)

    # -- carried on --------------------------------------------------------------

    def _reverse(self, move, modify):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        action = wizard.modify_moves() if modify else wizard.refund_moves()
        return self.env["account.move"].browse(action["res_id"])

    def test_the_corrected_invoice_is_about_the_same_interventions(self):
        move = self._invoice({}, {"date": LATER, "place": "Chez sa mère"})
        move.action_post()
        self.marie.write({"name": "Marie Grand", "number": "43"})
        said = move.invoice_line_ids._home_service_intervention_rows()
        corrected = self._reverse(move, modify=True)
        self.assertEqual(corrected.state, "draft")
        self.assertEqual(
            corrected.invoice_line_ids._home_service_intervention_rows(), said
        )
        corrected.action_post()
        self.assertEqual(
            corrected.invoice_line_ids._home_service_intervention_rows(), said
        )
        self.assertEqual(move.invoice_line_ids._home_service_intervention_rows(), said)
        # The credit note takes the same hours back.
        note = move.reversal_move_ids
        self.assertEqual(note.invoice_line_ids._home_service_hours(), 6)
        self.assertEqual(note.state, "posted")

    def test_a_credit_note_says_what_it_takes_back(self):
        move = self._invoice({})
        move.action_post()
        note = self._reverse(move, modify=False)
        self.assertEqual(
            note.invoice_line_ids._home_service_intervention_rows(),
            move.invoice_line_ids._home_service_intervention_rows(),
        )

    def test_an_ordinary_copy_has_none(self):
        move = self._invoice({})
        copy = move.copy()
        self.assertFalse(copy.home_service_intervention_ids)
        self.assertFalse(copy.home_service_start)

    def test_a_recurring_invoice_is_about_the_next_month(self):
        move = self._draft(
            {},
            {"home_service_start": "2026-02-10"},
            home_service_start="2026-02-01",
            home_service_end="2026-02-28",
            invoice_date="2026-02-28",
            auto_post="monthly",
        )
        move.action_post()
        following = self.env["account.move"].search(
            [("auto_post_origin_id", "=", move.id), ("state", "=", "draft")]
        )
        self.assertEqual(
            (following.home_service_start, following.home_service_end),
            (date(2026, 3, 1), date(2026, 3, 31)),
        )
        self.assertEqual(
            following.invoice_line_ids.mapped("home_service_start"),
            [False, date(2026, 3, 10)],
        )

    def test_a_recurring_invoice_invents_no_intervention(self):
        move = self._invoice({}, {"date": LATER})
        move.write({"auto_post": "monthly", "invoice_date": "2026-03-15"})
        move.action_post()
        following = self.env["account.move"].search(
            [("auto_post_origin_id", "=", move.id), ("state", "=", "draft")]
        )
        self.assertFalse(following.home_service_intervention_ids)
        self.assertEqual(
            following.invoice_line_ids._home_service_days(),
            (date(2026, 4, 1), date(2026, 4, 30)),
            "the whole month: which days is still to be said",
        )

    def test_customers_that_are_merged(self):
        twin = self.partner_a.copy({"name": "Twin"})
        move = self._invoice({})
        move.action_post()
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"state": "option"}
        )
        wizard._merge((self.partner_a | twin).ids, twin)
        [row] = move.home_service_intervention_ids
        self.assertEqual(row.partner_id, twin)

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

    def test_register_numbers_are_given_once(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.marie.copy({"name": "Zoé", "number": "42"})

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
