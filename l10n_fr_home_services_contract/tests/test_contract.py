# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoices that OCA's contracts make."""

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.l10n_fr_home_services.tests.cases import NOW, HomeServiceCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestContract(HomeServiceCase):
    def _contract(self, *products, **values):
        line = {
            "name": "#START# - #END#",
            "quantity": 8,
            "price_unit": 30.0,
            "date_start": "2026-01-01",
            "recurring_next_date": "2026-02-01",
            "recurring_rule_type": "monthly",
            "recurring_interval": 1,
            "recurring_invoicing_type": "post-paid",
            **values,
        }
        return self.env["contract.contract"].create(
            {
                "name": "Ménage chaque semaine",
                "partner_id": self.partner_a.id,
                "contract_type": "sale",
                "line_recurrence": True,
                "contract_line_ids": [
                    Command.create(
                        {
                            **line,
                            "product_id": product.id,
                            "uom_id": product.uom_id.id,
                        }
                    )
                    for product in products
                ],
            }
        )

    def test_the_period_that_is_invoiced(self):
        bread = self.env["product.product"].create({"name": "Pain"})
        contract = self._contract(self.housework, bread)
        for start, end in (("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")):
            move = contract.recurring_create_invoice()
            housework, other = move.invoice_line_ids.sorted("product_id")
            self.assertEqual(housework.product_id, self.housework)
            self.assertEqual(
                (str(housework.home_service_start), str(housework.home_service_end)),
                (start, end),
            )
            self.assertFalse(other.home_service_start)
        move.action_post()
        self.assertEqual(str(move.invoice_line_ids[0].home_service_start), start)

    def test_a_contract_that_ends_within_the_month(self):
        contract = self._contract(self.housework, date_end="2026-01-17")
        [line] = contract.recurring_create_invoice().invoice_line_ids
        self.assertEqual(
            (str(line.home_service_start), str(line.home_service_end)),
            ("2026-01-01", "2026-01-17"),
        )
