# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

# Urssaf is collecting, or may be.
COLLECTING = ("queued", "sending", "unknown", "waiting", "validated", "debited", "paid")


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    @api.depends("line_ids")
    def _compute_actionable_errors(self):
        """Extends account: the customer must not be asked to pay twice."""
        super()._compute_actionable_errors()
        for wizard in self:
            moves = wizard.line_ids.move_id._filtered_access("read")
            # As superuser: who registers payments may not read demandes.
            requests = moves.sudo().urssaf_request_id.filtered(
                lambda r: r.state in COLLECTING and not r.payment_ids
            )
            if not requests:
                continue
            wizard.actionable_errors = {
                **(wizard.actionable_errors or {}),
                "urssaf_collecting": {
                    "level": "warning",
                    "message": self.env._(
                        "Urssaf is collecting this invoice: a payment registered here "
                        "would be a second one."
                    ),
                    "action_text": self.env._("Demande de paiement"),
                    "action": requests._get_records_action(),
                },
            }
