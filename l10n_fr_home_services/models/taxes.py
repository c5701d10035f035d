# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The VAT of the services: which tax is the right one, and what an exempt company
writes on its invoices.

VAT on services is due when they are paid (article 269, 2, c of the CGI), unless the
company has opted for invoices. The French chart brings these taxes, most of them
switched off, and proposes a tax on goods by default.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import html_escape

REGIMES = [
    ("collection", "VAT when the services are paid"),
    ("invoice", "VAT on the invoice, by option"),
    ("franchise", "No VAT: small business (article 293 B)"),
    ("nonprofit", "No VAT: non-profit organism (article 261, 7, 1°)"),
]
EXEMPT = ("franchise", "nonprofit")
# Rates of services à la personne besides the usual one.
REDUCED_RATES = (5.5, 10.0)
ACCOUNTING_MANAGER = "account.group_account_manager"
# Products that one sentence names.
NAMES = 10


class HomeServiceMention(models.Model):
    """What an exempt company writes on its invoices, from which day on: the articles
    are moving from the CGI to the CIBS.
    """

    _name = "home.service.mention"
    _description = "Mention of an exemption from VAT"
    _order = "regime, date_from desc"

    regime = fields.Selection(
        [regime for regime in REGIMES if regime[0] in EXEMPT], required=True
    )
    date_from = fields.Date(string="Invoices from", required=True, default="2000-01-01")
    name = fields.Char(string="Mention", required=True)

    _day_unique = models.Constraint(
        "UNIQUE(regime, date_from)", "There is a mention from that day on already."
    )

    @api.model
    def _on(self, regime, day):
        """The wording for an invoice of that day, an empty text if there is none."""
        found = self.sudo().search(  # sudo(): the wording is public, customers print it
            [("regime", "=", regime), ("date_from", "<=", day)],
            order="date_from desc",
            limit=1,
        )
        return found.name or ""


class ResCompany(models.Model):
    _inherit = "res.company"

    home_service_vat = fields.Selection(
        REGIMES,
        string="VAT of the services",
        default="collection",
        required=True,
        help="VAT on services is due when they are paid (article 269, 2, c of the "
        "CGI), unless the company has opted for invoices. Small businesses charge "
        "none below a yearly turnover (article 293 B), nor do non-profit organisms "
        "for what they do for their members (article 261, 7, 1°).",
    )
    home_service_exempt_tax_id = fields.Many2one(
        "account.tax", string="Tax of exempt services", copy=False
    )

    def _home_service_regime(self):
        # sudo(): a branch is the same legal person as the company above it, which its
        # users may not open.
        return self.sudo().root_id.home_service_vat

    def _home_service_check_accountant(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTING_MANAGER):
            raise AccessError(
                self.env._("Taxes are set up by an administrator of the accounting.")
            )

    # -- taxes of services -------------------------------------------------------

    def _home_service_inactive_taxes(self):
        """Taxes on services due when paid that the chart brings, switched off."""
        taxes = self.env["account.tax"].with_context(active_test=False)
        return taxes.search(
            [
                *taxes._check_company_domain(self),
                ("active", "=", False),
                ("type_tax_use", "=", "sale"),
                ("tax_scope", "=", "service"),
                ("tax_exigibility", "=", "on_payment"),
                ("amount_type", "=", "percent"),
                ("amount", "in", REDUCED_RATES),
            ]
        )

    def action_home_service_activate_taxes(self):
        """Switch on the taxes of 10 % and 5.5 % on services.

        :raises AccessError: the user is no administrator of the accounting
        """
        self.ensure_one()
        self._home_service_check_accountant()
        self._home_service_inactive_taxes().active = True

    def action_home_service_right_taxes(self):
        """Give each service of this company the right tax.

        :raises AccessError: the user is no administrator of the accounting
        """
        self.ensure_one()
        self._home_service_check_accountant()
        products = self._home_service_wrong_products()
        products.action_home_service_right_tax()

    def _home_service_wrong_products(self):
        products = self.env["product.template"].with_company(self)
        services = products.search(
            [
                *products._check_company_domain(self),
                ("home_service_nature_id", "!=", False),
            ]
        )
        return services.filtered("home_service_tax_notice")

    def _home_service_ensure_exempt_tax(self):
        """The tax of 0 % of an exempt company: due on the invoice. That of the chart is
        due on payment, and would make an empty entry at each of them.
        """
        root = self.root_id
        tax = root.home_service_exempt_tax_id
        if tax.exists():
            tax.active = True
            return tax
        chart = self.env["account.chart.template"].with_company(root)
        model = chart.ref("tva_sale_service_0", raise_if_not_found=False)
        values = {
            "name": self.env._("0% no VAT"),
            "invoice_label": self.env._("No VAT"),
            "description": False,
            "amount": 0.0,
            "amount_type": "percent",
            "type_tax_use": "sale",
            "tax_scope": "service",
            "tax_exigibility": "on_invoice",
            "cash_basis_transition_account_id": False,
            "company_id": root.id,
            "active": True,
        }
        tax = (
            model.copy(values)
            if model
            else self.env["account.tax"].with_company(root).create(values)
        )
        self._home_service_name_in_all_languages(tax)
        root.home_service_exempt_tax_id = tax
        return tax

    def _home_service_name_in_all_languages(self, tax):
        """Whoever has the tax made, everybody reads it in a language of his own."""
        names, labels = {}, {}
        for lang in {
            "en_US",
            *(code for code, _name in self.env["res.lang"].get_installed()),
        }:
            words = self.with_context(lang=lang).env
            names[lang], labels[lang] = words._("0% no VAT"), words._("No VAT")
        tax.update_field_translations("name", names)
        tax.update_field_translations("invoice_label", labels)


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _home_service_fault(self, regime):
        """Why this tax does not suit a service of a company of that regime."""
        self.ensure_one()
        if regime in EXEMPT:
            if self.amount:
                return self.env._("“%s” adds VAT, and the company is exempt", self.name)
            if self.tax_exigibility == "on_payment":
                return self.env._(
                    "“%s” is due on payment: it makes an empty entry at each one",
                    self.name,
                )
            return ""
        if not self.amount:
            return ""
        if self.tax_scope == "consu":
            return self.env._("“%s” is a tax on goods", self.name)
        due = "on_payment" if regime == "collection" else "on_invoice"
        if self.tax_exigibility != due:
            return (
                self.env._(
                    "“%s” is due on the invoice, and VAT on services when they are "
                    "paid (article 269, 2, c of the CGI)",
                    self.name,
                )
                if regime == "collection"
                else self.env._(
                    "“%s” is due on payment, and the company has opted for invoices",
                    self.name,
                )
            )
        return ""

    def _home_service_ensure_replacement(self, company):
        """The right tax of the same rate, with the price as it is; else empty."""
        regime = company._home_service_regime()
        if regime in EXEMPT:
            return company._home_service_ensure_exempt_tax()
        taxes = self.with_context(active_test=False)
        alike = taxes.search(
            [
                *taxes._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("tax_scope", "=", "service"),
                ("amount_type", "=", self.amount_type),
                ("amount", "=", self.amount),
            ],
            order="active desc, sequence, id",
        )
        alike = alike.filtered(
            lambda tax: tax.price_include == self.price_include
            and not tax._home_service_fault(regime)
        )[:1]
        alike.active = True
        return alike


