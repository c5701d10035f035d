# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The interventions of an invoice once it is posted: frozen, carried on."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .intervention_cases import LATER, MONDAY, InterventionCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInterventionsFrozen(InterventionCase):
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
            with self.assert_refused(UserError, "kept as they were"):
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
        with self.assert_refused(UserError, "from 02/03/2026 to 13/03/2026"):
            self._typed(move, {"date": "2026-03-14", "duration": 1})
        with self.assert_refused(UserError, "from 02/03/2026 to 13/03/2026"):
            rows[0].date = "2026-03-01"
        rows[1].unlink()
        move.button_draft()
        self.assertFalse(rows[0].added_later)
        self.assertEqual(move.invoice_line_ids.home_service_start, date(2026, 3, 9))
        move.action_post()
        with self.assert_refused(UserError, "kept as they were"):
            self._typed(move, {"date": MONDAY, "duration": 1})

    def test_what_was_added_later_is_not_a_way_in(self):
        move, draft = self._draft({}, home_service_start=MONDAY), self._invoice({})
        move.action_post()
        row = self._typed(move, {"date": MONDAY, "duration": 1, "added_later": True})
        kept = self._invoice({})
        kept.action_post()
        with self.assert_refused(UserError, "kept as they were"):
            kept.home_service_intervention_ids.write(
                {"added_later": True, "duration": 9, "end": 18}
            )
        with self.assert_refused(UserError, "stays with its service"):
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
