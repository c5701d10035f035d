# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf takes back: the VAT on collection falls in the month of the event,
whatever is locked, and a mistake is undone.
"""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTakeBack(MoneyCase):
    """money.md §2: 251.20 and 256.00, with the VAT of each month."""

    def setUp(self):
        super().setUp()
        self.first = self._collected((160, 10), (91.20, 20))
        self.second = self._collected((256, 10))
        self.third = self._collected((268.29, 10))
        self._pays(self.first, 251.20, date(2026, 2, 5))
        self._pays(self.second, 256.0, date(2026, 2, 12))
        self._pays(self.third, 268.29, date(2026, 2, 20))
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: 0.0})

    def test_all_of_it_without_a_lock(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10), date(2026, 4, 2))
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -29.75, 4: 0.0})
        self.assertEqual(self.first.move_id.amount_residual, 251.20)
        self.assertEqual(self._balance(self.transit), 524.29)
        self.assertEqual(self._balance(self.receivable, date(2026, 3, 9)), 0.0)
        self.assertEqual(self._balance(self.receivable), 251.20)
        self.assertEqual(self._open(self.receivable), [251.20])
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertEqual(
            set(back.move_id.line_ids.mapped("name")),
            {
                f"{self.first.name} Urssaf {self.first.external_id} 05/02/2026 "
                "taken back on 10/03/2026 (Annulée)"
            },
        )
        self.assertEqual(back.outstanding_account_id, self.transit)

    def test_half_of_it_booked_in_another_month(self):
        self._says(self.second, "60", date(2026, 3, 9))
        wizard = self._take_back(
            self.second, date(2026, 3, 10), date(2026, 4, 2), share="half"
        )
        self.assertEqual(wizard.amount, 128.0)
        self.assertIn(self._month(3), wizard.vat_note)
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -11.63, 4: 0.0})
        self.assertEqual(self.second.move_id.amount_residual, 128.0)
        self.assertEqual(self._open(self.receivable), [128.0])
        # The customer pays his half directly: all the VAT is due again.
        with freeze_time("2026-04-20 10:00:00"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=self.second.move_id.ids
            ).create({})._create_payments()
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -11.63, 4: 11.63})

    def test_whatever_is_locked(self):
        """Each kind of lock, over February, which is filed, then over March too."""
        locks = ("tax_lock_date", "fiscalyear_lock_date", "hard_lock_date")
        sale = ("sale_lock_date",)
        for lock in (*locks, *sale):
            for upto, month in (("2026-02-28", 3), ("2026-03-31", 4)):
                with self.subTest(lock=lock, upto=upto), self.env.cr.savepoint() as sp:
                    self._locked_take_back(lock, upto, 3 if lock in sale else month)
                    sp.rollback()
                self.env.invalidate_all()

    def _locked_take_back(self, lock, upto, month):
        self._says(self.second, "60", date(2026, 3, 9))
        self.company[lock] = upto
        wizard = self._take_back(
            self.second, date(2026, 3, 10), date(2026, 5, 4), amount=128.0
        )
        expected = {2: 77.41, 3: 0.0, 4: 0.0, 5: 0.0, month: -11.63}
        self.assertEqual(self._months(2, 3, 4, 5), expected)
        self.assertIn(f"taken off in {self._month(month)}", wizard.vat_note)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertEqual(back.date, date(2026, 3, 10))
        # The lock of the VAT return closes no month for the entry itself.
        moved = month == 4 and lock != "tax_lock_date"
        day = date(2026, 4, 1) if moved else date(2026, 3, 10)
        self.assertEqual(back.move_id.date, day)
        self.assertEqual(self.second.move_id.amount_residual, 128.0)
        # Undone in May: nothing that was closed changes.
        with freeze_time("2026-05-06 10:00:00"):
            self.second.with_user(self.manager).action_undo_take_back()
        self.assertEqual(self._months(2, 3, 4, 5), {**expected, 5: 11.63})
        self.assertEqual(self._open(self.receivable), [])
        self.assertEqual(self._balance(self.transit), 775.49)

    def test_undone(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        self.assertTrue(self.first.can_undo_take_back)
        with self.assertRaises(AccessError):
            self.first.with_user(self.user).action_undo_take_back()
        with freeze_time("2026-03-12 10:00:00"):
            self.first.with_user(self.manager).action_undo_take_back()
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: 0.0})
        self.assertEqual(self.first.move_id.payment_state, "paid")
        self.assertEqual(self.first.amount_booked, 251.20)
        self.assertEqual(self._balance(self.transit), 775.49)
        self.assertFalse(self._open(self.receivable))
        with self.assertRaises(UserError):
            self.first.with_user(self.manager).action_undo_take_back()

    def test_cancelled_in_odoo_s_own_form(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        back.action_cancel()
        self.assertEqual(self.first.move_id.payment_state, "paid")
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: 0.0})

    def test_deleted_in_odoo_s_own_form(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        back.action_draft()
        back.unlink()
        self.assertEqual(self.first.move_id.payment_state, "paid")
        self.assertFalse(self._open(self.receivable))
        self.assertFalse(self.first.matter, "Urssaf's payment is there")

    def test_the_bank_shows_it(self):
        """What is matched at the bank, both ways, stays; a debit that the bank shows is
        no mistake.
        """
        paid = self.first.payment_ids._seek_for_lines()[0]
        line = self._bank(251.20, "2026-02-06")
        counterpart = line._seek_for_lines()[1]
        counterpart.account_id = self.transit
        (counterpart + paid).reconcile()
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        debit = self._bank(-251.20, "2026-03-10")
        counterpart = debit._seek_for_lines()[1]
        counterpart.account_id = self.transit
        (counterpart + back._seek_for_lines()[0]).reconcile()
        self.assertTrue(paid.reconciled and line.is_reconciled)
        with self.assertRaisesRegex(UserError, "bank statement shows"):
            self.first.with_user(self.manager).action_undo_take_back()
        self.assertEqual(self._balance(self.transit), 524.29)

    def test_over_the_year_s_end(self):
        with freeze_time("2026-12-21 10:00:00"):
            request = self._collected(
                (256, 10),
                invoice_date="2026-12-20",
                home_service_start="2026-12-07",
                home_service_end="2026-12-18",
            )
        self._pays(request, 256.0, date(2026, 12, 29))
        self._says(request, "60", date(2027, 1, 11))
        self.company.fiscalyear_lock_date = "2026-12-31"
        self._take_back(request, date(2027, 1, 12), amount=128.0)
        january = self._lines(self.vat_accounts).filtered(
            lambda line: line.date.year == 2027
        )
        self.assertEqual(round(sum(january.mapped("balance")), 2), 11.63)
        self.assertEqual(self._vat_of(12), 23.27)
        self.assertEqual(set(january.mapped("date")), {date(2027, 1, 12)})

    def test_another_amount_typed_in_odoo_s_own_form(self):
        """Reset to draft, changed, posted again: matched as if it had been so."""
        self._says(self.second, "60", date(2026, 3, 9))
        self._take_back(self.second, date(2026, 3, 10), amount=128.0)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        back.action_draft()
        back.amount = 100.0
        back.action_post()
        self.assertEqual(self.second.move_id.amount_residual, 100.0)
        self.assertEqual(self._open(self.receivable), [100.0])

    def test_two_people_at_once(self):
        """Both have the dialogue open, each for the customer's half."""
        self._says(self.second, "60", date(2026, 3, 9))
        form = self.env["urssaf.payment.request.reversal"].with_user(self.manager)
        form = form.with_context(default_request_id=self.second.id)
        first, other = Form(form), Form(form)
        for wizard in (first, other):
            wizard.share = "half"
        first.save().action_reverse()
        with self.assertRaises(UserError):
            other.save().action_reverse()
        self.assertEqual(self.second.amount_booked, 128.0)

    def test_from_the_line_of_the_bank(self):
        """Its amount and day, and reconciled by the same click."""
        self._says(self.second, "60", date(2026, 3, 9))
        debit = self._bank(-128.0, "2026-03-10", "PRLV URSSAF")
        wizard = (
            self.env["urssaf.payment.request.reversal"]
            .with_user(self.manager)
            .with_context(
                default_request_id=self.second.id,
                default_amount=128.0,
                default_date="2026-03-10",
                default_statement_line_id=debit.id,
            )
        )
        wizard = Form(wizard).save()
        self.assertEqual((wizard.amount, wizard.date), (128.0, date(2026, 3, 10)))
        wizard.action_reverse()
        self.assertTrue(debit.is_reconciled)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertTrue(back.is_matched)
        self.assertEqual(self.second.move_id.amount_residual, 128.0)
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: -11.63})

    def test_what_comes_off_the_surplus(self):
        """66.00 are on the invoice, 4.00 on the surplus account: docs/accounting.md."""
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self._says(request, "110", date(2026, 3, 2), "Annulée")
        notes = self._notes(request)
        self.assertIn("66,00 € are on the invoice", notes)
        self.assertIn("4,00 € are on the surplus account", notes)
        for amount, owed, kept, vat in (
            (4.0, 0.0, 0.0, 0.0),
            (50.0, 50.0, 4.0, -4.55),
            (70.0, 66.0, 0.0, -6.0),
        ):
            with self.subTest(amount=amount), self.env.cr.savepoint() as savepoint:
                self._take_back(request, date(2026, 3, 10), amount=amount)
                self.assertEqual(request.move_id.amount_residual, owed)
                self.assertEqual(self._balance(self.surplus), -kept)
                self.assertEqual(self._months(3), {3: vat})
                savepoint.rollback()
            self.env.invalidate_all()

    def test_the_surplus_is_taken_back_too(self):
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        self._take_back(request, date(2026, 3, 10), amount=4.0)
        self.assertEqual(request.surplus_amount, 0.0)
        self.assertEqual(request.move_id.payment_state, "paid")
        self._take_back(request, date(2026, 3, 11))
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertEqual(request.move_id.amount_residual, 66.0)
        self.assertEqual(self._open(self.receivable), [66.0])

    def test_what_was_refunded_stays_matched(self):
        """Only what is Urssaf's is undone: a credit that was refunded is not."""
        request = self._collected((66, 10))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"payment_date": "2026-02-04"})._create_payments()
        self._pays(request, 66.0, date(2026, 2, 5))
        request.with_user(self.manager).action_book_second_collection()
        credit = self._lines(self.receivable).filtered(lambda line: not line.reconciled)
        refund = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 66.0,
                "date": "2026-02-20",
                "journal_id": self.company.urssaf_payment_journal_id.id,
            }
        )
        refund.action_post()
        (credit + refund._seek_for_lines()[1]).reconcile()
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        self._take_back(request, date(2026, 3, 10))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(self._open(self.receivable), [66.0], "the customer owes it")
        self.assertTrue(credit.reconciled)

    # -- by the buttons of the journal entries ---------------------------------

    def _later(self, what, day="2026-04-03"):
        with freeze_time(f"{day} 10:00:00"):
            what()
        self.env.invalidate_all()

    def test_the_entry_of_a_payment_is_cancelled(self):
        """Not the payment: February stays as it was declared all the same."""
        move = self.second.payment_ids.move_id
        self._later(move.button_cancel)
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: 0.0, 4: -23.27})
        self.assertEqual(self.second.move_id.amount_residual, 256.0)
        self.assertEqual(self.second.payment_ids.state, "canceled")

    def test_the_entry_of_a_payment_is_reset_to_draft(self):
        move = self.second.payment_ids.move_id
        self._later(move.button_draft)
        self._later(move.button_cancel, "2026-05-04")
        self.assertEqual(self._months(2, 4, 5), {2: 77.41, 4: 0.0, 5: -23.27})

    def test_the_match_is_undone_on_the_invoice(self):
        terms = self.second.move_id.line_ids.filtered("matched_credit_ids")
        [partial] = terms.matched_credit_ids
        self._later(
            lambda: self.second.move_id.js_remove_outstanding_partial(partial.id)
        )
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: 0.0, 4: -23.27})

    def test_the_entry_of_a_take_back_is_cancelled(self):
        self._says(self.second, "60", date(2026, 3, 9))
        self._take_back(self.second, date(2026, 3, 10), amount=128.0)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self._later(back.move_id.button_cancel)
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -11.63, 4: 11.63})
        self.assertEqual(self.second.move_id.payment_state, "paid")
        self.assertFalse(self._open(self.receivable))

    def test_the_entry_of_a_bank_line_is_cancelled(self):
        """Urssaf's, which somebody had matched with the invoice."""
        request = self._collected((66, 10))
        line = self._bank(66.0, "2026-02-05")
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.receivable
        suspense.partner_id = self.partner
        (suspense + self._terms(request)).reconcile()
        self.assertEqual(self._vat_of(2), 83.41)
        self._later(line.move_id.button_cancel)
        self.assertEqual(self._months(2, 3, 4), {2: 83.41, 3: 0.0, 4: -6.0})

    def _terms(self, request):
        return request.move_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )

    def test_undoing_leaves_no_hole_in_the_numbers(self):
        """The FEC shows posted entries: each number of the journal is there."""
        self._says(self.second, "60", date(2026, 3, 9))
        self._take_back(self.second, date(2026, 3, 10), amount=128.0)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self._later(self.second.with_user(self.manager).action_undo_take_back)
        self.assertEqual(back.state, "canceled")
        self.assertEqual(back.move_id.state, "posted")
        moves = self.env["account.move"].search(
            [("journal_id", "=", back.journal_id.id)]
        )
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        for found in moves.grouped("sequence_prefix").values():
            numbers = sorted(found.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(1, len(found) + 1)))
        undone = back.move_id.reversal_move_ids
        self.assertEqual(undone.date, date(2026, 4, 3))
        for line in undone.line_ids:
            self.assertIn("undone on 03/04/2026", line.name)
        self.assertFalse(self.second.can_undo_take_back)
        self.assertEqual(self.second.amount_booked, 256.0)

    def test_kept_once_more_after_all_was_taken_back(self):
        request = self._collected((66, 10))
        self._paid_directly(request.move_id, 20.0)
        self._pays(request, 46.0, date(2026, 2, 12))
        request.with_user(self.user).action_amount_settled()
        self.assertNotIn(request, self._differing())
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10))
        self._pays(request, 46.0, date(2026, 2, 12), date(2026, 3, 20))
        request.action_register_transfer()
        self.assertEqual(request.matter, "kept")
        self.assertIn(request, self._differing())
