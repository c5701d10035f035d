# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HomeServicePerson(models.Model):
    _inherit = "home.service.person"

    employee_id = fields.Many2one(
        "hr.employee",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="hr.group_hr_user",
        help="Whose name and register number these are.",
    )

    @api.model
    def _of_employee(self, employee, company):
        """The person in the company's register who is this employee, entered if need
        be. One with the employee's register number is this employee.
        """
        # sudo(): whoever makes an invoice need not see employees, nor keep the
        # register.
        persons = self.sudo().with_context(active_test=False)
        employee = employee.sudo()
        if not employee:
            return self.browse()
        # Also of the companies above a branch.
        own = self._check_company_domain(company)
        person = persons.search([*own, ("employee_id", "=", employee.id)], limit=1)
        number = employee.home_service_number
        if not person and number:
            person = persons.search(
                [*own, ("employee_id", "=", False), ("number", "=", number)], limit=1
            )
            person.employee_id = employee
        if not person:
            person = persons.create(
                {
                    "name": employee.name,
                    "number": number,
                    "employee_id": employee.id,
                    "company_id": company.id,
                }
            )
        return person.with_env(self.env)

    def _follow_employee(self):
        """Name and number as the employee has them now; what he lacks stays."""
        self.ensure_one()
        employee = self.employee_id
        values = {
            "name": employee.name,
            "number": employee.home_service_number or self.number,
        }
        self.write({key: value for key, value in values.items() if value != self[key]})
