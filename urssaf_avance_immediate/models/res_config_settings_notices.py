# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    urssaf_accountant_id = fields.Many2one(
        related="company_id.urssaf_accountant_id", readonly=False
    )
    urssaf_cancel_email = fields.Char(
        related="company_id.urssaf_cancel_email", readonly=False
    )
    urssaf_notify_sent = fields.Boolean(
        related="company_id.urssaf_notify_sent", readonly=False
    )
    urssaf_notify_refused = fields.Boolean(
        related="company_id.urssaf_notify_refused", readonly=False
    )
    urssaf_notify_paid = fields.Boolean(
        related="company_id.urssaf_notify_paid", readonly=False
    )
