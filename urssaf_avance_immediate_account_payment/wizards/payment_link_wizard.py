# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class PaymentLinkWizard(models.TransientModel):
    _inherit = "payment.link.wizard"

    def _compute_warning_message(self):
        """Extends account_payment: no link to pay what Urssaf collects; Odoo's button
        takes no click beside a warning.
        """
        super()._compute_warning_message()
        for wizard in self.filtered(lambda w: w.res_model == "account.move"):
            move = self.env["account.move"].browse(wizard.res_id)
            if move.exists() and move._urssaf_not_to_pay():
                wizard.warning_message = self.env._(
                    "Urssaf collects this invoice (avance immédiate): the customer "
                    "must not pay it to us, so there is no payment link."
                )
