# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountPaymentLineCreate(models.TransientModel):
    _inherit = "account.payment.line.create"

    def _compute_move_line_domain(self):
        """Extends account_payment_order: what Urssaf collects is not proposed."""
        super()._compute_move_line_domain()
        self.move_line_domain = [
            *self.move_line_domain,
            ("move_id.urssaf_collecting", "=", False),
        ]
