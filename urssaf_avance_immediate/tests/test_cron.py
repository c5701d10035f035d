# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The scheduled actions on a fresh install, and with several companies."""

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

CRONS = ("send", "follow", "repair", "digest")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCron(UrssafCase):
    def test_all_are_on(self):
        for name in CRONS:
            self.assertTrue(self.env.ref(f"urssaf_avance_immediate.cron_{name}").active)

    def test_silent_without_configuration(self):
        self.env["res.company"].search([]).write(
            {"urssaf_sandbox_client_id": False, "urssaf_sandbox_client_secret": False}
        )
        with self.assertNoLogs("odoo.addons.urssaf_avance_immediate", "INFO"):
            for name in CRONS:
                self._run_cron(name)
        self.assertFalse(self.fake.calls)

    def test_silent_with_nothing_to_do(self):
        for name in CRONS:
            self._run_cron(name)
        self.assertFalse(self.fake.calls)

    def test_a_company_in_trouble_does_not_stop_the_others(self):
        self._enrol()
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        broken = self.env["res.company"].create(
            {
                "name": "A en panne",
                "urssaf_sandbox_client_id": "x",
                "urssaf_sandbox_client_secret": "y",
                "urssaf_sandbox_url": False,
            }
        )
        partner = self._make_partner(email="panne@example.com")
        self.env.user.company_ids |= broken
        enrolment = partner.with_company(broken)._urssaf_enrolments()
        enrolment._enqueue()
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertEqual(enrolment.state, "queued")
        self.assertEqual(enrolment.last_error_kind, "config")
        self.assertTrue(broken.partner_id.activity_ids)

    def test_each_call_uses_the_credentials_of_its_company(self):
        self._enrol()
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        self.company.urssaf_environment = "sandbox"
        self.company.urssaf_sandbox_url = "http://localhost:8090"
        self._run_cron("send")
        self.assertEqual(self.fake.calls[-1].host, "localhost:8090")
