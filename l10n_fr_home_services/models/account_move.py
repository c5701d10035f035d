# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists, create_column

from ..rules import MONTHS, first_day, is_intervenant, last_day, period
from .product import UNITS

# Somebody has to complete the invoice: see paper_faults.py.
ACTIVITY = "l10n_fr_home_services.activity_paper"


class AccountMove(models.Model):
    """From when to when the services of an invoice were done."""

    _inherit = "account.move"

    home_service_start = fields.Date(
        string="Services from",
        compute="_compute_home_service_start",
        store=True,
        readonly=False,
        copy=False,
        help="First day of the services on this invoice.",
    )
    home_service_end = fields.Date(
        string="Services to",
        compute="_compute_home_service_end",
        store=True,
        readonly=False,
        copy=False,
        help="Last day of the services on this invoice.",
    )
    home_service_shown = fields.Boolean(compute="_compute_home_service_shown")

    def _auto_init(self):
        """No invoice has any of these yet: spare a large database the computing."""
        for name in ("home_service_start", "home_service_end"):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "date")
        return super()._auto_init()

    def _post(self, soft=True):
        """Extends account: what is checked of the services before an invoice is posted,
        in this order.

        :raises UserError: a timesheet or the like knows other days than the invoice, an
            intervention cannot be, or a mention is missing and the company does not
            want it posted so
        """
        now = self._home_service_posted_now(soft)
        now._home_service_check_known_dates()
        now._home_service_check_interventions()
        now._home_service_check_papers()
        posted = super()._post(soft)
        # sudo(): whoever may post an invoice need not be one of the invoicing.
        posted.sudo().home_service_intervention_ids._freeze()
        posted.activity_unlink([ACTIVITY])
        return posted

    def _home_service_posted_now(self, soft):
        """Those of self that Odoo posts now; those of a later day are posted then."""
        today = fields.Date.context_today(self)
        return self.filtered(lambda move: not soft or (move.date or today) <= today)

    def button_draft(self):
        """Extends account: what was frozen at posting follows the registers again."""
        result = super().button_draft()
        # sudo(): likewise.
        self.sudo().home_service_intervention_ids._unfreeze()
        return result

    @api.depends(
        "company_id.home_service_sap_number",
        "company_id.parent_id.home_service_sap_number",
        "invoice_line_ids.product_id",
        "invoice_line_ids.home_service_nature_id",
    )
    def _compute_home_service_shown(self):
        """Whether the invoice may have dates of services: its company has a SAP number,
        or a line has a nature. It is asked anew with each page: a nature that a product
        gets meanwhile is no dependency, for the lines of all its invoices would be read
        at once.
        """
        for move in self:
            declarant = move.company_id._home_service_declarant()
            move.home_service_shown = declarant.home_service_sap_number or any(
                line._home_service_nature()[0] for line in move.invoice_line_ids
            )

    @api.depends(
        "invoice_line_ids.home_service_start", "invoice_line_ids.home_service_end"
    )
    def _compute_home_service_start(self):
        """The dates of the lines where they have their own; else the user says."""
        for move in self:
            days, complete = move._home_service_own_days()
            move.home_service_start = first_day(days, move.home_service_start, complete)

    @api.depends(
        "home_service_start",
        "invoice_line_ids.home_service_start",
        "invoice_line_ids.home_service_end",
    )
    def _compute_home_service_end(self):
        """A single day unless the lines or the user say otherwise."""
        for move in self:
            days, complete = move._home_service_own_days()
            move.home_service_end = last_day(
                days, move.home_service_end, complete, start=move.home_service_start
            )

    def _home_service_own_days(self):
        """Of the lines: ``(days, whether all have their own)``."""
        lines = self._home_service_lines()
        dated = lines.filtered("home_service_start")
        days = [
            *dated.mapped("home_service_start"),
            *dated.mapped("home_service_end"),
        ]
        return days, dated == lines

    def _home_service_lines(self):
        """The lines that carry an amount; notes and sections stay in Odoo."""
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _home_service_period(self):
        """First and last day of the services, ``(False, False)`` if one is missing."""
        self.ensure_one()
        lines = self._home_service_lines()
        lines = lines.filtered("price_total") or lines
        return period([line._home_service_days() for line in lines])


class AccountMoveLine(models.Model):
    """When a service was done and by whom, where it is not what the invoice says."""

    _inherit = "account.move.line"

    home_service_start = fields.Date(
        string="Service from",
        compute="_compute_home_service_start",
        store=True,
        readonly=False,
        copy=False,
        help="Day of this service, that of its interventions if there are some. Left "
        "empty, the services of the whole invoice.",
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
        help="Who performed this service: SAP and the SIREN, or SIR and the SIRET. "
        "Left empty, the one of the company.",
    )

    home_service_nature_id = fields.Many2one(
        "home.service.nature",
        string="Service nature",
        compute="_compute_home_service_nature_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        help="As the product had it when the invoice was posted.",
    )
    home_service_unit = fields.Selection(
        UNITS,
        string="Service unit",
        compute="_compute_home_service_nature_id",
        store=True,
        help="As the product had it when the invoice was posted.",
    )

    def _auto_init(self):
        """No line has any of these yet: spare a large database the computing."""
        for name, kind in (
            ("home_service_start", "date"),
            ("home_service_end", "date"),
            ("home_service_intervenant", "varchar"),
            ("home_service_nature_id", "int4"),
            ("home_service_unit", "varchar"),
            ("home_service_mode", "varchar"),
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

    @api.depends("home_service_intervention_ids.date")
    def _compute_home_service_start(self):
        """The first intervention; else what the user says. A posted invoice keeps its
        days.
        """
        for line in self:
            days = line._home_service_following_days()
            line.home_service_start = min(days, default=line.home_service_start)

    @api.depends("home_service_start", "home_service_intervention_ids.date")
    def _compute_home_service_end(self):
        """The last intervention; else a single day unless the user says otherwise."""
        for line in self:
            start, end = line.home_service_start, line.home_service_end
            if days := line._home_service_following_days():
                line.home_service_end = max(days)
            elif not start or not end or end < start:
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
            if not is_intervenant(line.home_service_intervenant):
                raise ValidationError(
                    self.env._(
                        "Intervenant: “%s” should be SAP followed by a valid SIREN, "
                        "or SIR followed by a valid SIRET.",
                        line.home_service_intervenant,
                    )
                )

    def copy_data(self, default=None):
        """Extends: a copy is about other services, unless it replaces the invoice or
        is that of the next month.
        """
        copies = super().copy_data(default)
        keep = self.env.context.get("home_service_keep_dates")
        months = self.env.context.get("home_service_months_later")
        for line, values in zip(self, copies, strict=True):
            if keep:
                values["home_service_start"] = line.home_service_start
                values["home_service_end"] = line.home_service_end
                values |= line._home_service_copied_interventions()
            elif months in MONTHS.values():
                values |= line._home_service_days_later(months)
        return copies

    def _home_service_nature(self):
        """``(nature, unit)`` of the service: what was kept at posting; before, and
        where the product had none then, what the product says now.
        """
        self.ensure_one()
        if self.parent_state == "posted" and self.home_service_nature_id:
            return self.home_service_nature_id, self.home_service_unit
        return self.product_id.home_service_nature_id, self.product_id.home_service_unit

    def _home_service_days(self):
        """First and last day of the service, civil dates: the line's own, else those of
        the invoice.
        """
        self.ensure_one()
        if self.home_service_start:
            return self.home_service_start, self.home_service_end
        return self.move_id.home_service_start, self.move_id.home_service_end
