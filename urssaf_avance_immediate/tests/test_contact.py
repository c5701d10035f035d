# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts that are copied, archived, moved, put under another card, or shared."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from odoo.addons.mail.tests.common import mail_new_test_user

from .cases import IBAN, NOW, UrssafCase

OTHER_IBAN = "FR1420041010050500013M02606"
# Follows from the address, which Odoo copies.
ADDRESS = {
    "urssaf_street_number",
    "urssaf_street_letter",
    "urssaf_street_type",
    "urssaf_street_name",
    "urssaf_address_complement",
    "urssaf_locality",
    "urssaf_city_code",
    "urssaf_city_commune_id",
}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestContact(UrssafCase):
    def _bare(self, **values):
        """The same person once more, without a word for Urssaf."""
        return self.env["res.partner"].create(
            {"name": "Jeanne Martin", "email": "jeanne.martin@example.com", **values}
        )

    # -- copied ----------------------------------------------------------------

    def test_a_copy_is_another_person(self):
        self.partner.write(
            {
                "urssaf_other_aid": True,
                "urssaf_no_companion": True,
                "urssaf_no_notice": True,
                "urssaf_sending": "automatic",
            }
        )
        copy = self.partner.copy({"name": "Paul Martin"})
        left = {
            name
            for name, field in copy._fields.items()
            if name.startswith("urssaf_")
            and (field.store or field.company_dependent)
            and field.type != "one2many"
            and copy[name]
        }
        # France is the default of a birth; the address is copied with the contact.
        birth = {"urssaf_birth_country_code", "urssaf_birth_country_id"}
        self.assertEqual(left - ADDRESS - birth - {"urssaf_street_source"}, set())
        missing = dict(copy._urssaf_enrolment_faults())
        for name in (
            "urssaf_birth_date",
            "urssaf_birth_city_code",
            "urssaf_mobile",
            "urssaf_bank_account_id",
            "urssaf_consent_date",
        ):
            self.assertIn(name, missing)
        with self.assertRaises(UserError):
            copy.action_urssaf_enrol()

    def test_a_copy_of_somebody_born_abroad_does_not_tell_where(self):
        self.partner.urssaf_birth_country_id = self.env.ref("base.be")
        copy = self.partner.copy()
        self.assertEqual(copy.urssaf_birth_country_id, self.env.ref("base.fr"))

    # -- the account to debit --------------------------------------------------

    def test_somebody_elses_account_is_a_fault(self):
        other = self._make_partner(name="Paul Petit", email="paul@example.com")
        other.urssaf_bank_account_id = self.partner.urssaf_bank_account_id
        faults = dict(other._urssaf_enrolment_faults())
        self.assertIn("another contact", faults["urssaf_bank_account_id"])
        self.assertNotIn(IBAN, str(other._urssaf_prepare_enrolment()))
        self.assertNotIn(IBAN[-4:], str(other.urssaf_preview))
        with self.assertRaises(UserError):
            other.action_urssaf_enrol()
        self.assertFalse(self.fake.calls_of("010"))

    def test_an_archived_account_is_a_fault(self):
        account = self.partner.urssaf_bank_account_id
        account.action_archive()
        faults = dict(self.partner._urssaf_enrolment_faults())
        self.assertIn("archived", faults["urssaf_bank_account_id"])
        self.assertTrue(
            [line for line in self.partner.urssaf_checklist if line["blocking"]]
        )
        account.action_unarchive()
        self.assertFalse(self.partner._urssaf_enrolment_faults())

    def test_a_replaced_iban_is_not_debited_any_more(self):
        old = self.partner.urssaf_bank_account_id
        self.partner.bank_ids = [
            Command.create({"acc_number": OTHER_IBAN, "bank_id": old.bank_id.id})
        ]
        self.assertEqual(self.partner.urssaf_bank_account_id, old, "not by itself")
        old.action_archive()
        body = self.partner._urssaf_prepare_enrolment()
        self.assertEqual(body["coordonneeBancaire"]["iban"], OTHER_IBAN)

    def test_of_several_accounts_a_person_chooses(self):
        old = self.partner.urssaf_bank_account_id
        self.partner.bank_ids = [
            Command.create({"acc_number": number, "bank_id": old.bank_id.id})
            for number in (OTHER_IBAN, "FR7610107001011234567890129")
        ]
        old.action_archive()
        faults = dict(self.partner._urssaf_enrolment_faults())
        self.assertIn("archived", faults["urssaf_bank_account_id"])

    def test_archived_between_the_queue_and_the_call(self):
        enrolment = self.partner._urssaf_enrolments()
        enrolment._enqueue()
        self.partner.urssaf_bank_account_id.action_archive()
        enrolment._send()
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(self.fake.customers)

    # -- put under another card, archived, moved -------------------------------------

    def _put_under(self, card):
        with Form(self.partner.with_user(self.user)) as form:
            form.parent_id = card

    def test_under_a_household_it_is_said(self):
        enrolment = self._enrol()
        household = self._bare(name="Famille Martin")
        self._put_under(household)
        partner = self.partner.with_user(self.user)
        self.assertIn("Famille Martin", partner.urssaf_obstacles)
        self.assertIn("Famille Martin", enrolment.activity_ids.note)
        # The monthly question to Urssaf settles nothing of it.
        enrolment.action_urssaf_refresh()
        self.assertTrue(enrolment.activity_ids)
        move = self._invoice()
        self.assertEqual(move.commercial_partner_id, household)
        self.assertFalse(move.urssaf_can_send)
        alert = move.with_user(self.user).alerts["urssaf_card"]
        self.assertIn("Famille Martin", alert["message"])
        self.assertEqual(alert["action"]["res_id"], self.partner.id)
        self.assertIn("Famille Martin", move.activity_ids.note)
        # The button, then the customer chosen anew: it leaves.
        partner.action_urssaf_leave_card()
        self.assertFalse(partner.urssaf_obstacles)
        self.assertFalse(enrolment.activity_ids)
        move.button_draft()
        move.partner_id = False
        move.partner_id = self.partner
        move.action_post()
        self.assertNotIn("urssaf_card", move.with_user(self.user).alerts or {})
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")

    def test_not_under_a_card_once_urssaf_has_an_invoice(self):
        request = self._sent()
        household = self._bare(name="Famille Martin")
        with self.assertRaisesRegex(UserError, "“Famille Martin”") as caught:
            self._put_under(household)
        self.assertIn(request.name, str(caught.exception))

    def test_under_a_company_a_draft_says_it_too(self):
        self._enrol()
        self._put_under(self._bare(name="Mairie", is_company=True))
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.partner.id}
        )
        self.assertIn("urssaf_card", move.with_user(self.user).alerts)
        move.urssaf_excluded = True
        self.assertNotIn("urssaf_card", move.with_user(self.user).alerts or {})

    def test_the_card_is_not_debited_for_somebody_else(self):
        """Both are customers: the invoice is addressed to one, and is the other's."""
        self._enrol()
        husband = self._make_partner(name="Paul Martin", email="paul@example.com")
        self._enrol(husband)
        self._put_under(husband)
        move = self._invoice()
        self.assertEqual(move.commercial_partner_id, husband)
        self.assertIn("Paul Martin", str(move._urssaf_blocking()[move]))
        with self.assertRaisesRegex(UserError, "Paul Martin"):
            move.action_urssaf_send()
        self.assertFalse(self.fake.demandes)

    def test_somebody_urssaf_does_not_have_may_stand_anywhere(self):
        self._put_under(self._bare(name="Famille Martin"))
        self.assertFalse(self.partner.urssaf_obstacles)
        move = self._invoice()
        self.assertNotIn("urssaf_card", move.with_user(self.user).alerts or {})
        self.assertFalse(move.activity_ids)

    def test_each_company_is_told_in_its_own_enrolment(self):
        there = self.partner.with_user(self.other_user)
        there._urssaf_record_consent("office")
        other = self._enrol(there).sudo()
        self.env.invalidate_all()
        self._put_under(self._bare(name="Famille Martin"))
        self.assertIn("Famille Martin", other.activity_ids.note)
        self.assertEqual(other.activity_ids.user_id.company_ids, self.other_company)

    def test_archiving_a_customer_whom_urssaf_has(self):
        request = self._sent()
        enrolment = request.enrolment_id
        self.partner.with_user(self.user).action_archive()
        self.assertRegex(enrolment.activity_ids.note, "archived|archivé")
        self.assertIn("archived", self.partner.urssaf_obstacles)
        # His demandes are followed as before.
        self._demande(request).move("30", "Validée")
        self._make_due(request)
        self._run_cron("follow")
        self.assertEqual(request.state, "validated")

    def test_moved_abroad_nobody_is_ready(self):
        self._enrol()
        move = self._invoice()
        self.assertTrue(move.urssaf_can_send)
        self.partner.country_id = self.env.ref("base.be")
        blocking = move._urssaf_blocking()[move]
        self.assertIn("Jeanne Martin", str(blocking))
        with self.assertRaises(UserError):
            move.action_urssaf_send()
        self.partner.country_id = self.env.ref("base.re")
        self.assertFalse(move._urssaf_blocking()[move])
        self.company.sudo().country_id = self.env.ref("base.be")
        self.assertIn(self.company.name, str(move._urssaf_blocking()[move]))
        twin = self._make_partner(email="j@example.com")
        self.assertIn("country_id", dict(twin._urssaf_enrolment_faults()))

    def test_what_the_customer_changes_on_the_portal(self):
        enrolment = self._enrol()
        portal = mail_new_test_user(
            self.env, login="urssaf_portal", groups="base.group_portal"
        )
        values = {"email": "new@example.com", "city": "Villeurbanne", "zip": "69100"}
        self.partner.with_user(portal).sudo().write(values)
        note = str(enrolment.activity_ids.note)
        self.assertRegex(note, "portal|portail")
        for secret in values.values():
            self.assertNotIn(secret, note)
        self.assertRegex(str(enrolment.message_ids.mapped("body")), "portal|portail")

    def test_the_same_by_the_office_alerts_nobody(self):
        enrolment = self._enrol()
        self.partner.with_user(self.user).email = "new@example.com"
        self.assertFalse(enrolment.activity_ids)
