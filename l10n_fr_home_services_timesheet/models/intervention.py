# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from odoo.addons.l10n_fr_home_services.rules import TOLERANCE, hours_text


class HomeServiceIntervention(models.Model):
    _inherit = "home.service.intervention"

    timesheet_id = fields.Many2one(
        "account.analytic.line",
        ondelete="set null",
        index="btree_not_null",
        help="Where this intervention comes from.",
    )
    from_timesheet = fields.Boolean(
        help="It comes from a timesheet, which may have been deleted since."
    )

    @api.constrains("timesheet_id", "line_id")
    def _check_timesheet_company(self):
        for row in self:
            # sudo(): whoever invoices need not see the timesheet.
            owner = row.sudo().timesheet_id.company_id
            if owner and owner.root_id != row.company_id.sudo().root_id:
                raise ValidationError(
                    self.env._("A timesheet of another company is not of this invoice.")
                )

    @api.constrains("timesheet_id", "line_id")
    def _check_timesheet_customer(self):
        """An invoice bills the timesheets of its interventions: those of another
        customer would never be invoiced to him.
        """
        for row in self:
            # sudo(): whoever invoices need not see the timesheet, nor the order.
            sold = row.sudo().timesheet_id.so_line
            line = row.sudo().line_id
            if not sold or sold in line.sale_line_ids:
                continue
            order = sold.order_id
            customers = order.partner_id + order.partner_invoice_id
            if line.move_id.commercial_partner_id not in (
                customers.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "A timesheet of another customer is not of this invoice."
                    )
                )

    def _copied(self):
        """Extends: it still comes from the same timesheet."""
        return {
            **super()._copied(),
            "timesheet_id": self.timesheet_id.id,
            "from_timesheet": self.from_timesheet,
        }

    def _timesheet_difference(self):
        """What its timesheet says now and this intervention does not, a sentence; else
        an empty text. For a superuser: it reads the timesheet.
        """
        self.ensure_one()
        if not self.from_timesheet:
            return ""
        timesheet = self.timesheet_id
        if not timesheet:
            return self.env._(
                "%(intervention)s: its timesheet was deleted.",
                intervention=self.display_name,
            )
        values = timesheet._home_service_values(self.line_id)
        if (
            values["date"] == self.date
            and abs(values["duration"] - self.duration) <= TOLERANCE
            and timesheet.employee_id == self.person_id.employee_id
        ):
            return ""
        return self.env._(
            "%(intervention)s: its timesheet now says %(timesheet)s.",
            intervention=self.display_name,
            timesheet=timesheet._home_service_text(),
        )


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def _home_service_hours(self):
        """The time of a timesheet in hours, in whichever unit its company counts."""
        self.ensure_one()
        hour = self.env["product.template"]._home_service_hour()
        unit = self.product_uom_id
        if hour and unit._has_common_reference(hour):
            return unit._compute_quantity(self.unit_amount, hour, round=False)
        return self.unit_amount

    def _home_service_text(self):
        """“02/03/2026, 2 h 30, Paul Exemple”."""
        return ", ".join(
            [
                format_date(self.env, self.date),
                hours_text(self._home_service_hours()),
                self.employee_id.name or "",
            ]
        )

    def _home_service_values(self, line):
        """What the intervention of a line takes from this timesheet."""
        return {
            "date": self.date,
            "duration": self._home_service_hours(),
            "place": self._home_service_place(line),
        }

    def _home_service_place(self, line):
        """Where the task is done, if that is not where the customer of the invoice has
        his services done anyway: the contact of the task, or the delivery address of
        its order.
        """
        order, task = self.so_line.order_id, self.task_id
        contact = task.partner_id
        if not contact or contact == order.partner_id:
            contact = order.partner_shipping_id or contact
        usual = line.move_id.partner_shipping_id or line.move_id.partner_id
        return contact != usual and contact.contact_address_inline or False
