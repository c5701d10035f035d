# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A dated sentence for customers who begin with the avance immédiate."""

from odoo import fields, models


class HomeServiceWording(models.Model):
    _inherit = "home.service.wording"

    kind = fields.Selection(
        selection_add=[("january", "Advance of January, at the activation")],
        ondelete={"january": "cascade"},
    )
