# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts that Odoo merges: what Urssaf knows of them stays."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import IBAN, NOW, UrssafCase

OTHER_IBAN = "FR1420041010050500013M02606"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestContactMerge(UrssafCase):
    def _merge(self, *sources, into=None, user=None):
        """Odoo's own wizard, as the administrator uses it."""
        into = into or self.partner
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard = wizard.with_user(user or self.env.ref("base.user_admin")).create(
            {
                "partner_ids": [Command.set([into.id, *(p.id for p in sources)])],
                "dst_partner_id": into.id,
            }
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def _bare(self, **values):
        """The same person once more, without a word for Urssaf."""
        return self.env["res.partner"].create(
            {"name": "Jeanne Martin", "email": "jeanne.martin@example.com", **values}
        )

    def _told(self, partner):
        names = ("birth_name", "first_names", "birth_date", "birth_city", "mobile")
        return {name: partner[f"urssaf_{name}"] for name in names}

    # -- merged ----------------------------------------------------------------

    def test_what_urssaf_knows_survives(self):
        """The adopted enrolment is the one that SQL used to delete."""
        kept = self._bare()
        kept._urssaf_record_consent("office")
        enrolment = self._enrol()
        request = self._sent()
        form = self.env["urssaf.customer.form"]._send_to(self.partner)
        told = self._told(self.partner)
        account = self.partner.urssaf_bank_account_id
        attempts = enrolment.attempt_ids
        self._merge(self.partner, into=kept)
        self.assertFalse(self.partner.exists())
        self.assertEqual(kept.urssaf_enrolment_ids, enrolment)
        self.assertEqual(enrolment.state, "active")
        self.assertEqual(enrolment.attempt_ids, attempts)
        self.assertEqual(request.partner_id, kept)
        self.assertEqual(request.enrolment_id, enrolment)
        self.assertEqual(form.partner_id, kept)
        # The enrolment is this person's: so is the civil status that Urssaf was told.
        self.assertEqual(self._told(kept), told)
        self.assertEqual(kept.urssaf_bank_account_id.sanitized_acc_number, IBAN)
        self.assertEqual(kept.urssaf_bank_account_id, account)
        move = self._invoice(partner=kept)
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")

    def test_the_enrolment_of_the_contact_that_stays(self):
        enrolment = self._enrol()
        own = self._told(self.partner)
        self.partner.urssaf_usage_name = False
        twin = self._make_partner(
            urssaf_birth_date=False,
            urssaf_usage_name="Autre",
            urssaf_other_aid=True,
            bank_ids=[Command.create({"acc_number": OTHER_IBAN})],
        )
        self._merge(twin)
        self.assertEqual(self.partner.urssaf_enrolment_ids, enrolment)
        self.assertEqual(self._told(self.partner), own)
        self.assertFalse(self.partner.urssaf_usage_name, "no gap is filled from her")
        self.assertEqual(self.partner.urssaf_bank_account_id.sanitized_acc_number, IBAN)
        self.assertIn(OTHER_IBAN, self.partner.bank_ids.mapped("sanitized_acc_number"))

    def test_the_same_person_refused_the_second_time(self):
        """Urssaf gave both contacts one identifier: merging is what it asked for."""
        enrolment = self._enrol()
        twin = self._make_partner()
        again = self._enrol(twin, active=False)
        self.assertEqual(again.state, "error")
        attempts = enrolment.attempt_ids | again.attempt_ids
        self.assertEqual(len(attempts), 2)
        self._merge(self.partner, into=twin)
        self.assertFalse(again.exists())
        self.assertEqual(twin.urssaf_enrolment_ids, enrolment)
        self.assertEqual(enrolment.attempt_ids, attempts)
        self.assertEqual(enrolment.state, "active")
        self.assertIn("merged", str(enrolment.message_ids.mapped("body")))

    def test_two_identifiers_are_two_customers(self):
        first = self._enrol()
        twin = self._make_partner(email="j.martin@example.com")
        second = self._enrol(twin)
        self.assertNotEqual(first.external_id, second.external_id)
        with self.assertRaisesRegex(UserError, "different identifiers"):
            self._merge(twin)
        self.assertTrue(twin.exists())
        self.assertEqual(second.partner_id, twin)

    def test_a_contact_whose_data_were_erased(self):
        """Only the code writes the day of it; whoever merges is no superuser."""
        for erased_stays in (False, True):
            with self.subTest(erased_stays=erased_stays):
                erased, other = self._bare(), self._bare()
                erased.sudo().urssaf_forgotten_on = NOW.date()
                into = erased if erased_stays else other
                self._merge((erased | other) - into, into=into)
                self.assertEqual(bool(into.urssaf_forgotten_on), erased_stays)

    def test_not_while_a_call_is_on_its_way(self):
        self._enrol()
        twin = self._make_partner()
        enrolment = twin._urssaf_enrolments()
        for state in ("sending", "unknown"):
            enrolment.state = state
            with self.assertRaisesRegex(UserError, "Nothing was merged"):
                self._merge(twin)

    def test_another_civil_status_does_not_take_its_place(self):
        self._enrol()
        for values in (
            {"urssaf_birth_date": "1950-01-01"},
            {"urssaf_birth_name": "Petit"},
        ):
            twin = self._make_partner(consent=False, **values)
            with self.assertRaisesRegex(UserError, "birth names or birth dates"):
                self._merge(self.partner, into=twin)

    def test_nobody_enrolled(self):
        """The civil status that is there is kept as a whole."""
        kept = self._bare()
        self.partner.action_urssaf_withdraw_consent()
        self.partner._urssaf_every_enrolment().unlink()
        told = self._told(self.partner)
        self._merge(self.partner, into=kept)
        self.assertEqual(self._told(kept), told)

    def test_a_birth_place_is_not_put_together_from_two(self):
        kept = self._bare()
        self.partner.write(
            {
                "urssaf_birth_country_id": self.env.ref("base.be").id,
                "urssaf_birth_city_code": False,
                "urssaf_birth_city": False,
            }
        )
        self._enrol()
        self._merge(self.partner, into=kept)
        self.assertEqual(kept.urssaf_birth_country_id, self.env.ref("base.be"))

    def test_a_merger_without_any_right_to_personal_data_loses_none(self):
        clerk = self._make_user("merger", "base.group_partner_manager")
        kept = self._bare()
        self._enrol()
        told = self._told(self.partner)
        self._merge(self.partner, into=kept, user=clerk)
        self.assertEqual(self._told(kept), told)

    def test_two_companies_keep_one_enrolment_each(self):
        here = self._enrol()
        twin = self._make_partner(consent=False, email=self.partner.email)
        there = twin.with_user(self.other_user)
        there._urssaf_record_consent("office")
        other = self._enrol(there, active=False)
        other = other.sudo()
        self._merge(twin)
        self.assertEqual(self.partner.sudo().urssaf_enrolment_ids, here | other)
        self.assertEqual(
            self.partner.with_user(self.other_user).urssaf_enrolment_id, other
        )

    def test_a_contact_of_one_company_is_not_another_ones_customer(self):
        self._enrol()
        kept = self._bare()
        kept.sudo().company_id = self.other_company
        with self.assertRaisesRegex(UserError, "Autre Maison"):
            self._merge(self.partner, into=kept)

    def test_one_open_form_is_left(self):
        twin = self._make_partner(consent=False)
        Form = self.env["urssaf.customer.form"]
        first, second = Form._send_to(self.partner), Form._send_to(twin)
        self._merge(twin)
        self.assertEqual(second.partner_id, self.partner)
        self.assertEqual(first.state, "revoked")
        self.assertEqual(second.state, "sent")
