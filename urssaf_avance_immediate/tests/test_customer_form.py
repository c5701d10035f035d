# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The form of a customer, on the side of the office: link, review, retention."""

import re
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import IBAN, NOW, UrssafCase

OTHER_IBAN = "FR1420041010050500013M02606"
LINK = re.compile(r"/urssaf/fiche/([\w-]+)")


@freeze_time(NOW)
class CustomerFormCase(UrssafCase):
    """A customer of whom the company knows the name and the e-mail."""

    def setUp(self):
        super().setUp()
        self.partner = self.env["res.partner"].create(
            {
                "name": "Jeanne Martin",
                "lang": "en_US",
                "email": "jeanne.martin@example.com",
                "street": "1 rue Ancienne",
                "urssaf_usage_name": "Petit",
            }
        )

    def _send(self, partner=None):
        """Press the button; return the token of the link in the mail."""
        partner = partner or self.partner
        partner.with_user(self.user).action_urssaf_send_form()
        return self._last_token()

    def _last_token(self):
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        return LINK.search(mail.body_html)[1]

    def _find(self, token):
        return self.env["urssaf.customer.form"]._find_open(token)

    def _typed(self, **changes):
        france = self.env.ref("base.fr")
        return {
            "civility": "2",
            "birth_name": " Durand ",
            "usage_name": "",
            "first_names": "Jeanne, Marie",
            "birth_date": "1980-03-29",
            "birth_country": str(france.id),
            "birth_commune": "Lyon 1er",
            "birth_department": "69",
            "mobile": "06 39 98 01 02",
            "email": "jeanne@example.com",
            "street": "8 bis rue du Soleil",
            "street2": "",
            "zip": "69001",
            "city": "Lyon",
            "iban": "FR76 3000 4000 0312 3456 7890 143",
            "bic": "bnpafrpp",
            "holder": "Mme Jeanne Durand",
            "consent_enrolment": "1",
            "consent_data": "1",
            **changes,
        }

    def _submit(self, **changes):
        """Send the form and let the customer fill it in; return the form."""
        form = self._find(self._send())
        self.assertEqual(form._submit(self._typed(**changes)), {})
        return form.sudo(False).with_user(self.user)

    def _line(self, form, name):
        return form.line_ids.filtered(lambda line: line.name == name)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCustomerFormLink(CustomerFormCase):
    def test_link_is_mailed_and_kept_nowhere_else(self):
        token = self._send()
        form = self.partner.urssaf_form_id
        self.assertEqual(form.state, "sent")
        self.assertEqual(self.partner.urssaf_form_state, "sent")
        self.assertEqual(form.expires_at, NOW + timedelta(days=14))
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, "jeanne.martin@example.com")
        self.assertTrue(mail.auto_delete)
        self.assertFalse(mail.model)
        said = " ".join((self.partner | form.partner_id).message_ids.mapped("body"))
        said += " ".join(form.message_ids.mapped("body"))
        self.assertIn("jeanne.martin@example.com", said)
        self.assertNotRegex(said, r"\d:\d\d:\d\d", "nobody reads seconds")
        # Until when: as the form says it, in Paris.
        self.assertRegex(said, r"\b12:00\b(?!:)")
        self.assertNotIn(token, said)
        self.env.cr.execute(
            "SELECT * FROM urssaf_customer_form WHERE id = %s", [form.id]
        )
        self.assertNotIn(token, str(self.env.cr.fetchall()))
        self.assertEqual(self._find(token), form)

    def test_needs_an_email(self):
        """A word of the office can only be mailed; a link alone is handed over."""
        self.partner.email = False
        with self.assertRaises(UserError):
            self.env["urssaf.customer.form"]._send_to(self.partner, note="Non")
        action = self.partner.with_user(self.user).action_urssaf_send_form()
        self.assertTrue(LINK.search(action["context"]["urssaf_link"]))
        self.assertFalse(self.partner.urssaf_form_id.sudo().mail_id)

    def test_new_link_kills_the_old_one(self):
        old, new = self._send(), self._send()
        self.assertNotEqual(old, new)
        self.assertFalse(self._find(old))
        self.assertTrue(self._find(new))

    def test_dead_link_is_not_mailed(self):
        """A mail that waits, or that failed, goes with its link."""
        old = self._send()
        mail = self.partner.urssaf_form_id.sudo().mail_id
        self.assertIn(old, mail.body_html)
        message = mail.mail_message_id
        mail.state = "exception"
        self._send()
        self.assertFalse(mail.exists() or message.exists())
        mail = self.partner.urssaf_form_id.sudo().mail_id
        self.partner.with_user(self.user).action_urssaf_revoke_form()
        self.assertFalse(mail.exists())

    def test_names_are_text_in_the_chatter(self):
        self.partner.name = "Jeanne <b>Gras</b>"
        form = self._submit(city="<i>Lyon</i>")
        form._refuse("<u>Non</u>", True)
        said = " ".join(self.partner.message_ids.mapped("body"))
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        for tag in ("<b>Gras", "<i>Lyon", "<u>Non"):
            self.assertNotIn(tag, said + str(mail.body_html))

    def test_revoked(self):
        token = self._send()
        self.partner.with_user(self.user).action_urssaf_revoke_form()
        self.assertFalse(self._find(token))
        self.assertEqual(self.partner.urssaf_form_state, "revoked")

    def test_expired(self):
        self.company.urssaf_form_link_days = 3
        token = self._send()
        with freeze_time(NOW + timedelta(days=3, seconds=1)):
            self.assertFalse(self._find(token))
            self.env["urssaf.customer.form"]._gc_forms()
        self.assertEqual(self.partner.urssaf_form_state, "expired")

    def test_archived_customer_is_closed(self):
        token = self._send()
        self.partner.active = False
        self.assertFalse(self._find(token))

    def test_forged(self):
        token = self._send()
        digest = self.partner.urssaf_form_id.sudo().token_digest
        for forged in (token[:-1], token + "A", token.swapcase(), digest, "", "'"):
            self.assertFalse(self._find(forged))

    def test_digest_is_for_nobody(self):
        self._send()
        form = self.partner.urssaf_form_id.with_user(self.user)
        with self.assertRaises(AccessError):
            form.read(["token_digest"])

    def test_mail_that_failed_is_shown(self):
        self._send()
        form = self.partner.urssaf_form_id
        self.assertFalse(form.mail_failed)
        form.sudo().mail_id.state = "exception"
        self.assertTrue(self.partner.urssaf_form_mail_failed)

    def test_rights(self):
        self._send()
        form = self.partner.urssaf_form_id
        biller = self._make_user("biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.partner.with_user(biller).action_urssaf_send_form()
        with self.assertRaises(AccessError):
            self.partner.with_user(biller).read(["urssaf_form_id"])
        for button in ("action_accept", "action_accept_all", "action_revoke"):
            with self.assertRaises(AccessError):
                getattr(form.with_user(biller), button)()
        with self.assertRaises(AccessError):
            form.with_user(self.user).write({"state": "accepted"})

    def test_other_company_is_blind(self):
        form = self._submit()
        other = self.env["res.company"].create({"name": "Autre"})
        foreign = self._make_user("foreign", "urssaf_avance_immediate.group_manager")
        foreign.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        theirs = form.with_user(foreign)
        self.assertFalse(theirs.search([]))
        self.assertFalse(
            self.env["urssaf.customer.form.line"].with_user(foreign).search([])
        )
        with self.assertRaises(AccessError):
            theirs.action_accept()
        self.assertFalse(
            self.partner.with_user(foreign).with_company(other).urssaf_form_id
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCustomerFormReview(CustomerFormCase):
    def test_typed_beside_what_stands_in_odoo(self):
        form = self._submit()
        street, iban = self._line(form, "street"), self._line(form, "iban")
        self.assertEqual(street.typed, "8 bis rue du Soleil")
        self.assertEqual(street.current, "1 rue Ancienne")
        self.assertTrue(street.differs)
        self.assertEqual(iban.typed, "FR76 •••• 0143")
        self.assertFalse(iban.current)
        self.assertEqual(self._line(form, "civility").typed, "Madame")
        usage = self._line(form, "usage_name")
        self.assertEqual((usage.typed, usage.current), (False, "Petit"))
        self.assertTrue(usage.differs)
        self.assertEqual(self.partner.street, "1 rue Ancienne", "nothing is copied yet")
        self.assertFalse(self.partner.bank_ids)

    def test_the_office_is_told(self):
        form = self._submit()
        self.assertEqual(form.state, "submitted")
        self.assertEqual(form.consented_at, NOW)
        [activity] = form.activity_ids
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("urssaf_avance_immediate.activity_type_review_form"),
        )

    def test_accept_everything(self):
        form = self._submit()
        action = form.action_accept_all()
        partner = self.partner
        self.assertEqual(partner.urssaf_birth_name, "Durand")
        self.assertFalse(partner.urssaf_usage_name)
        self.assertEqual(partner.urssaf_first_names, "Jeanne Marie")
        self.assertEqual(str(partner.urssaf_birth_date), "1980-03-29")
        self.assertEqual(partner.street, "8 bis rue du Soleil")
        self.assertEqual(partner.urssaf_street_name, "du Soleil")
        self.assertEqual(partner.email, "jeanne@example.com")
        account = partner.urssaf_bank_account_id
        self.assertEqual(account.sanitized_acc_number, IBAN)
        self.assertEqual(account.bank_bic, "BNPAFRPP")
        self.assertEqual(account.acc_holder_name, "Mme Jeanne Durand")
        self.assertEqual(form.state, "accepted")
        self.assertFalse(form.line_ids)
        self.assertFalse(form.activity_ids)
        self.assertEqual(form.reviewed_by_id, self.user)
        self.assertEqual(action["params"]["next"]["res_id"], partner.id)
        said = " ".join(partner.message_ids.mapped("body"))
        self.assertIn("Birth name", said)
        for secret in ("Durand", "1980", IBAN, "0639980102"):
            self.assertNotIn(secret, said)

    def test_accepting_leads_back_to_the_contact_it_was_opened_from(self):
        form = self._submit()
        opened = self.partner.with_user(self.user).action_urssaf_review_form()
        self.assertEqual(opened["res_id"], form.id)
        # Contact, form: two lines that look the same help nobody.
        self.assertEqual(form.display_name, f"Form for {self.partner.display_name}")
        action = form.with_context(**opened["context"]).action_accept_all()
        on = action["params"]["next"]
        self.assertEqual(on["tag"], "urssaf_back")
        # Where there is no screen before, as in a new tab.
        self.assertEqual(on["params"]["next"]["res_id"], self.partner.id)

    def test_accept_field_by_field(self):
        form = self._submit()
        for name in ("street", "iban", "email"):
            self._line(form, name).accept = False
        form.action_accept()
        self.assertEqual(self.partner.street, "1 rue Ancienne")
        self.assertEqual(self.partner.email, "jeanne.martin@example.com")
        self.assertFalse(self.partner.bank_ids)
        self.assertEqual(self.partner.city, "Lyon")
        said = " ".join(self.partner.message_ids.mapped("body"))
        self.assertIn("Left out: Email, Street, IBAN", said)

    def test_account_that_is_there_is_used(self):
        """Archived, too: Odoo would refuse the same IBAN once more."""
        account = self.env["res.partner.bank"].create(
            {"partner_id": self.partner.id, "acc_number": IBAN, "active": False}
        )
        other = self.env["res.partner.bank"].create(
            {"partner_id": self.partner.id, "acc_number": OTHER_IBAN}
        )
        self.assertEqual(self.partner.urssaf_bank_account_id, other)
        self._submit().action_accept_all()
        self.assertEqual(self.partner.urssaf_bank_account_id, account)
        self.assertTrue(account.active)
        self.assertEqual(account.bank_bic, "BNPAFRPP")

    def test_what_was_typed_cannot_be_rewritten(self):
        form = self._submit()
        with self.assertRaises(AccessError):
            self._line(form, "iban").write({"value": OTHER_IBAN})
        with self.assertRaises(AccessError):
            self._line(form, "iban").unlink()

    def test_accepted_once(self):
        form = self._submit()
        form.action_accept_all()
        self.partner.street = "5 rue Corrigée"
        with self.assertRaises(UserError):
            form.action_accept_all()
        self.assertEqual(self.partner.street, "5 rue Corrigée")

    def test_refused_with_a_word_and_a_new_link(self):
        form = self._submit()
        action = form.action_refuse()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action["context"])
        )
        wizard.note = "L’IBAN est celui de votre conjoint."
        wizard.save().action_refuse()
        self.assertEqual(form.state, "refused")
        self.assertFalse(form.line_ids)
        self.assertFalse(self.partner.urssaf_birth_name)
        again = self._find(self._last_token())
        self.assertNotEqual(again, form)
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn("celui de votre conjoint", mail.body_html)

    def test_refused_without_a_new_link(self):
        form = self._submit()
        before = self.env["mail.mail"].search([])
        form._refuse("Doublon", False)
        self.assertFalse(self.env["mail.mail"].search([]) - before)
        self.assertEqual(self.partner.urssaf_form_id, form)

    def test_erased_when_nobody_reviews(self):
        form = self._submit()
        with freeze_time(NOW + timedelta(days=29)):
            form.sudo()._gc_forms()
        self.assertTrue(form.line_ids)
        with freeze_time(NOW + timedelta(days=31)):
            form.sudo()._gc_forms()
        self.assertEqual(form.state, "expired")
        self.assertFalse(form.line_ids)
        self.assertFalse(form.activity_ids)

    def test_enrolled_from_the_form(self):
        """The whole way: the office only reviews."""
        action = self._submit().action_accept_all()
        self.assertEqual(action["params"]["type"], "success")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.consent_origin, "portal")
        self.assertEqual(enrolment.consent_user_id, self.user)
        self.partner.with_user(self.user).action_urssaf_enrol()
        self.assertEqual(self.partner.urssaf_enrolment_state, "pending")
        [call] = self.fake.calls_of("010")
        self.assertEqual(call.json["coordonneeBancaire"]["iban"], IBAN)
        self.assertEqual(call.json["prenoms"], "Jeanne Marie")
        self.assertEqual(
            call.json["lieuNaissance"]["communeNaissance"]["codeCommune"], "381"
        )
        self.assertEqual(call.json["adressePostale"]["codeCommune"], "69381")
