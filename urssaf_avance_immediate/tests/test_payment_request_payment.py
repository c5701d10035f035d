# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The transfer of Urssaf on the invoice: once, on its day, never silently lost."""

from datetime import timedelta

from odoo import fields
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
                    "memo": f"{self.request.name} Urssaf {self.request.external_id}",
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
        self.company.hard_lock_date = "2026-03-31"
        self._paid()
        self.assertEqual(self.request.state, "paid")
        self.assertEqual(self.request.remote_code, "70")
        if self.request.payment_ids:
            # Odoo may date the entry after the lock; it never enters the closed period.
            self.assertGreater(
                self.request.payment_ids.move_id.date, self.company.hard_lock_date
            )
        else:
            self.assertTrue(self.request.activity_ids)

    def test_collected_twice(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({})._create_payments()
        self._paid()
        self.assertFalse(self.request.payment_ids)
        self.assertIn("twice", self.request.activity_ids.note)

    def test_demo_method_line(self):
        journal = self.company.urssaf_payment_journal_id
        line = journal.inbound_payment_method_line_ids[:1].copy({"name": "Urssaf"})
        self.company.urssaf_payment_method_line_id = line
        self._paid()
        self.assertEqual(self.request.payment_ids.payment_method_line_id, line)
