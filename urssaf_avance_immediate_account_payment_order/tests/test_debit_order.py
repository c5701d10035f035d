# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDebitOrder(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref(
            "account_payment_order.group_account_payment"
        )
        journal = cls.company_data["default_journal_bank"]
        cls.mode = cls.env["account.payment.mode"].create(
            {
                "name": "Prélèvement des clients",
                "bank_account_link": "variable",
                "variable_journal_ids": [Command.set(journal.ids)],
                "payment_method_id": cls.env.ref(
                    "account.account_payment_method_manual_in"
                ).id,
                "company_id": cls.company.id,
                "payment_order_ok": True,
            }
        )
        cls.order = cls.env["account.payment.order"].create(
            {
                "payment_type": "inbound",
                "payment_mode_id": cls.mode.id,
                "journal_id": journal.id,
            }
        )

    def setUp(self):
        super().setUp()
        self._enrol()

    def _debited(self, **values):
        """A posted invoice that is paid by a debit order."""
        move = self._invoice(**values)
        move.button_draft()
        move.payment_mode_id = self.mode
        move.action_post()
        return move

    def _proposed(self):
        """The invoices that the order’s own wizard finds."""
        wizard = (
            self.env["account.payment.line.create"]
            .with_context(active_model="account.payment.order", active_id=self.order.id)
            .create(
                {
                    "date_type": "due",
                    "due_on": "<=",
                    "filter_date": "2026-12-31",
                    "target_move": "posted",
                }
            )
        )
        wizard.populate()
        return wizard.move_line_ids.move_id

    def test_not_proposed(self):
        direct, sent = self._debited(), self._debited()
        self.assertEqual(self._proposed(), direct | sent)
        sent.action_urssaf_send()
        self.assertEqual(self._proposed(), direct)
        self._demande(sent.urssaf_request_ids).move("60", "En refus de prélèvement")
        sent.urssaf_request_ids.action_urssaf_refresh()
        self.assertEqual(self._proposed(), direct | sent)

    def test_not_added_from_the_invoice(self):
        move = self._debited()
        move.action_urssaf_send()
        with self.assertRaisesRegex(UserError, "Urssaf collects"):
            move.create_account_payment_line()
        self.assertFalse(self.order.payment_line_ids)

    def test_an_order_that_was_prepared_before(self):
        move = self._debited()
        move.create_account_payment_line()
        order = move.line_ids.payment_line_ids.order_id
        move.action_urssaf_send()
        with self.assertRaisesRegex(UserError, "Urssaf collects"):
            order.draft2open()
        self.assertEqual(order.state, "draft")

    def test_who_enrols_types_the_bank_account(self):
        """OCA keeps bank accounts to the people of its own group."""
        self.assertFalse(
            self.user.has_group("account_payment_order.group_account_payment")
        )
        account = (
            self.env["res.partner.bank"]
            .with_user(self.user)
            .create(
                {
                    "acc_number": "FR7612345678901234567890189",
                    "partner_id": self.partner.id,
                }
            )
        )
        account.acc_holder_name = "Jeanne Martin"
        self.assertEqual(account.partner_id, self.partner)
