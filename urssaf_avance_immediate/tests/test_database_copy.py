# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A copy of the database that nobody neutralised: silent, and it says why."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.modules import neutralize
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from odoo.addons.mail.tests.common import MockEmail

from ..models.company.holder import REAL_DATABASE
from .cases import NOW, UrssafCase, credentials

CRONS = ("send", "follow", "repair", "digest", "companion", "crosscheck")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDatabaseCopy(UrssafCase, MockEmail):
    def setUp(self):
        super().setUp()
        self.parameters = self.env["ir.config_parameter"].sudo()
        self.company.urssaf_environment = "production"
        self._enrol()

    def _copy(self, uuid="another-uuid", name=None):
        """What Odoo’s database manager does: the copy gets another identifier."""
        if name:
            real = f"{self.parameters.get_param('database.uuid')} {name}"
            self.parameters.set_param(REAL_DATABASE, real)
        else:
            self.parameters.set_param("database.uuid", uuid)
        self.env.invalidate_all()
        self.fake.calls.clear()

    def _assert_silent(self):
        self.assertEqual([c.method for c in self.fake.calls], [])

    def _mails(self):
        return self.env["mail.mail"].sudo().search([])

    # -- what is remembered ----------------------------------------------------

    def test_the_database_of_production_is_remembered(self):
        known = self.parameters.get_param(REAL_DATABASE)
        self.assertIn(self.parameters.get_param("database.uuid"), known)
        self.assertIn(self.env.cr.dbname, known)

    def test_neither_the_sandbox_nor_the_test_platform_is(self):
        self.parameters.set_param(REAL_DATABASE, False)
        for environment in ("sandbox", "test"):
            self.other_company.sudo().urssaf_environment = environment
            self.other_company.sudo().write(credentials("other", "changed"))
            self.assertFalse(self.parameters.get_param(REAL_DATABASE))

    def test_new_credentials_in_a_copy_do_not_make_it_real(self):
        self._copy()
        self.company.write(credentials("demo", "typed again"))
        self._run_cron("send")
        self._assert_silent()
        self.assertTrue(self.company.urssaf_copy_notice)

    # -- nothing leaves --------------------------------------------------------

    def test_no_call_of_any_method(self):
        live = self._sent()
        queued = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(queued)
        unknown = self._sent()
        unknown.sudo()._set_state("unknown", next_call_at=NOW)
        waiting = self._make_partner(email="new@example.com")
        waiting._urssaf_enrolments()._enqueue()
        (live | unknown).sudo().next_call_at = NOW
        self.env["urssaf.crosscheck"].create(
            {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        ).sudo()._begin()
        self._copy()
        mails = self._mails()
        with freeze_time(NOW + timedelta(days=8)):
            for cron in CRONS:
                self._run_cron(cron)
        self._assert_silent()
        self.assertEqual(self._mails(), mails)
        self.assertEqual(queued.urssaf_state, "queued")
        self.assertEqual((live.state, unknown.state), ("waiting", "unknown"))

    def test_no_button_calls(self):
        request, move = self._sent(), self._invoice()
        enrolment = self.partner.urssaf_enrolment_id
        customer = self._make_partner(email="new@example.com")
        self._copy()
        for button in (
            request.action_urssaf_refresh,
            request.action_request_cancel,
            request.action_register_transfer,
            enrolment.action_urssaf_refresh,
            enrolment.action_urssaf_remind,
            move.action_urssaf_send,
            customer.action_urssaf_enrol,
            customer.action_urssaf_send_form,
            self.company.action_urssaf_test_connection,
        ):
            with self.subTest(button=button.__name__):
                try:
                    action = button()
                    said = action["params"]["message"]
                except UserError as error:
                    said = str(error)
                self._assert_silent()
                self.assertIn("This database", said)
        self.assertEqual(move.urssaf_state, "queued")
        check = self.env["urssaf.crosscheck"].create(
            {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        )
        check.action_start()
        self.assertIn("This database", check.last_error_message)
        adopt = self.env["urssaf.enrolment.adopt"].create(
            {"partner_id": customer.id, "email": "new@example.com"}
        )
        with self.assertRaises(UserError):
            adopt.action_ask()
        self._assert_silent()

    def test_messages_that_waited_stay_in_the_queue(self):
        self.company.urssaf_notify_sent = True
        self._sent()
        self._run_cron("follow")
        self._make_partner(email="form@example.com").action_urssaf_send_form()
        ours = self._mails().filtered(lambda m: m.state == "outgoing")
        self.assertEqual(len(ours.filtered(lambda m: not m.model)), 1)
        self.assertTrue(ours.filtered(lambda m: m.model == "urssaf.payment.request"))
        others = self.env["mail.mail"].create(
            {"subject": "Bonjour", "email_to": "x@example.com", "body_html": "…"}
        )
        self._copy()
        with self.mock_mail_gateway():
            (ours | others).send()
        self.assertEqual(set(ours.mapped("state")), {"outgoing"})
        self.assertEqual(others.state, "sent")
        # The link of a form is held as well, though its e-mail names no record.
        self.assertEqual(ours._urssaf_held(), ours)

    def test_certificates_that_waited_stay_in_the_queue(self):
        certificate = self.env["home.service.certificate"].sudo()
        certificate = certificate.create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "year": 2025,
                "date_basis": "payment",
            }
        )
        certificate.with_context(mail_notify_force_send=False).message_post(
            body="Your certificate", partner_ids=self.partner.ids
        )
        mail = self._mails().filtered(lambda one: one.model == certificate._name)
        self.assertEqual(mail.state, "outgoing")
        self._copy()
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual(mail.state, "outgoing")

    # -- and it says why -------------------------------------------------------

    def test_said_on_what_waits_and_on_the_customer(self):
        move = self._invoice()
        request = self._sent()
        self._copy()
        for record in (move, request.move_id):
            alert = record.alerts["urssaf_connection"]
            self.assertEqual(alert["level"], "danger")
            self.assertIn("is the real one now", alert["message"])
        self.assertTrue(request.copied)
        self.assertIn(self.env.cr.dbname, request.connection_notice)
        self.assertTrue(self.partner.urssaf_copy_notice)
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.urssaf_copy_notice)

    def test_a_copy_by_postgresql_has_the_same_identifier(self):
        """createdb -T, or a dump restored under another name: the name tells."""
        self._copy(name="entreprise")
        self._run_cron("send")
        self.assertIn("“entreprise”", self.company.urssaf_copy_notice)
        with self.assertRaises(UserError):
            self.company.action_urssaf_test_connection()
        self._assert_silent()

    # -- the way out -----------------------------------------------------------

    def test_this_is_the_real_one_now(self):
        queued = self._invoice()
        self._copy()
        queued.action_urssaf_send()
        self.assertEqual(queued.urssaf_state, "queued")
        with self.assertRaises(AccessError):
            self.company.with_user(self.user).action_urssaf_real_database()
        settings = self.env["res.config.settings"].create({})
        settings.action_urssaf_real_database()
        self.assertFalse(self.company.urssaf_copy_notice)
        self._run_cron("send")
        self.assertEqual(queued.urssaf_state, "waiting")
        note = self.company.partner_id.message_ids[:1].body
        self.assertIn(self.env.user.name, note)

    def test_a_copy_goes_to_the_sandbox(self):
        """Its live demandes do not stop it: the original goes on with them."""
        request = self._sent()
        with self.assertRaises(UserError):
            self.company.urssaf_environment = "sandbox"
        self._copy()
        self.company.urssaf_environment = "sandbox"
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(self.company.urssaf_copy_notice)
        customer = self._make_partner(email="try@example.com")
        self._enrol(customer)
        self.assertTrue(self.fake.calls)

    def test_a_neutralised_copy_is_not_called_a_copy(self):
        """It is in the sandbox; who types production’s credentials in it means it."""
        self._copy()
        installed = neutralize.get_installed_modules(self.cr)
        for query in neutralize.get_neutralization_queries(installed):
            self.cr.execute(query)
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.assertFalse(self.parameters.get_param(REAL_DATABASE))
        self.assertFalse(self.company.urssaf_copy_notice)

    def test_settings_of_the_copy_can_be_opened_and_saved(self):
        self._copy()
        form = Form(self.env["res.config.settings"])
        self.assertIn("is the real one now", form.urssaf_copy_notice)
        form.save()
