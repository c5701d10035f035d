# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credit notes on what Urssaf has, what takes its place, and deposits on the way."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCreditNotes(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.urssaf_declare_deposits = True

    def _news(self, request, status, **values):
        self._demande(request).move(status, status, **values)
        self._make_due(request, NOW)
        with freeze_time(NOW + timedelta(seconds=1)):
            self._run_cron("follow")

    def _wizard(self, moves, user=None):
        wizards = self.env["account.move.reversal"].with_user(user or self.user)
        form = Form(
            wizards.with_context(active_model="account.move", active_ids=moves.ids)
        )
        form.reason = "Trop d’heures"
        return form.save()

    def _modify(self, move, user=None):
        return move.browse(self._wizard(move, user).modify_moves()["res_id"])

    def _pay(self, move, amount, date="2026-03-10"):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount, "payment_date": date})._create_payments()
        return move.matched_payment_ids

    def _credit(self, move, quantity=None):
        """A credit note made by hand: Odoo matches it when it is posted."""
        refund = move._reverse_moves()
        if quantity:
            refund.invoice_line_ids.quantity = quantity
        refund.action_post()
        return refund

    # -- while Urssaf collects -------------------------------------------------

    def test_wizard_says_it_and_leads_to_the_cancellation(self):
        request = self._sent()
        wizard = self._wizard(request.move_id)
        self.assertIn("is collecting", wizard.urssaf_notice)
        self.assertTrue(wizard.urssaf_can_cancel)
        action = wizard.action_urssaf_request_cancel()
        self.assertEqual(action["res_model"], "urssaf.payment.request.cancel")
        self.assertEqual(action["context"], {"default_request_id": request.id})
        plain = self._invoice()
        self.assertFalse(self._wizard(plain).urssaf_notice)
        both = self._wizard(plain | request.move_id)
        self.assertIn(request.move_id.name, both.urssaf_notice)
        self.assertFalse(both.urssaf_can_cancel)

    def test_somebody_of_the_accounting_alone(self):
        """Sees the warning, has no button, and makes the credit note."""
        clerk = self._make_user("clerk", "account.group_account_invoice")
        request = self._sent()
        wizard = self._wizard(request.move_id, clerk)
        self.assertIn("is collecting", wizard.urssaf_notice)
        with self.assertRaises(AccessError):
            wizard.action_urssaf_request_cancel()
        new = request.move_id.browse(wizard.modify_moves()["res_id"])
        self.assertEqual(new.sudo().urssaf_replaces_id, request.move_id)
        with self.assertRaises(AccessError):
            new.with_user(clerk).urssaf_replaces_id = False
        self.assertIn("urssaf_held", new._urssaf_sending_faults())

    def test_what_replaces_it_is_held_and_followed(self):
        request = self._sent()
        move = request.move_id
        new = self._modify(move)
        self.assertEqual(move.payment_state, "reversed")
        self.assertIn("Ask Urssaf to cancel", request.activity_ids.note)
        banners = new.with_user(self.user)._get_alerts()
        self.assertIn("debited twice", banners["urssaf_held"]["message"])
        banner = move.with_user(self.user)._get_alerts()["urssaf_credited"]
        self.assertEqual(banner["action"]["res_model"], "urssaf.payment.request.cancel")
        new.action_post()
        self.assertIn("urssaf_held", new._urssaf_sending_faults())
        self.assertEqual(len(new._urssaf_blocking()[new]), 1)
        request.sudo()._cancellation_requested("ANNUL_ERR_MNT")
        self.assertFalse(request.activity_ids)
        held = new._urssaf_sending_faults()["urssaf_held"]
        self.assertIn("was asked for it", held["message"])
        self.assertNotIn("action", held)
        self._news(request, "110")
        self.assertIn(f"no longer {move.name}", new.activity_ids.note)
        self.assertFalse(request.activity_ids, "nothing to mend: it was put right")
        new.action_urssaf_send()
        self.assertEqual(new.urssaf_state, "waiting")
        self.assertFalse(new.activity_ids)

    def test_what_leaves_by_itself_leaves_after_the_refusal(self):
        self.partner.urssaf_sending = "automatic"
        request = self._invoice().urssaf_request_id
        self._run_cron("send")
        self.assertEqual(request.state, "waiting")
        new = self._modify(request.move_id)
        new.action_post()
        self.assertTrue(new.urssaf_to_send)
        self._run_cron("invoices")
        self.assertFalse(new.urssaf_state)
        self._news(request, "40")
        self._run_cron("invoices")
        self._run_cron("send")
        self.assertEqual(new.urssaf_state, "waiting")
        self.assertFalse(new.activity_ids)

    def test_credit_note_on_what_waits_in_the_queue(self):
        move = self._invoice()
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        self.assertIn("does not leave any more", self._wizard(move).urssaf_notice)
        new = self._modify(move)
        self.assertEqual(request.state, "draft")
        self._run_cron("send")
        self.assertFalse(self.fake.calls_of("050"))
        new.action_post()
        self.assertFalse(new._urssaf_blocking()[new])

    # -- once Urssaf has paid --------------------------------------------------

    def test_both_shares_are_named(self):
        request = self._sent(lines=((4, 30.0),))
        move = request.move_id
        transfer = {"mntVirement": 132.0, "dateVirement": "2026-03-16T00:00:00Z"}
        self._news(request, "70", transfer=transfer)
        self.assertEqual(move.payment_state, "paid")
        notice = self._wizard(move).urssaf_notice
        self.assertIn("Urssaf has paid", notice)
        self.assertIn("66,00", notice)
        refund = move._reverse_moves()
        refund.invoice_line_ids.quantity = 1
        refund.action_post()
        [activity] = refund.activity_ids
        self.assertIn("33,00", activity.note)
        self.assertIn("the customer bore 16,50", activity.note)
        self.assertIn("refund", activity.note)
        self.assertFalse(request.activity_ids)
        # The FEC wants a label on each line: both numbers.
        terms = refund.line_ids.filtered(lambda li: li.display_type == "payment_term")
        self.assertEqual(terms.name, f"{refund.name} {move.name}")
        new = self._modify(move)
        banner = new.with_user(self.user)._get_alerts()["urssaf_held"]
        self.assertIn("pay twice", banner["message"])

    # -- corrected after a refusal ---------------------------------------------

    def test_any_settling_credit_note_puts_a_refused_invoice_right(self):
        request = self._sent()
        move = request.move_id
        self._news(request, "40")
        self.assertFalse(request.invoice_settled)
        self.assertTrue(request.advice)
        part = self._credit(move, quantity=1)
        self.assertFalse(request.invoice_settled, "33.00 are still to be collected")
        rest = self._credit(move, quantity=1)
        self.assertEqual(move.amount_residual, 0)
        self.assertTrue(request.invoice_settled)
        self.assertTrue(move.urssaf_settled)
        self.assertFalse(request.advice)
        self.assertIn(move.urssaf_put_right_by_id, part | rest)
        banner = move.with_user(self.user)._get_alerts()["urssaf_settled"]
        self.assertEqual(banner["level"], "info")
        self.assertEqual(banner["action"]["res_id"], rest.id)

    def test_refused_invoice_and_what_replaces_it_name_each_other(self):
        request = self._sent()
        move = request.move_id
        self._news(request, "40")
        new = self._modify(move)
        self.assertEqual(new.urssaf_replaces_id, move)
        self.assertEqual(request.put_right_by_id, new)
        banner = move.with_user(self.user)._get_alerts()["urssaf_settled"]
        self.assertEqual(banner["action"]["res_id"], new.id)
        self.assertNotIn("urssaf_held", new._get_alerts())
        copy = new.copy()
        self.assertFalse(copy.urssaf_replaces_id)

    def test_a_deposit_and_a_credit_note_settle_it_too(self):
        move = self._invoice()
        self._pay(move, 20.0)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self._news(request, "40")
        refund = self._credit(move)
        self.assertEqual((move.payment_state, move.amount_residual), ("paid", 0))
        self.assertTrue(request.invoice_settled)
        self.assertEqual(request.put_right_by_id, refund)

    def test_paid_directly_after_a_refusal(self):
        request = self._sent()
        self._news(request, "40")
        payment = self._pay(request.move_id, 66.0)
        self.assertTrue(request.invoice_settled)
        payment.action_draft()
        payment.action_cancel()
        self.assertFalse(request.invoice_settled)

    def test_several_at_once_each_get_their_own(self):
        first, second = self._sent().move_id, self._sent(lines=((3, 30.0),)).move_id
        for move in first | second:
            self._news(move.urssaf_request_id, "40")
        self._wizard(first | second).modify_moves()
        for move in first | second:
            [new] = move.urssaf_replaced_by_ids
            self.assertEqual(new.amount_total, move.amount_total)

    # -- deposits --------------------------------------------------------------

    def test_deposit_goes_on_to_the_correcting_invoice(self):
        move = self._invoice()
        payment = self._pay(move, 20.0)
        move.action_urssaf_send()
        self._news(move.urssaf_request_id, "40")
        action = move.with_user(self.user).action_urssaf_correct()
        new = move.browse(action["res_id"])
        self.assertEqual(move.payment_state, "reversed")
        new.action_post()
        self.assertEqual(new.amount_residual, 46.0)
        self.assertEqual(new._urssaf_received().payments, 20.0)
        new.action_urssaf_send()
        sent = self._demande(new.urssaf_request_id).payload
        self.assertEqual((sent["mntAcompte"], sent["mntFactureTTC"]), (20, 66))
        self.assertEqual(sent["dateVersementAcompte"], "2026-03-10T00:00:00Z")
        self.assertIn(new, payment.reconciled_invoice_ids)
        self.assertFalse(new.urssaf_deposit_line_ids)

    def test_vat_of_a_deposit_that_goes_on_stays_in_its_month(self):
        """22.00 received in February, 2.00 of VAT declared then."""
        self.tax = self.vat[10]
        move = self._invoice(lines=((2, 33.0),), start="2026-02-02", end="2026-02-13")
        move.button_draft()
        move.invoice_date = "2026-02-15"
        move.action_post()
        self._pay(move, 22.0, "2026-02-20")
        self.assertEqual(self._months(2, 3), {2: 2.0, 3: 0.0})
        move.action_urssaf_send()
        self._news(move.urssaf_request_id, "40")
        new = self._modify(move)
        self.assertEqual(self._months(2, 3), {2: 2.0, 3: -2.0})
        new.invoice_date = "2026-02-28"
        new.action_post()
        self.assertEqual(new.amount_residual, 44.0)
        self.assertEqual(self._months(2, 3), {2: 2.0, 3: 0.0})

    def test_deposit_of_a_locked_month_goes_on(self):
        """February is filed: the VAT of the deposit stays there, and what is undone and
        matched again meets in March.
        """
        self.tax = self.vat[10]
        move = self._invoice(lines=((2, 33.0),), start="2026-02-02", end="2026-02-13")
        move.button_draft()
        move.invoice_date = "2026-02-15"
        move.action_post()
        self._pay(move, 22.0, "2026-02-20")
        move.action_urssaf_send()
        self._news(move.urssaf_request_id, "40")
        for lock in ("tax_lock_date", "fiscalyear_lock_date", "hard_lock_date"):
            with self.subTest(lock=lock), self.env.cr.savepoint() as savepoint:
                self.company[lock] = "2026-02-28"
                new = self._modify(move)
                self.assertEqual(self._months(2, 3), {2: 2.0, 3: -2.0})
                new.action_post()
                self.assertEqual(new.amount_residual, 44.0)
                self.assertEqual(new._urssaf_received().payments, 22.0)
                self.assertEqual(self._months(2, 3), {2: 2.0, 3: 0.0})
                savepoint.rollback()
            self.env.invalidate_all()

    def test_deposit_that_was_refunded_meanwhile_is_not_carried(self):
        move = self._invoice()
        payment = self._pay(move, 20.0)
        move.action_urssaf_send()
        self._news(move.urssaf_request_id, "40")
        new = self._modify(move)
        payment.action_draft()
        payment.action_cancel()
        new.action_post()
        self.assertEqual(new.amount_residual, 66.0)
        self.assertEqual(new._urssaf_deposit_values(), {})

    def test_declared_deposit_is_not_cancelled_silently(self):
        move = self._invoice()
        payment = self._pay(move, 20.0)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        payment.with_user(self.user).action_draft()
        payment.with_user(self.user).action_cancel()
        self.assertIn("20,00", request.activity_ids.note)
        self.assertEqual(request.matter, "amount")
        self._news(request, "30")
        self.assertTrue(request.activity_ids, "said until somebody has acted")
        request.with_user(self.user).action_amount_settled()
        self.assertFalse(request.activity_ids)

    def test_declared_deposit_that_is_put_back(self):
        move = self._invoice()
        self._pay(move, 20.0)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        terms = move.line_ids.filtered(lambda li: li.display_type == "payment_term")
        line = terms.matched_credit_ids.credit_move_id
        terms.remove_move_reconcile()
        self.assertTrue(request.activity_ids)
        (terms | line).reconcile()
        self.assertFalse(request.activity_ids)
        self.assertFalse(request.matter)

    def test_deposit_that_was_not_declared_is_nobodys_matter(self):
        move = self._sent().move_id
        payment = self._pay(move, 20.0)
        payment.action_draft()
        payment.action_cancel()
        self.assertFalse(move.urssaf_request_id.matter)

    def test_payment_that_is_back_in_draft_is_no_deposit(self):
        move = self._invoice()
        payment = self._pay(move, 20.0)
        self.assertEqual(move._urssaf_received().payments, 20.0)
        payment.action_draft()
        self.assertEqual(move.amount_residual, 46.0, "Odoo keeps the match")
        self.assertEqual(move._urssaf_received().payments, 0)
        self.assertTrue(move._urssaf_blocking()[move])
