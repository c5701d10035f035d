# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountPaymentLine(models.Model):
    _inherit = "account.payment.line"

    def draft2open_payment_line_check(self):
        """Extends account_payment_order: Urssaf may have been asked to collect since
        the order was prepared.

        :raises UserError: Urssaf collects the invoice
        """
        self.move_line_id.move_id._urssaf_check_not_collecting()
        return super().draft2open_payment_line_check()
