# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class UrssafPaymentRequest(models.Model):
    """A deposit received before: declared with the demande, not collected again."""

    _inherit = "urssaf.payment.request"

    amount_deposit = fields.Monetary(
        string="Deposit declared",
        readonly=True,
        copy=False,
        help="Received from the customer before, at most half of the total. Urssaf "
        "collects and transfers what is left.",
    )

    def _frozen_values(self):
        """Extends: the deposit, and the period as the lines say it."""
        move = self.move_id
        start, end = move._home_service_period()
        return {
            **super()._frozen_values(),
            "service_start": start,
            "service_end": end,
            "amount_deposit": move._urssaf_deposit_values().get("mntAcompte", 0.0),
        }

    def _compute_estimates(self):
        """Extends: the deposit is paid already."""
        super()._compute_estimates()
        for request in self:
            request.amount_net_estimate -= request.amount_deposit
