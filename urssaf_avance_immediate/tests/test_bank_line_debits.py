# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf takes back, on the bank statement, and lines reconciled by themselves."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .bank import BankCase
from .cases import NOW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBankLineDebits(BankCase):
    # -- what Urssaf takes back ----------------------------------------------------

    def _taken_back(self, amount, state="unpaid"):
        request = self._request(amount, "2026-02-05")
        request.write({"state": state, "remote_code": "60", "remote_label": "Refus"})
        return request

    def test_a_debit_opens_the_take_back(self):
        request = self._taken_back(96.0)
        self._taken_back(60.0)
        line = self._line(-96.0, "2026-03-10", label="PRLV URSSAF")
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), request)
        self.assertTrue(wizard.to_take_back)
        with self.assertRaisesRegex(UserError, "Take the payment back"):
            wizard.action_reconcile()
        action = wizard.action_take_back()
        reversal = (
            self.env[action["res_model"]]
            .with_user(self.bookkeeper)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(reversal.request_id, request)
        self.assertEqual(reversal.amount, 96.0)
        self.assertEqual(str(reversal.date), "2026-03-10")
        reversal.action_reverse()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)
        self.assertEqual(request.move_id.amount_residual, 96.0)
        back = request.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertTrue(back.is_matched)
        # The first transfer is still to come at the bank.
        self.assertFalse((request.payment_ids - back).is_matched)

    def test_a_debit_of_the_half(self):
        request = self._taken_back(96.0)
        line = self._line(-48.0, "2026-03-10", label="PRLV URSSAF")
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), request)
        self.assertEqual(wizard.action_take_back()["context"]["default_amount"], 48.0)

    def test_a_debit_of_what_was_taken_back_before(self):
        request = self._taken_back(96.0)
        self.env["urssaf.payment.request.reversal"].create(
            {"request_id": request.id, "amount": 96.0, "date": "2026-03-09"}
        ).action_reverse()
        line = self._line(-96.0, "2026-03-10", label="PRLV URSSAF")
        wizard = self._wizard(line)
        self.assertFalse(wizard.to_take_back)
        self.assertEqual(wizard.amount_left, 0.0)
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)

    # -- by itself -----------------------------------------------------------------

    def test_by_itself_only_what_is_sure(self):
        """Off, nothing; on, all of a date or one transfer, with Urssaf’s label."""
        self._request(320.0, "2026-02-05")
        self._request(182.4, "2026-02-05")
        self._request(96.0, "2026-02-10")
        self._request(40.0, "2026-02-10")
        self._request(30.0, "2026-02-10")
        whole = self._line(502.4, "2026-02-05")
        part = self._line(136.0, "2026-02-10")
        unnamed = self._line(96.0, "2026-02-10", label="VIR M DUPONT")
        one = self._line(30.0, "2026-02-11")
        self.company.urssaf_bank_label = "urssaf avance"
        self._run_cron("bank")
        lines = whole + part + unnamed + one
        self.assertFalse(any(lines.mapped("is_reconciled")))
        self.company.urssaf_bank_automatic = True
        self._run_cron("bank")
        self.assertEqual(lines.filtered("is_reconciled"), whole + one)

    def test_by_itself_one_refused_line_stops_no_other(self):
        self._request(96.0, "2026-02-05")
        self._request(40.0, "2026-03-10")
        refused = self._line(96.0, "2026-02-05")
        free = self._line(40.0, "2026-03-10")
        self.company.write(
            {"urssaf_bank_label": "urssaf", "urssaf_bank_automatic": True}
        )
        # As an accountant leaves it, who has begun with the entry.
        refused.sudo().move_id.button_draft()
        self._run_cron("bank")
        self.assertFalse(refused.is_reconciled)
        self.assertTrue(free.is_reconciled)

    def test_by_itself_not_the_same_transfer_twice(self):
        self._request(96.0, "2026-02-05")
        lines = self._line(96.0, "2026-02-05") + self._line(96.0, "2026-02-05")
        self.company.write(
            {"urssaf_bank_label": "urssaf", "urssaf_bank_automatic": True}
        )
        self._run_cron("bank")
        self.assertEqual(len(lines.filtered("is_reconciled")), 1)