class ProductTemplate(models.Model):
    _inherit = "product.template"

    home_service_tax_notice = fields.Char(
        compute="_compute_home_service_tax_notice",
        help="Why the customer taxes do not suit a service.",
    )

    @api.depends("home_service_nature_id", "taxes_id")
    @api.depends_context("company", "lang")
    def _compute_home_service_tax_notice(self):
        company = self.env.company
        regime = company._home_service_regime()
        for product in self:
            faults = [
                fault
                for tax in product._home_service_taxes(company)
                if product.home_service_nature_id
                and (fault := tax._home_service_fault(regime))
            ]
            product.home_service_tax_notice = ", ".join(faults)

    def _home_service_taxes(self, company):
        return self.taxes_id._filter_taxes_by_company(company)

    def action_home_service_right_tax(self):
        """Put the right taxes in place of those that do not suit.

        :raises AccessError: the user is no administrator of the accounting
        """
        company = self.env.company
        company._home_service_check_accountant()
        regime = company._home_service_regime()
        # sudo(): checked above; an administrator of the accounting need not be one of
        # the products, nor of the company where the tax of exempt services is kept.
        for product in self.sudo().filtered("home_service_nature_id"):
            taxes = product.taxes_id
            for tax in product._home_service_taxes(company):
                if tax._home_service_fault(regime):
                    right = tax._home_service_ensure_replacement(company.sudo())
                    taxes = (taxes - tax) | right if right else taxes
            product.taxes_id = taxes


class AccountMove(models.Model):
    _inherit = "account.move"

    def _compute_taxes_legal_notes(self):
        """Extends: an exempt company says why there is no VAT (article 293 E of the
        CGI; article 242 nonies A, I, 12° of its annex II), in the words of the day of
        the invoice.
        """
        result = super()._compute_taxes_legal_notes()
        mentions = self.env["home.service.mention"]
        for move in self:
            regime = move.company_id._home_service_regime()
            if regime not in EXEMPT or not move.is_sale_document():
                continue
            # A taxed good beside them leaves the services exempt.
            lines = move.invoice_line_ids.filtered(
                lambda x: x.display_type == "product"
            )
            if lines and all(line._home_service_bears_vat() for line in lines):
                continue
            day = move.invoice_date or fields.Date.context_today(move)
            mention = mentions._on(regime, day)
            if mention:
                notes = move.taxes_legal_notes or ""
                move.taxes_legal_notes = notes + html_escape(mention)
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _home_service_bears_vat(self):
        """Whether a tax of this line is more than zero."""
        return any(self.tax_ids.flatten_taxes_hierarchy().mapped("amount"))
