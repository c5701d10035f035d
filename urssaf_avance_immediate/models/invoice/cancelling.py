# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..groups import USER
from ..payment_request.payment_request import AT_URSSAF


class AccountMove(models.Model):
    """From the invoice: ask Urssaf to cancel, correct what was refused."""

    _inherit = "account.move"

    urssaf_can_correct = fields.Boolean(compute="_compute_urssaf_can_correct")

    @api.depends("state", "payment_state", "urssaf_state")
    @api.depends_context("uid")
    def _compute_urssaf_can_correct(self):
        user = self.env.user.has_group(USER)
        for move in self:
            move.urssaf_can_correct = user and move.sudo().urssaf_request_id.can_correct

    def button_request_cancel(self):
        """Extends account: Urssaf has no method to cancel, only a mail address."""
        self.ensure_one()
        request = self.urssaf_request_id
        if request.state in AT_URSSAF:
            return request.action_request_cancel()
        return super().button_request_cancel()

    def action_urssaf_correct(self):
        """Credit note and new invoice, after a refusal or a cancellation."""
        self.ensure_one()
        return self.urssaf_request_id.action_correct_invoice()
