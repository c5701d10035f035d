# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A customer enrolled with another software: found by e-mail or by identifier."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

EMAIL = "jeanne.martin@example.com"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentAdopt(UrssafCase):
    def _customer(self, birth_name="Durand", **values):
        names = {"nomNaissance": birth_name, "nomUsage": "Martin", "prenoms": "Jeanne"}
        return self.fake.add_customer(email=EMAIL, payload=names, **values)

    def _wizard(self, **values):
        action = self.partner.action_urssaf_adopt()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    def test_found_by_email(self):
        customer = self._customer()
        wizard = self._wizard()
        self.assertEqual(wizard.email, EMAIL)
        wizard.action_ask()
        self.assertEqual(wizard.found_id, customer.id_client)
        self.assertEqual(wizard.birth_name, "Durand")
        self.assertFalse(wizard.differs)
        # The first names differ: shown, and no reason to stop.
        self.assertIn("table-warning", wizard.comparison)
        self.assertEqual(self.partner.urssaf_enrolment_state, "draft")
        wizard.action_adopt()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "active")
        self.assertEqual(enrolment.external_id, customer.id_client)
        self.assertTrue(enrolment.names_differ)
        self.assertFalse(enrolment.attempt_ids)
        self.assertFalse(self.fake.calls_of("010"))
        queries = [call.query for call in self.fake.calls_of("020")]
        self.assertEqual(
            queries, [{"adresseMail": EMAIL}, {"idClient": customer.id_client}]
        )

    def test_the_answer_is_for_the_company_that_asked(self):
        """The identifier means nothing to another habilitation."""
        self._customer()
        self.env.user.company_ids += self.other_company
        wizard = self._wizard()
        wizard.action_ask()
        wizard.write({"company_id": self.other_company.id})
        with self.assertRaisesRegex(UserError, "Ask Urssaf first"):
            wizard.action_adopt()
        self.assertEqual(self.partner.urssaf_enrolment_state, "draft")
        wizard.write({"company_id": self.company.id})
        wizard.action_adopt()
        self.assertEqual(self.partner.urssaf_enrolment_state, "active")

    def test_nobody_types_what_urssaf_shows(self):
        """Somebody else would be linked, and debited, “confirmed by Urssaf”."""
        other = self._customer(birth_name="Autre").id_client
        forged = {
            "found_id": other,
            "birth_name": "Durand",
            "first_names": "Jeanne Marie",
        }
        wizards = self.env["urssaf.enrolment.adopt"].with_user(self.user)
        values = {"partner_id": self.partner.id}
        with self.assertRaises(AccessError):
            wizards.create({**values, **forged})
        with self.assertRaises(AccessError):
            wizards.create(values).write(forged)
        context = {f"default_{name}": value for name, value in forged.items()}
        with self.assertRaises(AccessError):
            wizards.with_context(**context).create(values)
        forged = wizards.with_context(**context).default_get([*forged])
        self.assertFalse(any(forged.values()))
        wizard = wizards.create(values)
        with self.assertRaises(UserError):
            wizard.action_adopt()
        self.assertFalse(self.partner.urssaf_enrolment_id.external_id)

    def test_kept_by_the_company_that_asked(self):
        """Another company becomes current while the dialog is open."""
        customer = self._customer()
        self.user.company_ids |= self.other_company
        ids = [self.other_company.id, self.company.id]
        wizard = (
            self.env["urssaf.enrolment.adopt"]
            .with_user(self.user)
            .create({"partner_id": self.partner.id})
        )
        wizard = wizard.with_context(allowed_company_ids=ids)
        wizard.action_ask()
        wizard.action_adopt()
        self.assertEqual(self.partner.urssaf_enrolment_state, "active")
        found = self.partner._urssaf_every_enrolment()
        self.assertEqual(found.mapped("external_id"), [customer.id_client])
        self.assertEqual(found.company_id, self.company)

    def test_found_by_identifier(self):
        customer = self._customer(active=False)
        wizard = self._wizard(
            criterion="identifier", external_id=f" {customer.id_client} "
        )
        wizard.action_ask()
        wizard.action_adopt()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "pending")
        # Another software asked Urssaf to write to him, nobody knows when.
        self.assertFalse(enrolment.link_expires_at)
        self.assertNotIn("expire", enrolment.life)

    def test_another_birth_name_is_confirmed_by_somebody(self):
        customer = self._customer(birth_name="Petit")
        wizard = self._wizard()
        wizard.action_ask()
        self.assertTrue(wizard.differs)
        with self.assertRaises(UserError):
            wizard.action_adopt()
        self.assertEqual(self.partner.urssaf_enrolment_state, "draft")
        wizard.confirmed = True
        wizard.action_adopt()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.external_id, customer.id_client)
        bodies = " ".join(enrolment.message_ids.mapped("body"))
        self.assertIn(self.env.user.name, bodies)
        self.assertNotIn("Petit", bodies)

    def test_unknown_to_urssaf(self):
        wizard = self._wizard()
        with self.assertRaises(UserError):
            wizard.action_ask()
        with self.assertRaises(UserError):
            wizard.action_adopt()
        self.assertEqual(self.partner.urssaf_enrolment_state, "draft")

    def test_urssaf_cannot_be_asked(self):
        self._customer()
        for fault in ("http_503", "read_timeout_before", "http_500"):
            with self.subTest(fault=fault), self.assertRaises(UserError):
                self.fake.fail("020", fault, count=5)
                self._wizard().action_ask()
            self.fake._faults.clear()
        self.assertEqual(self.partner.urssaf_enrolment_state, "draft")

    def test_email_of_a_couple(self):
        self._customer()
        self._customer(birth_name="Martin")
        with self.assertRaises(UserError) as raised:
            self._wizard().action_ask()
        self.assertIn("identifier", str(raised.exception))

    def test_identifier_of_another_contact(self):
        other = self._enrol()
        self.fake.customers[other.external_id].payload["nomNaissance"] = "Durand"
        self.partner = self._make_partner(name="Jeanne (bis)")
        wizard = self._wizard()
        wizard.action_ask()
        wizard.action_adopt()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(enrolment.external_id)

    def test_enrolled_already(self):
        self._enrol()
        wizard = self._wizard()
        wizard.action_ask()
        with self.assertRaises(UserError):
            wizard.action_adopt()

    def test_compare_the_names_of_a_linked_customer(self):
        enrolment = self._enrol()
        self.assertFalse(enrolment.names_differ)
        self.fake.customers[enrolment.external_id].payload["prenoms"] = "Jeanne Anne"
        enrolment.action_urssaf_refresh()
        self.assertTrue(enrolment.names_differ)
        action = enrolment.action_urssaf_compare()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.first_names, "Jeanne Anne")
        self.assertTrue(wizard.linked)
