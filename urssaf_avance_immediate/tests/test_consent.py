# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The consent of a customer: given, withdrawn, and the contact deleted."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestConsent(UrssafCase):
    def test_withdrawn_before_anything_left(self):
        partner = self.partner.with_user(self.user)
        partner.action_urssaf_withdraw_consent()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertFalse(self.partner.urssaf_consent_date)
        self.assertFalse(enrolment.consent_origin)
        bodies = " ".join(enrolment.message_ids.mapped("body"))
        self.assertIn("consent of the customer is recorded", bodies)
        self.assertIn("consent of the customer ended", bodies)
        with self.assertRaisesRegex(UserError, "Consent"):
            partner.action_urssaf_enrol()
        self.assertFalse(self.fake.calls)
        partner.action_urssaf_record_consent()
        partner.action_urssaf_enrol()
        self.assertEqual(enrolment.state, "pending")

    def test_withdrawn_while_waiting_to_be_sent(self):
        self.fake.fail("010", "http_503")
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "queued")
        self.partner.action_urssaf_withdraw_consent()
        self.assertEqual(enrolment.state, "draft")
        self.assertFalse(enrolment.next_call_at)
        calls = len(self.fake.calls)
        self._run_cron("send")
        self.assertEqual(len(self.fake.calls), calls)

    def test_urssaf_has_the_customer(self):
        self._enrol()
        with self.assertRaisesRegex(UserError, "only the customer"):
            self.partner.action_urssaf_withdraw_consent()
        self.assertTrue(self.partner.urssaf_consent_date)

    def test_for_the_users_of_the_service(self):
        biller = self._make_user("biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.partner.with_user(biller).action_urssaf_withdraw_consent()

    def test_a_contact_of_whom_urssaf_never_heard_can_be_deleted(self):
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "draft")
        self.partner.unlink()
        self.assertFalse(enrolment.exists())

    def test_what_was_exchanged_keeps_its_contact(self):
        self._enrol()
        with self.assertRaisesRegex(UserError, "Archive the contact"):
            self.partner.unlink()
        self.assertTrue(self.partner.exists())

    def test_a_refusal_is_evidence_after_a_change_of_environment(self):
        self._enrol()
        enrolment = self.partner.urssaf_enrolment_id.sudo()
        enrolment._close_with_environment()
        self.assertEqual(enrolment.state, "draft")
        with self.assertRaisesRegex(UserError, "Archive the contact"):
            self.partner.unlink()
