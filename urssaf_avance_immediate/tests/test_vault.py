# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credentials that are kept in a vault, and the vault does not answer for one company:
its screens open, it is told why nothing leaves, and nobody else notices.
"""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools.safe_eval import safe_eval

from ..models.exchange.exchange import OUTAGE_KINDS
from .cases import NOW, credentials
from .test_branch import BranchCase

WORK = "odoo.addons.urssaf_avance_immediate.models.exchange.work"
SECRET = "hunter2"


class Closed(Exception):
    """The vault's own, of which Odoo knows nothing."""


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVault(BranchCase):
    @contextmanager
    def _closed_for(self, companies):
        Company = self.env.registry["res.company"]
        known = Company._urssaf_get_credentials

        def read(company):
            if company in companies:
                raise Closed(f"cannot read {SECRET}")
            return known(company)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Company, "_urssaf_get_credentials", read):
            yield
        self.env.invalidate_all()

    # -- another company's -----------------------------------------------------

    def test_a_branch_elsewhere_disturbs_nobody(self):
        """What is to be booked is asked of all companies."""
        request = self._sent_in_branch()
        stranger = self._make_branch(self.other_company)
        self.env.user.sudo().company_ids |= self.other_company | stranger
        with self._closed_for(self.other_company | stranger):
            requests = self.env["urssaf.payment.request"]
            self.assertFalse(requests.search([("transfer_to_book", "=", True)]))
            self.assertFalse(request.transfer_to_book)
            companies = self.company | self.other_company | stranger
            companies.with_context(bin_size=True).read(
                ["urssaf_configured", "urssaf_holder_id", "urssaf_copy_notice"]
            )
            board = self.env["urssaf.board"].with_context(
                allowed_company_ids=companies.ids
            )
            self.assertTrue(board.create({}).read())
            with self.assertLogs(WORK, "ERROR") as log:
                self._pay(request)
        self.assertNotIn(SECRET, str(log.output))
        self.assertEqual((request.state, request.amount_booked), ("paid", 66.0))

    # -- its own ---------------------------------------------------------------

    def test_its_invoices_open(self):
        self._sent_in_branch()
        move = self._invoice_in(self.company, self._make_partner())
        with self._closed_for(self.company | self.branch | self.sister):
            with Form(move) as form:
                form.ref = "seen"
            self.assertTrue(move.urssaf_configured)
            self.assertEqual(move.ref, "seen")

    def test_a_branch_keeps_the_habilitation_that_it_had(self):
        request = self._sent_in_branch()
        own = self.sister.sudo()
        own.write(credentials("sister", "secret"))
        customer = self._make_partner(email="brest@example.com")
        enrolment = customer.with_company(self.sister).sudo()._urssaf_enrolments()
        self.assertEqual(enrolment.holder_id, self.sister)
        with self._closed_for(self.branch | self.sister):
            self.assertEqual(self.branch._urssaf_holder(), self.company)
            self.assertEqual(self.sister._urssaf_holder(), self.sister)
            self.assertEqual(self.company._urssaf_served(), self.company | self.branch)
            with self.assertLogs(WORK, "ERROR"):
                self._pay(request)
        self.assertEqual(request.amount_booked, 66.0, "with the settings above")

    def test_whoever_presses_a_button_is_told(self):
        partner = self._make_partner(email="paris@example.com")
        self._enrol(partner)
        move = self._invoice(partner)
        with self._closed_for(self.company):
            with self.assertRaises(UserError) as raised:
                self.company.with_user(
                    self.env.ref("base.user_admin")
                ).action_urssaf_test_connection()
            self.assertIn("kept outside of Odoo", str(raised.exception))
            self.assertNotIn(SECRET, str(raised.exception))
            move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.state, "queued", "nothing has left")
        self.assertIn("kept outside of Odoo", request.last_error_message)
        self.assertNotIn(SECRET, request.last_error_message)
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("send")
        self.assertEqual(request.state, "waiting", "by itself, once it answers")

    def test_the_demande_says_it_once(self):
        """What the connection says of an outage is not said again as its last error."""
        form = self.env["urssaf.payment.request"].get_view(view_type="form")
        [hidden] = [
            node.get("invisible")
            for node in etree.fromstring(form["arch"]).iter()
            if "last_error_kind in" in (node.get("invisible") or "")
        ]
        said = {"last_error_message": "why", "connection_notice": "why"}
        for kind in OUTAGE_KINDS:
            self.assertTrue(safe_eval(hidden, {**said, "last_error_kind": kind}), kind)
        self.assertFalse(safe_eval(hidden, {**said, "last_error_kind": "rejected"}))

    def test_its_settings_can_be_saved(self):
        self.company.urssaf_environment = "production"
        with self._closed_for(self.company):
            self.company.urssaf_sandbox_url = "http://127.0.0.1:8091"
            steps = self.company._urssaf_step_credentials()
        self.assertEqual(self.company.urssaf_sandbox_url, "http://127.0.0.1:8091")
        self.assertTrue(steps)
