# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    home_service_sap_number = fields.Char(
        related="company_id.home_service_sap_number", readonly=False
    )
    home_service_intervenant = fields.Char(
        related="company_id.home_service_intervenant", readonly=False
    )
