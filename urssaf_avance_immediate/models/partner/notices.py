# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_no_notice = fields.Boolean(
        string="No e-mails about demandes de paiement",
        copy=False,
        help="This customer wants none of the e-mails that Odoo sends about demandes "
        "de paiement. Urssaf’s own messages are not concerned.",
    )
