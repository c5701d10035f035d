# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which tax is the right one for a service, and what an exempt company writes."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.mail.tests.common import mail_new_test_user

from .cases import NOW, HomeServiceCase

SERVICE_10 = ("tva_intermediaire_encaissement", "tva_intermediaire_encaissement_ttc")
SERVICE_55 = ("tva_reduite_encaissement", "tva_reduite_encaissement_ttc")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTaxes(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.housework.product_tmpl_id

    def _chart(self, name):
        chart = self.env["account.chart.template"].with_company(self.company)
        return chart.ref(name)

    def _goods(self):
        """10 % on goods, which the chart brings switched off."""
        tax = self._chart("tva_intermediaire")
        tax.active = True
        return tax

    def _give(self, *taxes):
        self.template.taxes_id = [Command.set([tax.id for tax in taxes])]

    def _post(self, tax):
        move = self._draft({"tax_ids": [Command.set(tax.ids)]})
        move.home_service_start = move.home_service_end = "2026-03-13"
        move.action_post()
        return move

    def test_the_reduced_rates_are_switched_on(self):
        taxes = [self._chart(name) for name in SERVICE_10 + SERVICE_55]
        self.assertFalse(any(tax.active for tax in taxes))
        settings = self.env["res.config.settings"].create({})
        self.assertIn(taxes[0].name, settings.home_service_inactive_taxes)
        settings.action_home_service_activate_taxes()
        self.assertTrue(all(tax.active for tax in taxes))
        # The taxes of other rates stay as they are.
        self.assertFalse(self._chart("tva_super_reduite_encaissement").active)
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.home_service_inactive_taxes)

    def test_a_tax_on_goods_is_pointed_out_and_replaced(self):
        goods = self._goods()
        self._give(goods)
        self.assertIn("tax on goods", self.template.home_service_tax_notice)
        settings = self.env["res.config.settings"].create({})
        self.assertIn(self.template.name, settings.home_service_wrong_taxes)
        settings.action_home_service_right_taxes()
        self.assertEqual(self.template.taxes_id, self._chart(SERVICE_10[0]))
        self.assertTrue(self.template.taxes_id.active)
        self.assertFalse(self.template.home_service_tax_notice)

    def test_a_tax_on_invoice_is_pointed_out(self):
        tax = self._chart("tva_normale_encaissement").copy(
            {
                "name": "20 % débits",
                "tax_exigibility": "on_invoice",
                "cash_basis_transition_account_id": False,
            }
        )
        self._give(tax)
        self.assertIn("269", self.template.home_service_tax_notice)
        # Right for who has opted for invoices.
        self.company.home_service_vat = "invoice"
        self.template.invalidate_recordset()
        self.assertFalse(self.template.home_service_tax_notice)
        self._give(self._chart("tva_normale_encaissement"))
        self.assertIn("opted", self.template.home_service_tax_notice)

    def test_the_price_with_or_without_vat_stays(self):
        goods = self._goods().copy(
            {"name": "10 % TTC", "price_include_override": "tax_included"}
        )
        self._give(goods)
        self.template.action_home_service_right_tax()
        self.assertEqual(self.template.taxes_id, self._chart(SERVICE_10[1]))

    def test_what_is_no_service_is_left_alone(self):
        product = self.env["product.template"].create(
            {
                "name": "Balai",
                "taxes_id": [Command.set(self._chart("tva_normale").ids)],
            }
        )
        self.assertFalse(product.home_service_tax_notice)
        product.action_home_service_right_tax()
        self.assertEqual(product.taxes_id, self._chart("tva_normale"))

    def test_taxes_of_other_companies_stay(self):
        other = (
            self.env["account.tax"]
            .sudo()
            .search(
                [("company_id", "!=", self.company.id), ("type_tax_use", "=", "sale")],
                limit=1,
            )
        )
        self._give(self._goods())
        self.template.sudo().taxes_id += other
        self.template.action_home_service_right_tax()
        right = self._chart(SERVICE_10[0])
        self.assertEqual(self.template.sudo().taxes_id, right | other)

    def test_an_exempt_company(self):
        self.company.home_service_vat = "franchise"
        chart = self._chart("tva_sale_service_0")
        self._give(chart)
        self.assertIn("empty entry", self.template.home_service_tax_notice)
        self.template.action_home_service_right_tax()
        tax = self.template.taxes_id
        self.assertEqual((tax.amount, tax.tax_exigibility), (0.0, "on_invoice"))
        self._give(self._chart("tva_normale_encaissement"))
        self.template.invalidate_recordset()
        self.assertIn("exempt", self.template.home_service_tax_notice)
        self.template.action_home_service_right_tax()
        self.assertEqual(self.template.taxes_id, tax, "made once")
        # No entry at the payment: neither 706 nor 4457 moves.
        move = self._post(tax)
        before = self.env["account.move"].search([])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        made = self.env["account.move"].search([]) - before
        self.assertFalse(made.filtered("tax_cash_basis_rec_id"))
        self.assertEqual(move.amount_total, 30.0)

    def test_the_exempt_tax_is_named_in_every_language(self):
        """Also in those that whoever had it made does not speak."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["l10n_fr_home_services"], ["fr_FR"]
        )
        self.company.home_service_vat = "franchise"
        tax = self.company.with_context(lang="fr_FR")._home_service_ensure_exempt_tax()
        self.assertEqual(tax.with_context(lang="en_US").name, "0% no VAT")
        self.assertEqual(tax.with_context(lang="en_US").invoice_label, "No VAT")
        self.assertNotEqual(tax.with_context(lang="fr_FR").name, "0% no VAT")

    def test_the_mention_of_the_day(self):
        self.company.home_service_vat = "franchise"
        tax = self.company._home_service_ensure_exempt_tax()
        move = self._post(tax)
        text = "TVA non applicable, article 293 B du CGI"
        self.assertIn(text, move.taxes_legal_notes)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )[0]
        self.assertIn(text, html.decode())
        later = self._draft(
            {"tax_ids": [Command.set(tax.ids)]}, invoice_date="2028-02-01"
        )
        self.assertIn("2006/112/CE", later.taxes_legal_notes)
        self.company.home_service_vat = "nonprofit"
        move.invalidate_recordset()
        self.assertIn("261, 7", move.taxes_legal_notes)
        self.company.home_service_vat = "collection"
        move.invalidate_recordset()
        self.assertFalse(move.taxes_legal_notes)

    def test_the_mention_stays_beside_a_taxed_line(self):
        """Article 242 nonies A, I, 12° of annex II to the CGI: of what is exempt."""
        self.company.home_service_vat = "nonprofit"
        exempt = {
            "tax_ids": [Command.set(self.company._home_service_ensure_exempt_tax().ids)]
        }
        taxed = {"tax_ids": [Command.set(self._chart("tva_normale").ids)]}
        move = self._draft(exempt, taxed)
        self.assertTrue(move.amount_tax)
        self.assertIn("261, 7", move.taxes_legal_notes)
        self.assertFalse(self._draft(taxed).taxes_legal_notes)

    def test_an_accountant_changes_the_wording(self):
        self.company.home_service_vat = "franchise"
        self.env["home.service.mention"].create(
            {"regime": "franchise", "date_from": "2026-09-01", "name": "<b>CIBS</b>"}
        )
        tax = self.company._home_service_ensure_exempt_tax()
        move = self._draft(
            {"tax_ids": [Command.set(tax.ids)]}, invoice_date="2026-10-01"
        )
        self.assertIn("&lt;b&gt;CIBS&lt;/b&gt;", move.taxes_legal_notes)

    def test_who_may(self):
        user = mail_new_test_user(
            self.env,
            login="taxes_office",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.company.with_user(user).action_home_service_activate_taxes()
        with self.assertRaises(AccessError):
            self.template.with_user(user).action_home_service_right_tax()
        boss = mail_new_test_user(
            self.env,
            login="taxes_boss",
            groups="base.group_user,account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self._give(self._goods())
        self.company.with_user(boss).action_home_service_right_taxes()
        self.assertEqual(self.template.taxes_id, self._chart(SERVICE_10[0]))

    def test_a_branch_is_the_same_legal_person(self):
        branch = (
            self.env["res.company"]
            .sudo()
            .create({"name": "Agence", "parent_id": self.company.id})
        )
        self.company.home_service_vat = "franchise"
        self.assertEqual(branch._home_service_regime(), "franchise")
        tax = branch._home_service_ensure_exempt_tax()
        self.assertEqual(tax, self.company._home_service_ensure_exempt_tax())
