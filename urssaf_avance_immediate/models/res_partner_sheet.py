# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .res_partner import PERSONAL


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_no_companion = fields.Boolean(
        string="No activation messages",
        help="This customer wants no message from you about the activation at Urssaf.",
    )
    urssaf_sheet_ids = fields.One2many(
        "urssaf.customer.sheet", "partner_id", groups=PERSONAL
    )
    urssaf_sheet_id = fields.Many2one(
        "urssaf.customer.sheet",
        string="Form for the customer",
        compute="_compute_urssaf_sheet_id",
        groups=PERSONAL,
        help="The last one that was sent in this company.",
    )
    urssaf_sheet_state = fields.Selection(
        related="urssaf_sheet_id.state", string="State of the form", groups=PERSONAL
    )
    urssaf_sheet_sent_at = fields.Datetime(
        related="urssaf_sheet_id.sent_at", groups=PERSONAL
    )
    urssaf_sheet_expires_at = fields.Datetime(
        related="urssaf_sheet_id.expires_at", groups=PERSONAL
    )
    urssaf_sheet_submitted_at = fields.Datetime(
        related="urssaf_sheet_id.submitted_at", groups=PERSONAL
    )
    urssaf_sheet_mail_failed = fields.Boolean(
        related="urssaf_sheet_id.mail_failed", groups=PERSONAL
    )

    @api.depends("urssaf_sheet_ids")
    @api.depends_context("company")
    def _compute_urssaf_sheet_id(self):
        for partner in self:
            partner.urssaf_sheet_id = partner.urssaf_sheet_ids.filtered(
                lambda s: s.company_id == self.env.company
            )[:1]

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_send_sheet(self):
        """Mail the customer a link to the form; an earlier link is dead then."""
        self.ensure_one()
        Enrolment = self.env["urssaf.enrolment"]
        Enrolment._check_urssaf_user()
        self.check_access("write")
        sheet = self.env["urssaf.customer.sheet"]._send_to(self)
        self.invalidate_recordset(["urssaf_sheet_ids", "urssaf_sheet_id"])
        return Enrolment._notify(self.env._("The form is on its way to %s.", sheet.email))

    def action_urssaf_review_sheet(self):
        """Open the last form of this customer."""
        self.ensure_one()
        return self.urssaf_sheet_id._get_records_action()

    def action_urssaf_revoke_sheet(self):
        self.ensure_one()
        return self.urssaf_sheet_id.action_revoke()
