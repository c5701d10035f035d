# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..models.groups import USER
from ..models.payment_request.notes import collecting_warning
from ..models.payment_request.payment_request import COLLECTING, FOLLOWED


class AccountPaymentRegister(models.TransientModel):
    """Money that comes in while Urssaf collects may be registered, but it is not what
    one does first: the customer would pay twice.
    """

    _inherit = "account.payment.register"

    urssaf_collecting = fields.Boolean(
        string="Collected by Urssaf", compute="_compute_urssaf_collecting"
    )
    urssaf_can_cancel = fields.Boolean(compute="_compute_urssaf_collecting")

    @api.depends("line_ids")
    @api.depends_context("uid")
    def _compute_urssaf_collecting(self):
        user = self.env.user.has_group(USER)
        for wizard in self:
            requests = wizard._urssaf_requests()
            wizard.urssaf_collecting = bool(requests)
            wizard.urssaf_can_cancel = (
                user and len(requests) == 1 and requests.state in FOLLOWED
            )

    def _urssaf_requests(self):
        """The live demandes of the invoices that are being paid."""
        moves = self.line_ids.move_id._filtered_access("read")
        # sudo(): who registers payments may not read demandes.
        return moves.sudo().urssaf_request_ids.filtered(lambda r: r.state in COLLECTING)

    @api.depends("line_ids")
    def _compute_actionable_errors(self):
        """Extends account: the customer must not be asked to pay twice."""
        super()._compute_actionable_errors()
        for wizard in self:
            requests = wizard._urssaf_requests()
            if requests:
                wizard.actionable_errors = {
                    **(wizard.actionable_errors or {}),
                    "urssaf_collecting": {
                        "level": "warning",
                        "message": "\n".join(
                            collecting_warning(request) for request in requests
                        ),
                        "action_text": self.env._("Demande de paiement"),
                        "action": requests._get_records_action(),
                    },
                }

    def action_urssaf_request_cancel(self):
        """Ask Urssaf to cancel, before what the customer has paid is registered."""
        self.ensure_one()
        requests = self._urssaf_requests()
        # The rights of who clicks are checked there.
        return requests.sudo(False).action_request_cancel()
