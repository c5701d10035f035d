# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..rules import some_names
from .taxes import NAMES


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    home_service_sap_number = fields.Char(
        related="company_id.home_service_sap_number", readonly=False
    )
    home_service_intervenant = fields.Char(
        related="company_id.home_service_intervenant", readonly=False
    )
    home_service_declaration_date = fields.Date(
        related="company_id.home_service_declaration_date", readonly=False
    )
    home_service_approval_number = fields.Char(
        related="company_id.home_service_approval_number", readonly=False
    )
    home_service_approval_date = fields.Date(
        related="company_id.home_service_approval_date", readonly=False
    )
    home_service_mode = fields.Selection(
        related="company_id.home_service_mode", readonly=False, required=True
    )
    home_service_logotype = fields.Image(
        related="company_id.home_service_logotype", readonly=False
    )
    home_service_paper_check = fields.Selection(
        related="company_id.home_service_paper_check", readonly=False, required=True
    )
    home_service_travel_hours = fields.Boolean(
        related="company_id.home_service_travel_hours", readonly=False
    )
    home_service_vat = fields.Selection(
        related="company_id.root_id.home_service_vat", readonly=False, required=True
    )
    home_service_inactive_taxes = fields.Char(compute="_compute_home_service_taxes")
    home_service_wrong_taxes = fields.Char(compute="_compute_home_service_taxes")
    home_service_print_notice = fields.Text(
        string="Printing",
        compute="_compute_home_service_print_notice",
        help="What this server cannot print.",
    )

    @api.depends("company_id")
    def _compute_home_service_taxes(self):
        for settings in self:
            company = settings.company_id
            taxes = company._home_service_inactive_taxes()
            names = company._home_service_wrong_products().mapped("name")
            settings.home_service_inactive_taxes = ", ".join(taxes.mapped("name"))
            settings.home_service_wrong_taxes = some_names(names, NAMES)

    def action_home_service_activate_taxes(self):
        """See the company."""
        self.ensure_one()
        self.company_id.action_home_service_activate_taxes()

    def action_home_service_right_taxes(self):
        """For the regime that is on the screen: the settings are saved first."""
        self.ensure_one()
        self.set_values()
        self.company_id.action_home_service_right_taxes()

    def _compute_home_service_print_notice(self):
        """Odoo itself says so to developers alone: an invoice that is printed without
        its head bears no name of the company (article D7233-1 of the Code du travail).
        """
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() in ("install", "broken"):
            notice = self.env._(
                "This server prints no paper: the program wkhtmltopdf is missing, or "
                "does not start. Ask the person who looks after your Odoo to install "
                "version 0.12.6 “with patched qt”."
            )
        elif not reports._home_service_patched():
            notice = self.env._(
                "This server prints invoices without their head and foot, so without "
                "the name and address of your company: its wkhtmltopdf is not the "
                "version “with patched qt”. Ask the person who looks after your Odoo "
                "to install that one (0.12.6)."
            )
        else:
            notice = False
        self.home_service_print_notice = notice
