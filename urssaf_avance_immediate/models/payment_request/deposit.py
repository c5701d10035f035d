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
