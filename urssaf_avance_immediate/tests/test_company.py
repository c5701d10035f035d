# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of the company, the connection, and a neutralised copy."""

from unittest.mock import patch

from lxml import etree
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.modules import neutralize
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .cases import NOW, UrssafCase, credentials


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

    def test_credentials_of_one_environment_go_to_no_other(self):
        """Whatever is typed as a sandbox’s address: production’s never go there."""
        self.company.write(credentials(False, False))
        self.company.write(
            {
                "urssaf_production_client_id": "real",
                "urssaf_production_client_secret": "real-secret",
            }
        )
        for environment in ("sandbox", "test"):
            self.company.urssaf_environment = environment
            self.assertFalse(self.company.urssaf_configured)
            with self.assertRaises(UserError) as raised:
                self.company.action_urssaf_test_connection()
            self.assertNotIn("real", str(raised.exception))
        self.assertFalse(self.fake.calls)
        self.company.urssaf_test_client_id = "trial"
        self.company.urssaf_test_client_secret = "trial-secret"
        said = {}
        for environment in ("test", "production"):
            self.company.urssaf_environment = environment
            self.company.action_urssaf_test_connection()
            call = self.fake.calls_of("token")[-1]
            said[call.host] = call.json["client_id"], call.json["client_secret"]
        self.assertEqual(
            said,
            {
                "api-edi.urssaf.fr": ("trial", "trial-secret"),
                "api.urssaf.fr": ("real", "real-secret"),
            },
        )

    def test_sandbox_is_on_this_machine_or_network(self):
        allow = self.env["ir.config_parameter"].sudo().set_param
        name = "urssaf_avance_immediate.sandbox_hosts"
        for address in (
            "https://bac.example",
            "http://127.0.0.1@bac.example",
            "http://169.254.169.254",
            "https://api.urssaf.fr",
        ):
            with self.assertRaisesRegex(ValidationError, "Sandbox address"):
                self.company.urssaf_sandbox_url = address
        self.company.urssaf_sandbox_url = "http://192.168.1.20:8090/bac"
        allow(name, "autre.example, bac.example,api.urssaf.fr")
        self.company.urssaf_sandbox_url = "https://bac.example"
        self.assertTrue(self.company._urssaf_get_credentials()["base_url"])
        with self.assertRaises(ValidationError):
            self.company.urssaf_sandbox_url = "https://api.urssaf.fr"
        # Taken back: what is stored is not called any more.
        allow(name, False)
        with self.assertRaisesRegex(UserError, "its address"):
            self.company.action_urssaf_test_connection()
        self.assertFalse(self.fake.calls)

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
        self.company.urssaf_sandbox_client_secret = False
        with self.assertRaises(UserError) as raised:
            self.company.action_urssaf_test_connection()
        self.assertIn("fill in the client ID", str(raised.exception))
        self.assertFalse(self.fake.calls)

    def test_settings_screen(self):
        settings = self.env["res.config.settings"].create(
            {"urssaf_sandbox_client_id": "autre", "urssaf_batch_size": 4}
        )
        settings.action_urssaf_test_connection()
        self.assertEqual(self.company.urssaf_sandbox_client_id, "autre")
        self.assertEqual(self.company.urssaf_batch_size, 4)

    def test_settings_show_the_trade_among_ours(self):
        """The rows of the trade stand in our block, and its own block is hidden."""
        arch = etree.fromstring(self.env["res.config.settings"].get_view()["arch"])
        ours = "//block[@id='urssaf_settings_company']"
        for name in ("home_service_sap_number", "home_service_intervenant"):
            self.assertEqual(len(arch.xpath(f"//field[@name='{name}']")), 1)
            self.assertEqual(len(arch.xpath(f"{ours}//field[@name='{name}']")), 1)
        # Odoo moves what stands directly in a place, and leaves the rest as it is read.
        self.assertFalse(arch.xpath("//*[@position]"))

    def test_settings_say_that_the_person_in_charge_is_archived(self):
        person = self._make_user("gone", "urssaf_avance_immediate.group_user")
        self.company.urssaf_responsible_id = person
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.urssaf_responsible_notice)
        person.active = False
        settings = self.env["res.config.settings"].create({})
        self.assertIn(person.name, settings.urssaf_responsible_notice)

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
        self.company.write(credentials(False, False))
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
        self.partner.action_urssaf_send_form()
        link = "/urssaf/fiche/"
        mails = self.env["mail.mail"].search([("body_html", "like", link)])
        self.assertEqual(mails.state, "outgoing")
        self.env.flush_all()
        installed = neutralize.get_installed_modules(self.cr)
        for query in neutralize.get_neutralization_queries(installed):
            self.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(self.company.urssaf_environment, "sandbox")
        for name in credentials("", ""):
            self.assertFalse(self.company[name], name)
        self.assertEqual((sent.state, queued.state), ("waiting", "draft"))
        # The link would open the form of the original database.
        self.assertFalse(mails.exists())
        self.cr.execute(
            "SELECT id FROM mail_message WHERE position(%s IN body) > 0", [link]
        )
        self.assertFalse(self.cr.fetchall())
        self.assertEqual(self.partner.urssaf_form_id.state, "revoked")
        self.assertEqual(queued.move_id.urssaf_state, "draft")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual((enrolment.state, enrolment.external_id), ("draft", False))
        # Even with credentials for a sandbox, nothing of production is asked there.
        self.company.write(
            {
                "urssaf_sandbox_client_id": "demo",
                "urssaf_sandbox_client_secret": "demo-secret",
                "urssaf_sandbox_url": "http://127.0.0.1:8090",
            }
        )
        calls = len(self.fake.calls)
        for cron in ("send", "follow", "repair", "digest"):
            self._run_cron(cron)
        self.assertEqual(len(self.fake.calls), calls)
