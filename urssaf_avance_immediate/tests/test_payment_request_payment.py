# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The transfer of Urssaf on the invoice: once, on its day, never silently lost."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestPayment(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()
        self.request = self._sent()
        self.move = self.request.move_id

    def _paid(self, date="2026-03-16", amount=66.0, status="70", when=NOW):
        transfer = {"dateVirement": f"{date}T00:00:00Z"}
        if amount is not None:
            transfer["mntVirement"] = amount
        self._demande(self.request).move(status, "Payée", transfer=transfer)
        self._make_due(self.request, when)
        with freeze_time(when + timedelta(seconds=1)):
            self._run_cron("follow")

    def test_paid_and_booked(self):
        self._paid()
        payment = self.request.payment_ids
        self.assertEqual(self.move.payment_state, "paid")
        self.assertRecordValues(
            payment,
            [
                {
                    "amount": 66.0,
                    "date": fields.Date.to_date("2026-03-16"),
                    "payment_type": "inbound",
                    "partner_id": self.partner.id,
                    "journal_id": self.company.urssaf_payment_journal_id.id,
                    "memo": f"{self.request.name} Urssaf {self.request.external_id}"
                    " 16/03/2026",
                }
            ],
        )
        receivable = self.move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertTrue(receivable.reconciled)

    def test_booked_once(self):
        self._paid()
        self._paid()
        self.request.action_urssaf_refresh()
        self.request.action_register_transfer()
        self.assertEqual(len(self.request.payment_ids), 1)

    def test_not_before_the_day_of_the_transfer(self):
        self._paid(date="2026-03-18")
        self.assertEqual(self.request.state, "paid")
        self.assertEqual(self.request.transfer_date, fields.Date.to_date("2026-03-18"))
        self.assertEqual(self.move.payment_state, "not_paid")
        self._paid(date="2026-03-18", when=NOW + timedelta(days=2))
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(
            self.request.payment_ids.date, fields.Date.to_date("2026-03-18")
        )

    def test_registering_keeps_to_the_time_of_the_scheduled_action(self):
        """What is left over is for the next run."""
        Request = type(self.request)
        with patch.object(Request, "_register_transfers"):
            self._paid()
        late = self.request.sudo().with_context(cron_end_time=0)
        late._register_transfers()
        self.assertFalse(self.request.payment_ids)
        self._run_cron("follow")
        self.assertEqual(self.request.amount_booked, 66.0)

    def test_not_without_an_amount(self):
        self._paid(amount=None)
        self.assertFalse(self.request.payment_ids)
        self._paid()
        self.assertTrue(self.request.payment_ids)

    def test_not_while_only_debited(self):
        self._paid(status="50")
        self.assertFalse(self.request.payment_ids)

    def test_difference_stays_open(self):
        self._paid(amount=60.0)
        self.assertEqual(self.move.payment_state, "partial")
        self.assertEqual(self.move.amount_residual, 6.0)
        self.assertIn("60,00", self.request.activity_ids.note)
        self.assertIn("L133-8-8", self.request.activity_ids.note)
        self.assertEqual(self.request.transfer_gap, -6.0)

    def test_what_urssaf_paid_is_no_deposit(self):
        self.company.urssaf_declare_deposits = True
        self._paid(amount=60.0)
        estimates = {"credit": 33.0, "deposit": 0.0, "net": 33.0}
        self.assertEqual(self.move._urssaf_estimates(), estimates)

    def test_more_than_expected(self):
        self.company.action_urssaf_set_up_transfers()
        self._paid(amount=70.0)
        self.assertEqual(self.request.transfer_gap, 4.0)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertIn("4,00", self.request.activity_ids.note)

    def test_a_declared_down_payment_is_no_difference(self):
        """What was paid before, and declared, is not transferred again."""
        self.company.urssaf_declare_deposits = True
        self.move = self._invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({"amount": 20.0})._create_payments()
        self.move.action_urssaf_send()
        self.request = self.move.urssaf_request_id
        self.assertEqual(self.request.transfer_expected, 46.0)
        self._paid(amount=46.0)
        self.assertEqual(self.request.payment_ids.amount, 46.0)
        self.assertEqual(self.move.amount_residual, 0.0)
        self.assertEqual(self.request.transfer_gap, 0.0)
        self.assertFalse(self.request.activity_ids)

    def test_amount_changed_after_it_was_booked(self):
        self._paid(amount=60.0)
        self.request.activity_ids.unlink()
        self._paid(amount=66.0)
        self.assertEqual(self.request.payment_ids.amount, 60.0, "nothing by itself")
        self.assertIn("66,00", self.request.activity_ids.note)

    def test_no_journal(self):
        self.company.urssaf_payment_journal_id = False
        self._paid()
        self.assertEqual(self.request.state, "paid")
        self.assertTrue(self.request.activity_ids)
        self.company.urssaf_payment_journal_id = self.company_data[
            "default_journal_bank"
        ]
        self.request.action_register_transfer()
        self.assertEqual(self.move.payment_state, "paid")
        self.assertFalse(self.request.activity_ids)

    def test_locked_period_keeps_the_status(self):
        """Odoo dates the entry after the lock; the payment keeps its own date."""
        self.company.hard_lock_date = "2026-03-31"
        self._paid()
        self.assertEqual((self.request.state, self.request.remote_code), ("paid", "70"))
        self.assertGreater(
            self.request.payment_ids.move_id.date, self.company.hard_lock_date
        )

    def test_refused_entry_keeps_the_status(self):
        Request = type(self.request)
        for error in (UserError("Locked"), RedirectWarning("Locked", 1, "Go")):
            with (
                self.subTest(error=type(error)),
                patch.object(Request, "_register_transfer", side_effect=error),
            ):
                self.request.sudo().write({"matter": False})
                self._paid()
            self.assertEqual(self.request.state, "paid")
            self.assertIn("Locked", self.request.activity_ids.note)
        self._paid()
        self.assertFalse(self.request.payment_ids, "a person has been asked to act")
        self.assertIn("urssaf_request", self.move.alerts)
        self.request.action_register_transfer()
        self.assertEqual(self.move.payment_state, "paid")

    def test_cancelled_payment_is_not_booked_again(self):
        self._paid()
        self.request.payment_ids.action_cancel()
        self._paid()
        self.assertEqual(len(self.request.payment_ids), 1)
        self.assertFalse(self.request.payment_count)
        self.request.action_register_transfer()
        self.assertEqual(self.request.payment_count, 1)

    def test_deleted_payment_is_not_booked_again(self):
        self._paid()
        self.request.payment_ids.action_draft()
        self.request.payment_ids.unlink()
        self.assertIn("deleted by", self.request.matter_message)
        self.assertEqual(len(self.request.activity_ids), 1)
        self._paid()
        self.assertFalse(self.request.payment_ids)
        self.request.action_register_transfer()
        self.assertEqual(self.request.payment_count, 1)
        self.assertFalse(self.request.activity_ids)

    def test_partly_paid_while_urssaf_was_collecting(self):
        """Urssaf pays the whole: what is too much does not stay unsaid."""
        self.company.action_urssaf_set_up_transfers()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({"amount": 20.0})._create_payments()
        self._paid()
        self.assertEqual(self.request.payment_ids.amount, 66.0)
        self.assertEqual(self.move.payment_state, "paid")
        [activity] = self.request.activity_ids
        self.assertIn("20,00", activity.note)
        self.assertIn("66,00", activity.note)
        self.assertEqual(self.request.surplus_amount, 20.0)

    def test_settled_by_hand(self):
        self.company.urssaf_payment_journal_id = False
        self._paid()
        self.request.action_transfer_settled()
        self.assertFalse(self.request.activity_ids)
        self._paid()
        self.assertFalse(self.request.activity_ids or self.request.payment_ids)

    def test_short_watch_does_not_miss_the_transfer(self):
        self.company.urssaf_watch_days = 0
        self._paid(date="2026-03-20", amount=None)
        self.assertTrue(self.request.next_call_at)
        self._paid(date="2026-03-20", when=NOW + timedelta(days=5))
        self.assertEqual(self.move.payment_state, "paid")

    def test_collected_twice(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({})._create_payments()
        self._paid()
        self.assertFalse(self.request.payment_ids)
        self.assertEqual(self.request.matter, "booking")
        self.assertEqual(len(self.request.activity_ids), 1)
        self._paid()
        self.assertEqual(len(self.request.activity_ids), 1)

    def test_demo_method_line(self):
        journal = self.company.urssaf_payment_journal_id
        line = journal.inbound_payment_method_line_ids[:1].copy({"name": "Urssaf"})
        self.company.urssaf_payment_method_line_id = line
        self._paid()
        self.assertEqual(self.request.payment_ids.payment_method_line_id, line)

    # -- what is to be booked, said once ---------------------------------------

    def _to_book(self):
        """By the filter of the list; the field and the scheduled action agree."""
        Request = self.env["urssaf.payment.request"]
        found = Request.search([("transfer_to_book", "=", True)])
        everything = Request.search([])
        self.assertEqual(found, everything.filtered("transfer_to_book"))
        self.assertEqual(
            everything - found, Request.search([("transfer_to_book", "=", False)])
        )
        for request in everything.sudo():
            pending = request in Request._pending_transfers(self.company)
            self.assertEqual(pending, request._transfer_due(by_hand=False))
        return found

    def test_what_is_to_be_booked_is_the_same_everywhere(self):
        self.assertFalse(self._to_book())
        self.company.urssaf_payment_journal_id = False
        self._paid(date="2026-03-18")
        self.assertFalse(self._to_book(), "announced, not made")
        self._paid()
        self.assertEqual(self._to_book(), self.request, "told, and still to be booked")
        self.assertTrue(self.request.transfer_bookable)
        self.request.action_transfer_settled()
        self.assertFalse(self._to_book())
        self.assertFalse(self.request.transfer_bookable)

    def test_a_transfer_of_another_environment_is_no_money(self):
        self.company.urssaf_payment_journal_id = False
        self._paid()
        self.company.urssaf_payment_journal_id = self.company_data[
            "default_journal_bank"
        ]
        self.request.sudo().write(self.request._no_error())
        self.assertEqual(self._to_book(), self.request)
        self.company.sudo().urssaf_environment = "test"
        self.assertFalse(self._to_book())
        self._run_cron("follow")
        with self.assertRaisesRegex(UserError, "sent, asked or booked"):
            self.request.action_register_transfer()
        self.assertFalse(self.request.payment_ids)
        self.assertEqual(self.move.payment_state, "not_paid")
