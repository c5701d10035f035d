# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..company.res_company import INTERVENANT_PATTERN, valid_identifier

UNITS = [("HEURE", "Hour"), ("FORFAIT", "Flat price")]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    home_service_nature_id = fields.Many2one(
        "home.service.nature",
        string="Urssaf nature",
        ondelete="restrict",
        help="Kind of home service. Only lines whose product has a nature can be "
        "part of a demande de paiement.",
        index="btree_not_null",
    )
    home_service_unit = fields.Selection(
        UNITS,
        string="Urssaf unit",
        compute="_compute_home_service_unit",
        store=True,
        readonly=False,
        help="How the service is priced: by the hour, or a flat price.",
    )

    home_service_intervenant = fields.Char(
        string="Intervenant",
        company_dependent=True,
        help="Who performs this service, as Urssaf identifies them: SAP and the SIREN, "
        "or SIR and the SIRET. Left empty, the one of the company.",
    )

    def _home_service_intervenant_in(self, company):
        """Who performs this service for the company, or for the habilitation that
        serves it; nothing if the product does not say.
        """
        # As superuser: the user may not work in the company of the document, nor in the
        # one above it.
        product = self.sudo()
        for owner in (company, company._urssaf_holder()):
            if intervenant := product.with_company(owner).home_service_intervenant:
                return intervenant
        return False

    @api.constrains("home_service_intervenant")
    def _check_home_service_intervenant(self):
        for product in self.filtered("home_service_intervenant"):
            if not valid_identifier(INTERVENANT_PATTERN, product.home_service_intervenant):
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
        hour = self.env.ref("uom.product_uom_hour", raise_if_not_found=False)
        for product in self:
            if product.home_service_unit or not product.home_service_nature_id:
                product.home_service_unit = product.home_service_unit
                continue
            timed = hour and product.uom_id._has_common_reference(hour)
            product.home_service_unit = "HEURE" if timed else "FORFAIT"
