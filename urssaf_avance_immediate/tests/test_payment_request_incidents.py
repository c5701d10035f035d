# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refusals and money taken back: told to the right person, booked on a click only."""

from datetime import date, datetime, timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestIncidents(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._make_user(
            "accountant", "urssaf_avance_immediate.group_manager"
        )
        cls.accountant.lang = "en_US"
        cls.company.write(
            {
                "urssaf_accountant_id": cls.accountant.id,
                # What is written is in this language: English.
                "urssaf_responsible_id": cls.accountant.id,
            }
        )

    def setUp(self):
        super().setUp()
        self._enrol()
        self.request = self._sent()
        self.move = self.request.move_id
        self.move.invoice_user_id = self.user

    def _news(self, status, label="", when=NOW, **values):
        self._demande(self.request).move(status, label or status, **values)
        self._make_due(self.request, when)
        with freeze_time(when + timedelta(seconds=1)):
            self._run_cron("follow")

    def _pay(self):
        transfer = {"mntVirement": 66.0, "dateVirement": "2026-03-16T00:00:00Z"}
        self._news("70", "Payée", transfer=transfer)
        self.assertEqual(self.move.payment_state, "paid")

    def _reversal(self, **values):
        action = self.request.with_user(self.accountant).action_reverse_payment()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    # -- 40 --------------------------------------------------------------------

    def test_refusal_in_plain_words_for_the_salesperson(self):
        reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Deux heures, pas trois"}
        self._news("40", rejection=reason)
        activity = self.request.activity_ids
        self.assertEqual(activity.user_id, self.user)
        self.assertIn("quantités facturées erronées", activity.note)
        self.assertIn("Deux heures, pas trois", activity.note)
        self.assertIn("Deux heures, pas trois", self.request.advice)

    def test_corrected_in_one_click_and_sent_again(self):
        self._news("40")
        self.assertTrue(self.move.with_user(self.user).urssaf_can_correct)
        action = self.move.with_user(self.user).action_urssaf_correct()
        new = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((new.state, new.move_type), ("draft", "out_invoice"))
        self.assertEqual(self.move.payment_state, "reversed")
        self.assertFalse(self.request.activity_ids)
        self.assertEqual(new.invoice_line_ids.mapped("quantity"), [2.0])
        self.assertEqual(new.home_service_start, self.move.home_service_start)
        self.assertEqual(new.home_service_end, self.move.home_service_end)
        new.invoice_line_ids.quantity = 1
        new.action_post()
        self.assertNotEqual(new.name, self.move.name)
        new.action_urssaf_send()
        self.assertEqual(new.urssaf_state, "waiting")
        self.assertEqual(
            self._demande(new.urssaf_request_id).payload["mntFactureTTC"], 33
        )

    def test_post_and_resend(self):
        """The new invoice says what it corrects; posted and sent, both or none."""
        self._news("40")
        move = self.move.with_user(self.user).with_context(lang="en_US")
        step = move.urssaf_timeline[-1]
        self.assertEqual(step["state"], "failed")
        self.assertEqual(step["action"]["method"], "action_urssaf_correct")
        said = step["action"]["confirm"]
        self.assertIn("A credit note", said)
        # The buttons of both screens ask the same before they post.
        for record, name in (
            (move, step["action"]["method"]),
            (self.request.with_user(self.user), "action_correct_invoice"),
        ):
            record = record.with_context(lang="en_US")
            arch = etree.fromstring(record.get_view(view_type="form")["arch"])
            [button] = arch.xpath(f"//button[@name='{name}']")
            self.assertEqual(button.get("confirm"), said)
        new = move.browse(move.action_urssaf_correct()["res_id"])
        self.assertTrue(new.urssaf_can_resend)
        self.assertFalse(move.urssaf_can_resend)
        said = new.alerts["urssaf_replacing"]["message"]
        self.assertIn(self.move.name, said)
        self.assertIn("Post and resend", said)
        days = new.home_service_start, new.home_service_end
        new.home_service_start = new.home_service_end = False
        with self.assertRaises(UserError), self.cr.savepoint():
            new.action_urssaf_post_and_resend()
        self.assertEqual(new.state, "draft", "not posted without being sent")
        new.home_service_start, new.home_service_end = days
        new.action_urssaf_post_and_resend()
        self.assertEqual((new.state, new.urssaf_state), ("posted", "waiting"))
        self.assertEqual(len(self.fake.demandes), 2)
        self.assertFalse(new.urssaf_can_resend)

    def test_post_and_resend_what_leaves_by_itself(self):
        self._news("40")
        self.move.partner_id.urssaf_sending = "automatic"
        new = self.move.browse(self.move.action_urssaf_correct()["res_id"])
        new.action_urssaf_post_and_resend()
        self.assertEqual(new.urssaf_state, "queued", "once, and not twice")
        self.assertEqual(len(new.urssaf_request_ids), 1)

    def test_nothing_to_correct(self):
        for state in ("waiting", "paid"):
            self.request.sudo()._set_state(state)
            with self.assertRaises(UserError):
                self.request.action_correct_invoice()

    # -- 60 and the others -----------------------------------------------------

    def test_refused_debit_before_the_transfer(self):
        self._news("60")
        activity = self.request.activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn("has not paid you", activity.note)
        self.assertFalse(self.request.notice_until)
        self.assertFalse(self.request.can_reverse)
        self.assertEqual(self.move.payment_state, "not_paid")

    def _paid_by_the_customer_after(self, code):
        self._news(code)
        self.assertTrue(self.request.activity_ids)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({})._create_payments()
        self.assertFalse(self.request.activity_ids, "nobody has to collect it")

    def test_the_customer_pays_after_a_refused_debit(self):
        self._paid_by_the_customer_after("60")

    def test_the_customer_pays_after_a_cancellation(self):
        self._paid_by_the_customer_after("110")

    def test_each_incident_after_the_payment(self):
        self._pay()
        payment = self.request.payment_ids
        for code in ("60", "100", "110", "111", "112", "113", "120", "260"):
            self.request.sudo()._set_state("paid", next_call_at=NOW)
            self._news(code, f"Libellé {code}")
            with self.subTest(code=code):
                activity = self.request.activity_ids
                self.assertEqual(activity.user_id, self.accountant)
                self.assertEqual(activity.date_deadline, date(2026, 4, 15))
                self.assertEqual(self.request.notice_until, date(2026, 4, 15))
                self.assertIn("66", activity.note)
                self.assertEqual(self.move.payment_state, "paid", "nothing by itself")
                self.assertEqual(self.request.payment_ids, payment)
                self.assertTrue(self.request.can_reverse)

    def test_the_debt_was_settled(self):
        self._pay()
        self._news("270")
        self.assertFalse(self.request.notice_until)
        self.assertIn("settled", self.request.activity_ids.note)

    def test_unknown_code_is_for_the_accountant(self):
        self._pay()
        self._news("999", "Mystère")
        self.assertEqual(self.request.state, "paid")
        self.assertEqual(self.request.activity_ids.user_id, self.accountant)
        self.assertIn("Mystère", self.request.activity_ids.note)

    def test_paid_by_urssaf_and_lost_before_odoo_looked(self):
        transfer = {"mntVirement": 66.0, "dateVirement": "2026-03-16T00:00:00Z"}
        self._news("60", transfer=transfer)
        self.assertEqual(self.move.payment_state, "not_paid")
        self.request.action_register_transfer()
        self.assertEqual(self.move.payment_state, "paid")
        self.assertTrue(self.request.can_reverse)

    # -- the reversing entry ---------------------------------------------------

    def test_all_taken_back(self):
        self._pay()
        self._news("110", "Annulée", datetime(2026, 3, 30, 23))
        wizard = self._reversal()
        self.assertEqual(wizard.amount, 66.0)
        self.assertEqual(wizard.date, date(2026, 3, 31), "the date in Paris")
        wizard.action_reverse()
        back = self.request.payment_ids.filtered(
            lambda payment: payment.payment_type == "outbound"
        )
        self.assertEqual((back.amount, back.date), (66.0, date(2026, 3, 31)))
        self.assertIn(self.request.external_id, back.memo)
        payment = self.request.payment_ids - back
        self.assertEqual(back.outstanding_account_id, payment.outstanding_account_id)
        self.assertEqual(self.move.payment_state, "not_paid")
        self.assertEqual(self.move.amount_residual, 66.0)
        self.assertEqual(self.request.amount_booked, 0.0)
        receivable = (payment + back).move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertEqual(receivable.mapped("reconciled"), [True, True])
        self.assertFalse(self.request.activity_ids)
        with self.assertRaises(UserError):
            wizard.action_reverse()

    def test_a_part_then_the_rest(self):
        self._pay()
        self._news("120", "Recouvrée")
        self._reversal(amount=33.0).action_reverse()
        self.assertEqual(self.move.payment_state, "partial")
        self.assertEqual(self.move.amount_residual, 33.0)
        self.assertEqual(self.request.amount_booked, 33.0)
        for amount in (0.0, 34.0):
            with self.assertRaises(UserError):
                self._reversal(amount=amount).action_reverse()
        self._reversal().action_reverse()
        self.assertEqual(self.move.amount_residual, 66.0)
        self.assertEqual(self.move.payment_state, "not_paid")

    def test_the_bank_line_stays_reconciled(self):
        """What the first transfer was matched with at the bank is not undone."""
        self._pay()
        liquidity = self.request.payment_ids._seek_for_lines()[0]
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company.urssaf_payment_journal_id.id,
                "amount": 66.0,
                "date": "2026-03-17",
                "payment_ref": "URSSAF",
            }
        )
        suspense = statement_line._seek_for_lines()[1]
        suspense.account_id = liquidity.account_id
        (suspense + liquidity).reconcile()
        self.assertTrue(liquidity.reconciled)
        self._news("112")
        self._reversal().action_reverse()
        self.assertTrue(liquidity.reconciled)
        self.assertEqual(self.move.amount_residual, 66.0)

    def test_only_a_manager_reverses(self):
        self._pay()
        self._news("110")
        with self.assertRaises(AccessError):
            self.env["urssaf.payment.request.reversal"].with_user(self.user).create(
                {"request_id": self.request.id}
            ).action_reverse()
        self.assertEqual(self.move.payment_state, "paid")

    def test_paid_after_all(self):
        self._pay()
        self._news("60")
        self._reversal().action_reverse()
        self._news("70", "Payée")
        self.assertIn("after all", self.request.activity_ids.note)
        self.assertEqual(self.move.payment_state, "not_paid")
        self.request.action_register_transfer()
        self.assertEqual(self.move.payment_state, "paid")
        self.assertFalse(self.request.activity_ids)

    def test_paid_all_along(self):
        self._pay()
        self._news("60")
        self._news("70", "Payée")
        self.assertFalse(self.request.activity_ids)
        self.assertEqual(self.request.amount_booked, 66.0)
