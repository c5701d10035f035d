# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    urssaf_request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Demande de paiement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
