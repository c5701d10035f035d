# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A line of the bank statement pays Urssaf's transfers: proposed, booked and undone, by
a manager, in plain Community.
"""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .bank import BankCase
from .cases import NOW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBankLine(BankCase):
    # -- the examples of the design ----------------------------------------------

    def test_a_grouped_transfer(self):
        """1 767.60 of 5 February is all that Urssaf transferred that day."""
        amounts = (320.0, 182.4, 251.2, 256.0, 530.0, 228.0)
        requests = self.env["urssaf.payment.request"].union(
            *(self._request(amount, "2026-02-05") for amount in amounts)
        )
        other = self._request(96.0, "2026-02-06")
        line = self._line(1767.6, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), requests)
        self.assertEqual((wizard.amount_chosen, wizard.amount_left), (1767.6, 0.0))
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, requests)
        self.assertTrue(all(requests.payment_ids.mapped("is_matched")))
        self.assertFalse(other.payment_ids.is_matched)
        items = self._transit_item(requests)
        self.assertEqual(len(items), 6)
        self.assertEqual(len(items.full_reconcile_id), 1, "one lettering")
        booked = line.move_id.line_ids.filtered(lambda l: l.account_id == self.transit)
        self.assertEqual(booked.mapped("balance"), [-1767.6])
        self.assertEqual(booked.full_reconcile_id, items.full_reconcile_id)
        self.assertEqual(set(requests.move_id.mapped("payment_state")), {"paid"})

    def test_two_of_it_are_not_booked_yet(self):
        """1 040.00 are booked, 158.40 and 91.20 are not: the bank was first."""
        booked = self._request(1040.0, "2026-02-20")
        first = self._request(158.4, "2026-02-20", booked=False)
        second = self._request(91.2, "2026-02-20", state="debited")
        line = self._line(1289.6, "2026-02-20")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), booked + first + second)
        self.assertEqual(
            wizard.line_ids.sorted("amount").mapped("standing"),
            ["expected", "announced", "booked"],
        )
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(booked.payment_ids.is_matched)
        self.assertEqual(line.urssaf_request_ids, booked + first + second)
        received = line.line_ids.filtered("urssaf_received_request_id")
        self.assertEqual(sorted(received.mapped("balance")), [-158.4, -91.2])
        self.assertEqual(received.account_id, self.transit)
        # Not expected any more, and not on the invoice either.
        again = self._line(158.4, "2026-02-20")
        self.assertEqual(again.urssaf_suggestion, "none")
        self.assertEqual(first.move_id.amount_residual, 158.4)
        screens = self.env["urssaf.transit"].with_user(self.bookkeeper)
        screen = screens.browse(screens.action_open_screen()["res_id"])
        screen.action_show()
        self.assertEqual(screen.line_ids.mapped("kind"), ["received", "received"])
        # Urssaf says so at last.
        second.write(
            {
                "state": "paid",
                "transfer_amount": 91.2,
                "transfer_date": "2026-02-20",
            }
        )
        (first + second).transfer_effective = True
        (first + second)._register_transfers(by_hand=True)
        self.assertTrue(all((first + second).payment_ids.mapped("is_matched")))
        self.assertTrue(all(received.mapped("reconciled")))
        self.assertEqual(first.move_id.payment_state, "paid")
        self.assertEqual(line.urssaf_request_ids, booked + first + second)

    def test_twins_the_oldest_is_taken(self):
        older = self._request(96.0, "2026-02-05")
        younger = self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-06")
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertTrue(older.payment_ids.is_matched)
        self.assertFalse(younger.payment_ids.is_matched)

    def test_two_of_one_date(self):
        self._request(132.5, "2026-02-05")
        self._request(190.0, "2026-02-05")
        third = self._request(96.0, "2026-02-05")
        line = self._line(322.5, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertFalse(third.payment_ids.is_matched)
        self.assertEqual(len(line.urssaf_request_ids), 2)

    def test_nothing_fits_and_it_stays_in_suspense(self):
        self._request(320.0, "2026-02-05")
        self._request(182.4, "2026-02-05")
        line = self._line(150.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "none")
        self.assertIn("suspense", line.urssaf_suggestion_text)
        wizard = self._wizard(line)
        self.assertFalse(self._ticked(wizard))
        with self.assertRaisesRegex(UserError, "Tick what"):
            wizard.action_reconcile()
        self.assertFalse(line.is_reconciled)

    # -- the dialogue ------------------------------------------------------------

    def test_other_solution(self):
        first = self._request(96.0, "2026-02-04")
        self._request(50.0, "2026-02-04")
        second = self._request(96.0, "2026-02-05")
        self._request(60.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "several")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), first)
        self.assertIn("1 of 2", wizard.solution_text)
        wizard.action_other_solution()
        self.assertEqual(self._ticked(wizard), second)
        self.assertIn("2 of 2", wizard.solution_text)
        wizard.action_other_solution()
        self.assertEqual(self._ticked(wizard), first)

    def test_the_running_sum_follows_the_ticks(self):
        self._request(96.0, "2026-02-05")
        self._request(50.0, "2026-02-05")
        wizard = self._wizard(self._line(146.0, "2026-02-05"))
        with Form(wizard) as form:
            self.assertEqual(form.amount_left, 0.0)
            with form.line_ids.edit(0) as line:
                line.chosen = False
            self.assertEqual(form.amount_left, 96.0)
            self.assertIn("stay in suspense", form.left_text)

    def test_a_part_stays_in_suspense(self):
        """And is paid by what comes later."""
        request = self._request(96.0, "2026-02-05")
        line = self._line(118.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "difference")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), request)
        wizard.action_reconcile()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(abs(line.amount_residual), 22.0)
        self.assertTrue(request.payment_ids.is_matched)
        self.env.invalidate_all()
        self.assertEqual(line.urssaf_suggestion, "none")
        later = self._request(22.0, "2026-02-06")
        self.env.invalidate_all()
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual((wizard.amount, wizard.amount_left), (22.0, 0.0))
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request + later)

    def test_an_explained_remainder_has_a_line_of_its_own(self):
        request = self._request(96.0, "2026-02-05")
        line = self._line(100.0, "2026-02-05")
        account = self.company.urssaf_surplus_account_id
        wizard = self._wizard(line)
        wizard.write(
            {"remainder_account_id": account.id, "remainder_label": "Of last year"}
        )
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(request.payment_ids.is_matched)
        rest = line.line_ids.filtered(lambda l: l.account_id == account)
        self.assertRecordValues(rest, [{"balance": -4.0, "name": "Of last year"}])

    def test_set_off_that_only_the_bank_shows(self):
        """Urssaf announced 96.00, and kept 20.00 of it."""
        request = self._request(96.0, "2026-02-05")
        line = self._line(76.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "difference")
        wizard = self._wizard(line)
        self.assertTrue(wizard.can_set_off)
        with self.assertRaisesRegex(UserError, "more is chosen"):
            wizard.action_reconcile()
        wizard.action_set_off()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(request.payment_ids.is_matched)
        account = self.company.urssaf_set_off_account_id
        kept = line.line_ids.filtered(lambda l: l.account_id == account)
        self.assertRecordValues(kept, [{"balance": 20.0}])
        self.assertIn("L133-8-8", kept.name)
        self.assertEqual(request.move_id.payment_state, "paid")

    def test_no_set_off_of_what_urssaf_has_not_said(self):
        self._request(96.0, "2026-02-05", state="debited")
        line = self._line(76.0, "2026-02-05")
        wizard = self._wizard(line)
        with self.assertRaisesRegex(UserError, "has not said yet"):
            wizard.action_set_off()
        self.assertFalse(line.is_reconciled)

    def test_undo_leaves_the_payments(self):
        request = self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05")
        self._wizard(line).action_reconcile()
        line.with_user(self.bookkeeper).action_urssaf_undo()
        self.assertFalse(line.is_reconciled)
        self.assertFalse(line.urssaf_request_ids)
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertFalse(request.payment_ids.is_matched)
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertEqual(line.urssaf_request_ids, request)
