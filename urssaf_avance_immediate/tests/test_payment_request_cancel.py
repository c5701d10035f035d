# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf is asked to cancel by e-mail, and the state waits for its word."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestCancel(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.company_registry = "73282932000074"

    def setUp(self):
        super().setUp()
        self._enrol()
        self.request = self._sent()
        self.request.sudo().remote_label = "En attente de validation"

    def _mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", self.request._name), ("res_id", "=", self.request.id)]
        )

    def _wizard(self, **values):
        action = self.request.move_id.with_user(self.user).button_request_cancel()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action["context"])
        )
        form.reason = "ANNUL_ERR_MNT"
        form.comment = "Trois heures au lieu de deux"
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    def _in_production(self):
        self.company.urssaf_environment = "production"
        self.request.sudo().environment = "production"
        self.request.sudo()._set_state("waiting")

    def test_everything_that_urssaf_asks(self):
        wizard = self._wizard()
        self.assertIn(self.request.external_id, wizard.subject)
        for text in (
            "73282932000074",
            self.request.name,
            self.request.external_id,
            "En attente de validation",
            "66",
            "15",  # March
            "ANNUL_ERR_MNT",
            "Montant facturé erroné",
            "Trois heures au lieu de deux",
            self.company.name,
            self.user.name,
        ):
            self.assertIn(text, wizard.body)
        self.assertEqual(wizard.email_to, "avance-immediate@urssaf.fr")

    def test_nothing_leaves_outside_production(self):
        wizard = self._wizard()
        self.assertFalse(wizard.production)
        action = wizard.action_send()
        self.assertIn("avance-immediate@urssaf.fr", action["params"]["message"])
        self.assertFalse(self._mails())
        message = self.request.message_ids.sorted("id")[-1]
        self.assertIn("Nothing was sent", message.body)
        self.assertIn("Trois heures", message.body)
        self.assertTrue(self.request.cancel_awaited)

    def test_sent_in_production(self):
        self._in_production()
        wizard = self._wizard(subject="Annulation")
        self.assertTrue(wizard.production)
        wizard.action_send()
        mail = self._mails()
        self.assertEqual(mail.email_to, "avance-immediate@urssaf.fr")
        self.assertEqual(mail.subject, "Annulation")
        self.assertIn("Trois heures", mail.body_html)
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(mail.auto_delete)
        self.assertIn(mail.mail_message_id, self.request.message_ids)

    def test_a_copy_of_production_does_not_write(self):
        self._in_production()
        # As neutralize.sql does: the demandes keep the environment they had.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET urssaf_environment = 'sandbox' WHERE id = %s",
            [self.company.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "belongs to “Urssaf production”"):
            self._wizard()
        self.assertFalse(self._mails())

    def test_the_state_waits_for_urssaf(self):
        self._wizard().action_send()
        self.assertEqual(self.request.state, "waiting")
        self.assertTrue(self.request.move_id.need_cancel_request)
        self.assertEqual(self.request.cancel_requested_on, NOW)
        reason = {"code": "ANNUL_ERR_MNT"}
        self._demande(self.request).move("110", "Annulée", rejection=reason)
        self.request.action_urssaf_refresh()
        self.assertEqual(self.request.state, "cancelled")
        self.assertFalse(self.request.cancel_awaited)
        self.assertFalse(self.request.move_id.need_cancel_request)
        self.assertTrue(self.request.can_correct)

    def test_reminder(self):
        self._wizard().action_send()
        for days, told in ((6, False), (8, True)):
            with freeze_time(NOW + timedelta(days=days)):
                self.request.activity_ids.unlink()
                self.request.sudo().told_at = NOW + timedelta(days=days)
                self._run_cron("digest")
            self.assertEqual(bool(self.request.activity_ids), told, days)
        self.assertIn("En attente", self.request.activity_ids.note)

    def test_what_is_missing_is_named(self):
        self.company.company_registry = False
        wizard = self._wizard()
        with self.assertRaisesRegex(UserError, "SIRET"):
            wizard.action_send()
        self.assertFalse(self.request.cancel_requested_on)

    def test_the_address_is_an_address(self):
        with self.assertRaises(ValidationError):
            self.company.urssaf_cancel_email = "avance-immediate"

    def test_nothing_to_cancel(self):
        self.request.sudo()._set_state("unknown")
        with self.assertRaisesRegex(UserError, "finding out"):
            self.request.move_id.button_request_cancel()
        self.request.sudo()._set_state("refused")
        with self.assertRaises(UserError):
            self.request.action_request_cancel()

    def test_only_users_ask(self):
        biller = self._make_user("biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.request.move_id.with_user(biller).button_request_cancel()
