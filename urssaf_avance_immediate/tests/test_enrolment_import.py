# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers who come from another software, with the identifier they have."""

import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase
from .fake_urssaf import Customer

ID = "af0be430-908a-11eb-a8b3-0242ac130003"


class ImportCase(UrssafCase):
    def _read(self, text, user=None):
        Import = self.env["urssaf.enrolment.import"].with_user(user or self.env.user)
        wizard = Import.create({"file": base64.b64encode(text.encode())})
        wizard.action_read()
        return wizard

    def _import(self, text):
        wizard = self._read(text)
        wizard.consent = True
        wizard.action_import()
        return wizard

    def _long_file(self, count, known=True):
        partners = self.env["res.partner"].create(
            [
                {"name": f"C{number}", "email": f"c{number}@example.com"}
                for number in range(count)
            ]
        )
        for number in range(count if known else 0):
            customer = Customer(f"id{number}", email=f"c{number}@example.com")
            customer.activate("01/02/2026 09:30")
            self.fake.customers[customer.id_client] = customer
        rows = (f"id{n};{p.email}\n" for n, p in enumerate(partners))
        return partners, "idClient;mail\n" + "".join(rows)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentImport(ImportCase):
    def _known_at_urssaf(self, id_client=ID, birth_name="DURAND", active=True):
        customer = Customer(
            id_client,
            email="jeanne.martin@example.com",
            payload={"nomNaissance": birth_name},
        )
        if active:
            customer.activate("01/02/2026 09:30")
        self.fake.customers[id_client] = customer
        return customer

    def test_dry_run_writes_nothing(self):
        wizard = self._read(f"idClient;mail\n{ID};JEANNE.MARTIN@example.com\n")
        [line] = wizard.line_ids
        self.assertEqual(line.partner_id, self.partner)
        self.assertEqual((line.matched_by, line.outcome), ("email", "ready"))
        self.assertEqual(self.partner.urssaf_enrolment_state, "draft")
        self.assertFalse(wizard.file, "personal data are not kept in the file")
        self.assertFalse(self.fake.calls)

    def test_urssaf_confirms_each_identifier(self):
        self._known_at_urssaf()
        wizard = self._import(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual((enrolment.state, enrolment.external_id), ("pending", ID))
        self.assertEqual(wizard.line_ids.outcome, "imported")
        self.assertFalse(enrolment.link_expires_at, "Urssaf has sent nothing")
        self._run_cron("follow")
        self.assertEqual(enrolment.state, "active")
        self.assertFalse(enrolment.to_verify)
        self.assertEqual(wizard.line_ids.enrolment_state, "active")
        self.assertEqual([call.method for call in self.fake.calls][-1], "020")

    def test_the_consent_comes_from_the_other_software(self):
        self.partner.action_urssaf_withdraw_consent()
        text = f"idClient;mail\n{ID};jeanne.martin@example.com\n"
        with self.assertRaisesRegex(UserError, "Tick the box"):
            self._read(text).action_import()
        self._import(text)
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.consent_origin, "import")
        self.assertTrue(enrolment.consent_date)

    def test_an_identifier_for_somebody_who_is_invited_is_not_announced(self):
        """Enrolled elsewhere, and not active yet: Urssaf wrote for the other one."""
        self._known_at_urssaf(active=False)
        self._import(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        self._run_cron("follow")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "pending")
        self.assertFalse(enrolment.companion_next_at)

    def test_somebody_elses_identifier_is_refused(self):
        # Whose language the scheduled action speaks.
        self.user.lang = "en_US"
        self.company.urssaf_responsible_id = self.user
        self._known_at_urssaf(birth_name="Bernard")
        wizard = self._import(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        self._run_cron("follow")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(enrolment.external_id)
        self.assertTrue(enrolment.last_error_message)
        self.assertIn("1 customers", wizard.activity_ids.note)

    def test_the_refusals_of_a_file_are_one_activity(self):
        partners, text = self._long_file(4, known=False)
        wizard = self._import(text)
        # One has no import any more that would tell of him.
        wizard.line_ids[3].sudo().unlink()
        self._run_cron("follow")
        enrolments = partners.urssaf_enrolment_id
        self.assertEqual(enrolments.mapped("state"), ["error"] * 4)
        self.assertFalse(enrolments[:3].activity_ids)
        self.assertEqual(len(enrolments[3].activity_ids), 1)
        [activity] = wizard.activity_ids
        self.assertEqual(activity.user_id, wizard.user_id)
        self.assertIn("3 customers", activity.note)
        self.assertEqual(wizard.refused_count, 3)
        shown = wizard.action_view_refused()
        lines = self.env[shown["res_model"]].search(shown["domain"])
        self.assertEqual(lines.partner_id, partners[:3])

    def test_an_identifier_that_urssaf_does_not_know_is_refused(self):
        self._import(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        self._run_cron("follow")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(enrolment.external_id)

    def test_an_outage_leaves_it_to_be_verified(self):
        self._known_at_urssaf()
        self.fake.fail("020", "http_503")
        self._import(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        self._run_cron("follow")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertTrue(enrolment.to_verify)
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("follow")
        self.assertEqual(enrolment.state, "active")

    def test_names_and_birth_date_tell_who_it_is(self):
        wizard = self._read(
            f"idClient;nom;prénom;naissance\n{ID};MARTIN;Jeanne;29/03/1980\n"
        )
        self.assertEqual(wizard.line_ids.partner_id, self.partner)
        self.assertEqual(wizard.line_ids.matched_by, "names")

    def test_a_shared_email_is_settled_by_the_name(self):
        husband = self._make_partner(
            name="Paul Martin", urssaf_birth_name="Martin", urssaf_usage_name=False
        )
        husband.urssaf_birth_date = "1979-01-02"
        row = "jeanne.martin@example.com;{};{}\n"
        wizard = self._read(
            "idClient;mail;nom de naissance;naissance\n"
            + "a;"
            + row.format("Martin", "02/01/1979")
            + "b;"
            + row.format("", "")
        )
        first, second = wizard.line_ids
        self.assertEqual(first.partner_id, husband)
        self.assertEqual((second.fault, second.outcome), ("several", "left"))
        with Form(wizard) as form, form.line_ids.edit(1) as line:
            line.partner_id = self.partner
        self.assertEqual(
            (second.matched_by, second.outcome), ("hand", "ready"), second.fault
        )

    def test_a_birth_name_that_differs_waits_for_a_person(self):
        wizard = self._read(
            f"idClient;mail;nom\n{ID};jeanne.martin@example.com;Bernard\n"
        )
        [line] = wizard.line_ids
        self.assertEqual((line.fault, line.outcome), ("differs", "left"))
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_lines_that_cannot_be_imported_say_why(self):
        self._enrol()
        own = self.partner.urssaf_enrolment_id.external_id
        other = self._make_partner(name="Autre", email="autre@example.com")
        wizard = self._read(
            "idClient;mail\n"
            f"{own};jeanne.martin@example.com\n"
            "x;jeanne.martin@example.com\n"
            ";autre@example.com\n"
            "y;nobody@example.com\n"
            "z;autre@example.com\n"
            "z;nobody@example.com\n"
        )
        lines = wizard.line_ids
        self.assertEqual(
            lines.mapped("outcome"), ["linked", "twice", "left", "left", "left", "left"]
        )
        self.assertEqual(lines[2].fault, "identifier")
        self.assertEqual(lines[3].fault, "nobody")
        self.assertEqual(lines[4].fault, "double")
        lines[1].partner_id = other
        lines[2].partner_id = False
        lines[4].partner_id = False
        self.assertEqual(lines[0].outcome, "linked")
        self.assertEqual(lines[1].outcome, "ready")
        lines[3].partner_id = other
        lines[1].partner_id = False
        self.assertEqual(lines[3].outcome, "ready")

    def test_whose_identifier_it_is(self):
        own = self._enrol().external_id
        wizard = self._read(f"idClient;mail\n{own};jeanne.martin@example.com\n")
        [line] = wizard.line_ids
        self.assertEqual((line.outcome, line.owner_name), ("linked", False))
        line.partner_id = self._make_partner(name="Autre", email="autre@example.com")
        self.assertEqual((line.outcome, line.owner_name), ("other", "Jeanne Martin"))

    def test_only_somebody_whom_the_user_may_see_is_chosen(self):
        users = self.user | self._make_user(
            "import_both", "urssaf_avance_immediate.group_user"
        )
        users[1].company_ids += self.other_company
        wizard = self._read("idClient;mail\nx;nobody@example.com\n", self.user)
        private = self.env["res.partner"].sudo()
        private = private.create({"name": "X", "company_id": self.other_company.id})
        for user in users:
            line = wizard.line_ids.with_user(user)
            with self.assertRaises(AccessError):
                line.write({"partner_id": private.id})
            line.write({"partner_id": self.partner.id})
            self.assertEqual(line.outcome, "ready")

    def test_importing_twice_changes_nothing(self):
        self._known_at_urssaf()
        text = f"idClient;mail\n{ID};jeanne.martin@example.com\n"
        self._import(text)
        self._run_cron("follow")
        wizard = self._read(text)
        self.assertEqual(wizard.line_ids.outcome, "linked")
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertEqual(self.partner.urssaf_enrolment_id.state, "active")

    def test_the_customers_agreement_is_asked_for(self):
        wizard = self._read(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        with self.assertRaisesRegex(UserError, "agreed"):
            wizard.action_import()

    def test_a_hundred_lines_take_as_many_queries_as_ten(self):
        def queries(count):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"C{n}", "email": f"c{count}-{n}@example.com"}
                    for n in range(count)
                ]
            )
            text = "idClient;mail\n" + "".join(
                f"id{count}-{n};{p.email}\n" for n, p in enumerate(partners)
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._read(text)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(2)
        self.assertLessEqual(queries(100), queries(10) + 5)

    def test_only_users_of_the_service(self):
        biller = self._make_user("import_biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self._read("idClient\nabc\n", biller)
        wizard = self._read(f"idClient;mail\n{ID};x@example.com\n", self.user)
        with self.assertRaises(AccessError):
            wizard.with_user(biller).action_import()
