# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        """Extends account: the corrected invoice stays left out if the first was."""
        return {
            **super()._modify_default_reverse_values(origin_move),
            "urssaf_excluded": origin_move.urssaf_excluded,
        }
