# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The same dialogue behind a button of OCA's form, and OCA's own way to undo it."""

from lxml import etree

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.bank import BankCase
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW

FORM = "account_reconcile_oca.bank_statement_line_form_reconcile_view"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReconcileOca(BankCase):
    def test_the_button_is_on_the_form_of_oca(self):
        view = self.env.ref(FORM)
        for user, there in ((self.bookkeeper, True), (self.user, False)):
            arch = self.env[view.model].with_user(user).get_view(view.id, "form")
            buttons = etree.fromstring(arch["arch"]).xpath(
                "//button[@name='action_urssaf_reconcile']"
            )
            self.assertEqual(bool(buttons), there, user.login)

    def test_reconciled_here_and_undone_by_oca(self):
        request = self._request(96.0, "2026-02-05")
        line = self._line(100.0, "2026-02-05")
        # What OCA's form had kept of its own proposal.
        line.reconcile_data = line._default_reconcile_data()
        wizard = self._wizard(line)
        account = self.company.urssaf_surplus_account_id
        wizard.write({"remainder_account_id": account.id, "remainder_label": "?"})
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertFalse(line.reconcile_data)
        self.assertTrue(request.payment_ids.is_matched)
        line.unreconcile_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertFalse(line.urssaf_request_ids)
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertFalse(request.payment_ids.is_matched)
