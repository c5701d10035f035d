# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Extends sale_timesheet, which takes the timesheets off the first invoice: the
        one that replaces it bills them.
        """
        action = super().reverse_moves(is_modify=is_modify)
        if is_modify:
            self.new_move_ids._home_service_bill_timesheets()
        return action
