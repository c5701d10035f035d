# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A branch with credentials of its own, and the company of each document."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, credentials
from .test_branch import BranchCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBranchCredentials(BranchCase):
    # -- credentials of its own ------------------------------------------------

    def test_a_branch_with_credentials_of_its_own(self):
        request = self._sent_in_branch()
        self.branch.sudo().write(credentials("branch", "branch-secret"))
        # What Urssaf has under the former habilitation is asked of that one.
        self.assertEqual(request.holder_id, self.company)
        self._pay(request)
        self.assertEqual(request.state, "paid")
        # Its customers are enrolled anew, under its own.
        self.assertFalse(self._mine(self.partner).urssaf_enrolment_id)
        enrolment = self._enrol_in_branch()
        self.assertEqual(enrolment.company_id, self.branch)

    def test_a_company_apart_is_not_served(self):
        self.assertEqual(self.other_company._urssaf_holder(), self.other_company)
        self.assertEqual(
            self.company._urssaf_served(), self.company | self.branch | self.sister
        )
        self.company.write(credentials(False, False))
        self.assertEqual(self.branch._urssaf_holder(), self.branch)
        self.assertFalse(self.branch.urssaf_configured)

    def test_an_archived_branch_is_still_served(self):
        """Its demandes and invoices are still there."""
        self.sister.active = False
        served = self.company._urssaf_served()
        self.assertEqual(served, self.company | self.branch | self.sister)

    # -- the company of the document -------------------------------------------

    def test_intervenant_of_the_company_of_the_invoice(self):
        """An invoice of B made while A is current names B's intervenant to Urssaf."""
        service = self.housework
        service.with_company(
            self.company
        ).home_service_intervenant = "SIR73282932000074"
        there = service.sudo().with_company(self.other_company)
        there.home_service_intervenant = "SAP552100554"
        template = service.product_tmpl_id
        self.assertEqual(
            template._home_service_intervenant_in(self.other_company), "SAP552100554"
        )
        customer = self._make_partner(email="b@example.com")
        move = self._make_other_invoice(customer).sudo().with_company(self.company)
        move.button_draft()
        move.invoice_line_ids = [
            Command.create({"product_id": service.id, "tax_ids": False})
        ]
        self.assertEqual(
            set(move.invoice_line_ids.mapped("home_service_intervenant")),
            {"SAP552100554"},
        )

    def test_a_branch_keeps_the_intervenant_above(self):
        self.housework.with_company(
            self.company
        ).home_service_intervenant = "SIR73282932000074"
        self._enrol_in_branch()
        move = self._invoice_in(self.branch)
        self.assertEqual(
            move.invoice_line_ids.home_service_intervenant, "SIR73282932000074"
        )

    def test_consent_of_the_company_of_the_enrolment(self):
        """Resending reads the consent given to that company, not to the current one."""
        customer = self._make_partner()
        enrolment = self._enrol(customer, active=False)
        both = self.company | self.other_company
        self.user.company_ids = both
        self.user.company_id = self.other_company
        self.user.flush_recordset()
        click = enrolment.with_user(self.user).with_context(
            allowed_company_ids=[self.other_company.id, self.company.id]
        )
        with freeze_time(NOW + timedelta(minutes=30)):
            action = click.action_urssaf_resend()
        self.assertEqual(action["params"]["type"], "success")

    # -- the environment -------------------------------------------------------

    def _paid_elsewhere(self):
        """Paid in the sandbox and booked there; then the company goes to production."""
        customer = self._make_partner(email="paid@example.com")
        self._enrol(customer)
        move = self._invoice(customer)
        move.action_urssaf_send()
        self._pay(move.urssaf_request_id)
        return move.urssaf_request_id

    def test_a_sandbox_transfer_is_not_booked_in_production(self):
        customer = self._make_partner(email="paid@example.com")
        self._enrol(customer)
        move = self._invoice(customer)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.company.urssaf_payment_journal_id = False
        self._pay(request)
        self.assertFalse(request.payment_ids)
        self.company.urssaf_payment_journal_id = self.company_data[
            "default_journal_bank"
        ]
        request.sudo().write(request._no_error())
        self.company.urssaf_environment = "production"
        self._run_cron("follow")
        with self.assertRaises(UserError) as raised:
            request.action_register_transfer()
        self.assertIn("sandbox", str(raised.exception))
        self.assertFalse(request.payment_ids)
        # Nothing of it was on the invoice, which may leave for real now.
        self.assertEqual(request.state, "cancelled")

    def test_buttons_of_another_environment(self):
        request = self._paid_elsewhere()
        self.assertEqual(request.move_id.payment_state, "paid")
        self.company.urssaf_environment = "production"
        self.assertEqual(request.state, "paid")
        for button in (
            request.action_request_cancel,
            request.action_reverse_payment,
            request.action_keep_watching,
        ):
            with self.subTest(button=button.__name__), self.assertRaises(UserError):
                button()
        wizard = self.env["urssaf.payment.request.reversal"].create(
            {"request_id": request.id}
        )
        with self.assertRaises(UserError):
            wizard.action_reverse()

    # -- credit notes ----------------------------------------------------------

    def test_a_credit_note_in_a_branch_that_urssaf_paid_all_the_same(self):
        """Who works in the branch alone is told, and books both shares."""
        self.company.action_urssaf_set_up_transfers()
        self._enrol_in_branch()
        move = self._invoice_in(self.branch)
        self._mine(move).action_urssaf_send()
        request = move.urssaf_request_id
        refund = self._mine(move)._reverse_moves()
        refund.action_post()
        self.assertEqual(refund.company_id, self.branch)
        self.assertIn("Ask Urssaf to cancel", str(request.activity_ids.note))
        self._pay(request)
        self.assertFalse(request.payment_ids)
        self.assertIn("bore 33,00", " ".join(request.activity_ids.mapped("note")))
        action = request.with_user(self.branch_manager).with_context(
            allowed_company_ids=self.branch.ids
        )
        action.action_book_second_collection()
        [payment] = request.payment_ids
        self.assertEqual(payment.company_id, self.branch)
        surplus = self.company.urssaf_surplus_account_id
        lines = payment.move_id.line_ids
        amounts = {line.account_id.account_type: line.balance for line in lines}
        self.assertEqual(amounts["asset_receivable"], -33.0)
        self.assertEqual(
            lines.filtered(lambda line: line.account_id == surplus).balance, -33.0
        )
