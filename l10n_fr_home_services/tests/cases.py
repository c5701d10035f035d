# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A French company of services à la personne: what the tests start from."""

from datetime import datetime

from odoo import Command
from odoo.tests.common import freeze_time

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

NOW = datetime(2026, 3, 16, 10, 0)


@freeze_time(NOW)
class HomeServiceCase(AccountTestInvoicingCommon):
    """Time stands still on 16 March 2026, 11 h in Paris."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        # Who reads what a scheduled action writes, and in which language: the tests
        # look for the words of the source.
        (cls.company.partner_id | cls.env.user.partner_id).lang = "en_US"
        cls.company.home_service_sap_number = "SAP732829320"
        cls.tax = cls.env["account.tax"].search(
            [
                *cls.env["account.tax"]._check_company_domain(cls.company),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 10),
            ],
            limit=1,
        )
        cls.housework = cls._make_service("Ménage", 30.0, "60")

    @classmethod
    def setup_independent_company(cls, **kwargs):
        """Extends account: takes the French company that ``make test`` has made with
        its chart of accounts, if it has; that takes seconds per class.
        """
        prepared = cls.env["res.company"].sudo()
        prepared = prepared.search([("name", "=", "company_1_data")], limit=1)
        if prepared and cls.env.registry.loaded:
            # As Odoo does for whoever makes a company.
            cls.env.user.sudo().company_ids += prepared
            return prepared.with_env(cls.env)
        return super().setup_independent_company(**kwargs)

    @classmethod
    def _make_service(cls, name, price, nature):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "uom_id": cls.env.ref("uom.product_uom_hour").id,
                "home_service_nature_id": cls.env.ref(
                    f"l10n_fr_home_services.nature_{nature}"
                ).id,
                "taxes_id": [Command.set(cls.tax.ids)],
                "property_account_income_id": cls.company_data[
                    "default_account_revenue"
                ].id,
            }
        )

    def _draft(self, *lines, **values):
        """A draft of March 2026: lines of field values, housework by default."""
        default = {
            "product_id": self.housework.id,
            "quantity": 1,
            "price_unit": 30,
            "tax_ids": [Command.set(self.tax.ids)],
        }
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_a.id,
                "invoice_date": "2026-03-15",
                "invoice_line_ids": [
                    Command.create({**default, **line}) for line in lines
                ],
                **values,
            }
        )
