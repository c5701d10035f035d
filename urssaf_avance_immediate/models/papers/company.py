# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

VALIDATION = "validation"
BASIS = [(VALIDATION, "The day on which the customer agreed, of a demande")]


class ResCompany(models.Model):
    _inherit = "res.company"

    home_service_certificate_basis = fields.Selection(
        selection_add=BASIS,
        ondelete={VALIDATION: "set default"},
        help="Which date decides in which year's certificate a payment stands. Of what "
        "Urssaf pays, the day of its transfer by default; no text says that it is the "
        "day on which the customer agreed.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    home_service_certificate_basis = fields.Selection(
        related="company_id.home_service_certificate_basis",
        readonly=False,
        required=True,
    )
