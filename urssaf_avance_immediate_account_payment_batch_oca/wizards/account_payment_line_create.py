# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain


class AccountPaymentLineCreate(models.TransientModel):
    _inherit = "account.payment.line.create"

    def _prepare_move_line_domain(self):
        """Extends account_payment_batch_oca: what Urssaf collects is not proposed."""
        domain = Domain(super()._prepare_move_line_domain())
        return domain & Domain("move_id.urssaf_collecting", "=", False)
