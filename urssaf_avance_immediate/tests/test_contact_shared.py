# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A customer who is shared between companies."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.partner.personal_fields import Personal
from .cases import IBAN, NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestContactShared(UrssafCase):
    # -- shared with a company that does not have the customer ------------------------

    def _personal(self):
        return [
            name
            for name, field in self.partner._fields.items()
            if isinstance(field, Personal)
        ]

    def test_every_personal_field_can_be_hidden(self):
        group = "urssaf_avance_immediate.group_user"
        stored = {
            name
            for name, field in self.partner._fields.items()
            if name.startswith("urssaf_")
            and field.store
            and field.type != "one2many"
            and group in (field.groups or "")
        }
        self.assertEqual(stored - set(self._personal()), {"urssaf_forgotten_on"})

    def test_another_company_sees_empty_fields(self):
        self._enrol()
        self.env.invalidate_all()
        self.other_user.group_ids |= self.env.ref("base.group_allow_export")
        names = [*self._personal(), "urssaf_bic", "urssaf_preview", "urssaf_checklist"]
        there = self.partner.with_user(self.other_user)
        self.assertTrue(there.urssaf_hidden)
        [read] = there.read(names)
        told = self.partner.read(self._personal())[0]
        for name in self._personal():
            self.assertFalse(read[name], name)
            self.assertFalse(there[name], name)
        shown = str(read) + str(there.web_read({name: {} for name in names}))
        shown += str(there.export_data([n for n in names if n != "urssaf_checklist"]))
        shown += str(
            there.onchange({"name": "X"}, ["name"], dict.fromkeys(["name", *names], {}))
        )
        for secret in (IBAN, IBAN[-4:], "1980", "Durand", "98 01 02", "Lyon 1er"):
            self.assertNotIn(secret, shown)
        # Its own company and the add-on's code see what is there.
        self.assertTrue(all(told[name] for name in ("urssaf_birth_date",)))
        self.assertTrue(there.sudo().urssaf_birth_date)
        self.assertEqual(there.sudo().urssaf_birth_name, "Durand")

    def test_what_follows_from_it_is_hidden_from_one_and_not_from_another(self):
        """Read in one transaction by the add-on's code and by both companies."""
        self._enrol()
        self.env.invalidate_all()
        here = self.partner.with_user(self.user)
        there = self.partner.with_user(self.other_user)
        bic = here.sudo().urssaf_bic
        self.assertTrue(bic)
        self.assertIn("Durand", here.sudo().urssaf_preview)
        [read] = there.read(["urssaf_bic", "urssaf_preview"])
        self.assertFalse(read["urssaf_bic"])
        for secret in (bic, "Durand", "1980", IBAN[-4:]):
            self.assertNotIn(secret, read["urssaf_preview"])
        self.env.invalidate_all()
        self.assertFalse(there.urssaf_bic)
        self.assertNotIn("Durand", there.urssaf_preview)
        for reader in (here, here.sudo()):
            self.assertEqual(reader.urssaf_bic, bic)
            self.assertIn("Durand", reader.urssaf_preview)

    def test_nor_hears_that_somebody_has_the_same_email_and_mobile(self):
        """Two customers with one e-mail and mobile are told of to who may see both."""
        self._enrol()
        twin = self._make_partner(consent=False, name="Jean Martin")
        self.env.invalidate_all()
        for user, told in ((self.user, True), (self.other_user, False)):
            self.assertEqual(bool(twin.with_user(user)._urssaf_sharing_contact()), told)
            lines = twin.with_user(user).urssaf_checklist or []
            found = [line for line in lines if "another customer" in line["message"]]
            self.assertEqual(bool(found), told)
        # The code computes some of it as superuser, for the same user.
        there = twin.with_user(self.other_user)
        self.assertFalse(there.sudo()._urssaf_sharing_contact())

    def test_nor_finds_it_by_searching(self):
        self._enrol()
        self.env.invalidate_all()
        born = ("urssaf_birth_date", "=", "1980-03-29")
        for user, seen in ((self.user, True), (self.other_user, False)):
            partners = self.env["res.partner"].with_user(user)
            mine = [("id", "=", self.partner.id)]
            self.assertEqual(bool(partners.search([born, *mine])), seen)
            commune = [("urssaf_birth_commune_id.code", "=", "69381"), *mine]
            self.assertEqual(bool(partners.search(commune)), seen)
            groups = partners.formatted_read_group(mine, ["urssaf_birth_date:year"])
            self.assertEqual(bool(groups[0]["urssaf_birth_date:year"]), seen)
            accounts = self.env["res.partner.bank"].with_user(user)
            path = [
                (f"partner_id.{born[0]}", *born[1:]),
                ("partner_id", "in", mine[0][2:]),
            ]
            self.assertEqual(bool(accounts.search(path)), seen)

    def test_nor_writes_over_it_before_a_consent(self):
        self._enrol()
        self.env.invalidate_all()
        there = self.partner.with_user(self.other_user)
        with self.assertRaisesRegex(UserError, "consent"):
            there.urssaf_birth_date = "1950-01-01"
        there.phone = "01 42 00 00 00"
        there.action_urssaf_record_consent()
        self.assertFalse(there.urssaf_hidden)
        self.assertEqual(there.urssaf_birth_name, "Durand")
        there.urssaf_first_names = "Jeanne Marie Louise"

    def test_a_button_does_not_open_it(self):
        """A draft without a consent gives no company a customer."""
        self._enrol()
        self.env.invalidate_all()
        there = self.partner.with_user(self.other_user)
        action = there.action_urssaf_mend()
        wizard = there.env[action["res_model"]].browse(action["res_id"])
        self.assertTrue(there.urssaf_hidden)
        self.assertFalse(wizard.urssaf_birth_date)
        self.assertFalse(wizard.urssaf_birth_name)
        self.assertFalse(wizard.urssaf_bank_account_id)
        with self.assertRaisesRegex(UserError, "consent"):
            wizard.urssaf_birth_name = "Petit"
        self.assertEqual(self.partner.sudo().urssaf_birth_name, "Durand")

    def test_a_contact_that_nobody_has_is_open(self):
        partner = self._make_partner(consent=False)
        there = partner.with_user(self.other_user)
        self.assertFalse(there.urssaf_hidden)
        self.assertTrue(there.urssaf_birth_date)

    def test_a_branch_sees_its_parents_customers(self):
        self._enrol()
        branch = self._make_branch(self.company)
        user = self._make_user("branch", "urssaf_avance_immediate.group_user", branch)
        self.assertTrue(self.partner.with_user(user).urssaf_birth_date)

    # -- read in the company of the enrolment ------------------------------------------

    def test_an_enrolment_reads_its_own_companys_consent(self):
        """The first company has the consent; the other one does not."""
        there = self.partner.with_user(self.other_user)._urssaf_enrolments()
        self.env.invalidate_all()
        here = self.partner.urssaf_enrolment_id
        for enrolment, company, consent in (
            (there, self.company, False),
            (here, self.other_company, True),
        ):
            customer = enrolment.sudo().with_company(company)._customer()
            self.assertEqual(bool(customer.urssaf_consent_date), consent)
            faults = dict(customer._urssaf_enrolment_faults())
            self.assertEqual("urssaf_consent_date" in faults, not consent)

    def test_a_button_on_an_enrolment_works_in_its_company(self):
        self.user.company_ids |= self.other_company
        ids = [self.other_company.id, self.company.id]
        here = self.partner.urssaf_enrolment_id.with_user(self.user)
        here = here.with_context(allowed_company_ids=ids)
        here.action_urssaf_enrol()
        self.assertEqual(here.state, "pending")
        self.assertEqual(self.partner._urssaf_every_enrolment(), here)
