# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    urssaf_companion = fields.Boolean(
        related="company_id.urssaf_companion", readonly=False
    )
    urssaf_companion_days = fields.Char(
        related="company_id.urssaf_companion_days", readonly=False
    )
    urssaf_companion_confirm = fields.Boolean(
        related="company_id.urssaf_companion_confirm", readonly=False
    )
    urssaf_companion_sms = fields.Boolean(
        related="company_id.urssaf_companion_sms", readonly=False
    )
    urssaf_sheet_link_days = fields.Integer(
        related="company_id.urssaf_sheet_link_days", readonly=False
    )
    urssaf_has_sms = fields.Boolean(compute="_compute_urssaf_has_sms")

    def _compute_urssaf_has_sms(self):
        self.urssaf_has_sms = self.env["urssaf.enrolment"]._companion_has_sms()

    def action_urssaf_companion_templates(self):
        """The e-mails to customers, to be edited."""
        domain = [("model", "in", ("urssaf.enrolment", "urssaf.customer.sheet"))]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mails to customers"),
            "res_model": "mail.template",
            "view_mode": "list,form",
            "domain": domain,
        }
