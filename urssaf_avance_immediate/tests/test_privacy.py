# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data: shown no more, and kept no longer, than needed."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..models.partner.privacy import FORGOTTEN
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

    def test_the_contact_shows_the_ends_of_the_iban(self):
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

    def test_a_contact_that_has_moved_shows_no_phone(self):
        """To another company: the enrolment stays, the contact is not read any more."""
        enrolment = self._enrol().with_user(self.user)
        self.assertTrue(enrolment.phone)
        self.partner.sudo().company_id = self.other_company
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.partner.with_user(self.user).read(["phone"])
        self.assertFalse(enrolment.phone)

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
        form = self.env["urssaf.customer.form"]._send_to(self.partner)
        self._enrol()
        self._forget()
        self._assert_forgotten()
        self.assertEqual(form.state, "revoked")
        self.assertFalse(form.email)
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

    # -- a contact that two companies share ----------------------------------------

    def _enrol_in_both(self):
        """A customer of two companies: as the other one's manager sees him, and the
        enrolment of each.
        """
        enrolment = self._enrol()
        there = self.partner.with_user(self.other_manager)
        there._urssaf_record_consent("office")
        other = self._enrol(there, active=False)
        self.env.invalidate_all()
        return there, enrolment.sudo(), other.with_env(self.env).sudo()

    def test_another_companys_customer_is_not_erased(self):
        enrolment = self._enrol()
        account = self.partner.urssaf_bank_account_id
        there = self.partner.with_user(self.other_manager)
        with self.assertRaisesRegex(UserError, "another company"):
            there.action_urssaf_forget()
        self.assertEqual(enrolment.state, "active")
        self.assertTrue(self.partner.urssaf_birth_date)
        self.assertTrue(self.partner.urssaf_consent_date)
        self.assertEqual(self.partner.urssaf_bank_account_id, account)
        self.assertTrue(account.active)

    def test_nor_one_whom_another_company_prepares(self):
        there = self.partner.with_user(self.other_manager)
        with self.assertRaisesRegex(UserError, "Jeanne Martin"):
            there.action_urssaf_forget()
        self.assertTrue(self.partner.urssaf_birth_date)
        self.partner.action_urssaf_withdraw_consent()
        form = self.env["urssaf.customer.form"]._send_to(self.partner)
        with self.assertRaisesRegex(UserError, "Jeanne Martin"):
            there.action_urssaf_forget()
        self.assertEqual(form.state, "sent")

    def test_only_the_own_companys_rows_are_touched(self):
        there, enrolment, other = self._enrol_in_both()
        enrolment._set_state("ended", next_call_at=False)
        there.action_urssaf_forget()
        self.env.invalidate_all()
        self._assert_forgotten()
        self.assertEqual(other.state, "ended")
        self.assertFalse(other.consent_date)
        # What the first company knows is its own matter.
        self.assertTrue(enrolment.consent_date)
        self.assertTrue(enrolment.sent_digest)
        # Its manager still finds the button, and what is left goes.
        self._forget()
        self.assertFalse(enrolment.consent_date)
        self.assertFalse(enrolment.sent_digest)

    def test_both_companies_at_once_for_who_works_in_both(self):
        _there, _enrolment, other = self._enrol_in_both()
        self.manager.company_ids |= self.other_company
        both = self.partner.with_user(self.manager)
        with self.assertRaises(UserError):
            both.with_company(self.company).action_urssaf_forget()
        ids = [self.company.id, self.other_company.id]
        both.with_context(allowed_company_ids=ids).action_urssaf_forget()
        self._assert_forgotten()
        self.assertEqual(other.state, "ended")

    def test_a_branch_erases_the_customers_of_its_habilitation(self):
        enrolment = self._enrol()
        branch = self._make_branch(self.company)
        chief = self._make_user(
            "branch_chief", "urssaf_avance_immediate.group_manager", branch
        )
        self.env.invalidate_all()
        self.partner.with_user(chief).action_urssaf_forget()
        self._assert_forgotten()
        self.assertEqual(enrolment.state, "ended")

    def test_the_digest_leaves_the_customer_of_another_company(self):
        _there, enrolment, other = self._enrol_in_both()
        enrolment._set_state("ended", next_call_at=False)
        self.company.urssaf_forget_months = 12
        with freeze_time("2027-04-01"):
            self._run_cron("digest")
            self.assertTrue(self.partner.urssaf_birth_date)
            other._set_state("ended", next_call_at=False)
            self._run_cron("digest")
        self._assert_forgotten()
        self.assertTrue(other.consent_date, "the other company's own matter")

    def test_a_draft_of_another_company_that_is_old_to_it_keeps_nothing(self):
        """Two companies that both erase do not wait for each other for ever."""
        self.partner.with_user(self.other_manager)._urssaf_record_consent("office")
        for company in (self.company, self.other_company):
            company.urssaf_forget_months = 12
        self.env.invalidate_all()
        with freeze_time("2028-01-01"):  # the database dates what it creates
            self._run_cron("digest")
        self._assert_forgotten()
        enrolments = self.partner._urssaf_every_enrolment()
        self.assertEqual(enrolments.mapped("consent_date"), [False, False])

    def test_an_account_of_somebody_else_is_not_archived(self):
        other = self._make_partner(name="Paul Petit", email="paul@example.com")
        self.partner.urssaf_bank_account_id = other.bank_ids
        self._forget()
        self.assertTrue(other.bank_ids.active)

    def test_a_contact_that_another_company_prepares_is_not_deleted(self):
        there = self.partner.with_user(self.other_manager)
        with self.assertRaisesRegex(UserError, "Another company"):
            there.unlink()
        self.partner.unlink()
        self.assertFalse(self.partner.exists())

    def test_the_setting_is_a_number_of_months(self):
        with Form(self.env["res.config.settings"]) as form:
            form.urssaf_advanced = True
            form.urssaf_forget_months = 36
        form.record.execute()
        self.assertEqual(self.company.urssaf_forget_months, 36)
