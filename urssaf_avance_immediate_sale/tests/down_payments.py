# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A sales order, its deposit and its final invoice, as the office makes them."""

from odoo import Command

from odoo.addons.urssaf_avance_immediate.tests.cases import UrssafCase


class DownPaymentCase(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_salesman")
        cls.company.urssaf_declare_deposits = True
        cls.housework.invoice_policy = "order"

    def setUp(self):
        super().setUp()
        self._enrol()

    def _order(self, quantity=20, **values):
        """660.00 with tax by default; 640.00 of money.md have another rate."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "require_payment": False,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "product_uom_qty": quantity,
                            "price_unit": 30.0,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                ],
                **values,
            }
        )

    def _invoice_of(self, order, **values):
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        known = order.invoice_ids
        wizard.create(values).create_invoices()
        move = order.invoice_ids - known
        move.write(
            {
                "invoice_date": "2026-03-15",
                "home_service_start": "2026-03-02",
                "home_service_end": "2026-03-13",
            }
        )
        return move

    def _deposit(self, order, percent=30.0):
        move = self._invoice_of(
            order, advance_payment_method="percentage", amount=percent
        )
        move.action_post()
        return move

    def _final(self, order):
        move = self._invoice_of(order, advance_payment_method="delivered")
        move.action_post()
        return move

    def _pay(self, move, amount=None, date="2026-03-10"):
        values = {"payment_date": date} | ({"amount": amount} if amount else {})
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(values)._create_payments()
        return move.matched_payment_ids
