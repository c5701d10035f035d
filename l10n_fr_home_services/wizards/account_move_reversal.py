# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Extends account: the corrected invoice is about the same services."""
        keeping = self.with_context(home_service_keep_dates=True)
        return super(AccountMoveReversal, keeping).reverse_moves(is_modify=is_modify)

    def _modify_default_reverse_values(self, origin_move):
        """Extends account: likewise."""
        return {
            **super()._modify_default_reverse_values(origin_move),
            "home_service_start": origin_move.home_service_start,
            "home_service_end": origin_move.home_service_end,
        }
