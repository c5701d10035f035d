# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data: shown no more, and kept no longer, than needed."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..models.res_partner_urssaf_privacy import FORGOTTEN
from .cases import IBAN, NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPrivacy(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("chief", "urssaf_avance_immediate.group_manager")

    def _forget(self, partner=None):
        return (partner or self.partner).with_user(self.manager).action_urssaf_forget()

    def _assert_forgotten(self, partner=None):
        partner = partner or self.partner
        self.assertFalse([name for name in FORGOTTEN if partner[name]])
        self.assertTrue(partner.urssaf_forgotten_on)

    def test_the_sheet_shows_the_ends_of_the_iban(self):
        account = self.partner.urssaf_bank_account_id
        shown = account.with_context(urssaf_masked=True).display_name
        self.assertEqual(shown, "FR76 •••• 0143 BNP")
        self.assertIn(IBAN[4:8], account.display_name)
        spec = {"urssaf_bank_account_id": {"fields": {"display_name": {}}}}
        arch = self.env.ref("base.view_partner_form").get_combined_arch()
        self.assertIn("urssaf_masked", arch)
        spec["urssaf_bank_account_id"]["context"] = {"urssaf_masked": True}
        [read] = self.partner.with_user(self.user).web_read(spec)
        self.assertNotIn(IBAN[4:20], read["urssaf_bank_account_id"]["display_name"])

    def test_a_customer_who_left_is_forgotten(self):
        request = self._sent()
        demande = self._demande(request)
        demande.move("40", "Refusée")
        request.action_urssaf_refresh()
        account = self.partner.urssaf_bank_account_id
        enrolment = self.partner.urssaf_enrolment_id
        self._forget()
        self._assert_forgotten()
        self.assertFalse(account.active)
        self.assertEqual(enrolment.state, "ended")
        self.assertFalse(enrolment.next_call_at)
        # What accounting law wants kept is there.
        self.assertEqual(self.partner.name, "Jeanne Martin")
        self.assertEqual(request.move_id.state, "posted")
        self.assertTrue(request.payload)
        self.assertTrue(enrolment.external_id)
        self.assertNotIn("1980", self.partner.message_ids.mapped("body").__str__())

    def test_every_field_for_the_group_is_forgotten(self):
        """A new personal field is either erased, or told here why it is not."""
        kept = {"urssaf_forgotten_on"}
        personal = {
            name
            for name, field in self.partner._fields.items()
            if name.startswith("urssaf_")
            and field.store
            and "urssaf_avance_immediate.group_user" in (field.groups or "")
            and field.type != "one2many"
        }
        self.assertEqual(personal - set(FORGOTTEN) - kept, set())

    def test_forms_and_consent_go_too(self):
        self.partner.urssaf_other_aid = True
        sheet = self.env["urssaf.customer.sheet"]._send_to(self.partner)
        self._enrol()
        self._forget()
        self._assert_forgotten()
        self.assertEqual(sheet.state, "revoked")
        self.assertFalse(sheet.email)
        self.assertFalse(self.partner.urssaf_consent_date)
        self.assertFalse(self.partner.urssaf_enrolment_id.attempt_ids.values)

    def test_somebody_who_comes_back_consents_again(self):
        self._enrol()
        self._forget()
        self.partner.action_urssaf_record_consent()
        self.assertFalse(self.partner.urssaf_forgotten_on)
        self.assertTrue(self.partner.urssaf_consent_date)

    def test_not_while_a_demande_is_alive(self):
        self._sent()
        with self.assertRaisesRegex(UserError, "Jeanne Martin"):
            self._forget()
        self.assertTrue(self.partner.urssaf_birth_date)

    def test_only_managers(self):
        self._enrol()
        for groups in ("group_user",):
            user = self._make_user("clerk", f"urssaf_avance_immediate.{groups}")
            with self.assertRaises(AccessError):
                self.partner.with_user(user).action_urssaf_forget()

    def test_the_digest_forgets_those_who_left_long_ago(self):
        self._enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.fake.customers.clear()
        enrolment.action_urssaf_refresh()
        self.assertEqual(enrolment.state, "ended")
        self.company.urssaf_forget_months = 12
        with freeze_time("2027-02-01"):
            self._run_cron("digest")
            self.assertTrue(self.partner.urssaf_birth_date, "too early")
        with freeze_time("2027-04-01"):
            self._run_cron("digest")
        self._assert_forgotten()

    def test_the_digest_forgets_nobody_unless_told_to(self):
        self._enrol()
        self.fake.customers.clear()
        self.partner.urssaf_enrolment_id.action_urssaf_refresh()
        with freeze_time("2036-04-01"):
            self._run_cron("digest")
        self.assertTrue(self.partner.urssaf_birth_date)

    def test_somebody_invoiced_since_is_no_customer_who_left(self):
        self._enrol()
        self.fake.customers.clear()
        self.partner.urssaf_enrolment_id.action_urssaf_refresh()
        self.company.urssaf_forget_months = 1
        self._invoice()
        with freeze_time("2026-04-12"):
            self._run_cron("digest")
        self.assertTrue(self.partner.urssaf_birth_date)

    def test_the_setting_is_a_number_of_months(self):
        with Form(self.env["res.config.settings"]) as form:
            form.urssaf_forget_months = 36
        form.record.execute()
        self.assertEqual(self.company.urssaf_forget_months, 36)
