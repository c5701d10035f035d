# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HomeServicePerson(models.Model):
    """Somebody who performs services: a register of names and numbers, for the papers.

    Article D7233-1, 6° of the Code du travail wants the number by which the structure
    identifies the person in its registers; article D7233-4 wants her name too.
    """

    _name = "home.service.person"
    _description = "Person Who Performs Home Services"
    _order = "name, id"
    _rec_names_search = ["name", "number"]
    # The register of a company serves the invoices of the branches below it.
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True)
    number = fields.Char(
        string="Register number",
        help="The number of this person in the company's register of its employees "
        "(article D7233-1 of the Code du travail). It is printed on the invoice.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="The branches of this company choose this person too. Left empty, this "
        "person works for all companies.",
    )
    active = fields.Boolean(default=True)

    _number_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), number) WHERE number > ''",
        "Somebody in the register has this number already, perhaps archived.",
    )

    @api.constrains("number", "company_id")
    def _check_number_of_register(self):
        """A number is of one person wherever an invoice may choose between two: in the
        register of a company and in those of its branches, and of who works for all.
        """
        # sudo(): the register of another company may hold that number.
        people = self.sudo().with_context(active_test=False)
        for person in people.filtered("number"):
            others = [("id", "!=", person.id), ("number", "=", person.number)]
            if company := person.company_id:
                others += [
                    *("|", ("company_id", "=", False)),
                    *("|", ("company_id", "parent_of", company.id)),
                    ("company_id", "child_of", company.id),
                ]
            if people.search_count(others, limit=1):
                raise ValidationError(
                    self.env._(
                        "The register number %(number)s of %(name)s is taken already, "
                        "perhaps by somebody who is archived. A company and its "
                        "branches have one register, and who works for all companies "
                        "has a number that nobody else has in any of them. Type "
                        "another number.",
                        number=person.number,
                        name=person.name,
                    )
                )

    @api.depends("name", "number")
    def _compute_display_name(self):
        for person in self:
            number = f" ({person.number})" if person.number else ""
            person.display_name = f"{person.name or ''}{number}"

    def write(self, vals):
        """Extends: drafts follow the register, posted invoices keep what they said."""
        result = super().write(vals)
        if "company_id" in vals:
            # Nobody hands a person over to a company that is not his.
            self.check_access("write")
        if "name" in vals or "number" in vals:
            # sudo(): whoever keeps the register need not see every draft.
            rows = self.env["home.service.intervention"].sudo()
            rows.search(
                [("person_id", "in", self.ids), ("move_id.state", "=", "draft")]
            )._take_person()
        return result
