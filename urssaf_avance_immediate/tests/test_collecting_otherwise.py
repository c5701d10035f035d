# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that comes in otherwise while Urssaf collects, and what is not for Urssaf."""

from unittest.mock import patch

from lxml import etree

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_collecting import CollectingCase

CANCEL = "action_request_cancel"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCollectingOtherwise(CollectingCase):
    # -- money that comes in another way -------------------------------------------

    def test_told_at_once_with_the_hour(self):
        request = self._sent()
        self._register(request.move_id)._create_payments()
        note = request.activity_ids.note
        self.assertIn("66,00", note)
        self.assertIn("may refuse the demande until 18/03/2026 11:00", note)
        self.assertIn("Ask Urssaf to cancel", note)
        banner = request.move_id._get_alerts()["urssaf_request"]
        self.assertEqual(banner["action"]["res_model"], "urssaf.payment.request.cancel")
        view = self.env["urssaf.payment.request"].get_view(view_type="form")
        first = etree.fromstring(view["arch"]).find("header").find("button")
        self.assertEqual(first.get("name"), CANCEL)
        # It stays said, whatever Urssaf answers meanwhile.
        self._says(request, "30")
        self.assertEqual(request.matter, "money")
        self.assertTrue(request.activity_ids)
        request.action_amount_settled()
        self.assertFalse(request.matter)
        self.assertFalse(request.activity_ids)

    def test_too_late_to_refuse(self):
        request = self._sent()
        self._says(request, "50")
        self._register(request.move_id)._create_payments()
        self.assertIn("delay for refusing is over", request.activity_ids.note)

    def test_once_urssaf_has_cancelled_it_is_settled(self):
        request = self._sent()
        self._register(request.move_id)._create_payments()
        self._says(request, "110", "Annulée")
        self.assertFalse(request.matter)

    def test_a_payment_that_is_taken_off_again(self):
        request = self._sent()
        payments = self._register(request.move_id)._create_payments()
        payments.action_cancel()
        self.assertFalse(request.matter)
        self.assertFalse(request.activity_ids)

    def test_grouped_payment(self):
        """Each invoice that Urssaf collects is told of, and no other."""
        request, other = self._sent(), self._invoice()
        moves = request.move_id | other
        self._register(moves, group_payment=True)._create_payments()
        self.assertEqual(request.matter, "money")
        self.assertIn("66,00", request.activity_ids.note)
        self.assertFalse(other.activity_ids)

    def test_matched_with_a_line_of_the_bank(self):
        """The customer’s transfer; and Urssaf’s own one, matched before its status."""
        journal = self.company_data["default_journal_bank"]

        def match(request, amount):
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": journal.id,
                    "date": "2026-03-16",
                    "payment_ref": "VIR",
                    "amount": amount,
                    "partner_id": self.partner.id,
                }
            )
            _liquidity, suspense, _other = line._seek_for_lines()
            receivable = request.move_id.line_ids.filtered(
                lambda item: item.display_type == "payment_term"
            )
            suspense.account_id = receivable.account_id
            (suspense | receivable).reconcile()

        customers = self._sent()
        match(customers, 66.0)
        self.assertEqual(customers.matter, "money")
        urssafs = self._sent()
        self._says(urssafs, "50")
        match(urssafs, 66.0)
        self.assertFalse(urssafs.matter)
        self.assertFalse(urssafs.activity_ids)
        less = self._sent()
        self._says(less, "50")
        match(less, 33.0)
        self.assertEqual(less.matter, "money")

    def test_in_the_queue_it_does_not_leave(self):
        move = self._invoice()
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        self._register(move, amount=20.0)._create_payments()
        self.assertEqual(request.state, "draft")
        self.assertIn("paid or credited", request.activity_ids.note)
        self._run_cron("send")
        self.assertFalse(self._demande(request))

    def test_urssafs_own_transfer_is_no_other_money(self):
        request = self._sent()
        self._paid(request)
        self.assertEqual(request.amount_booked, 66.0)
        self.assertFalse(request.matter)
        self.assertFalse(request.activity_ids)

    # -- what is not for Urssaf ----------------------------------------------------

    def test_an_invoice_that_is_paid_asks_for_nothing(self):
        """No dates: it cannot leave by itself; paid, nobody needs to complete it."""
        self.partner.urssaf_sending = "automatic"
        move = self._invoice(start=False, end=False)
        self.assertTrue(move.activity_ids)
        self._register(move)._create_payments()
        self.assertFalse(move.urssaf_to_send)
        self.assertFalse(move.activity_ids)
        self.assertFalse(move._urssaf_not_to_pay())

    def test_a_deposit_invoice_asks_for_nothing(self):
        """As `sale` makes them: the demande is of the whole price, and comes later."""
        self.partner.urssaf_sending = "automatic"
        Move = type(self.env["account.move"])
        with patch.object(Move, "_is_downpayment", lambda move: True):
            move = self._invoice(start=False, end=False)
            self.assertFalse(move.urssaf_to_send)
            self.assertFalse(move.activity_ids)
            self.assertFalse(self._invoice()._urssaf_not_to_pay())

    # -- reminders -----------------------------------------------------------------

    def test_reminders_pause(self):
        """Odoo’s own mark, which every module of reminders may read."""
        request = self._sent()
        terms = request.move_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        self.assertTrue(all(terms.mapped("no_followup")))
        self._says(request, "60", "En refus de prélèvement")
        self.assertFalse(any(terms.mapped("no_followup")))

    def test_reminders_that_somebody_has_stopped_stay_so(self):
        move = self._invoice()
        move.no_followup = True
        move.action_urssaf_send()
        self._says(move.urssaf_request_ids, "60", "En refus de prélèvement")
        self.assertTrue(move.no_followup)

    # -- ordinary Odoo -------------------------------------------------------------

    def test_another_company_knows_nothing_of_it(self):
        move = self._sent().move_id
        other = self._make_other_invoice(self._make_partner())
        self.assertTrue(move._urssaf_collecting())
        self.assertFalse(other.with_user(self.other_user)._urssaf_collecting())
        self.assertFalse(other.with_user(self.other_user)._urssaf_not_to_pay())

    def test_a_copy_and_a_credit_note_are_to_be_paid(self):
        move = self._sent().move_id
        self.assertFalse(move.copy()._urssaf_not_to_pay())
        self.assertFalse(move.copy().urssaf_reminders_paused)
        credit_note = move._reverse_moves()
        self.assertFalse(credit_note._urssaf_not_to_pay())
