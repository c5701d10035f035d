# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the customer is told until he is active: through the scheduled actions."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..models.exchange import work
from .cases import NOW, UrssafCase

ANNOUNCE = "Avance immédiate: Urssaf is about to write to you"
REMIND = "Avance immédiate: your account is not active yet"
CONFIRM = "Avance immédiate: your account is active"
CALL = "urssaf_avance_immediate.activity_type_call_customer"
HANDLE = "urssaf_avance_immediate.activity_type_to_handle"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class CompanionCase(UrssafCase):
    def _after(self, **delay):
        """The hourly action, that long after the enrolment; return what it wrote."""
        before = self._mails()
        with freeze_time(NOW + timedelta(**delay)):
            self._run_cron("companion")
        return (self._mails() - before).mapped("subject")

    def _mails(self, partner=None):
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", (partner or self.partner).ids)], order="id"
        )

    def _activate(self, enrolment):
        self.fake.customers[enrolment.external_id].activate("16/03/2026 09:30")
        enrolment.action_urssaf_refresh()


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCompanion(CompanionCase):
    def test_a_customer_who_never_activates(self):
        enrolment = self._enrol(active=False)
        self.assertFalse(self._mails(), "nothing leaves with the enrolment itself")
        self.assertEqual(self._after(minutes=2), [ANNOUNCE])
        self.assertEqual(self._after(days=2, hours=23), [])
        self.assertEqual(self._after(days=3, minutes=1), [REMIND])
        self.assertEqual(self._after(days=6, minutes=1), [REMIND])
        self.assertFalse(enrolment.activity_ids)
        self.assertEqual(self._after(days=7, minutes=1), [])
        [call] = enrolment.activity_ids
        self.assertEqual(call.activity_type_id, self.env.ref(CALL))
        self.assertEqual(self._after(days=30), [])
        self.assertFalse(enrolment.companion_next_at)
        self.assertEqual(len(enrolment.activity_ids), 1)

    def test_announcement_serves_new_and_known_customers(self):
        self._enrol(active=False)
        self._after(minutes=2)
        [mail] = self._mails()
        self.assertIn("ACTIVER MON COMPTE", mail.body_html)
        self.assertIn("AJOUTER À VOTRE LISTE D’INTERVENANTS", mail.body_html)
        self.assertIn("optional", mail.body_html)
        self.assertIn(self.company.name, mail.body_html)
        self.assertNotIn("Your Urssaf Enrolment", mail.body_html)
        self.assertNotIn("Internal communication", mail.body_html)
        for secret in ("Durand", "1980", "0639980102"):
            self.assertNotIn(secret, mail.body_html)

    def test_queued_and_in_the_chatter(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        [mail] = self._mails()
        self.assertEqual(mail.state, "outgoing")
        self.assertIn(mail.mail_message_id, enrolment.message_ids)
        self.assertEqual(mail.author_id, self.company.partner_id)
        self.assertNotIn(self.partner, enrolment.message_partner_ids)

    def test_same_action_twice_sends_once(self):
        self._enrol(active=False)
        self.assertEqual(self._after(minutes=2), [ANNOUNCE])
        self.assertEqual(self._after(minutes=2), [])
        self.assertEqual(self._after(days=3, minutes=1), [REMIND])
        self.assertEqual(self._after(days=3, minutes=1), [])

    def test_asking_urssaf_every_hour_starts_nothing_anew(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("follow")
            enrolment.action_urssaf_refresh()
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(self._after(hours=3), [])

    def test_a_row_held_by_another_worker_is_left_alone(self):
        enrolment = self._enrol(active=False)
        empty = enrolment.browse()
        with patch.object(type(enrolment), "_lock", lambda self: empty):
            self.assertEqual(self._after(minutes=2), [])
        self.assertEqual(self._after(minutes=2), [ANNOUNCE])

    def test_what_is_undone_with_the_record_of_it_is_done_again(self):
        """A crash before the commit takes the message away with the note of it."""
        enrolment = self._enrol(active=False)

        def crash(self, processed=0, remaining=None):
            if processed and enrolment.companion_told_at:
                # No exception that the action survives: the process ends.
                raise SystemExit("killed")

        with (
            patch.object(work, "checkpoint", crash),
            self.assertRaises(SystemExit),
            self.cr.savepoint(),
            freeze_time(NOW + timedelta(minutes=2)),
        ):
            enrolment._companion_due(self.company)
        self.assertFalse(self._mails())
        self.assertEqual(self._after(minutes=2), [ANNOUNCE])

    def test_a_long_pause_of_the_server_sends_one_message(self):
        self._enrol(active=False)
        self.assertEqual(self._after(days=6, hours=1), [REMIND])
        self.assertEqual(self._after(days=6, hours=1), [])

    def test_days_of_the_company(self):
        self.company.urssaf_companion_days = "2,10"
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        self.assertEqual(self._after(days=2, minutes=1), [REMIND])
        self.company.urssaf_companion_days = "1, 2, 10"
        self.assertEqual(self._after(days=2, hours=2), [])
        self.assertEqual(self._after(days=10, minutes=1), [REMIND])
        self._after(days=11, minutes=1)
        self.assertEqual(enrolment.activity_ids.activity_type_id, self.env.ref(CALL))

    def test_no_reminder_still_calls(self):
        self.company.urssaf_companion_days = False
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        self.assertEqual(self._after(days=6), [])
        self._after(days=7, minutes=1)
        self.assertTrue(enrolment.activity_search([CALL]))

    def test_days_that_make_no_sense(self):
        for days in ("6, 3", "0, 3", "3; 6", "tomorrow", "3, 3", "61", "3,"):
            with self.subTest(days=days), self.assertRaises(ValidationError) as raised:
                self.company.urssaf_companion_days = days
            self.assertIn("Reminders after (days)", str(raised.exception))

    def test_active_customer_is_thanked_once(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        self._after(days=8)
        self.assertTrue(enrolment.activity_search([CALL]))
        self._activate(enrolment)
        self.assertFalse(enrolment.activity_ids)
        self.assertEqual(self._after(days=8, hours=1), [CONFIRM])
        self.assertEqual(self._after(days=9), [])

    def test_active_at_once_skips_the_announcement(self):
        enrolment = self._enrol(active=False)
        self._activate(enrolment)
        self.assertEqual(self._after(minutes=2), [CONFIRM])

    def test_confirmation_is_optional(self):
        self.company.urssaf_companion_confirm = False
        enrolment = self._enrol(active=False)
        self._activate(enrolment)
        self.assertEqual(self._after(minutes=2), [])

    def test_back_from_blocked_is_no_activation(self):
        enrolment = self._enrol(active=False)
        self._activate(enrolment)
        self._after(minutes=2)
        for state in ("blocked", "active"):
            enrolment.sudo()._set_state(state)
        self.assertEqual(self._after(minutes=3), [])

    def test_nothing_after_a_refusal_an_end_or_a_block(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        for state in ("error", "ended", "blocked", "draft"):
            with self.subTest(state=state), self.cr.savepoint() as savepoint:
                enrolment.sudo()._set_state(state)
                self.assertEqual(self._after(days=3, hours=1), [])
                self.assertEqual(self._after(days=8), [])
                self.assertFalse(enrolment.activity_search([CALL]))
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_refused_at_once_is_told_nothing(self):
        self.fake.fail("010", "reject_400(ERR_DGFIP_R2P_INCONNU)")
        self._enrol(active=False)
        self.assertEqual(self._after(days=3, hours=1), [])

    def test_enrolled_again_is_told_again(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        enrolment.sudo()._set_state("ended")
        with freeze_time(NOW + timedelta(days=40)):
            self.partner.action_urssaf_enrol()
        self.assertEqual(self._after(days=40, minutes=2), [ANNOUNCE])
        self.assertEqual(self._after(days=43, minutes=1), [REMIND])

    def test_lost_answer_found_later_is_announced(self):
        self.fake.fail("010", "reset_after")
        self._enrol(active=False)
        self.assertEqual(self._after(minutes=2), [])
        self._run_cron("repair")
        self.assertEqual(self._after(minutes=2), [ANNOUNCE])

    def test_adopted_customer_is_not_announced_anything(self):
        known = self.fake.add_customer(active=False)
        wizard = self.env["urssaf.enrolment.adopt"].create(
            {"partner_id": self.partner.id, "external_id": known.id_client}
        )
        wizard.criterion = "identifier"
        wizard.action_ask()
        wizard.action_adopt()
        self.assertEqual(self.partner.urssaf_enrolment_state, "pending")
        self.assertEqual(self._after(days=3, hours=1), [])

    def test_imported_customer_is_not_announced_anything(self):
        known = self.fake.add_customer(active=False)
        self.partner._urssaf_enrolments()._adopt_unverified(known.id_client)
        self._run_cron("follow")
        self.assertEqual(self.partner.urssaf_enrolment_state, "pending")
        self.assertEqual(self._after(days=3, hours=1), [])

    def test_opt_out_of_the_customer(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        self.partner.urssaf_no_companion = True
        self.assertEqual(self._after(days=3, hours=1), [])
        self._run_digest(days=5)
        self.assertTrue(enrolment.activity_search([HANDLE]), "the office is told")
        with self.assertRaises(UserError):
            enrolment.action_urssaf_remind()

    def test_company_switch(self):
        self.company.urssaf_companion = False
        self._enrol(active=False)
        self.assertEqual(self._after(days=3, hours=1), [])
        self.company.urssaf_companion = True
        self.assertEqual(self._after(days=4), [], "no stale announcement")

    def _run_digest(self, **delay):
        with freeze_time(NOW + timedelta(**delay)):
            self._run_cron("digest")

    def test_the_daily_watch_waits_for_the_reminders(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        self._run_digest(days=5)
        self.assertFalse(enrolment.activity_ids)
        self._after(days=8)
        self._run_digest(days=9)
        self.assertEqual(enrolment.activity_ids.activity_type_id, self.env.ref(CALL))

    def test_broken_template_loses_nothing(self):
        template = self.env.ref(
            "urssaf_avance_immediate.mail_template_companion_announce"
        ).with_user(self.env.ref("base.user_root"))
        good = template.body_html
        # Odoo tries a template when it is saved: this one fails later. Without any
        # words Odoo would take it for an empty one, and render nothing.
        template.body_html = (
            '<p>Hello <t t-out="1 // (object.partner_id.color - 7)"/></p>'
        )
        self.partner.color = 7
        enrolment = self._enrol(active=False)
        self.assertEqual(self._after(minutes=2), [])
        self.assertEqual(enrolment.state, "pending")
        self.assertRegex(enrolment.not_told_reason, "template|modèle")
        self.assertRegex(self._not_told().note, "template|modèle")
        template.body_html = good
        self.assertEqual(self._after(hours=20), [])
        self.assertEqual(self._after(days=1, minutes=5), [ANNOUNCE])
        self.assertFalse(enrolment.not_told_reason or self._not_told())

    def _not_told(self):
        return self.company.partner_id.activity_search(
            ["urssaf_avance_immediate.activity_type_not_told"]
        )

    def test_deleted_template_is_told(self):
        self.env.ref(
            "urssaf_avance_immediate.mail_template_companion_announce"
        ).unlink()
        enrolment = self._enrol(active=False)
        self.assertEqual(self._after(minutes=2), [])
        self.assertRegex(enrolment.not_told_reason, "deleted|supprimé")
        self.assertTrue(self._not_told())

    def test_no_email_any_more(self):
        enrolment = self._enrol(active=False)
        self.partner.email = False
        self.assertEqual(self._after(minutes=2), [])
        self.assertTrue(enrolment.activity_search([CALL]))

    def test_bounce_calls_the_customer_early(self):
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        enrolment._message_receive_bounce(self.partner.email, self.partner)
        self.assertTrue(enrolment.activity_search([CALL]))
        self.assertEqual(self._after(days=3, hours=1), [])

    def test_mail_server_down(self):
        """Odoo’s queue fails; the enrolment and what was written stay."""
        enrolment = self._enrol(active=False)
        self._after(minutes=2)
        mails = self._mails()
        with patch.object(
            type(self.env["ir.mail_server"]),
            "_connect__",
            side_effect=ConnectionRefusedError("down"),
        ):
            mails.send()
        self.assertEqual(mails.state, "exception")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(self._after(minutes=5), [])

    def test_other_company_is_not_told(self):
        other = self.env["res.company"].create(
            {
                "name": "Autre",
                "urssaf_sandbox_client_id": "other",
                "urssaf_sandbox_client_secret": "other-secret",
                "urssaf_companion": False,
            }
        )
        self.env.user.company_ids |= other
        self._enrol(active=False)
        self.partner.with_company(other)._urssaf_record_consent("office")
        self.partner.with_company(other).action_urssaf_enrol()
        self.assertEqual(self._after(minutes=2), [ANNOUNCE])
        [mail] = self._mails()
        self.assertEqual(mail.author_id, self.company.partner_id)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._get(
            "urssaf_avance_immediate"
        )._update_translations(["fr_FR"], overwrite=True)
        self.partner.lang = "fr_FR"
        self._enrol(active=False)
        self.assertEqual(
            self._after(minutes=2), ["Avance immédiate\u00a0: l'Urssaf va vous écrire"]
        )
        [mail] = self._mails()
        self.assertIn("Bonjour", mail.body_html)
        self.assertNotIn("Hello", mail.body_html)

    def test_remind_button(self):
        enrolment = self._enrol(active=False).with_user(self.user)
        enrolment.action_urssaf_remind()
        self.assertEqual(self._mails().mapped("subject"), [REMIND])
        self._activate(enrolment)
        with self.assertRaises(UserError):
            enrolment.action_urssaf_remind()

    def test_remind_button_is_for_the_users(self):
        enrolment = self._enrol(active=False)
        biller = self._make_user("biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            enrolment.with_user(biller).action_urssaf_remind()

    def test_settings(self):
        settings = Form(self.env["res.config.settings"].with_company(self.company))
        settings.urssaf_advanced = True
        settings.urssaf_companion_days = "4, 5"
        settings.save().execute()
        self.assertEqual(self.company._urssaf_companion_days(), [4, 5])
        action = self.env["res.config.settings"].action_urssaf_templates()
        self.assertEqual(self.env["mail.template"].search_count(action["domain"]), 8)
