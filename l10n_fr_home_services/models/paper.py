# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is printed on an invoice of services besides what Odoo prints (articles D7233-1
and D7233-2 of the Code du travail, arrêté of 17 March 2015).
"""

from odoo import api, fields, models

from .company import MODES


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    home_service_mode = fields.Selection(
        MODES,
        string="Mode of this service",
        compute="_compute_home_service_mode",
        store=True,
        help="As the product, else the company, had it when the invoice was posted.",
    )

    @api.depends("product_id", "move_id.state")
    def _compute_home_service_mode(self):
        """Kept at posting, like the nature."""
        for line in self:
            nature = line.product_id.home_service_nature_id
            line.home_service_mode = nature and line._home_service_mode_now()

    def _home_service_mode(self):
        """How this service is done, ``provider``, ``agent`` or ``lending`` (article
        L7232-6 of the Code du travail): what was kept at posting; before, what the
        product says, else the company.
        """
        self.ensure_one()
        if self.parent_state == "posted" and self.home_service_mode:
            return self.home_service_mode
        return self._home_service_mode_now()

    def _home_service_mode_now(self):
        declarant = self.company_id._home_service_declarant()
        return self.product_id.home_service_mode or declarant.home_service_mode
