# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from contextlib import suppress

from odoo import fields, models
from odoo.exceptions import ValidationError

from odoo.addons.l10n_fr_home_services.models.known_dates import KnownDates

# Hours that somebody worked, as hr_timesheet and sale_timesheet know them.
WORKED = [("project_id", "!=", False), ("unit_amount", ">", 0)]


class Found:
    """Timesheets of many lines, read at once, and which invoices have them as
    interventions; an object that nobody can send.
    """

    def __init__(self, timesheets, rows):
        self.ids = timesheets.grouped(lambda one: one.so_line.id)
        self.moves = defaultdict(set)
        for row in rows:
            self.moves[row.timesheet_id.id].add(row.move_id.id)

    def of(self, sold):
        """Those of these order lines."""
        ids = [i for line in sold if line.id in self.ids for i in self.ids[line.id].ids]
        return sold.env["account.analytic.line"].browse(ids)

    def elsewhere(self, timesheets, move):
        """Those of these that other invoices have."""
        return timesheets.filtered(lambda one: self.moves[one.id] - set(move.ids))

    def took(self, timesheets, move):
        """This invoice has them now."""
        for timesheet in timesheets:
            self.moves[timesheet.id].add(move.id)


class AccountMoveLine(models.Model):
    """The timesheets of a service, and the interventions that are made of them.

    Timesheets are read as superuser: whoever invoices need not see who recorded them.
    """

    _inherit = "account.move.line"

    def _home_service_timesheets(self):
        """The timesheets of this service, by day: those that Odoo bills on this
        invoice; of a fixed price, those of its order line that no other invoice has.
        """
        self.ensure_one()
        # sudo(): see the class.
        timesheets = self.env["account.analytic.line"].sudo()
        sold = self.sudo().sale_line_ids
        if not sold or not self._home_service_nature()[0]:
            return timesheets
        read = self._home_service_found() or self._home_service_read_timesheets()
        found = read.of(sold).filtered(
            lambda one: one.timesheet_invoice_id.id in self.move_id.ids
        )
        if fixed := sold._home_service_fixed():
            last = self.move_id.invoice_date or fields.Date.context_today(self)
            others = read.of(fixed).filtered(lambda one: one.date <= last)
            found |= self._home_service_of_fixed_price(others, fixed, read)
        return found.sorted(lambda one: (one.date, one.id))

    def _home_service_read_timesheets(self):
        """What all these lines may need, in one query."""
        # sudo(): see the class.
        sold = self.sudo().sale_line_ids
        fixed = sold._home_service_fixed()
        timesheets = self.env["account.analytic.line"].sudo()
        if sold:
            timesheets = timesheets.search(
                [
                    *WORKED,
                    ("so_line", "in", sold.ids),
                    "|",
                    ("timesheet_invoice_id", "in", self.move_id.ids),
                    ("so_line", "in", fixed.ids),
                ]
            )
        of_fixed = timesheets.filtered(lambda one: one.so_line in fixed)
        return Found(timesheets, self._home_service_rows_that_hold(of_fixed))

    def _home_service_found(self):
        """What was read for many lines at once, where it was."""
        read = self.env.context.get("home_service_timesheets")
        return read if isinstance(read, Found) else None

    def _home_service_of_fixed_price(self, timesheets, sold, read):
        """Of the timesheets of these order lines, those that are of this invoice: no
        other one has them, and they lie within the days that it declares. The last
        invoice of an order line has all that are left: other days contradict it.
        """
        timesheets -= read.elsewhere(timesheets, self.move_id)
        first, last = self._home_service_declared_days()
        if not first or all(line.qty_invoiced >= line.product_uom_qty for line in sold):
            return timesheets
        return timesheets.filtered(lambda one: first <= one.date <= (last or first))

    def _home_service_declared_days(self):
        """The days of the service where somebody typed them, else nothing: those of
        interventions follow from the timesheets.
        """
        if self.home_service_intervention_ids.filtered("from_timesheet"):
            return False, False
        return self._home_service_days()

    def _home_service_rows_that_hold(self, timesheets):
        """The interventions that invoices make of them, but of what was undone."""
        # sudo(): see the class; other invoices may be some that the user does not see.
        rows = self.env["home.service.intervention"].sudo()
        if not timesheets:
            return rows
        return rows.search(
            [
                ("timesheet_id", "in", timesheets.ids),
                ("move_id.move_type", "=", "out_invoice"),
                ("move_id.state", "!=", "cancel"),
                ("move_id.payment_state", "!=", "reversed"),
            ]
        )

    # -- taking them ---------------------------------------------------------------

    def _home_service_take_timesheets(self):
        """Make interventions of the timesheets that have none yet. A line whose
        interventions were typed by hand is left as it is.

        :raises ValidationError: one of them cannot be, see the checks of interventions
        """
        for line in self:
            rows = line.home_service_intervention_ids
            if not rows - rows.filtered("from_timesheet"):
                # sudo(): see the class.
                line._home_service_add(
                    line._home_service_timesheets() - rows.sudo().timesheet_id
                )

    def _home_service_try_timesheets(self):
        """The same where an invoice is only being made: what cannot be is said on it,
        and stops neither this invoice nor the others.
        """
        for line in self:
            with suppress(ValidationError), self.env.cr.savepoint():
                line._home_service_take_timesheets()

    def _home_service_take_again(self):
        """Interventions as the timesheets are now; what was typed by hand stays."""
        for line in self:
            timesheets = line._home_service_timesheets()
            # sudo(): see the class.
            rows = line.sudo().home_service_intervention_ids
            gone = rows.filtered(
                lambda row, has=timesheets: (
                    row.from_timesheet and row.timesheet_id not in has
                )
            )
            gone.unlink()
            rows -= gone
            for row in rows.filtered("timesheet_id"):
                if row._timesheet_difference():
                    row.write(line._home_service_row_values(row.timesheet_id, row))
            line._home_service_add(timesheets - rows.timesheet_id)

    def _home_service_add(self, timesheets):
        self.ensure_one()
        # sudo(): who invoices an order may not be somebody who writes invoices.
        self.env["home.service.intervention"].sudo().create(
            [self._home_service_row_values(timesheet) for timesheet in timesheets]
        )
        if read := self._home_service_found():
            read.took(timesheets, self.move_id)

    def _home_service_row_values(self, timesheet, row=None):
        """Values of the intervention; hours of the day that were typed stay where they
        are as long as the duration.
        """
        values = timesheet._home_service_values(self)
        person = self.env["home.service.person"]._of_employee(
            timesheet.employee_id, self.company_id
        )
        values |= {
            "line_id": self.id,
            "timesheet_id": timesheet.id,
            "from_timesheet": True,
            "person_id": person.id,
        }
        if row and abs(row.duration - values["duration"]) > 0.001:
            values |= {"start": 0.0, "end": 0.0}
        return values

    # -- what they say -------------------------------------------------------------

    def _home_service_known_dates(self):
        """Extends the trade: timesheets know their days, which nobody needs to hold
        against interventions that are made of them.
        """
        known = super()._home_service_known_dates()
        if self.home_service_intervention_ids.filtered("from_timesheet"):
            return known
        by_employee = self._home_service_timesheets().grouped("employee_id")
        for employee, timesheets in by_employee.items():
            days = timesheets.mapped("date")
            who = self.env._("the timesheet of %(employee)s", employee=employee.name)
            known.append(KnownDates(who, min(days), max(days)))
        return known

    def _home_service_date_faults(self):
        """Extends the trade: an intervention is of the day of its timesheet."""
        faults = super()._home_service_date_faults()
        # sudo(): see the class.
        for row in self.sudo().home_service_intervention_ids.filtered("timesheet_id"):
            timesheet = row.timesheet_id
            if row.date and row.date != timesheet.date:
                faults.append(
                    self.env._(
                        "“%(line)s”: an intervention is said to be %(said)s, but the "
                        "timesheet of %(employee)s says %(known)s. Correct the one "
                        "that is wrong, then post the invoice again.",
                        line=self.name or self.product_id.display_name,
                        said=self._home_service_days_text(row.date, row.date),
                        employee=timesheet.employee_id.name or "",
                        known=self._home_service_days_text(
                            timesheet.date, timesheet.date
                        ),
                    )
                )
        return faults

    def _home_service_timesheet_differences(self):
        """What timesheets say now and the interventions do not, as sentences."""
        self.ensure_one()
        # sudo(): see the class.
        rows = self.sudo().home_service_intervention_ids
        found = [row._timesheet_difference() for row in rows]
        missing = self._home_service_timesheets() - rows.timesheet_id
        found += [
            self.env._(
                "A timesheet is not among the interventions: %(timesheet)s.",
                timesheet=timesheet._home_service_text(),
            )
            for timesheet in missing
        ]
        return list(filter(None, found))


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _home_service_fixed(self):
        """Those whose price is not that of the hours of their timesheets."""
        return self.filtered(lambda line: line.qty_delivered_method != "timesheet")
