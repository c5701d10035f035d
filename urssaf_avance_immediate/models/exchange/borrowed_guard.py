# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class UrssafCodeFields(models.AbstractModel):
    _name = "urssaf.code.fields"
    _description = "Urssaf: written by the code alone"
    _inherit = ["urssaf.guarded"]
