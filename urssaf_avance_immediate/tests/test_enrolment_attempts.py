# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is kept of each call of method 010, for whom, and for how long."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import IBAN, NOW, UrssafCase

REFUSAL = "reject_400(ERR_DGFIP_R2P_INCONNU)"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentAttempts(UrssafCase):
    def _refused(self, partner=None):
        self.fake.fail("010", REFUSAL)
        partner = partner or self.partner
        partner.action_urssaf_enrol()
        return partner.urssaf_enrolment_id

    def test_who_when_and_what_was_answered(self):
        enrolment = self._refused(self.partner.with_user(self.user))
        [attempt] = enrolment.attempt_ids
        self.assertEqual(attempt.date, NOW)
        self.assertEqual(attempt.user_id, self.user)
        self.assertEqual(attempt.outcome, "refused")
        self.assertEqual(attempt.code, "ERR_DGFIP_R2P_INCONNU")
        self.assertIn("impôts", attempt.message)
        self.assertNotIn("Durand", attempt.message)

    def test_what_was_sent_and_what_differs_now(self):
        attempt = self._refused().attempt_ids
        self.assertEqual(attempt.values["nomNaissance"], "Durand")
        self.assertEqual(attempt.difference, "Nothing")
        self.partner.write({"urssaf_birth_name": "Durant", "email": "j@example.com"})
        attempt.invalidate_recordset()
        self.assertEqual(attempt.difference, "Birth name, Email")
        for text in ("Durand", "Durant", "j@example.com"):
            self.assertIn(text, attempt.comparison)
        self.partner.write({"urssaf_birth_name": "Durand", "email": False})
        self.partner.email = "jeanne.martin@example.com"
        attempt.invalidate_recordset()
        self.assertEqual(attempt.difference, "Nothing")

    def test_the_iban_is_masked_and_a_new_one_is_seen(self):
        attempt = self._refused().attempt_ids
        self.assertNotIn(IBAN, str(attempt.read()))
        self.assertIn("•••• 0143", attempt.comparison)
        # Another account with the same last four characters.
        self.partner.urssaf_bank_account_id.acc_number = "FR2630002005500000157840143"
        attempt.invalidate_recordset()
        self.assertEqual(attempt.difference, "IBAN")

    def test_each_attempt_is_kept(self):
        enrolment = self._refused()
        self.partner.urssaf_birth_name = "Durant"
        self._refused()
        self.partner.action_urssaf_enrol()
        attempts = enrolment.attempt_ids
        self.assertEqual(attempts.mapped("outcome"), ["enrolled", "refused", "refused"])
        self.assertEqual(len(set(attempts.mapped("digest"))), 2)

    def test_an_outage_and_a_lost_answer(self):
        self.fake.fail("010", "http_503")
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.attempt_ids.outcome, "outage")
        self.fake.fail("010", "reset_after")
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("send")
            self.assertEqual(enrolment.attempt_ids[0].outcome, "lost")
        with freeze_time(NOW + timedelta(hours=4)):
            self._run_cron("repair")
        self.assertEqual(
            enrolment.attempt_ids.mapped("outcome"), ["enrolled", "outage"]
        )

    def test_a_lost_call_that_nobody_received(self):
        self.fake.fail("010", "reset_before")
        self.partner.action_urssaf_enrol()
        with freeze_time(NOW + timedelta(minutes=6)):
            self._run_cron("repair")
            self._run_cron("send")
        attempts = self.partner.urssaf_enrolment_id.attempt_ids
        self.assertEqual(attempts.mapped("outcome"), ["enrolled", "lost"])

    def test_erased_once_the_customer_is_active(self):
        enrolment = self._refused()
        self._enrol()
        for attempt in enrolment.attempt_ids:
            self.assertFalse(attempt.values)
            self.assertFalse(attempt.iban_digest)
            self.assertFalse(attempt.comparison)
            self.assertTrue(attempt.digest)
            self.assertEqual(attempt.purged_at, NOW)
        self.assertEqual(enrolment.attempt_ids[0].difference, "Nothing")
        self.partner.email = "autre@example.com"
        enrolment.attempt_ids.invalidate_recordset()
        self.assertEqual(enrolment.attempt_ids[0].difference, "Something")

    def test_erased_when_the_delay_is_over(self):
        self.company.urssaf_attempt_days = 30
        attempt = self._refused().attempt_ids
        with freeze_time(NOW + timedelta(days=29)):
            self._run_cron("digest")
        self.assertTrue(attempt.values)
        with freeze_time(NOW + timedelta(days=31)):
            self._run_cron("digest")
        self.assertFalse(attempt.values)
        self.assertEqual(attempt.code, "ERR_DGFIP_R2P_INCONNU")

    def test_evidence_is_not_deleted_nor_written(self):
        attempt = self._refused().attempt_ids
        with self.assertRaises(UserError):
            attempt.unlink()
        for user in (
            self.user,
            self._make_user("boss", "account.group_account_manager"),
        ):
            for call in (
                lambda a: a.write({"code": "x"}),
                lambda a: a.unlink(),
                lambda a: a.create({}),
            ):
                with self.assertRaises(AccessError):
                    call(attempt.with_user(user))

    def test_personal_data_are_for_the_group(self):
        attempt = self._refused().attempt_ids
        biller = self._make_user("biller", "account.group_account_invoice")
        theirs = attempt.with_user(biller)
        self.assertEqual(theirs.outcome, "refused")
        for name in ("values", "comparison", "difference", "iban_digest"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                theirs.read([name])
        self.assertTrue(attempt.with_user(self.user).comparison)
        self.assertTrue(attempt.with_user(self.user).difference)

    def test_markup_in_a_name_is_shown_as_text(self):
        attempt = self._refused().attempt_ids
        self.partner.city = "<b>Lyon</b>"
        attempt.invalidate_recordset()
        self.assertIn("&lt;b&gt;Lyon&lt;/b&gt;", attempt.comparison)
