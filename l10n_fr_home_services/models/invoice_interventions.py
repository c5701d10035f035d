# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The interventions of an invoice: its days and hours, what is checked, what a copy
keeps of them.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules import MONTHS, TOLERANCE, days_later, hours_text

PARIS = "Europe/Paris"
DAYS = {"home_service_start", "home_service_end"}
SALES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    home_service_intervention_ids = fields.One2many(
        "home.service.intervention", "move_id", string="Interventions"
    )
    home_service_default_line_id = fields.Many2one(
        "account.move.line",
        string="Service of the next intervention",
        compute="_compute_home_service_default_line_id",
        compute_sudo=True,
    )
    home_service_may_add = fields.Boolean(
        string="Interventions may be added",
        compute="_compute_home_service_may_add",
        compute_sudo=True,
        help="A draft, or a posted invoice that says nothing of its interventions.",
    )
    home_service_hours_notice = fields.Text(
        string="Hours that differ",
        compute="_compute_home_service_hours_notice",
        compute_sudo=True,
        help="Lines whose hours are not those of their interventions.",
    )

    @api.depends("invoice_line_ids.product_id", "home_service_intervention_ids.line_id")
    def _compute_home_service_default_line_id(self):
        """The line that an intervention is most likely of: the last one that was
        chosen, else the first service.
        """
        for move in self:
            lines = move._home_service_lines()
            chosen = move.home_service_intervention_ids.line_id
            service = lines.filtered(lambda line: line._home_service_nature()[0])
            move.home_service_default_line_id = chosen[-1:] or (service or lines)[:1]

    @api.depends("state", "home_service_intervention_ids.added_later")
    def _compute_home_service_may_add(self):
        for move in self:
            move.home_service_may_add = move.state == "draft" or any(
                line._home_service_may_add() for line in move._home_service_lines()
            )

    @api.depends(
        "home_service_intervention_ids.duration",
        "invoice_line_ids.quantity",
        "invoice_line_ids.product_uom_id",
        "invoice_line_ids.product_id",
    )
    def _compute_home_service_hours_notice(self):
        """Pointed out, and not refused: travel may be invoiced by the hour, a part of
        an hour may be given away.
        """
        for move in self:
            move.home_service_hours_notice = "\n".join(
                notice
                for line in move._home_service_lines()
                if (notice := line._home_service_hours_notice())
            )

    def action_home_service_type(self):
        """The draft is saved, hence its lines can be chosen: the page of interventions
        shows its list.
        """
        self.ensure_one()
        return False

    # -- at posting ----------------------------------------------------------------

    def _home_service_check_interventions(self):
        """What cannot be on paper: hours that cannot be, days to come.

        :raises UserError: an intervention of self is not right, all of them named
        """
        today = fields.Date.context_today(self.with_context(tz=PARIS))
        # sudo(): whoever may post an invoice need not be one of the invoicing.
        sales = self.sudo().filtered(lambda move: move.move_type in SALES)
        sales._home_service_check_days()
        rows = sales.home_service_intervention_ids
        faults = [fault for row in rows for fault in row._faults()]
        faults += [
            self.env._(
                "%(intervention)s: that day is still to come. Post the invoice "
                "after it, or correct the date.",
                intervention=row.display_name,
            )
            for row in rows
            if row.date > today
        ]
        if faults:
            raise UserError("\n".join(faults))

    def write(self, vals):
        """Extends account: days that somebody writes are those of the interventions."""
        result = super().write(vals)
        if DAYS & vals.keys():
            self._home_service_check_days()
        return result

    def _home_service_check_days(self):
        """Not a constraint of Odoo: those are also asked while days that follow the
        interventions are being computed, first and last day one after the other.

        :raises ValidationError: the days are not those of the interventions, with both
            in the sentence
        """
        self.invoice_line_ids._home_service_check_days()
        for move in self:
            days = move.invoice_line_ids._home_service_intervention_days()
            start, end = move.home_service_start, move.home_service_end
            if days and start and (min(days) < start or max(days) > (end or start)):
                raise ValidationError(
                    self.env._(
                        "The invoice says that the services were done %(said)s, but "
                        "its interventions took place %(known)s. Correct the one that "
                        "is wrong.",
                        said=move.invoice_line_ids._home_service_days_text(
                            start, end or start
                        ),
                        known=move.invoice_line_ids._home_service_days_text(
                            min(days), max(days)
                        ),
                    )
                )

    # -- the next invoice ------------------------------------------------------------

    def _copy_recurring_entries(self):
        """Extends account: the next invoice is about the days of the next month,
        quarter or year; its interventions are still to be done.
        """
        for move in self:
            later = move.with_context(
                home_service_months_later=MONTHS.get(move.auto_post)
            )
            super(AccountMove, later)._copy_recurring_entries()

    def _get_fields_to_copy_recurring_entries(self, values):
        """Extends account: likewise the days of the whole invoice."""
        values = super()._get_fields_to_copy_recurring_entries(values)
        start, end = self.home_service_start, self.home_service_end
        months = MONTHS.get(self.auto_post)
        if months and start and end:
            whole = bool(self.home_service_intervention_ids)
            days = days_later(start, end, months, whole)
            values["home_service_start"], values["home_service_end"] = days
        return values


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    home_service_intervention_ids = fields.One2many(
        "home.service.intervention", "line_id", string="Interventions"
    )

    @api.depends_context("home_service_short_lines")
    def _compute_display_name(self):
        """Extends account: among the lines of one invoice, its number says nothing."""
        if not self.env.context.get("home_service_short_lines"):
            return super()._compute_display_name()
        for line in self:
            label = (line.name or "").split("\n")[0]
            line.display_name = label or line.product_id.display_name or ""

    def _home_service_intervention_days(self):
        """The days of the interventions of these lines."""
        return [row.date for row in self.home_service_intervention_ids if row.date]

    def _home_service_following_days(self):
        """The days that those of the line follow: of a posted invoice, none."""
        posted = self.parent_state == "posted"
        return [] if posted else self._home_service_intervention_days()

    def _home_service_may_add(self, new=()):
        """Whether interventions may be added to this posted line: it says nothing of
        them, or what was added later.
        """
        self.ensure_one()
        move = self.move_id
        kept = self.home_service_intervention_ids.filtered(
            lambda row: row not in new and not row.added_later
        )
        return move.state == "posted" and move.move_type == "out_invoice" and not kept

    def _home_service_follow_interventions(self):
        """Back to draft: the days are again those of the interventions."""
        for name in ("home_service_start", "home_service_end"):
            self.env.add_to_compute(self._fields[name], self)

    def _home_service_hours(self):
        """Hours that were done: those of the interventions, else the quantity of a
        service that is priced by the hour, else 0.0. The quantity of a flat price is
        never hours.
        """
        self.ensure_one()
        # sudo(): printed, whoever prints.
        rows = self.sudo().home_service_intervention_ids
        return sum(rows.mapped("duration")) if rows else self._home_service_sold_hours()

    def _home_service_sold_hours(self):
        """The quantity in hours, 0.0 for a flat price."""
        if self._home_service_nature()[1] != "hour":
            return 0.0
        hour = self.env["product.template"]._home_service_hour()
        unit = self.product_uom_id
        if hour and unit._has_common_reference(hour):
            return unit._compute_quantity(self.quantity, hour, round=False)
        return self.quantity

    def _home_service_intervention_rows(self):
        """What papers say of the interventions of these lines, by day: hours of the day
        are False where they are not known, ``duration`` is in hours.
        """
        # sudo(): printed, whoever prints.
        rows = self.sudo().home_service_intervention_ids.sorted(
            lambda row: (row.date, row.start, row.id)
        )
        return [row._row() for row in rows]

    def _home_service_hours_notice(self):
        """Hours sold that are not those done, a sentence; else an empty text."""
        self.ensure_one()
        sold = self._home_service_sold_hours()
        done = sum(self.home_service_intervention_ids.mapped("duration"))
        if not sold or not done or abs(sold - done) <= TOLERANCE:
            return ""
        return self.env._(
            "“%(line)s”: %(sold)s on the line, %(done)s of interventions.",
            line=self.product_id.display_name or self.name,
            sold=hours_text(sold),
            done=hours_text(done),
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Extends account: likewise."""
        lines = super().create(vals_list)
        if any(DAYS & vals.keys() for vals in vals_list):
            lines._home_service_check_days()
        return lines

    def write(self, vals):
        """Extends account: likewise."""
        result = super().write(vals)
        if DAYS & vals.keys():
            self._home_service_check_days()
        return result

    def _home_service_check_days(self):
        for line in self:
            days = line._home_service_intervention_days()
            start, end = line.home_service_start, line.home_service_end
            if any(line.home_service_intervention_ids.mapped("added_later")):
                continue  # held against the days where they are added
            if days and (start, end) != (min(days), max(days)):
                raise ValidationError(
                    self.env._(
                        "“%(line)s”: the line says that the service was done "
                        "%(said)s, but its interventions took place %(known)s. Correct "
                        "the one that is wrong.",
                        line=line.name or line.product_id.display_name,
                        said=line._home_service_days_text(start, end or start)
                        if start
                        else self.env._("on no day"),
                        known=line._home_service_days_text(min(days), max(days)),
                    )
                )

    # -- copies --------------------------------------------------------------------

    def _home_service_copied_interventions(self):
        """For the invoice that takes the place of this one, and for its credit note."""
        rows = self.home_service_intervention_ids
        if not rows:
            return {}
        return {
            "home_service_intervention_ids": [
                Command.create(row._copied()) for row in rows
            ]
        }

    def _home_service_days_later(self, months):
        start, end = self.home_service_start, self.home_service_end
        if not start or not end:
            return {}
        whole = bool(self.home_service_intervention_ids)
        first, last = days_later(start, end, months, whole)
        return {"home_service_start": first, "home_service_end": last}
