# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Interventions: who may see the invoice, what is kept, what stops whom."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .certificate_cases import CertificateCase

MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInterventionsKept(CertificateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls.env["home.service.intervention"]
        cls.people = cls.env["home.service.person"]

    def _typed(self, move, **values):
        return self.rows.create(
            {
                "line_id": move.invoice_line_ids[:1].id,
                "date": MONDAY,
                "duration": 2,
                "person_name": "Zoé",
                **values,
            }
        )

    def _with_row(self, **values):
        move = self._draft({})
        self._typed(move, **values)
        return move

    def _reader(self):
        """Somebody who reads invoices without being of the invoicing, as a salesman."""
        group = self.env["res.groups"].create({"name": "Reads invoices"})
        models = self.env["ir.model"].search([("model", "=like", "account.%")])
        self.env["ir.model.access"].create(
            [
                {
                    "name": "reads invoices",
                    "model_id": model.id,
                    "group_id": group.id,
                    "perm_read": True,
                }
                for model in models
            ]
        )
        user = new_test_user(
            self.env,
            "reader_of_invoices",
            "base.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        user.group_ids += group
        return user

    def test_who_reads_an_invoice_opens_and_prints_it(self):
        move = self._with_row()
        move.action_post()
        seen = move.with_user(self._reader())
        self.env.invalidate_all()
        with Form(seen) as form:
            self.assertEqual(form.name, move.name)
        self.env.invalidate_all()
        asked = {
            name: {}
            for name in (
                "home_service_default_line_id",
                "home_service_may_add",
                "home_service_hours_notice",
            )
        }
        [read] = seen.web_read(asked)
        self.assertTrue(read["home_service_default_line_id"])
        self.env.invalidate_all()
        [printed] = seen._home_service_paper()["interventions"]
        self.assertEqual(printed["person_name"], "Zoé")
        self.assertIn("2", seen.invoice_line_ids._home_service_note())

    def test_a_default_does_not_open_a_posted_invoice(self):
        move = self._with_row()
        move.action_post()
        forged = self.rows.with_context(default_added_later=True)
        with self.assertRaisesRegex(UserError, "kept as they were"):
            forged.create(
                {
                    "line_id": move.invoice_line_ids.id,
                    "date": MONDAY,
                    "duration": 1,
                }
            )

    def test_what_was_added_later_stays_with_its_service(self):
        move, other = self._draft({}, home_service_start=MONDAY), self._with_row()
        (move + other).action_post()
        row = self._typed(move)
        self.assertTrue(row.added_later)
        with self.assertRaisesRegex(UserError, "stays with its service"):
            row.line_id = other.invoice_line_ids
        row.write({"line_id": move.invoice_line_ids.id, "duration": 1})
        self.assertEqual(row.duration, 1)

    def test_an_invoice_printed_again_says_what_was_added(self):
        move, first = self._draft({}, home_service_start=MONDAY), self._with_row()
        (move + first).action_post()
        self._typed(move)
        [later] = move._home_service_paper()["interventions"]
        self.assertRegex(later["service"], r"^Ménage \(added on .*2026\)$")
        [known] = first._home_service_paper()["interventions"]
        self.assertEqual(known["service"], "Ménage")

    def test_what_the_customer_s_certificate_names_is_kept(self):
        move = self._invoice(100, day=MONDAY)
        row = self._typed(move)
        self._pay(move, 100)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        row.duration = 3
        draft._set_state("ready")
        draft._set_state("sent")
        with self.assertRaisesRegex(UserError, "certificate of 2026"):
            row.duration = 4
        with self.assertRaisesRegex(UserError, "certificate of 2026"):
            row.unlink()
        self.assertEqual(row.duration, 3)

    def test_a_cancelled_invoice_is_not_said_to_be_posted(self):
        move = self._with_row()
        move.button_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled"):
            move.home_service_intervention_ids.unlink()
        move.button_draft()
        move.home_service_intervention_ids.unlink()

    def test_numbers_of_those_who_work_for_all_companies(self):
        shared = self.people.create({"name": "Zoé", "number": "7", "company_id": False})
        own = {"name": "Ali", "number": "7", "company_id": self.company.id}
        with self.assertRaises(ValidationError):
            self.people.create(own)
        shared.active = False
        with self.assertRaises(ValidationError):
            self.people.create(own)
        ali = self.people.create({**own, "number": "8"})
        with self.assertRaises(ValidationError):
            shared.number = "8"
        ali.number = "9"
        shared.number = "8"

    def test_one_of_a_later_day_stops_no_other(self):
        good, later = self._with_row(), self._with_row(date="2026-03-31")
        later.write({"invoice_date": "2026-03-31", "date": "2026-03-31"})
        (good + later)._post(soft=True)
        self.assertEqual((good.state, later.state), ("posted", "draft"))
        self.assertEqual(later.auto_post, "at_date")

    def test_what_cannot_be_stops_no_other_of_a_selection(self):
        good, bad = self._with_row(), self._with_row(date="2026-03-31")
        wizard = self.env["validate.account.move"].create(
            {"move_ids": [Command.set((good + bad).ids)]}
        )
        action = wizard.validate_move()
        self.assertEqual((good.state, bad.state), ("posted", "draft"))
        self.assertIn("still to come", action["params"]["message"])
        self.assertNotIn("your company has chosen", action["params"]["message"])
