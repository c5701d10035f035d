# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReminders(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref(
            "account_credit_control.group_account_credit_control_manager"
        )
        cls.policy = cls.env.ref("account_credit_control.credit_control_3_time")
        account = cls.company_data["default_account_receivable"]
        cls.policy.account_ids = [Command.set(account.ids)]
        cls.company.credit_policy_id = cls.policy

    def setUp(self):
        super().setUp()
        self._enrol()

    def _reminded(self, day):
        """The invoices of which a run on this day reminds the customers."""
        run = self.env["credit.control.run"].create(
            {
                "date": day,
                "company_id": self.company.id,
                "policy_ids": [Command.set(self.policy.ids)],
            }
        )
        run.generate_credit_lines()
        return run.line_ids.invoice_id

    def test_no_reminder_of_what_urssaf_collects(self):
        direct, sent = self._invoice(), self._sent().move_id
        (direct | sent).invoice_date_due = "2026-01-15"
        with freeze_time("2026-03-17 10:00:00"):
            self.assertEqual(self._reminded("2026-03-17"), direct)
        request = sent.urssaf_request_ids
        self._demande(request).move("60", "En refus de prélèvement")
        request.action_urssaf_refresh()
        with freeze_time("2026-03-18 10:00:00"):
            self.assertIn(sent, self._reminded("2026-03-18"))

    def test_nor_where_the_invoice_or_the_customer_has_a_policy(self):
        sent = self._sent().move_id
        sent.invoice_date_due = "2026-01-15"
        sent.credit_policy_id = self.policy
        self.partner.credit_policy_id = self.policy
        self.assertFalse(self._reminded("2026-03-16"))
