# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What somebody of a branch has begun goes on in the background, and a company that has
demandes under way stays.
"""

import base64
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.crosscheck import crosscheck
from ..models.enrolment import import_job
from .cases import NOW
from .test_branch import BranchCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBranchBackground(BranchCase):
    def test_a_file_of_customers(self):
        rows = []
        for number in range(4):
            email = f"client{number}@example.com"
            self._make_partner(email=email, company_id=self.branch.id)
            rows.append(f"id{number};{email}\n")
        file = base64.b64encode(f"idClient;mail\n{''.join(rows)}".encode())
        with (
            patch.object(import_job, "READ_AT_ONCE", 1),
            patch.object(import_job, "IMPORTED_AT_ONCE", 1),
        ):
            job = self._mine(self.env["urssaf.enrolment.import"]).create({"file": file})
            self.assertEqual(job.company_id, self.branch)
            job.action_read()
            self.assertEqual(job.state, "reading")
            self._run_cron("import")
            self.assertEqual((job.state, job.ready_count), ("report", 4))
            job.consent = True
            job.action_import()
            self.assertEqual(job.state, "importing")
            self._run_cron("import")
        self.assertEqual((job.state, job.linked_count), ("done", 4))
        enrolments = (
            job.sudo()
            .line_ids.partner_id.with_company(self.company)
            .urssaf_enrolment_id
        )
        self.assertEqual(enrolments.company_id, self.company)

    def test_a_cross_check(self):
        request = self._sent_in_branch()
        check = self._mine(self.env["urssaf.crosscheck"]).create(
            {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        )
        self.assertEqual(check.company_id, self.branch)
        with patch.object(crosscheck, "CALLS_AT_ONCE", 0):
            check.action_start()
        self.assertEqual(check.state, "running")
        self._run_cron("crosscheck")
        self.assertEqual(check.state, "done")
        self.assertEqual(check.line_ids.mapped("number"), [request.name])


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestArchivedCompany(BranchCase):
    def setUp(self):
        super().setUp()
        self.company.urssaf_environment = "production"

    def _leave(self, company):
        """Odoo itself keeps a company that is somebody's default one."""
        users = self.env["res.users"].sudo().search([("company_id", "=", company.id)])
        (users - self.env.user).active = False
        self.env.user.sudo().company_id = self.sister

    def _refused(self, company):
        with self.assertRaises(ValidationError) as raised:
            company.sudo().active = False
            self.env.flush_all()
        self.env.invalidate_all()
        return str(raised.exception)

    def test_a_branch_with_demandes_stays(self):
        request = self._sent_in_branch()
        self._leave(self.branch)
        message = self._refused(self.branch)
        for words in (self.branch.name, ": 1, such as", request.name):
            self.assertIn(words, message)

    def test_its_habilitation_stays_too(self):
        self._sent_in_branch()
        self._leave(self.company)
        self.assertIn(": 1, such as", self._refused(self.company))

    def test_a_payment_is_watched_first(self):
        """A bank may refuse the debit weeks after Urssaf has paid."""
        request = self._sent_in_branch()
        self._pay(request)
        self.assertTrue(request.amount_booked)
        self._leave(self.branch)
        self.assertIn(request.name, self._refused(self.branch))
        request.sudo().next_call_at = False
        self.branch.sudo().active = False
        self.assertFalse(self.branch.active)

    def test_a_watch_that_is_over_keeps_nobody(self):
        """Urssaf refuses the credentials of who has left it: nobody asks any more, and
        the day of the next question stays as it was.
        """
        request = self._sent_in_branch()
        self._pay(request)
        self._leave(self.branch)
        end = request.sudo().watch_until
        with freeze_time(end):
            self.assertIn(request.name, self._refused(self.branch))
        with freeze_time(end + timedelta(days=1)):
            self.assertTrue(request.sudo().next_call_at)
            self.branch.sudo().active = False
        self.assertFalse(self.branch.active)

    def test_money_that_is_not_registered_stays(self):
        request = self._sent_in_branch()
        self.company.urssaf_payment_journal_id = False
        self._pay(request)
        self.assertFalse(request.amount_booked)
        request.sudo().next_call_at = False
        self._leave(self.branch)
        self.assertIn(request.name, self._refused(self.branch))

    def test_one_without_demandes_goes(self):
        request = self._sent_in_branch()
        self._demande(request).move("110", "Annulée")
        self._make_due(request)
        self._run_cron("follow")
        self.assertEqual(request.state, "cancelled")
        self._leave(self.branch)
        self.branch.sudo().active = False
        self.assertFalse(self.branch.active)

    def test_demandes_of_a_test_keep_nobody(self):
        self.company.urssaf_environment = "sandbox"
        self._sent_in_branch()
        self._leave(self.branch)
        self.branch.sudo().active = False
        self.assertFalse(self.branch.active)

    def test_demandes_stay_with_the_habilitation_that_sent_them(self):
        """Also when the branch has one of its own since. Its money is booked with the
        settings of now: a person is told of what is missing there.
        """
        request = self._sent_in_branch()
        self.branch.sudo().urssaf_production_client_id = "own"
        self.branch.sudo().urssaf_production_client_secret = "own"
        self.branch.sudo().urssaf_environment = "production"
        self.assertEqual(self.branch._urssaf_holder(), self.branch)
        self.assertEqual(request.holder_id, self.company)
        self._pay(request)
        self.assertEqual((request.state, request.matter), ("paid", "booking"))
        self.assertTrue(request.activity_ids)
        self.branch.sudo().urssaf_payment_journal_id = self.company_data[
            "default_journal_bank"
        ]
        request.action_register_transfer()
        self.assertEqual(request.amount_booked, 66.0)
