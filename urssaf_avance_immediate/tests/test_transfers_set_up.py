# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where Urssaf's money goes through: one action sets it up."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .cases import UrssafCase

ACTIVITY = "urssaf_avance_immediate.activity_type_transit"


@tagged("post_install", "-at_install")
class TestTransfersSetUp(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._make_user("books", "account.group_account_manager")
        cls.branch = cls._make_branch(cls.company)

    def _set_up(self, company=None, user=None):
        company = (company or self.company).with_user(user or self.accountant)
        company = company.with_context(allowed_company_ids=company.ids)
        return company.action_urssaf_set_up_transfers()["params"]["message"]

    def _codes(self, accounts):
        return accounts.with_company(self.company).mapped("code")

    def test_it_creates_what_is_missing(self):
        self.assertTrue(self.company._urssaf_transit_missing())
        self.assertFalse(self.company._urssaf_transit_account())
        self._set_up()
        account = self.company._urssaf_transit_account()
        self.assertEqual(self._codes(account), ["467100"])
        self.assertEqual(account.account_type, "asset_current")
        self.assertTrue(account.reconcile)
        self.assertEqual(account.company_ids, self.company)
        for name in (
            "urssaf_payment_method_line_id",
            "urssaf_payment_method_line_out_id",
        ):
            line = self.company[name]
            self.assertEqual(line.payment_account_id, account)
            self.assertEqual(line.journal_id, self.company.urssaf_payment_journal_id)
        self.assertEqual(
            self._codes(self.company.urssaf_set_off_account_id), ["431000"]
        )
        self.assertEqual(
            self._codes(self.company.urssaf_surplus_account_id), ["467200"]
        )
        self.assertFalse(self.company._urssaf_transit_missing())

    def test_a_second_time_nothing_changes(self):
        self._set_up()
        accounts = self.env["account.account"].search([])
        lines = self.env["account.payment.method.line"].search([])
        self.assertIn("nothing was changed", self._set_up())
        self.assertEqual(self.env["account.account"].search([]), accounts)
        self.assertEqual(self.env["account.payment.method.line"].search([]), lines)
        # Not even once the choices were lost.
        self.company.write(
            {
                "urssaf_payment_method_line_id": False,
                "urssaf_payment_method_line_out_id": False,
                "urssaf_set_off_account_id": False,
                "urssaf_surplus_account_id": False,
            }
        )
        self._set_up()
        self.assertEqual(self.env["account.account"].search([]), accounts)
        self.assertEqual(self.env["account.payment.method.line"].search([]), lines)
        self.assertEqual(
            self._codes(self.company._urssaf_transfer_accounts()),
            ["467100", "431000", "467200"],
        )

    def test_it_adopts_what_exists(self):
        account = self.env["account.account"].create(
            {
                "code": "467555",
                "name": "Urssaf avances",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        method = self.company.urssaf_payment_journal_id.inbound_payment_method_line_ids[
            :1
        ]
        mine = method.copy({"name": "Virement", "payment_account_id": account.id})
        self.company.urssaf_payment_method_line_id = mine
        self._set_up()
        self.assertEqual(self.company.urssaf_payment_method_line_id, mine)
        self.assertEqual(self.company._urssaf_transit_account(), account)

    def test_the_method_of_other_payments_is_not_taken(self):
        """Odoo's own line has an account through which all payments go."""
        method = self.company.urssaf_payment_journal_id.inbound_payment_method_line_ids[
            :1
        ]
        shared = method.payment_account_id
        method.copy({"name": "Carte", "payment_account_id": shared.id})
        self.company.urssaf_payment_method_line_id = method
        self.assertFalse(self.company._urssaf_transit_account())
        self._set_up()
        self.assertEqual(method.payment_account_id, shared)
        self.assertNotEqual(self.company.urssaf_payment_method_line_id, method)
        self.assertEqual(
            self._codes(self.company._urssaf_transit_account()), ["467100"]
        )

    def test_a_taken_code(self):
        for code in ("467100", "467200"):
            self.env["account.account"].create(
                {"code": code, "name": "Divers", "account_type": "asset_current"}
            ).active = code != "467200"
        self._set_up()
        self.assertEqual(
            self._codes(self.company._urssaf_transfer_accounts()),
            ["467101", "431000", "467201"],
        )

    def test_a_company_without_a_chart(self):
        self._other_sale_journal()
        other = self.other_company.sudo()
        boss = mail_new_test_user(
            self.env,
            login="urssaf_other_books",
            groups="base.group_user,account.group_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self._set_up(self.other_company, boss)
        account = other._urssaf_transit_account()
        self.assertEqual(account.with_company(other).code, "467100")
        self.assertEqual(account.company_ids, other)
        self.assertEqual(
            other.urssaf_set_off_account_id.with_company(other).code, "431000"
        )
        # Nothing of ours was touched, and he sets up his own only.
        self.assertFalse(self.company.urssaf_payment_method_line_id)
        with self.assertRaises(AccessError):
            self._set_up(self.company, boss)

    def test_a_branch_is_paid_through_its_company(self):
        with self.assertRaises(AccessError) as raised:
            only = mail_new_test_user(
                self.env,
                login="urssaf_branch_books",
                groups="base.group_user,account.group_account_manager",
                company_id=self.branch.id,
                company_ids=[Command.set(self.branch.ids)],
            )
            self._set_up(self.branch, only)
        self.assertIn(self.company.name, str(raised.exception))
        self.accountant.company_ids += self.branch
        self._set_up(self.branch)
        account = self.company._urssaf_transit_account()
        self.assertTrue(account)
        self.assertFalse(self.branch.urssaf_payment_method_line_id)
        self.assertEqual(self.branch._urssaf_transit_account(), account)

    def test_a_branch_with_a_bank_of_its_own(self):
        (self.accountant | self.env.user).company_ids += self.branch
        journal = (
            self.env["account.journal"]
            .with_company(self.branch)
            .create({"name": "Lyon", "code": "LYO", "type": "bank"})
        )
        self.branch.urssaf_payment_journal_id = journal
        self._set_up()
        above = self.company._urssaf_transit_account()
        self.assertFalse(self.branch._urssaf_transit_account())
        self._set_up(self.branch)
        account = self.branch._urssaf_transit_account()
        self.assertEqual(self.branch.urssaf_payment_method_line_id.journal_id, journal)
        self.assertTrue(account)
        self.assertEqual(self.company._urssaf_transit_account(), above)

    def test_which_bank(self):
        self.company.urssaf_payment_journal_id = False
        self.env["account.journal"].create(
            {"name": "Autre banque", "code": "AUB", "type": "bank"}
        )
        with self.assertRaises(UserError):
            self._set_up()

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self._set_up(user=self.user)

    def test_settings_of_another_direction(self):
        journal = self.company.urssaf_payment_journal_id
        with self.assertRaises(ValidationError):
            self.company.urssaf_payment_method_line_out_id = (
                journal.inbound_payment_method_line_ids[:1]
            )

    def test_the_button_of_the_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertIn("account of their own", settings.urssaf_transit_missing)
        settings.action_urssaf_set_up_transfers()
        self.assertTrue(self.company._urssaf_transit_account())

    def test_another_bank_is_chosen_in_the_settings(self):
        self._set_up()
        account = self.company._urssaf_transit_account()
        bank = self.env["account.journal"].create(
            {"name": "Autre banque", "code": "AUB", "type": "bank"}
        )
        with Form(self.env["res.config.settings"]) as form:
            form.urssaf_payment_journal_id = bank
            self.assertFalse(form.urssaf_payment_method_line_id)
        form.record.execute()
        self.assertEqual(self.company.urssaf_payment_journal_id, bank)
        self.assertFalse(self.company.urssaf_payment_method_line_id)
        self._set_up()
        self.assertEqual(self.company.urssaf_payment_method_line_id.journal_id, bank)
        self.assertEqual(self.company._urssaf_transit_account(), account)
