# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may see, who may act, and which company."""

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.mail.tests.common import mail_new_test_user

from .cases import NOW, UrssafCase, credentials

PERSONAL = [
    "urssaf_birth_name",
    "urssaf_birth_date",
    "urssaf_birth_city_code",
    "urssaf_mobile",
    "urssaf_bank_account_id",
]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSecurity(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = cls._make_user("biller", "account.group_account_invoice")
        cls.reader = cls._make_user("reader", "account.group_account_readonly")
        cls.stranger = cls._make_user("stranger", "base.group_partner_manager")
        cls.manager = cls._make_user("manager", "urssaf_avance_immediate.group_manager")

    def test_office_user_does_the_whole_job(self):
        partner = self.partner.with_user(self.user)
        partner.action_urssaf_enrol()
        self.fake.customers[partner.urssaf_enrolment_id.external_id].activate()
        partner.action_urssaf_refresh()
        self.assertEqual(partner.urssaf_enrolment_state, "active")
        move = self._invoice().with_user(self.user)
        self.assertTrue(move.urssaf_can_send)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self._demande(request.sudo()).move("30", "Validée")
        request.action_urssaf_refresh()
        self.assertEqual(request.state, "validated")

    def test_the_portal_makes_no_activity_by_taking_our_types(self):
        """By RPC, on a record that is not his: Odoo refuses, and so do we."""
        portal = mail_new_test_user(
            self.env, login="urssaf_portal_rpc", groups="base.group_portal"
        )
        kind = self.env.ref("urssaf_avance_immediate.activity_type_to_handle")
        with self.assertRaises(AccessError):
            self.env["mail.activity"].with_user(portal).create(
                {
                    "activity_type_id": kind.id,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.partner.id,
                    "user_id": self.user.id,
                }
            )

    def test_others_cannot_exchange_with_urssaf(self):
        request = self._sent()
        enrolment = self.partner.urssaf_enrolment_id
        before = len(self.fake.calls)
        for user in (self.biller, self.reader, self.stranger):
            for record, buttons in (
                (
                    self.partner,
                    ("action_urssaf_enrol", "action_urssaf_refresh"),
                ),
                (request.move_id, ("action_urssaf_send", "action_urssaf_refresh")),
                (
                    request,
                    (
                        "action_urssaf_send",
                        "action_urssaf_refresh",
                        "action_register_transfer",
                        "action_transfer_settled",
                        "action_keep_watching",
                        "action_request_cancel",
                        "action_correct_invoice",
                    ),
                ),
                (enrolment, ("action_urssaf_enrol", "action_urssaf_refresh")),
            ):
                for button in buttons:
                    with (
                        self.subTest(user=user.login, button=button),
                        self.assertRaises(AccessError),
                    ):
                        getattr(record.with_user(user), button)()
        self.assertEqual(len(self.fake.calls), before)

    def test_nobody_writes_by_hand(self):
        request = self._sent()
        for user in (self.user, self.manager, self.biller):
            for record in (request, request.enrolment_id):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"state": "draft"})
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    record.with_user(user).create({})

    def test_readers_see_the_state(self):
        request = self._sent()
        for user in (self.biller, self.reader):
            self.assertEqual(request.with_user(user).state, "waiting")
            self.assertEqual(request.move_id.with_user(user).urssaf_state, "waiting")

    def test_personal_data_are_for_the_group(self):
        for user in (self.biller, self.reader, self.stranger):
            with self.assertRaises(AccessError):
                self.partner.with_user(user).read(PERSONAL)
        self.partner.with_user(self.user).read(PERSONAL)

    def test_exchanges_are_for_managers(self):
        request = self._sent()
        with self.assertRaises(AccessError):
            request.with_user(self.user).read(["payload"])
        self.assertTrue(request.with_user(self.manager).payload)

    def test_contacts_open_without_accounting_rights(self):
        self._enrol()
        partner = self.partner.with_user(self.stranger)
        views = partner.get_views([(False, "form"), (False, "list"), (False, "search")])
        nodes = [etree.fromstring(v["arch"]) for v in views["views"].values()]
        shown = {field.get("name") for node in nodes for field in node.iter("field")}
        self.assertIn("phone", shown)
        self.assertFalse(shown & {*PERSONAL})
        # Of Odoo's own, some are for accountants only.
        ours = [name for name in partner.fields_get() if name.startswith("urssaf_")]
        [values] = partner.read(["name", "phone", *ours])
        self.assertEqual(values["name"], self.partner.name)
        self.assertFalse(values.keys() & {*PERSONAL})
        partner.write({"phone": "01 02 03 04 05"})
        self.assertEqual(self.partner.phone, "01 02 03 04 05")

    def test_buyers_and_salespeople_open_invoices(self):
        """Other applications give them the invoice, and nothing of ours."""
        group = self.env["res.groups"].create({"name": "Buyers"})
        self.env["ir.model.access"].create(
            {
                "name": "buyers",
                "group_id": group.id,
                "model_id": self.env.ref("account.model_account_move").id,
                "perm_read": True,
                "perm_write": True,
            }
        )
        move = self._sent().move_id
        self.stranger.group_ids |= group
        move = move.with_user(self.stranger)
        names = [name for name in move._fields if name.startswith("urssaf_")]
        hidden = {name for name in names if move._fields[name].groups}
        self.assertIn("urssaf_request_id", hidden)
        move.read([name for name in names if name not in hidden])
        self.assertTrue(move.need_cancel_request)

    def test_credentials_are_for_administrators(self):
        for user in (self.user, self.manager, self.biller):
            with self.assertRaises(AccessError):
                self.company.with_user(user).read(["urssaf_sandbox_client_secret"])
            with self.assertRaises(AccessError):
                self.company.with_user(user).action_urssaf_test_connection()

    def test_whom_we_talk_to_is_for_administrators(self):
        """Over RPC, by those whom Odoo lets change a company; on the settings too."""
        keeper = self._make_user(
            "keeper", "base.group_erp_manager,base.group_partner_manager"
        )
        Company = self.env["res.company"].with_user(keeper)
        self.company.with_user(keeper).write({"phone": "01 02 03 04 05"})
        Company.create({"name": "Nouvelle"})
        for name, value in (
            ("urssaf_environment", "production"),
            ("urssaf_sandbox_url", "http://127.0.0.1:8091"),
            *credentials("mine", "mine-secret").items(),
        ):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    self.company.with_user(keeper).write({name: value})
                with self.assertRaises(AccessError):
                    Company.create({"name": "Autre", name: value})
                with self.assertRaises(AccessError):
                    self.env["res.config.settings"].with_user(keeper).create(
                        {name: value}
                    )
                if name != "urssaf_environment":
                    with self.assertRaises(AccessError):
                        self.company.with_user(keeper).read([name])

    def test_other_company_is_blind(self):
        request = self._sent()
        other = self.env["res.company"].create({"name": "Autre"})
        foreign = self._make_user("foreign", "urssaf_avance_immediate.group_manager")
        foreign.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        for record in (request, request.enrolment_id):
            self.assertFalse(record.with_user(foreign).search([]))
            with self.assertRaises(AccessError):
                record.with_user(foreign).read(["state"])
        partner = self.partner.with_user(foreign).with_company(other)
        self.assertFalse(partner.urssaf_enrolment_id)
        self.assertFalse(partner.urssaf_enrolment_state)

    def test_same_customer_in_two_companies(self):
        first = self._enrol()
        other = self.env["res.company"].create(
            {
                "name": "Autre",
                "urssaf_sandbox_client_id": "other",
                "urssaf_sandbox_client_secret": "other-secret",
            }
        )
        self.env.user.company_ids |= other
        here = self.partner.with_company(other)
        with self.assertRaisesRegex(UserError, "Consent"):
            here.action_urssaf_enrol()
        here._urssaf_record_consent("office")
        here.action_urssaf_enrol()
        second = self.partner.with_company(other).urssaf_enrolment_id
        self.assertNotEqual(first, second)
        self.assertEqual(second.company_id, other)
        self.assertEqual(first.external_id, second.external_id)
