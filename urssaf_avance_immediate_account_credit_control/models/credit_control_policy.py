# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class CreditControlPolicy(models.Model):
    _inherit = "credit.control.policy"

    def _move_lines_domain(self, credit_control_run):
        """Extends account_credit_control: what Urssaf collects is not due to us."""
        return [
            *super()._move_lines_domain(credit_control_run),
            ("move_id.urssaf_collecting", "=", False),
        ]
