# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import is_intervenant, is_sap_number


class ResCompany(models.Model):
    _inherit = "res.company"

    home_service_sap_number = fields.Char(
        string="SAP declaration number",
        help="SAP followed by the nine digits of the SIREN.",
    )
    home_service_intervenant = fields.Char(
        string="Default intervenant",
        help="Who performs the services: SAP and the SIREN, or SIR and the SIRET. Left "
        "empty, the SAP declaration number is used.",
    )

    @api.constrains("home_service_sap_number", "home_service_intervenant")
    def _check_home_service_identifiers(self):
        for company in self:
            number = company.home_service_sap_number
            if number and not is_sap_number(number):
                raise ValidationError(
                    self.env._(
                        "SAP declaration number: “%s” should be SAP followed by a "
                        "valid SIREN, nine digits.",
                        number,
                    )
                )
            intervenant = company.home_service_intervenant
            if intervenant and not is_intervenant(intervenant):
                raise ValidationError(
                    self.env._(
                        "Default intervenant: “%s” should be SAP followed by a valid "
                        "SIREN, or SIR followed by a valid SIRET.",
                        intervenant,
                    )
                )

    def _home_service_declarant(self):
        """The company whose declaration of services à la personne covers this one:
        itself if it has a SAP number, else the nearest above it that has one, else
        itself.

        As superuser: who works for a branch may not open the company above it.
        """
        company = declarant = self.sudo()
        while declarant and not declarant.home_service_sap_number:
            declarant = declarant.parent_id
        return declarant or company

    def _home_service_intervenant(self):
        """Who performs the services: a branch may have a SIRET of its own.

        As superuser, like the declarant.
        """
        declarant = self._home_service_declarant()
        return (
            self.sudo().home_service_intervenant
            or declarant.home_service_intervenant
            or declarant.home_service_sap_number
            or ""
        )
