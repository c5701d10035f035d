# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import is_intervenant, is_sap_number

# How a structure works (arrêté of 17 March 2015; article L7232-6 of the
# Code du travail).
MODES = [
    ("provider", "Provider (prestataire)"),
    ("agent", "Agent of an employer (mandataire)"),
    ("lending", "Lending of staff (mise à disposition)"),
]


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
    home_service_declaration_date = fields.Date(
        string="Declared on",
        help="Date of the declaration, printed with its number on invoices (article "
        "D7233-1 of the Code du travail).",
    )
    home_service_approval_number = fields.Char(
        string="Agrément number",
        help="Of the activities that need an agrément (article L7232-1 of the Code du "
        "travail); printed on invoices. Left empty if there is none.",
    )
    home_service_approval_date = fields.Date(
        string="Agrément of", help="Date of the agrément, printed with its number."
    )
    home_service_mode = fields.Selection(
        MODES,
        string="Mode of work",
        default="provider",
        required=True,
        help="How you work: printed on invoices (arrêté of 17 March 2015). A product "
        "may say otherwise.",
    )
    home_service_logotype = fields.Image(
        string="Services à la personne logotype",
        max_width=600,
        max_height=600,
        help="The one that your administration handed you: it goes on all commercial "
        "documents.",
    )
    home_service_paper_check = fields.Selection(
        [
            ("warn", "Say what is missing"),
            ("block", "Do not post it"),
        ],
        string="Invoice that lacks a mention",
        default="warn",
        required=True,
        help="What happens at posting when an invoice lacks something that the law "
        "asks of it.",
    )
    home_service_travel_hours = fields.Boolean(
        string="Travel sold by the hour counts as hours",
        help="In the figures for NOVA. Article D7233-1 of the Code du travail names "
        "the time of the services and the travel costs apart, so travel is not "
        "counted; we found no notice of NOVA that says more. Tick it if your "
        "administration asks for it.",
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
        itself if it has a SAP number, else the nearest above it that has one, else the
        nearest that has an agrément, else itself.

        As superuser: who works for a branch may not open the company above it.
        """
        company = self.sudo()
        approved = company.browse()
        declarant = company
        while declarant and not declarant.home_service_sap_number:
            approved = approved or declarant.filtered("home_service_approval_number")
            declarant = declarant.parent_id
        return declarant or approved or company

    def _home_service_siren(self):
        """The nine digits of the company, from its SAP number, else from its SIREN or
        SIRET; an empty text if none is known.
        """
        declarant = self._home_service_declarant()
        number = declarant.home_service_sap_number or declarant.company_registry or ""
        digits = "".join(filter(str.isdigit, number))
        return digits[:9] if len(digits) in (9, 14) else ""

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
