# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Companies that have nothing to do are passed by, and nothing is forgotten of those
that have: each thing that a scheduled action does, as the only one that there is.
"""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import Mock, patch

from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..models.exchange import idle, turns
from ..models.exchange.alerts import NOT_TOLD_ACTIVITY
from . import screens
from .cases import NOW, UrssafCase, credentials

LATER = NOW + timedelta(days=5)
TRANSFER = {"mntVirement": 66.0, "dateVirement": "2026-03-16T00:00:00Z"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestIdle(UrssafCase):
    def setUp(self):
        super().setUp()
        self.assertTrue(self.other_company, "somebody else, who has nothing to do")
        self.company.urssaf_companion_confirm = False
        self._enrol()

    def _serve(self, action):
        """Run a scheduled action. Return the companies that it served."""
        served = []
        model = self.env.registry["res.company"]
        apart = model._urssaf_run_apart

        def run(company, name):
            served.append(company.id)
            return apart(company, name)

        with patch.object(model, "_urssaf_run_apart", run):
            self._run_cron(action)
        return self.env["res.company"].browse(served)

    def _quiet(self):
        """Nothing of the first company is due now or soon."""
        for model in ("urssaf.enrolment", "urssaf.payment.request"):
            self.env[model].sudo().search([]).next_call_at = LATER

    def _pause(self):
        self.env["urssaf.connection"]._of(self.company)._pause(LATER)

    @contextmanager
    def _mail_server_down(self):
        with (
            mute_logger("odoo.addons.mail.models.mail_mail"),
            patch.object(IrMail_Server, "_disable_send", return_value=False),
            patch.object(
                IrMail_Server,
                "_connect__",
                side_effect=OSError("Name or service not known"),
                return_value=Mock(),
            ),
        ):
            yield

    def _mails_fail(self):
        with self._mail_server_down():
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        self.env.invalidate_all()

    def _my_branch(self):
        branch = self._make_branch(self.company)
        self.env.user.sudo().company_ids |= branch
        return branch

    def _said(self):
        return self.company.partner_id.activity_search([NOT_TOLD_ACTIVITY])

    def _check_served_then_idle(self, action="follow"):
        """It had that to do, and has nothing any more."""
        self.assertEqual(self._serve(action), self.company)
        self._quiet()
        self.assertFalse(self._serve(action))

    # -- nothing to do ---------------------------------------------------------

    def test_nobody_is_served_who_has_nothing_to_do(self):
        self._sent()
        self._quiet()
        self.assertGreater(len(self.env["res.company"]._urssaf_holders()), 1)
        for action in ("send", "follow", "repair", "companion", "invoices", "bank"):
            with self.subTest(action=action):
                self.assertFalse(self._serve(action))

    def test_what_every_company_wants_is_done_for_all(self):
        both = self.company | self.other_company
        self.assertLessEqual(set(both), set(self._serve("digest")))
        self.assertLessEqual(set(both), set(self._serve("crosscheck_monthly")))

    def test_every_action_that_may_pass_by_is_one(self):
        self.assertLessEqual(idle.WORK.keys(), turns.STEPS.keys())

    def _queries_of(self, action):
        with screens.queries() as found:
            self.assertFalse(self._serve(action))
        return len(found)

    def test_idle_companies_cost_no_queries(self):
        self._sent()
        self._quiet()
        actions = ("send", "follow", "repair", "companion", "invoices", "bank")
        for action in actions:
            self._queries_of(action)  # what is read once
        few = {action: self._queries_of(action) for action in actions}
        # Odoo lets whoever makes a company into it: not the tests' user.
        companies = self.env["res.company"].with_user(SUPERUSER_ID)
        companies.create(
            [
                {"name": f"Agence {number}", **credentials(f"id{number}", "secret")}
                for number in range(20)
            ]
        )
        for action in actions:
            self._queries_of(action)
        many = {action: self._queries_of(action) for action in actions}
        self.assertEqual(few, many)

    # -- follow: one thing to do, and no other ---------------------------------

    def _paid_not_booked(self):
        """There was no journal; now there is one."""
        journal = self.company.urssaf_payment_journal_id
        request = self._sent()
        self._demande(request).move("70", "Payée", transfer=TRANSFER)
        self.company.urssaf_payment_journal_id = False
        self._make_due(request)
        self._run_cron("follow")
        self.company.urssaf_payment_journal_id = journal
        self.assertEqual((request.state, request.matter), ("paid", "booking"))
        request.sudo().write(request._no_matter())
        self._quiet()
        return request

    def test_a_transfer_to_book(self):
        request = self._paid_not_booked()
        self._check_served_then_idle()
        self.assertEqual(request.amount_booked, 66.0)

    def test_a_transfer_to_book_while_urssaf_is_left_alone(self):
        request = self._paid_not_booked()
        self._pause()
        calls = len(self.fake.calls)
        self._check_served_then_idle()
        self.assertEqual(request.amount_booked, 66.0)
        self.assertEqual(len(self.fake.calls), calls)

    def test_a_transfer_of_which_a_person_was_told(self):
        request = self._paid_not_booked()
        request.sudo().matter = "booking"
        self.assertFalse(self._serve("follow"))
        self.assertFalse(request.payment_ids)

    def test_a_transfer_of_another_environment(self):
        self._paid_not_booked()
        self.company.urssaf_environment = "test"
        self._quiet()
        self.assertFalse(self._serve("follow"))

    def test_a_transfer_whose_day_has_come(self):
        """Urssaf says so when it is asked: the demande is due on that morning."""
        request = self._sent()
        announced = {**TRANSFER, "dateVirement": "2026-03-18T00:00:00Z"}
        self._demande(request).move("70", "Payée", transfer=announced)
        self._make_due(request)
        self._run_cron("follow")
        self.assertFalse(request.transfer_effective)
        due = request.next_call_at
        with freeze_time(max(due, NOW + timedelta(days=2))):
            self.assertIn(self.company, self._serve("follow"))
            if not request.transfer_effective:
                self._make_due(request)
                self._run_cron("follow")
        self.assertEqual(request.amount_booked, 66.0)

    def test_an_email_to_the_customer(self):
        request = self._sent()
        self._quiet()
        self.assertFalse(self._serve("follow"), "the company wants none")
        self.company.urssaf_notify_sent = True
        self.assertEqual(self._serve("follow"), self.company)
        self.assertTrue(request.mailed_sent_at)

    def test_an_email_about_a_refusal_or_a_payment(self):
        for status, setting, mark in (
            ("40", "urssaf_notify_refused", "mailed_refused_at"),
            ("70", "urssaf_notify_paid", "mailed_paid_at"),
        ):
            with self.subTest(status=status):
                request = self._sent()
                transfer = TRANSFER if status == "70" else None
                self._demande(request).move(status, "Dit", transfer=transfer)
                self._make_due(request)
                self._run_cron("follow")
                self._quiet()
                self.company[setting] = True
                self.assertEqual(self._serve("follow"), self.company)
                self.assertTrue(request[mark])
                self.company[setting] = False

    def test_an_email_of_a_demande_that_did_not_leave(self):
        request = self._sent()
        self.company.urssaf_notify_sent = True
        self._run_cron("follow")
        self._quiet()
        self._mails_fail()
        self.assertEqual(self._serve("follow"), self.company)
        self.assertIn("Name or service", request.not_told_reason)
        self.assertIn("Name or service", self._said().note)

    def test_an_email_that_left_is_looked_after_once(self):
        request = self._sent()
        self.company.urssaf_notify_sent = True
        self._run_cron("follow")
        self._quiet()
        self.assertTrue(request.sudo().customer_message_ids)
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        mails.mail_message_id.notification_ids.notification_status = "sent"
        mails.state = "sent"
        self._check_served_then_idle()
        self.assertFalse(request.sudo().customer_message_ids)

    def test_a_message_of_an_enrolment(self):
        partner = self._make_partner(email="zoe@example.com")
        enrolment = self._enrol(partner, active=False)
        with freeze_time(NOW + timedelta(hours=1)):
            self._run_cron("companion")
            self._quiet()
            self.assertTrue(enrolment.sudo().customer_message_ids)
            self._mails_fail()
            self.assertEqual(self._serve("follow"), self.company)
        self.assertIn("Connection failed", enrolment.not_told_reason)

    def test_a_message_of_another_environment_is_forgotten(self):
        """As before: whatever the environment in which it was written."""
        request = self._sent()
        request.sudo().write(
            {"not_told_reason": "no address", "customer_notice": "mail_template_sent"}
        )
        self.company.urssaf_environment = "test"
        self._quiet()
        self._check_served_then_idle()
        self.assertFalse(request.not_told_reason)

    def test_a_form_that_did_not_leave(self):
        self.partner.action_urssaf_send_form()
        self._quiet()
        self.assertFalse(self._serve("follow"), "it is on its way")
        self._mails_fail()
        self.assertEqual(self._serve("follow"), self.company)
        self.assertIn(self.partner.name, self._said().note)

    def test_what_was_said_of_a_form_is_taken_back(self):
        self.test_a_form_that_did_not_leave()
        self.partner.action_urssaf_send_form()
        self._check_served_then_idle()
        self.assertFalse(self._said())

    def test_a_form_of_a_branch(self):
        branch = self._my_branch()
        self.env["urssaf.customer.form"].with_company(branch)._send_to(self.partner)
        self._quiet()
        self._mails_fail()
        self.assertEqual(self._serve("follow"), self.company)
        self.assertIn(self.partner.name, self._said().note)

    def test_a_deadline_soon(self):
        """The action comes every hour: it is woken before."""
        request = self._sent()
        self._quiet()
        soon = NOW + timedelta(minutes=20)
        request.sudo().next_call_at = soon
        follow = self.env.ref("urssaf_avance_immediate.cron_follow")
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([]).unlink()
        self.assertEqual(self._serve("follow"), self.company)
        woken = triggers.search([("cron_id", "=", follow.id)]).mapped("call_at")
        self.assertIn(soon + timedelta(minutes=5), woken)

    def test_a_call_that_is_due(self):
        request = self._sent()
        self._quiet()
        self._demande(request).move("30", "Validée")
        self._make_due(request)
        self.assertEqual(self._serve("follow"), self.company)
        self.assertEqual(request.state, "validated")

    def test_one_who_is_not_asked_about_any_more(self):
        enrolment = self.partner.urssaf_enrolment_id.sudo()
        enrolment._set_state("ended", last_error_code="ERR_OTHER", next_call_at=NOW)
        self.assertEqual(self._serve("follow"), self.company)
        self.assertFalse(enrolment.next_call_at)

    # -- the other actions -----------------------------------------------------

    def test_a_step_of_the_companion(self):
        enrolment = self._enrol(self._make_partner(email="z@example.com"), active=False)
        with freeze_time(NOW + timedelta(hours=1)):
            self.assertEqual(self._serve("companion"), self.company)
            self.assertTrue(enrolment.companion_told_at)

    def test_the_companion_tells_what_did_not_leave(self):
        self.partner.action_urssaf_send_form()
        self._mails_fail()
        self.assertEqual(self._serve("companion"), self.company)
        self.assertIn(self.partner.name, self._said().note)

    def test_an_invoice_that_waits(self):
        move = self._invoice()
        move.sudo().urssaf_to_send = True
        self.assertEqual(self._serve("invoices"), self.company)

    def test_an_invoice_of_a_branch_that_waits(self):
        branch = self._my_branch()
        moves = self.env["account.move"].with_company(branch)
        move = moves.create({"move_type": "out_invoice", "company_id": branch.id})
        self.assertEqual(move.company_id, branch)
        move.sudo().urssaf_to_send = True
        self.assertEqual(self._serve("invoices"), self.company)

    def test_lines_of_the_bank(self):
        branch = self._my_branch().sudo()
        branch.urssaf_bank_automatic = True
        self.assertEqual(self._serve("bank"), self.company)
        branch.urssaf_bank_automatic = False
        self.assertFalse(self._serve("bank"))
