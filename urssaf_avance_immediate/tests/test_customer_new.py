# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A new customer in one dialogue; and what the office does with one on the contact."""

from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_customer_form import LINK, CustomerFormCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCustomerNew(CustomerFormCase):
    def setUp(self):
        super().setUp()
        # The case below made somebody with the same one.
        self.partner.email = "jeanne.seule@example.com"

    def _new(self, **values):
        """The dialogue, filled in by the office."""
        typed = {
            "name": " Paul  Lefèvre ",
            "email": "Paul.Lefevre@example.com",
            "mobile": "06 39 98 77 07",
            **values,
        }
        return self.env["urssaf.customer.new"].with_user(self.user).create(typed)

    def _link_page(self, action):
        """The dialogue that the action opens, as the browser reads it."""
        return (
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action["context"])
            .browse(action["res_id"])
        )

    def test_the_form_is_sent_to_a_person_in_france(self):
        action = self._new().action_send_form()
        page = self._link_page(action)
        partner = page.partner_id
        self.assertEqual(partner.name, "Paul Lefèvre")
        self.assertEqual(partner.country_id.code, "FR")
        self.assertFalse(partner.is_company or partner.parent_id)
        self.assertEqual(partner.customer_rank, 1)
        # Typed once, and Urssaf's number too.
        self.assertEqual(partner.phone, partner.urssaf_mobile)
        self.assertEqual(partner.urssaf_form_state, "sent")
        [token] = LINK.findall(page.link)
        self.assertEqual(self._find(token).partner_id, partner)
        self.assertIn(page.link, page.sms_text)
        # In the page itself: an image that is fetched would not know the link.
        self.assertIn('src="data:image/png;base64,', page.qr_code)
        # The contact opens where it goes on.
        opened = page.action_open_customer()
        self.assertEqual(opened["res_id"], partner.id)

    def test_the_link_is_kept_nowhere(self):
        action = self._new().action_send_form()
        token = LINK.search(self._link_page(action).link)[1]
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM urssaf_customer_new")
        self.assertNotIn(token, str(self.env.cr.fetchall()))
        # Nobody else sees it, nor the same person a second time.
        bare = self.env["urssaf.customer.new"].browse(action["res_id"])
        self.assertFalse(bare.with_user(self.user).link)
        with self.assertRaises(AccessError):
            bare.with_user(self.other_user).read(["outcome_text"])

    def test_says_what_became_of_the_mail(self):
        page = self._link_page(self._new().action_send_form())
        servers = self.env["ir.mail_server"].search([])
        servers.active = False
        mail = page.form_id.sudo().mail_id
        self.assertEqual(page.outcome, "queued")
        self.assertIn("no outgoing mail server", page.outcome_text)
        self.env["ir.mail_server"].create({"name": "Sortant", "smtp_host": "x.example"})
        self.assertIn("waits in Odoo", self._again(page).outcome_text)
        mail.state = "exception"
        self.assertEqual(self._again(page).outcome, "failed")
        self.assertIn("could not be sent", page.outcome_text)
        # Odoo deletes what has left.
        mail.unlink()
        self.assertEqual(self._again(page).outcome, "sent")
        self.assertIn("paul.lefevre@example.com", page.outcome_text)

    def _again(self, page):
        page.invalidate_recordset()
        return page

    def test_without_an_email_the_link_is_handed_over(self):
        page = self._link_page(self._new(email=False).action_send_form())
        self.assertEqual(page.outcome, "none")
        self.assertFalse(page.form_id.sudo().mail_id)
        token = LINK.search(page.link)[1]
        self.assertEqual(self._find(token)._submit(self._typed()), {})

    def test_needs_a_name_and_a_way_to_reach(self):
        for wrong in (
            {"name": "  "},
            {"email": False, "mobile": False},
            {"email": "paul@"},
        ):
            with self.assertRaises(UserError):
                self._new(**wrong).action_send_form()
        self.assertTrue(self._new(email=False, mobile=False).action_type_in())

    def test_a_foreign_number_is_a_phone_only(self):
        action = self._new(mobile="+32 470 12 34 56").action_type_in()
        partner = self.env["res.partner"].browse(action["res_id"])
        self.assertEqual(partner.phone, "+32 470 12 34 56")
        self.assertFalse(partner.urssaf_mobile)

    def test_who_is_here_already_is_proposed(self):
        new = self._new(email="JEANNE.seule@example.com", mobile=False)
        self.assertEqual(new.double_ids, self.partner)
        self.partner.write({"email": False, "phone": "+33 6 39 98 77 07"})
        self.assertEqual(self._new().double_ids, self.partner)
        self.partner.action_archive()
        self.assertEqual(self._new().double_ids, self.partner)
        opened = self.partner.with_user(self.user).action_urssaf_open_customer()
        self.assertEqual(opened["res_id"], self.partner.id)
        self.partner.phone = False
        self.assertFalse(self._new().double_ids)

    def test_nobody_is_made_twice_unseen(self):
        """The phone was typed last, and the button pressed before Odoo had looked."""
        self.partner.phone = "06 39 98 77 07"
        new = self._new()
        for press in (new.action_send_form, new.action_type_in):
            again = press()
            self.assertEqual((again["res_model"], again["res_id"]), (new._name, new.id))
            self.assertEqual(again["target"], "new")
        same = [("name", "=", "Paul Lefèvre")]
        self.assertFalse(self.env["res.partner"].search(same))
        # Then somebody says that it is another person: these buttons make one.
        form = etree.fromstring(new.get_view(again["view_id"][0], "form")["arch"])
        buttons = form.xpath("//button[@invisible='not double_ids']")
        self.assertEqual(len(buttons), 2)
        for button in buttons:
            context = literal_eval(button.get("context"))
            getattr(new.with_context(**context), button.get("name"))()
        self.assertEqual(self.env["res.partner"].search_count(same), 2)

    def test_not_who_is_another_companys_alone(self):
        self.partner.company_id = self.other_company
        self.assertFalse(self._new(email=self.partner.email).double_ids)

    def test_is_for_users_of_the_service(self):
        reader = self._make_user("reader", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            self.env["urssaf.customer.new"].with_user(reader).create({"name": "X"})

    # -- on the contact ------------------------------------------------------------

    def test_enrolling_asks_the_consent_and_says_what_comes_next(self):
        partner = self._make_partner(consent=False).with_user(self.user)
        self.assertEqual(partner.urssaf_step, "enrol")
        # What is asked at the end is none of what is missing.
        fields = [line["field"] for line in partner.urssaf_checklist]
        self.assertNotIn("urssaf_consent_date", fields)
        action = partner.action_urssaf_confirm_enrol()
        self.assertFalse(partner.urssaf_consent_date or self.fake.calls)
        confirm = (
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn("Durand", confirm.preview)
        self.assertNotIn("3000 4000", confirm.preview)
        said = confirm.action_enrol()
        self.assertEqual(partner.urssaf_consent_user_id, self.user)
        self.assertEqual(partner.urssaf_enrolment_state, "pending")
        self.assertIn("link expires on", said["params"]["message"])
        self.assertEqual(partner.urssaf_step, "remind")
        # Once more: a second click in another tab enrols nobody twice.
        calls = len(self.fake.calls_of("010"))
        confirm.action_enrol()
        self.assertEqual(len(self.fake.calls_of("010")), calls)

    def test_enrolling_from_the_enrolment_asks_too(self):
        partner = self._make_partner(consent=False)
        enrolment = partner._urssaf_enrolments().with_user(self.user)
        self.assertEqual(enrolment.stage, "ready")
        action = enrolment.action_urssaf_confirm_enrol()
        self.assertEqual(action["res_model"], "urssaf.enrolment.confirm")
        self.assertFalse(self.fake.calls)

    def test_what_is_missing_is_red_only_after_enrol(self):
        partner = self.partner.with_user(self.user)
        self.assertEqual(partner.urssaf_step, "start")
        self.assertFalse(partner.urssaf_enrolment_state)
        said = partner.action_urssaf_confirm_enrol()
        count = len([line for line in partner.urssaf_checklist if line["blocking"]])
        self.assertIn(str(count), said["params"]["message"])
        self.assertEqual(partner.urssaf_enrolment_state, "draft")
        self.assertFalse(self.fake.calls)
        # Nothing keeps such a contact.
        self.partner.unlink()

    def test_what_odoo_knows_is_proposed(self):
        self.partner.write({"phone": "06 39 98 01 02", "urssaf_usage_name": False})
        fixes = {
            line["field"]: [fix["values"] for fix in line["fixes"]]
            for line in self.partner.urssaf_checklist
        }
        self.assertEqual(fixes["urssaf_mobile"], [{"urssaf_mobile": "06 39 98 01 02"}])
        self.assertEqual(fixes["urssaf_birth_name"], [{"urssaf_birth_name": "Martin"}])
        self.partner.phone = "04 78 00 00 00"
        fixes = {line["field"]: line["fixes"] for line in self.partner.urssaf_checklist}
        self.assertFalse(fixes["urssaf_mobile"])

    def test_a_child_contact_or_a_company_is_no_customer(self):
        company = self.env["res.partner"].create({"name": "Toit", "is_company": True})
        child = company.create({"name": "Zoé", "parent_id": company.id})
        for partner in (company, child):
            self.assertFalse(partner.urssaf_step)
            with self.assertRaises(UserError):
                partner.with_user(self.user).action_urssaf_confirm_enrol()
            self.assertFalse(partner.urssaf_enrolment_state)

    def test_a_refusal_is_said_on_the_contact(self):
        partner = self._make_partner(email="refused@example.com")
        self.fake.fail("010", "reject_400", code="ERR_DGFIP_R2P_INCONNU")
        said = partner.action_urssaf_enrol()["params"]["message"]
        self.assertNotIn("ERR_", said)
        self.assertIn("stand on the contact", said)
        self.assertEqual(partner.urssaf_step, "mend")
        # In words first, the code behind.
        first, *rest = partner.urssaf_enrolment_error.splitlines()
        self.assertNotIn("ERR_", first)
        self.assertIn("ERR_DGFIP_R2P_INCONNU", " ".join(rest))

    def test_one_screen_answers_the_phone(self):
        self.partner = self._make_partner(email="phone@example.com")
        request = self._sent()
        partner = self.partner.with_user(self.user)
        self.assertEqual(partner.urssaf_last_request_ids, request.with_user(self.user))
        self.assertEqual(partner.urssaf_request_count, 1)
        expected = request.currency_id.format(request.transfer_expected)
        self.assertEqual(partner.urssaf_request_expected, expected)
        self.assertTrue(partner.urssaf_ceiling)
        listed = partner.action_urssaf_view_requests()["domain"]
        self.assertEqual(self.env["urssaf.payment.request"].search(listed), request)
        # Another company of the database sees nothing of it.
        there = self.partner.with_user(self.other_user)
        self.assertFalse(there.urssaf_last_request_ids)
        self.assertFalse(there.urssaf_request_count or there.urssaf_request_expected)
        self.assertFalse(there.urssaf_stage)
        # Who only reads sees how far it is, and none of what is personal.
        reader = self._make_user("reader", "account.group_account_readonly")
        self.assertEqual(self.partner.with_user(reader).urssaf_request_count, 1)
        with self.assertRaises(AccessError):
            self.partner.with_user(reader).read(["urssaf_step"])

    def test_nobody_writes_to_urssaf_about_a_test(self):
        self.partner = self._make_partner(email="test@example.com")
        enrolment = self._enrol(active=False)
        partner = self.partner.with_user(self.user)
        with self.assertRaisesRegex(UserError, "test only"):
            partner.action_urssaf_write()
        enrolment.sudo().environment = "production"
        self.company.company_registry = "55210055400013"
        url = partner.action_urssaf_write()["url"]
        self.assertTrue(url.startswith(f"mailto:{self.company.urssaf_cancel_email}?"))
        self.assertIn(enrolment.external_id, url)
        self.assertNotIn("Durand", url)
        self.company.urssaf_cancel_email = False
        with self.assertRaisesRegex(UserError, "address"):
            partner.action_urssaf_write()
