# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists, create_column

from ..company.res_company import INTERVENANT_PATTERN, valid_identifier
from .product_template import UNITS


class AccountMoveLine(models.Model):
    """When a service was done and by whom, where it is not what the invoice says."""

    _inherit = "account.move.line"

    home_service_start = fields.Date(
        string="Service from",
        copy=False,
        help="Day of this service. Left empty, the services of the whole invoice.",
    )
    home_service_end = fields.Date(
        string="Service to",
        compute="_compute_home_service_end",
        store=True,
        readonly=False,
        copy=False,
        help="Last day of this service, if it took several.",
    )
    home_service_intervenant = fields.Char(
        string="Intervenant",
        compute="_compute_home_service_intervenant",
        store=True,
        readonly=False,
        help="Who performed this service, as Urssaf identifies them: SAP and the "
        "SIREN, or SIR and the SIRET. Left empty, the one of the company.",
    )

    home_service_nature_id = fields.Many2one(
        "home.service.nature",
        string="Urssaf nature",
        compute="_compute_home_service_nature_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        help="As the product had it when the invoice was posted.",
    )
    home_service_unit = fields.Selection(
        UNITS,
        string="Urssaf unit",
        compute="_compute_home_service_nature_id",
        store=True,
        help="As the product had it when the invoice was posted.",
    )

    def _auto_init(self):
        """No line has any of these yet: spare a large database the computing."""
        for name, kind in (
            ("home_service_end", "date"),
            ("home_service_intervenant", "varchar"),
            ("home_service_nature_id", "int4"),
            ("home_service_unit", "varchar"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends("product_id", "move_id.state")
    def _compute_home_service_nature_id(self):
        """Taken from the product at posting, and kept: not by a dependency on the
        product, whose later changes are about later invoices.
        """
        for line in self:
            nature = line.product_id.home_service_nature_id
            line.home_service_nature_id = nature
            line.home_service_unit = nature and line.product_id.home_service_unit

    @api.depends("home_service_start")
    def _compute_home_service_end(self):
        """A single day unless the user says otherwise."""
        for line in self:
            start, end = line.home_service_start, line.home_service_end
            if not start or not end or end < start:
                line.home_service_end = start

    @api.depends("product_id", "company_id")
    def _compute_home_service_intervenant(self):
        for line in self:
            # Who performs a service is told per company: that of the invoice, whatever
            # company the user works in.
            company = line.company_id
            line.home_service_intervenant = (
                line.product_id.product_tmpl_id._home_service_intervenant_in(company)
                or line.home_service_intervenant
            )

    @api.constrains("home_service_intervenant")
    def _check_home_service_intervenant(self):
        for line in self.filtered("home_service_intervenant"):
            if not valid_identifier(INTERVENANT_PATTERN, line.home_service_intervenant):
                raise ValidationError(
                    self.env._(
                        "Intervenant: “%s” should be SAP followed by a valid SIREN, "
                        "or SIR followed by a valid SIRET.",
                        line.home_service_intervenant,
                    )
                )

    def copy_data(self, default=None):
        """Extends: a copy is about other services, unless it replaces the invoice."""
        copies = super().copy_data(default)
        if self.env.context.get("urssaf_keep_dates"):
            for line, values in zip(self, copies, strict=True):
                values["home_service_start"] = line.home_service_start
                values["home_service_end"] = line.home_service_end
        return copies

    def _home_service_nature(self):
        """``(nature, unit)`` of the service: what was kept at posting; before, and
        where the product had none then, what the product says now.
        """
        self.ensure_one()
        if self.parent_state == "posted" and self.home_service_nature_id:
            return self.home_service_nature_id, self.home_service_unit
        return self.product_id.home_service_nature_id, self.product_id.home_service_unit

    def _urssaf_days(self):
        """First and last day of the service, civil dates: the line's own, else those of
        the invoice.
        """
        self.ensure_one()
        if self.home_service_start:
            return self.home_service_start, self.home_service_end
        return self.move_id.home_service_start, self.move_id.home_service_end

    def _urssaf_vat(self):
        """Per cent of the price without tax."""
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        return sum(tax.amount for tax in taxes if tax.amount_type == "percent")
