# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import is_intervenant
from .company import MODES

UNITS = [("hour", "Hour"), ("flat", "Flat price")]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    home_service_nature_id = fields.Many2one(
        "home.service.nature",
        string="Service nature",
        ondelete="restrict",
        help="Kind of home service, if this is one.",
        index="btree_not_null",
    )
    home_service_usual_vat = fields.Float(
        string="Usual VAT of the nature (%)",
        related="home_service_nature_id.vat_rate",
        help="What is usual for this nature; which tax is right, your accountant says.",
    )
    home_service_unit = fields.Selection(
        UNITS,
        string="Service unit",
        compute="_compute_home_service_unit",
        store=True,
        readonly=False,
        help="How the service is priced: by the hour, or a flat price.",
    )

    home_service_intervenant = fields.Char(
        string="Intervenant",
        company_dependent=True,
        help="Who performs this service: SAP and the SIREN, or SIR and the SIRET. Left "
        "empty, the one of the company.",
    )

    home_service_mode = fields.Selection(
        MODES,
        string="Mode of this service",
        help="How this service is done, where it is not how the company works.",
    )
    home_service_travel = fields.Boolean(
        string="Travel costs",
        help="These are the travel costs of a service: named as such on invoices "
        "(article D7233-1 of the Code du travail), and done by nobody.",
    )

    def _home_service_intervenant_in(self, company):
        """Who performs this service for the company, or for the one whose declaration
        covers it; nothing if the product does not say.
        """
        # sudo(): the user may not work in the company of the document, nor in the
        # one above it.
        product = self.sudo()
        for owner in (company, company._home_service_declarant()):
            if intervenant := product.with_company(owner).home_service_intervenant:
                return intervenant
        return False

    @api.constrains("home_service_intervenant")
    def _check_home_service_intervenant(self):
        for product in self.filtered("home_service_intervenant"):
            if not is_intervenant(product.home_service_intervenant):
                raise ValidationError(
                    self.env._(
                        "Intervenant: “%s” should be SAP followed by a valid SIREN, "
                        "or SIR followed by a valid SIRET.",
                        product.home_service_intervenant,
                    )
                )

    @api.depends("uom_id", "home_service_nature_id")
    def _compute_home_service_unit(self):
        """Services measured in time are hourly; the user has the last word."""
        hour = self._home_service_hour()
        for product in self:
            if product.home_service_unit or not product.home_service_nature_id:
                product.home_service_unit = product.home_service_unit
                continue
            timed = hour and product.uom_id._has_common_reference(hour)
            product.home_service_unit = "hour" if timed else "flat"

    @api.model
    def _home_service_hour(self):
        """The hour among the units, looked up without a query; empty if deleted."""
        model_data = self.env["ir.model.data"]
        hour = model_data._xmlid_to_res_id("uom.product_uom_hour")
        return self.env["uom.uom"].browse(hour or ())
