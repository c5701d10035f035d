# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each event of Urssaf's money has its entry: transfer, surplus, set-off, second
collection, a line of the bank that came first, 70 again, a deleted payment.
"""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMoneyEvents(MoneyCase):
    def test_paid_on_the_day_of_the_transfer(self):
        request = self._collected((251.20, 10))
        self._pays(request, 251.20, date(2026, 2, 5), date(2026, 2, 9))
        before, day = date(2026, 2, 4), date(2026, 2, 5)
        self.assertEqual(self._balance(self.transit, before), 0.0)
        self.assertEqual(self._balance(self.transit, day), 251.20)
        self.assertEqual(self._balance(self.receivable, day), 0.0)
        self.assertEqual(
            set(request.payment_ids.move_id.line_ids.mapped("name")),
            {f"{request.name} Urssaf {request.external_id} 05/02/2026"},
        )
        self.assertFalse(request.activity_ids)

    def test_each_line_of_urssafs_money_has_a_label(self):
        """Where nobody gave one: never the payment method, never nothing."""
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        [payment] = request.payment_ids
        payment.action_draft()
        payment.memo = False
        payment.action_post()
        label = f"{request.name} Urssaf {request.external_id} 05/02/2026"
        self.assertEqual(set(payment.move_id.line_ids.mapped("name")), {label})
        line = self._bank(70.0, "2026-02-06", label=False)
        line._urssaf_reconcile(payment._seek_for_lines()[0])
        liquidity, suspense, others = line._seek_for_lines()
        self.assertEqual(len(suspense + others), 2)
        for item in suspense + others:
            self.assertIn("06/02/2026", item.name)

    # -- more than the balance ---

    def test_a_surplus_is_nobody_s(self):
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(self._balance(self.transit), 70.0)
        self.assertEqual(self._balance(self.receivable), 0.0)
        [line] = self._lines(self.surplus)
        self.assertEqual((line.balance, bool(line.partner_id)), (-4.0, False))
        self.assertFalse(self._open(self.receivable))
        self.assertEqual((request.amount_booked, request.surplus_amount), (70.0, 4.0))
        self.assertIn("4,00", self._notes(request))
        self.assertIn("467200", self._notes(request))
        # Nor is it a deposit of his next invoice.
        self.company.urssaf_declare_deposits = True
        following = self._invoice()
        self.assertFalse(following.invoice_has_outstanding)
        following.action_urssaf_send()
        self.assertEqual(following.urssaf_request_id.amount_deposit, 0.0)

    def test_no_surplus_without_its_account(self):
        self.company.urssaf_surplus_account_id = False
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self.assertFalse(request.payment_ids)
        self.assertEqual(request.state, "paid")
        self.assertIn("Set up the accounts", self._notes(request))
        self.company.urssaf_surplus_account_id = self.surplus
        request.action_register_transfer()
        self.assertEqual(self._balance(self.surplus), -4.0)
        self.assertEqual(self._balance(self.receivable), 0.0)

    def test_paid_in_part_then_collected_twice(self):
        request = self._collected((66, 10))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"amount": 20.0, "payment_date": "2026-02-04"})._create_payments()
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertEqual(self._balance(self.surplus), -20.0)
        self.assertEqual(self._balance(self.receivable), 0.0)
        self.assertIn("Collected twice", self._notes(request))
        request.with_user(self.manager).action_book_second_collection()
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertFalse(self._open(self.surplus))
        self.assertEqual(self._open(self.receivable), [-20.0])
        credit = self._lines(self.receivable).filtered(lambda line: not line.reconciled)
        self.assertEqual(credit.partner_id, self.partner)
        self.assertEqual(credit.date, date(2026, 2, 5))
        self.assertIn(request.external_id, credit.name)
        self.assertFalse(request.activity_ids or request.surplus_amount)
        with self.assertRaises(UserError):
            request.with_user(self.manager).action_book_second_collection()

    def test_all_collected_twice(self):
        request = self._collected((66, 10))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"payment_date": "2026-02-04"})._create_payments()
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertFalse(request.payment_ids)
        self.assertIn("Collected twice", self._notes(request))
        self.assertTrue(request.can_book_second)
        self.assertEqual(request.activity_ids.user_id, self.manager, "who may press it")
        vat = self._months(2)
        with self.assertRaises(AccessError):
            request.with_user(self.user).action_book_second_collection()
        request.with_user(self.manager).action_book_second_collection()
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertEqual(self._open(self.receivable), [-66.0])
        self.assertEqual(request.payment_ids.urssaf_request_id, request)
        self.assertEqual(request.amount_booked, 66.0)
        self.assertEqual(self._months(2), vat)
        self.assertFalse(request.activity_ids or request.matter)
        # It is no deposit of his next invoice.
        self.company.urssaf_declare_deposits = True
        following = self._invoice()
        following.action_urssaf_send()
        self.assertEqual(following.urssaf_request_id.amount_deposit, 0.0)

    # -- less: set off ---

    def test_set_off(self):
        request = self._collected((256, 10))
        self._pays(request, 200.0, date(2026, 2, 12))
        self.assertEqual(request.move_id.amount_residual, 56.0)
        self.assertIn("Set off by Urssaf", self._notes(request))
        self.assertEqual(request.activity_ids.user_id, self.manager, "who may press it")
        with self.assertRaises(AccessError):
            request.with_user(self.user).action_book_set_off()
        request.with_user(self.manager).action_book_set_off()
        self.assertEqual(self._balance(self.set_off), 56.0)
        self.assertEqual(self._balance(self.set_off, date(2026, 2, 11)), 0.0)
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual((request.set_off_amount, request.transfer_gap), (56.0, 0.0))
        self.assertEqual(self._months(2, 3), {2: 23.27, 3: 0.0})
        self.assertFalse(request.activity_ids)
        move = request.move_id
        paid = move.invoice_payments_widget["content"]
        self.assertEqual(len(paid), 2)
        # What was set off was not paid by the customer either.
        self.assertEqual(
            {move._home_service_payer(payment) for payment in paid},
            {"by Urssaf (avance immédiate)"},
        )
        for line in request.set_off_move_id.line_ids:
            self.assertIn("L133-8-8", line.name)
            self.assertIn(request.external_id, line.name)
        with self.assertRaises(UserError):
            request.with_user(self.manager).action_book_set_off()
        # Each of the two is named, when Urssaf takes it back.
        for status, day in (("60", 10), ("110", 11)):
            self._says(request, status, date(2026, 3, day))
            self.assertIn("200,00", self._notes(request))
            self.assertIn("had set off 56,00", self._notes(request))
            self.assertIn(request.set_off_move_id.name, self._notes(request))
        # Taken back by the accountant: the difference is there again.
        request.set_off_move_id._reverse_moves(cancel=True)
        self.assertEqual((request.set_off_amount, request.transfer_gap), (0.0, -56.0))
        self.assertTrue(request.can_set_off)

    def test_no_set_off_without_its_account(self):
        self.company.urssaf_set_off_account_id = False
        request = self._collected((66, 10))
        self._pays(request, 60.0, date(2026, 2, 12))
        with self.assertRaisesRegex(UserError, "Set up the accounts"):
            request.with_user(self.manager).action_book_set_off()
        self.assertEqual(request.transfer_gap, -6.0)
        self.assertTrue(request.activity_ids, "it is still to be explained")

    def test_a_set_off_of_a_closed_month(self):
        """The entry and its VAT on the first open day; its label has Urssaf's day."""
        request = self._collected((256, 10))
        self._pays(request, 200.0, date(2026, 2, 12))
        for lock, entry_month in (("tax_lock_date", 2), ("hard_lock_date", 3)):
            with self.subTest(lock=lock), self.env.cr.savepoint() as savepoint:
                self.company[lock] = "2026-02-28"
                with freeze_time("2026-03-05 10:00:00"):
                    request.with_user(self.manager).action_book_set_off()
                entry = request.set_off_move_id
                self.assertEqual(entry.date.month, entry_month)
                self.assertIn("12/02/2026", entry.ref)
                self.assertEqual(self._months(2, 3), {2: 18.18, 3: 5.09})
                self.assertFalse(self._open(self.receivable))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_not_for_another_company_s_manager(self):
        request = self._collected((66, 10))
        self._pays(request, 60.0, date(2026, 2, 12))
        theirs = request.with_user(self.other_manager).with_context(
            allowed_company_ids=self.other_company.ids
        )
        for button in (
            theirs.action_book_set_off,
            theirs.action_book_second_collection,
            theirs.action_undo_take_back,
        ):
            with self.subTest(button=button.__name__), self.assertRaises(AccessError):
                button()

    def test_all_of_it_set_off(self):
        request = self._collected((66, 10))
        self._pays(request, 0.0, date(2026, 2, 12))
        self.assertFalse(request.payment_ids)
        self.assertIn("transferred nothing", self._notes(request))
        self.assertIn("Set off by Urssaf", self._notes(request))
        missing = self.env["home.service.certificate"]._missing(self.company, 2026)
        [said] = [row["sentence"] for row in missing if row["kind"] == "not_booked"]
        self.assertIn("Set off by Urssaf", said)
        request.with_user(self.manager).action_book_set_off()
        self.assertEqual(self._balance(self.set_off), 66.0)
        self.assertFalse(self._open(self.receivable))
        self.assertFalse(request.to_book or request.activity_ids)
        self._pays(request, 0.0, date(2026, 2, 12), date(2026, 2, 13))
        self.assertFalse(request.activity_ids)
        # Nothing was transferred, and nothing is left to collect.
        self._says(request, "60", date(2026, 3, 2))
        self.assertIn("had set off 66,00", self._notes(request))
        self.assertIn(request.set_off_move_id.name, self._notes(request))
        self._says(request, "110", date(2026, 3, 3), "Annulée")
        self.assertIn("had set off 66,00", self._notes(request))

    def test_kept_of_an_invoice_that_was_paid_otherwise(self):
        """Nothing is open: the customer is to be refunded all the same."""
        for paid, transferred, told in (
            (20.0, 46.0, "kept 20,00"),
            (66.0, 0.0, "kept 66,00"),
        ):
            with self.subTest(paid=paid):
                request = self._collected((66, 10))
                self._paid_directly(request.move_id, paid)
                self._pays(request, transferred, date(2026, 2, 12))
                self.assertFalse(request.move_id.amount_residual)
                notes = self._notes(request)
                self.assertIn(told, notes)
                self.assertRegex(notes, f"refund him {paid:.0f},00 € in all")
                self.assertEqual(request.activity_ids.user_id, self.manager)
                self.assertNotIn("Set off by Urssaf", notes)
                self.assertIn(request, self._differing())
                if transferred:
                    self.assertEqual(request.matter, "kept")
                    request.with_user(self.user).action_amount_settled()
                else:
                    self.assertIn("Settled by hand", notes)
                    self.assertTrue(request.transfer_to_book, "hence the button")
                    request.with_user(self.user).action_transfer_settled()
                self.assertFalse(request.activity_ids or request.matter)
                self.assertTrue(request.transfer_gap, "what Urssaf did stays said")
                self.assertNotIn(request, self._differing())
                request.sudo().transfer_amount = transferred + 5
                self.assertEqual(request in self._differing(), bool(transferred))

    # -- the bank line came first ---

    def _bank_first(self, request, amount, label="VIR URSSAF", day="2026-02-06"):
        line = self._bank(amount, day, label, self.partner)
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.receivable
        owed = request.move_id.line_ids.filtered(
            lambda one: one.account_id == self.receivable
        )
        (suspense + owed).reconcile()
        self.assertEqual(request.move_id.amount_residual, 66.0 - amount)
        return line

    def _assert_adopted(self, request):
        [payment] = request.payment_ids
        self.assertTrue(payment.is_matched)
        self.assertEqual(self._balance(self.transit), 0.0)
        self.assertFalse(self._open(self.transit) or self._open(self.receivable))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(payment.date, date(2026, 2, 5))
        self.assertFalse(request.activity_ids)
        self.assertEqual(self._months(2, 3, 4), {2: 6.0, 3: 0.0, 4: 0.0})

    def test_the_bank_line_came_first(self):
        request = self._collected((66, 10))
        line = self._bank_first(request, 66.0)
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 2, 9))
        self._assert_adopted(request)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line._seek_for_lines()[2].account_id, self.transit)

    def test_the_bank_line_came_first_and_is_locked(self):
        request = self._collected((66, 10))
        line = self._bank_first(request, 66.0)
        self.company.fiscalyear_lock_date = "2026-02-28"
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 2))
        [payment] = request.payment_ids
        self.assertTrue(payment.is_matched)
        self.assertFalse(self._open(self.transit) or self._open(self.receivable))
        self.assertEqual(line._seek_for_lines()[2].account_id, self.receivable)
        self.assertEqual(self._balance(self.receivable, date(2026, 2, 28)), 0.0)
        self.assertEqual(self._months(2, 3, 4), {2: 6.0, 3: 0.0, 4: 0.0})
        self.assertFalse(request.activity_ids)

    def test_the_bank_line_of_a_customer_is_his(self):
        """A person says whose it is: two buttons."""
        request = self._collected((66, 10))
        line = self._bank_first(request, 66.0, "VIR MME MARTIN")
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 2, 9))
        self.assertFalse(request.payment_ids)
        self.assertIn("Collected twice", self._notes(request))
        self.assertEqual(line._seek_for_lines()[2].account_id, self.receivable)
        request.action_register_transfer()
        self._assert_adopted(request)

    # -- 70 again, cancelled, deleted ---

    def test_seventy_again_after_a_partial_take_back(self):
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10), amount=33.0)
        self.assertEqual(
            (request.amount_booked, request.transfer_missing), (33.0, 33.0)
        )
        self.assertFalse(request.transfer_bookable, "Urssaf has it")
        # The same transfer date: it cannot have come before it was taken back.
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 20))
        self.assertEqual(request.amount_booked, 33.0)
        self.assertIn("33,00", self._notes(request))
        self.assertIn("Register the payment again", self._notes(request))
        request.action_register_transfer()
        last = request.payment_ids.sorted("id")[-1]
        self.assertEqual((last.amount, last.date), (33.0, date(2026, 3, 20)))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(self._months(2, 3), {2: 6.0, 3: 0.0})
        said = request.action_register_transfer()["params"]["message"]
        self.assertIn("Nothing was done", said)
        self.assertEqual(request.amount_booked, 66.0)

    def test_a_higher_amount_afterwards(self):
        request = self._collected((66, 10))
        self._pays(request, 60.0, date(2026, 2, 5))
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 2, 6))
        self.assertEqual(request.amount_booked, 60.0, "nothing by itself")
        self.assertIn("6,00", self._notes(request))
        request.action_register_transfer()
        self.assertEqual(request.payment_ids.mapped("amount"), [6.0, 60.0])
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(request.transfer_gap, 0.0)

    def test_a_deleted_payment_never_comes_back_by_itself(self):
        """Whatever Urssaf says afterwards."""
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        with freeze_time("2026-03-05 10:00:00"):
            request.payment_ids.action_draft()
            request.payment_ids.unlink()
        self.assertEqual(self._months(2, 3), {2: 6.0, 3: -6.0})
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 9))
        self.assertEqual(request.state, "paid")
        self.assertFalse(request.payment_ids)
        request.action_register_transfer()
        self.assertEqual(request.amount_booked, 66.0)

    def test_a_payment_cancelled_later_leaves_the_month_that_was_filed(self):
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        with freeze_time("2026-04-03 10:00:00"):
            request.payment_ids.action_cancel()
        self.assertEqual(self._months(2, 3, 4), {2: 6.0, 3: 0.0, 4: -6.0})
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 4, 9))
        self.assertFalse(request.amount_booked)

    def test_paid_again_after_all_was_taken_back(self):
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10))
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 20))
        self.assertIn("Nothing of it is registered any more", self._notes(request))
        request.action_register_transfer()
        self.assertEqual(request.amount_booked, 66.0)
        # It says now that it paid nothing.
        self._pays(request, 0.0, date(2026, 2, 5), date(2026, 3, 23))
        self.assertIn("transferred nothing, after 66,00", self._notes(request))
        said = request.action_register_transfer()["params"]["message"]
        self.assertIn("transferred nothing", said)
