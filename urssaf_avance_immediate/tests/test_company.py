# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of the company, the connection, and a neutralised copy."""

from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.modules import neutralize
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCompany(UrssafCase):
    def test_production_is_an_explicit_choice(self):
        company = self.env["res.company"].create({"name": "Nouvelle"})
        self.assertEqual(company.urssaf_environment, "sandbox")
        self.assertFalse(company.urssaf_configured)

    def test_hosts(self):
        self.fake.add_customer()
        for environment, host in (
            ("sandbox", "127.0.0.1:8090"),
            ("test", "api-edi.urssaf.fr"),
            ("production", "api.urssaf.fr"),
        ):
            self.company.urssaf_environment = environment
            self.company.action_urssaf_test_connection()
            self.assertEqual({call.host for call in self.fake.calls}, {host})
            self.fake.calls.clear()

    def test_connection_ok(self):
        action = self.company.action_urssaf_test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual([c.method for c in self.fake.calls], ["token", "070"])

    def test_connection_advice(self):
        for method, kind, words in (
            ("token", "unauthorized", "client secret"),
            ("token", "refused", "cannot be reached"),
            ("070", "forbidden", "client secret"),
            ("070", "http_503", "later"),
            ("070", "html_200", "Check the environment"),
        ):
            with self.subTest(kind=kind, method=method):
                self.fake.fail(method, kind, 5)
                with self.assertRaises(UserError) as raised:
                    self.company.action_urssaf_test_connection()
                self.assertIn(words, str(raised.exception))
                self.assertNotIn("demo-secret", str(raised.exception))
                self.setUp()

    def test_connection_without_credentials(self):
        self.company.urssaf_client_secret = False
        with self.assertRaises(UserError) as raised:
            self.company.action_urssaf_test_connection()
        self.assertIn("fill in the client ID", str(raised.exception))
        self.assertFalse(self.fake.calls)

    def test_settings_screen(self):
        settings = self.env["res.config.settings"].create(
            {"urssaf_client_id": "autre", "urssaf_batch_size": 4}
        )
        settings.action_urssaf_test_connection()
        self.assertEqual(self.company.urssaf_client_id, "autre")
        self.assertEqual(self.company.urssaf_batch_size, 4)

    def test_identifiers(self):
        for field, bad, good in (
            ("urssaf_sap_number", "SAP123456789", "SAP732829320"),
            ("urssaf_sap_number", "732829320", "SAP732829320"),
            ("urssaf_intervenant", "SIR73282932000075", "SIR73282932000074"),
        ):
            with self.assertRaises(ValidationError):
                self.company[field] = bad
            self.company[field] = good

    @mute_logger("odoo.sql_db")
    def test_batch_size(self):
        for size in (0, 11):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.company.urssaf_batch_size = size
                self.company.flush_recordset()

    def test_leaving_the_sandbox(self):
        request = self._sent()
        self.company.urssaf_environment = "test"
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual((request.state, enrolment.state), ("cancelled", "draft"))
        self.assertFalse(enrolment.external_id)
        self.assertFalse(request.move_id.need_cancel_request)

    def test_leaving_production_waits_for_the_end(self):
        self.company.urssaf_environment = "production"
        request = self._sent()
        with self.assertRaises(UserError):
            self.company.urssaf_environment = "sandbox"
        self.assertEqual(request.state, "waiting")
        request.sudo()._set_state("paid", next_call_at=False)
        self.company.urssaf_environment = "sandbox"
        self.assertEqual(request.state, "paid")

    def test_credentials_kept_elsewhere(self):
        """A module that overrides the hook needs no secret in the database."""
        self.company.write({"urssaf_client_id": False, "urssaf_client_secret": False})
        vault = {
            "base_url": "http://127.0.0.1:8090/atp/v1/tiersPrestations",
            "token_url": "http://127.0.0.1:8090/api/oauth/v1/token",
            "client_id": "vault",
            "client_secret": "vault-secret",
        }
        with patch.object(
            type(self.company), "_urssaf_get_credentials", lambda _company: vault
        ):
            self.company.invalidate_recordset()
            self.assertTrue(self.company.urssaf_configured)
            self._enrol()
            self.assertEqual(self._sent().state, "waiting")

    def test_journal_of_another_company(self):
        other = self.env["res.company"].create({"name": "Autre"})
        journal = self.env["account.journal"].create(
            {"name": "B", "code": "B", "type": "bank", "company_id": other.id}
        )
        with self.assertRaises(ValidationError):
            self.company.urssaf_payment_journal_id = journal

    def test_neutralised_copy_reaches_nobody(self):
        self.company.urssaf_environment = "production"
        self._enrol()
        sent = self._sent()
        self.fake.fail("050", "http_503")
        queued = self._sent()
        self.env.flush_all()
        installed = neutralize.get_installed_modules(self.cr)
        for query in neutralize.get_neutralization_queries(installed):
            self.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(self.company.urssaf_environment, "sandbox")
        self.assertFalse(
            self.company.urssaf_client_id or self.company.urssaf_client_secret
        )
        self.assertEqual((sent.state, queued.state), ("waiting", "draft"))
        self.assertEqual(queued.move_id.urssaf_state, "draft")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual((enrolment.state, enrolment.external_id), ("draft", False))
        # Even with credentials for a sandbox, nothing of production is asked there.
        self.company.write(
            {
                "urssaf_client_id": "demo",
                "urssaf_client_secret": "demo-secret",
                "urssaf_sandbox_url": "http://127.0.0.1:8090",
            }
        )
        calls = len(self.fake.calls)
        for cron in ("send", "follow", "repair", "digest"):
            self._run_cron(cron)
        self.assertEqual(len(self.fake.calls), calls)
