# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order whose hours are in timesheets: what the tests start from."""

from odoo import Command
from odoo.tests import new_test_user
from odoo.tests.common import freeze_time

from odoo.addons.l10n_fr_home_services.tests.cases import NOW, HomeServiceCase


@freeze_time(NOW)
class TimesheetCase(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in (
            "hr.group_hr_user",
            "hr_timesheet.group_timesheet_manager",
            "project.group_project_manager",
            "sales_team.group_sale_salesman_all_leads",
        ):
            cls.env.user.group_ids += cls.env.ref(group)
        cls.housework.write(
            {
                "invoice_policy": "delivery",
                "service_type": "timesheet",
                "service_tracking": "task_global_project",
            }
        )
        cls.project = cls.env["project.project"].create(
            {
                "name": "Domicile",
                "allow_timesheets": True,
                "allow_billable": True,
                "company_id": cls.company.id,
            }
        )
        cls.housework.project_id = cls.project
        cls.fixed = cls._make_service("Grand nettoyage", 200.0, "60")
        cls.fixed.write(
            {
                "home_service_unit": "flat",
                "uom_id": cls.env.ref("uom.product_uom_unit").id,
                "invoice_policy": "order",
                "service_type": "manual",
                "service_tracking": "task_global_project",
                "project_id": cls.project.id,
            }
        )
        cls.paul, cls.nora = cls.env["hr.employee"].create(
            [
                {
                    "name": name,
                    "company_id": cls.company.id,
                    "home_service_number": number,
                }
                for name, number in (("Paul Exemple", "0017"), ("Nora Essai", False))
            ]
        )
        cls.seller = new_test_user(
            cls.env,
            login="seller",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.biller = new_test_user(
            cls.env,
            login="biller",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def _order(self, *products, quantity=10, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                    for product in products or [self.housework]
                ],
                **values,
            }
        )
        order.action_confirm()
        return order

    def _works(self, order, day, hours, employee=None, line=0, **values):
        task = order.order_line[line].task_id
        return self.env["account.analytic.line"].create(
            {
                "name": "/",
                "project_id": task.project_id.id,
                "task_id": task.id,
                "employee_id": (employee or self.paul).id,
                "date": day,
                "unit_amount": hours,
                **values,
            }
        )

    def _bill(self, order, **values):
        """*Create Invoice* of the order, as the seller does it."""
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_user(self.seller)
            .with_context(active_model="sale.order", active_ids=order.ids)
        )
        known = order.invoice_ids
        wizard.create(
            {"advance_payment_method": "delivered", **values}
        ).create_invoices()
        move = order.invoice_ids - known
        move.invoice_date = "2026-03-15"
        return move

    def _said(self, move):
        return [
            (str(row.date), row.duration, row.person_name, row.person_number or "")
            for row in move.home_service_intervention_ids.sorted("date")
        ]

    def _correct(self, move):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        return self.env["account.move"].browse(wizard.modify_moves()["res_id"])
