# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError


class AccountPaymentLine(models.Model):
    _inherit = "account.payment.line"

    def _draft2open_payment_line_check(self):
        """Extends account_payment_batch_oca: Urssaf may have been asked to collect
        since the order was prepared. Returns sentences, each of which stops the order.
        """
        errors = [*super()._draft2open_payment_line_check()]
        try:
            self.move_line_id.move_id._urssaf_check_not_collecting()
        except UserError as error:
            errors.append(str(error.args[0]))
        return errors
