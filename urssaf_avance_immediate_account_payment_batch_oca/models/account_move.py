# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def create_account_payment_line(self):
        """Extends account_payment_batch_oca.

        :raises UserError: Urssaf collects an invoice of self
        """
        self._urssaf_check_not_collecting()
        return super().create_account_payment_line()
