# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "urssaf.guarded"]

    urssaf_request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Demande de paiement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_urssaf_tell(self):
        """Somebody has decided so: like one that was cancelled, it is registered again
        by the button alone, and who is in charge is told.
        """
        # sudo(): who deletes a payment may not write on its demande.
        for request in self.sudo().urssaf_request_id:
            if not request.payment_ids - self and request.state == "paid":
                request._not_registered(
                    self.env._(
                        "its payment was deleted by %s. If the bank shows the "
                        "transfer, press “Register the payment”.",
                        self.env.user.name,
                    )
                )
