# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    home_service_number = fields.Char(
        string="Register number",
        groups="hr.group_hr_user",
        help="The number of this person in the company's register of its employees "
        "(article D7233-1 of the Code du travail). It is printed on the invoices of "
        "home services.",
    )

    def write(self, vals):
        """Extends hr: the register of persons says the same."""
        result = super().write(vals)
        if "name" in vals or "home_service_number" in vals:
            # sudo(): who keeps the employees need not keep the register of persons.
            persons = self.env["home.service.person"].sudo()
            persons = persons.with_context(active_test=False)
            for person in persons.search([("employee_id", "in", self.ids)]):
                person._follow_employee()
        return result
