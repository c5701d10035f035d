# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before a customer is enrolled: what leaves, and whether the customer agrees."""

from odoo import fields, models

from ..models.exchange.screen import check_user


class UrssafEnrolmentConfirm(models.TransientModel):
    """One customer who lacks nothing but, maybe, the recorded consent."""

    _name = "urssaf.enrolment.confirm"
    _inherit = ["urssaf.wizard"]
    _description = "Enrol a Customer"

    partner_id = fields.Many2one("res.partner", required=True, readonly=True)
    preview = fields.Html(
        related="partner_id.urssaf_preview", related_sudo=False, sanitize=False
    )
    consent_date = fields.Datetime(
        related="partner_id.urssaf_consent_date", related_sudo=False
    )
    remarks = fields.Text(
        string="To look at", compute="_compute_remarks", compute_sudo=False
    )

    def _compute_remarks(self):
        for confirm in self:
            warnings = confirm.partner_id._urssaf_enrolment_warnings()
            confirm.remarks = "\n".join(sentence for _name, sentence in warnings)

    def action_enrol(self):
        """The customer agrees, now or before: enrol."""
        self.ensure_one()
        check_user(self.env)
        partner = self.partner_id
        # Checked again: it may be somebody else's customer by now.
        partner.check_access("write")
        if not partner.urssaf_consent_date:
            partner.action_urssaf_record_consent()
        action = partner.action_urssaf_enrol()
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action
