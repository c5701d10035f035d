# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf says of the natures of the services: its codes."""

from odoo import api, fields, models


class HomeServiceNature(models.Model):
    """Extends the trade: the kind of service as Urssaf names it (``codeNature`` of
    method 050). A nature without a code is none of Urssaf's.
    """

    _inherit = "home.service.nature"
    _rec_names_search = ["urssaf_code", "name"]

    urssaf_code = fields.Char(string="Code")
    # The trade's default would be taken for the user's choice.
    sequence = fields.Integer(
        compute="_compute_sequence", store=True, readonly=False, default=None
    )
    eligible = fields.Boolean(
        help="Lines of a nature that is not eligible travel in the demande de "
        "paiement but give no tax credit.",
    )

    _urssaf_code_unique = models.Constraint(
        "UNIQUE(urssaf_code)", "This nature code exists already."
    )

    @api.depends("urssaf_code")
    def _compute_sequence(self):
        for nature in self:
            code = nature.urssaf_code or ""
            nature.sequence = int(code) if code.isdecimal() else nature.sequence or 9999

    @api.depends("urssaf_code", "name")
    def _compute_display_name(self):
        for nature in self:
            parts = (nature.urssaf_code, nature.name)
            nature.display_name = " · ".join(filter(None, parts))


class ProductTemplate(models.Model):
    _inherit = "product.template"

    home_service_nature_id = fields.Many2one(
        string="Urssaf nature",
        help="Kind of home service. Only lines whose product has a nature can be "
        "part of a demande de paiement.",
    )
    home_service_unit = fields.Selection(string="Urssaf unit")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    home_service_nature_id = fields.Many2one(string="Urssaf nature")
    home_service_unit = fields.Selection(string="Urssaf unit")

    def _urssaf_nature(self):
        """``(nature, unit)`` of the service; a nature that has no code of Urssaf is
        none.
        """
        nature, unit = self._home_service_nature()
        return nature.filtered("urssaf_code"), unit
