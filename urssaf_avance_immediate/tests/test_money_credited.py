# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credited while Urssaf collected, then paid by Urssaf: the customer bore his share of
what is too much, and no more of it is refunded to him.
"""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMoneyCredited(MoneyCase):
    def _credit(self, move, amount=None, day="2026-02-04"):
        """A credit note made by hand: Odoo matches it when it is posted."""
        refund = move._reverse_moves([{"invoice_date": day, "date": day}])
        if amount:
            refund.invoice_line_ids.price_unit = amount
        refund.action_post()
        return refund

    def _second(self, request):
        manager = request.with_user(self.manager)
        said = manager.action_book_second_collection()["params"]["message"]
        self._says_nothing_of_zero(said)
        return said

    def test_credited_as_a_whole(self):
        request = self._collected((66, 10))
        self._credit(request.move_id)
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertFalse(request.payment_ids)
        self.assertIn("customer bore 33,00", self._notes(request))
        self.assertIn("The other 33,00", self._notes(request))
        self.assertTrue(request.can_book_second)
        said = self._second(request)
        self.assertIn("the 33,00", said)
        self.assertIn("the 33,00 € of tax credit", said.replace("\xa0", " "))
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertEqual(self._open(self.receivable), [-33.0])
        self.assertEqual(self._balance(self.surplus), -33.0)
        self.assertEqual(self._months(2, 3), {2: 0.0, 3: 0.0})
        self.assertFalse(request.activity_ids or request.can_book_second)
        with self.assertRaises(UserError):
            self._second(request)
        # Urssaf gets back what it had advanced: nothing of it is the customer's.
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        wizard = self.env["urssaf.payment.request.reversal"].with_user(self.manager)
        wizard = wizard.create({"request_id": request.id, "amount": 33.0})
        self.assertIn("owes nothing of it", wizard.effect_note)
        self._take_back(request, date(2026, 3, 10), amount=33.0)
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertEqual(self._balance(self.transit), 33.0)
        self.assertEqual(self._open(self.receivable), [-33.0])

    def test_credited_in_part(self):
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertEqual(self._balance(self.surplus), -32.0)
        notes = self._notes(request)
        self.assertIn("bore 16,00", notes)
        self.assertIn("The other 16,00", notes)
        self._second(request)
        self.assertEqual(self._open(self.receivable), [-16.0])
        self.assertEqual(self._balance(self.surplus), -16.0)
        self.assertEqual(request.surplus_amount, 16.0)
        self.assertFalse(request.can_book_second or request.activity_ids)
        # What may be taken back, where it is: as the books have it.
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        notes = self._notes(request)
        self.assertIn("34,00 € are on the invoice", notes)
        self.assertIn("16,00 € are on the surplus account", notes)
        self.assertIn("16,00 € were put on the customer’s account", notes)
        self.assertNotIn("66,00", notes)

    def test_credited_and_kept_in_part(self):
        """Urssaf paid 50.00 of 66.00: of the 32.00 that were credited, the customer's
        16.00 are in what it kept.
        """
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._pays(request, 50.0, date(2026, 2, 5))
        self.assertEqual(self._balance(self.surplus), -16.0)
        notes = self._notes(request)
        self.assertIn("surplus of 16,00 € is tax credit", notes)
        self.assertIn("kept 16,00", notes)
        self.assertIn("refund him 16,00 € in all", notes)
        self.assertFalse(request.can_book_second)
        request.with_user(self.user).action_amount_settled()
        self.assertFalse(request.activity_ids)
        # The same of what he had paid himself.
        request = self._collected((66, 10))
        self._paid_directly(request.move_id, 20.0)
        self._pays(request, 60.0, date(2026, 2, 5))
        self.assertIn("surplus of 14,00", self._notes(request))
        self.assertIn("kept 6,00", self._notes(request))
        self.assertIn("refund him 20,00 € in all", self._notes(request))
        # Of two ways to settle it, the first alone has anything to refund.
        request = self._collected((66, 10))
        self._paid_directly(request.move_id, 66.0)
        self._pays(request, 60.0, date(2026, 2, 5))
        self.assertRegex(
            self._notes(request),
            "If somebody else .* refund him 66,00 € in all. If instead it is this",
        )

    def test_tax_credit_is_in_what_was_kept(self):
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._pays(request, 40.0, date(2026, 2, 5))
        notes = self._notes(request)
        self.assertIn("debit 431 26,00 €, credit 411 16,00 €, of", notes)
        self.assertIn("surplus account 10,00 €, which", notes)
        self.assertIn("Refund the customer 16,00 € in all", notes)
        ends = self._as_the_note_says(26.0, 16.0, 10.0)
        self.assertEqual(ends, (26.0, -16.0, -16.0))

    def test_tax_credit_is_in_what_was_kept_of_nothing(self):
        """Credited as a whole."""
        request = self._collected((66, 10))
        self._credit(request.move_id)
        self._pays(request, 20.0, date(2026, 2, 5))
        said = "debit 431 46,00 €, credit 411 33,00 €, of"
        self.assertIn(said, self._notes(request))
        self._second(request)
        self.assertEqual(request.matter, "kept", "that is still to be done")
        self.assertIn(said, self._notes(request))
        self.assertIn("surplus account 13,00 €, which", self._notes(request))
        ends = self._as_the_note_says(46.0, 33.0, 13.0)
        self.assertEqual(ends, (46.0, -33.0, -33.0))

    def test_more_was_kept_than_is_open(self):
        """The button settles what is open; the rest is told until it is settled."""
        request = self._collected((66, 10))
        # In another month than the set-off: Odoo remembers numbers per cursor.
        self._credit(request.move_id, 32.0, day="2026-03-10")
        self._pays(request, 30.0, date(2026, 2, 5))
        self.assertIn("4,00 € stay open", self._notes(request))
        request.with_user(self.manager).action_book_set_off()
        notes = self._notes(request)
        self.assertIn("4,00 € are booked as set off", notes)
        self.assertIn("kept 32,00", notes)
        self.assertEqual((request.matter, request.transfer_gap), ("kept", -32.0))
        self.assertEqual(request.activity_ids.user_id, self.manager)
        ends = self._as_the_note_says(32.0, 16.0, 16.0)
        self.assertEqual(ends, (36.0, -16.0, -16.0))
        request.with_user(self.user).action_amount_settled()
        self.assertFalse(request.activity_ids or request.matter)

    def test_the_tax_credit_is_taken_back_before_somebody_pressed(self):
        """Who was quicker decides nothing: the invoice stays settled, and the
        customer's share his.
        """
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._pays(request, 66.0, date(2026, 2, 5))
        before = self._months(2, 3)
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        self._take_back(request, date(2026, 3, 10), amount=16.0)
        self.assertEqual(request.move_id.amount_residual, 0.0)
        self.assertEqual(self._open(self.receivable), [])
        self.assertEqual(self._balance(self.surplus), -16.0)
        self.assertEqual(self._months(2, 3), before, "no VAT of what was not paid")
        self.assertTrue(request.can_book_second)
        self._second(request)
        self.assertEqual(self._open(self.receivable), [-16.0])
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertFalse(request.can_book_second)

    def _aside(self, request):
        request.invalidate_recordset()
        manager = request.with_user(self.manager)
        return manager.action_set_aside()["params"]["message"]

    def test_credited_after_urssaf_has_paid(self):
        """Half of what is open on the credit note is not the customer's: it pays no
        next invoice, and one button puts it where Urssaf takes it back from.
        """
        request = self._collected((256, 10))
        self._pays(request, 256.0, date(2026, 2, 12))
        refund = self._credit(request.move_id, day="2026-03-10")
        request.invalidate_recordset()
        self.assertTrue(request.can_set_aside)
        self.assertFalse(request.can_book_second)
        following = self._posted((300, 10))
        owed = refund.line_ids.filtered(lambda li: li.display_type == "payment_term")
        with self.assertRaisesRegex(UserError, "Set the tax credit aside"):
            following.js_assign_outstanding_line(owed.id)
        # In a locked month, on the first open day.
        self.company.fiscalyear_lock_date = "2026-03-31"
        said = self._aside(request)
        self.company.fiscalyear_lock_date = False
        self.assertIn("128,00", said)
        self.assertEqual(self._lines(self.surplus).date, date(2026, 4, 1))
        self.assertEqual(refund.amount_residual, 128)
        self.assertEqual(self._balance(self.surplus), -128.0)
        self.assertEqual(request.surplus_amount, 128)
        self.assertFalse(request.can_set_aside or request.can_book_second)
        with self.assertRaisesRegex(UserError, "No tax credit is open"):
            self._aside(request)
        # What is left is his: here it pays a part of his next invoice.
        following.js_assign_outstanding_line(owed.id)
        self.assertEqual(following.amount_residual, 172)
        self._says(request, "60", date(2026, 3, 12))
        self._take_back(request, date(2026, 3, 13), amount=128.0)
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertEqual(request.move_id.amount_residual, 0)
        self.assertEqual((request.surplus_amount, request.can_book_second), (0, False))

    def test_set_aside_in_part_and_undone(self):
        """A part is credited, the customer has got his share of it already; the entry
        that is undone leaves the button.
        """
        request = self._collected((256, 10))
        self._pays(request, 256.0, date(2026, 2, 12))
        refund = self._credit(request.move_id, 32, day="2026-03-10")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=refund.ids
        ).create({"amount": 16, "payment_date": "2026-03-11"})._create_payments()
        self._aside(request)
        self.assertEqual(refund.amount_residual, 0)
        self.assertEqual(self._balance(self.surplus), -16.0)
        entry = self._lines(self.surplus).move_id
        entry.line_ids.remove_move_reconcile()
        entry._reverse_moves([{"date": "2026-03-16"}])._post(soft=False)
        request.invalidate_recordset()
        self.assertTrue(request.can_set_aside)
        self.assertEqual(request.surplus_amount, 0)
        other = request.with_user(self.other_user)
        with self.assertRaises(AccessError):
            other.action_set_aside()

    def test_set_aside_settles_no_surplus(self):
        """What was credited before Urssaf paid is told until it is given."""
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._pays(request, 66.0, date(2026, 2, 5))
        self._credit(request.move_id, 34.0, day="2026-03-10")
        self.assertIn("17,00", self._aside(request))
        self.assertEqual(request.matter, "surplus")
        self.assertTrue(request.activity_ids)
        self._second(request)
        self.assertFalse(request.matter or request.activity_ids)
        self.assertEqual(sorted(self._open(self.receivable)), [-17.0, -16.0])
        self.assertEqual(self._balance(self.surplus), -33.0)

    def test_undoing_a_take_back_settles_no_surplus(self):
        """What is not the customer's yet is told on, whatever else is booked."""
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        self._take_back(request, date(2026, 3, 10), amount=16.0)
        request.with_user(self.manager).action_undo_take_back()
        self.assertEqual(request.matter, "surplus")
        self.assertIn("Collected twice", request.activity_ids.note)
        self._second(request)
        self.assertFalse(request.matter or request.activity_ids)

    def test_credited_and_paid_directly(self):
        """What the customer has paid himself besides is all his."""
        request = self._collected((66, 10))
        self._credit(request.move_id, 32.0)
        self._paid_directly(request.move_id, 20.0)
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertEqual(self._balance(self.surplus), -52.0)
        self.assertIn("bore 36,00", self._notes(request))
        self._second(request)
        self.assertEqual(self._open(self.receivable), [-36.0])
        self.assertEqual(self._balance(self.surplus), -16.0)

    def test_credited_after_a_deposit(self):
        """20.00 of his share were paid to us: they are free again on his account."""
        self.company.urssaf_declare_deposits = True
        move = self._posted((66, 10))
        self._paid_directly(move, 20.0)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.transfer_expected, 46.0)
        self._credit(move)
        self.assertEqual(self._open(self.receivable), [-20.0])
        self._pays(request, 46.0, date(2026, 2, 5))
        self.assertIn("bore 13,00", self._notes(request))
        self._second(request)
        self.assertEqual(sorted(self._open(self.receivable)), [-20.0, -13.0])
        self.assertEqual(self._balance(self.surplus), -33.0)
        # The tax credit is on the surplus account: the deposit is all his.
        request.invalidate_recordset()
        self.assertFalse(request.can_set_aside)
        credit = move.reversal_move_ids.line_ids
        owed = credit.filtered(lambda li: li.display_type == "payment_term")
        following = self._posted((300, 10))
        following.js_assign_outstanding_line(owed.id)
        self.assertEqual(following.amount_residual, 280.0)

    def test_credited_once_the_half_was_taken_back(self):
        """He bore nothing: what is open on the credit note is all tax credit."""
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10), share="half")
        refund = self._credit(request.move_id, day="2026-03-12")
        self.assertEqual(self._open(self.receivable), [-33.0])
        self.assertIn("The 33,00", refund.activity_ids.note)
        self.assertIn("bore nothing", refund.activity_ids.note)
        self.assertNotIn("refund them", refund.activity_ids.note)
        said = self._aside(request)
        self.assertIn("33,00", said)
        self.assertNotIn("refund it", said)
        self.assertEqual(refund.amount_residual, 0.0)
        self.assertEqual(self._balance(self.surplus), -33.0)
        # Printed, nobody has paid the customer anything.
        [aside] = [
            payment
            for payment in refund.invoice_payments_widget["content"]
            if payment["move_id"] == self._lines(self.surplus).move_id.id
        ]
        self.assertIn("Tax credit", refund._home_service_set_off(aside))

    def test_credited_once_all_was_taken_back(self):
        """Nothing is advanced any more: what he has paid since is all his."""
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10))
        self._paid_directly(request.move_id, 20.0)
        refund = self._credit(request.move_id, day="2026-03-12")
        self.assertEqual(self._open(self.receivable), [-20.0])
        self.assertFalse(refund.activity_ids)
        request.invalidate_recordset()
        self.assertFalse(request.can_set_aside)

    def test_credited_after_a_deposit_of_half(self):
        """Urssaf debited nothing from him: all that comes is tax credit."""
        self.company.urssaf_declare_deposits = True
        move = self._posted((66, 10))
        self._paid_directly(move, 33.0)
        move.action_urssaf_send()
        self._credit(move)
        request = move.urssaf_request_id
        self._pays(request, 33.0, date(2026, 2, 5))
        self.assertIn(
            "not the customer’s: press “Collected twice”", self._notes(request)
        )
        self.assertNotIn("refund", self._notes(request))
        self.assertIn("33,00", self._second(request))
        self.assertEqual(self._open(self.receivable), [-33.0], "the deposit, free")
        self.assertEqual(self._balance(self.surplus), -33.0)
        self.assertEqual(self._balance(self.transit), 33.0)

    def test_no_account_for_the_tax_credit(self):
        self.company.urssaf_surplus_account_id = False
        request = self._collected((66, 10))
        self._credit(request.move_id)
        self._pays(request, 66.0, date(2026, 2, 5))
        with self.assertRaisesRegex(UserError, "Set up the accounts"):
            self._second(request)
        self.assertFalse(request.payment_ids)

    # -- more than one surplus of the same demande -----------------------------

    def test_each_surplus_keeps_its_entry(self):
        request = self._collected((66, 10))
        self._paid_directly(request.move_id, 20.0)
        self._pays(request, 66.0, date(2026, 2, 5))
        self._second(request)
        first = request.surplus_move_ids
        # All of it is taken back, the customer's credit too, and paid again.
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10))
        self.assertEqual(self._open(self.receivable), [46.0])
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 20))
        request.action_register_transfer()
        self.assertEqual(request.surplus_amount, 20.0)
        self._second(request)
        self.assertEqual(len(request.surplus_move_ids), 2)
        self.assertIn(first, request.surplus_move_ids)
        self.assertEqual(request.surplus_amount, 0.0)
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertEqual(self._open(self.receivable), [-20.0])
        # The accountant takes the first one back.
        first._reverse_moves(cancel=True)
        self.assertEqual(request.surplus_amount, 20.0)

    def test_a_surplus_is_said_until_somebody_has_settled_it(self):
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self.assertEqual(request.matter, "surplus")
        self.assertIn("Surplus settled", self._notes(request))
        self._pays(request, 70.0, date(2026, 2, 5), date(2026, 2, 9))
        self.assertTrue(request.activity_ids, "news of Urssaf settle nothing")
        request.with_user(self.user).action_amount_settled()
        self.assertFalse(request.activity_ids or request.matter)
        self.assertEqual(self._balance(self.surplus), -4.0, "nothing is booked")
