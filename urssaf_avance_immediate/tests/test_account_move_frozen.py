# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stays as it is on an invoice that Urssaf has."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_account_move_posting import PostingCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFrozen(PostingCase):
    def test_what_urssaf_was_told_cannot_change(self):
        move = self._sent().move_id
        line = move.invoice_line_ids
        other = self._make_partner(email="autre@example.com")
        for record, values in (
            (move, {"partner_id": other.id}),
            (move, {"name": "FAC/1"}),
            (move, {"home_service_end": "2026-03-14"}),
            (move, {"invoice_date": "2026-03-14"}),
            (move, {"state": "draft"}),
            (line, {"sequence": 3, "discount": 10}),
            (line, {"quantity": 3}),
            (line, {"price_unit": 3}),
            (line, {"name": "Autre"}),
            (line, {"home_service_start": "2026-03-03"}),
        ):
            with self.subTest(values=values), self.assertRaises(UserError) as raised:
                record.write(values)
            if record == line:
                self.assertIn("Urssaf", str(raised.exception))
        with self.assertRaises(UserError):
            line.copy()
        with self.assertRaises(UserError):
            line.unlink()
        with self.assertRaises(UserError):
            move.invoice_line_ids = [Command.delete(line.id)]

    def test_the_rest_can(self):
        move = self._sent().move_id
        move.write({"name": move.name, "ref": "Bon 12", "narration": "Oui"})
        self.assertEqual(move.ref, "Bon 12")
        self.assertTrue(move.urssaf_frozen)

    def test_in_the_queue_too(self):
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        with self.assertRaises(UserError) as raised:
            move.home_service_start = "2026-03-03"
        self.assertIn("Reset it to draft", str(raised.exception))
        move.button_draft()
        move.home_service_start = "2026-03-03"

    def test_free_again_after_a_refusal(self):
        request = self._sent()
        self._demande(request).move(
            "40", "Refusée", rejection={"code": "REGUL_AUTRE", "commentaire": ""}
        )
        request.action_urssaf_refresh()
        move = request.move_id
        move.button_draft()
        move.invoice_line_ids.quantity = 3
        self.assertEqual(move.amount_total, 99)
