# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screen to type NOVA from: first what NOVA would lose, then the figures, three
months of a quarter or the year.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...rules.counters import is_year
from ...rules.nova import QUARTERS, after, months, table
from .nova import KINDS

PERIODS = [*((str(number), f"T{number}") for number in QUARTERS), ("year", "Year")]
GAPS = [
    ("nature", "Nature without activity"),
    ("code", "Activity without NOVA code"),
    ("hours", "Service without hours"),
    ("siret", "Establishment without SIRET"),
]
FIGURES = ("customers", "hours", "turnover")


class HomeServiceNovaTable(models.TransientModel):
    _name = "home.service.nova.table"
    _description = "NOVA: figures to type"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    year = fields.Integer(required=True, default=lambda self: self._last_quarter()[0])
    period = fields.Selection(
        PERIODS, required=True, default=lambda self: str(self._last_quarter()[1])
    )
    shown = fields.Char(readonly=True, help="The period of the figures on the screen.")
    month_1 = fields.Char(readonly=True)
    month_2 = fields.Char(readonly=True)
    month_3 = fields.Char(readonly=True)
    partial = fields.Boolean(
        compute="_compute_partial",
        help="There are establishments that this user has not chosen.",
    )
    gap_ids = fields.One2many("home.service.nova.gap", "table_id", readonly=True)
    line_ids = fields.One2many(
        "home.service.nova.table.line", "table_id", readonly=True
    )

    @api.constrains("year")
    def _check_year(self):
        if any(not is_year(screen.year) for screen in self):
            raise ValidationError(
                self.env._("Please type the year with four figures, like 2026.")
            )

    @api.model
    def _last_quarter(self):
        """Year and quarter that are over: what is typed in the weeks after it."""
        today = fields.Date.context_today(self)
        quarter = (today.month - 1) // 3
        return (today.year, quarter) if quarter else (today.year - 1, 4)

    def _establishments(self):
        """The companies of the same legal person among those that the user has chosen:
        branches are establishments.
        """
        self.ensure_one()
        root = self.company_id.sudo().root_id  # sudo(): a branch does not open it
        return self.env.companies.filtered(lambda company: company.root_id == root)

    @api.depends("company_id")
    def _compute_partial(self):
        for screen in self:
            # sudo(): only whether there are others.
            root = screen.company_id.sudo().root_id
            every = root.search_count([("id", "child_of", root.ids)])
            screen.partial = every > len(screen._establishments())

    @api.depends("shown")
    def _compute_display_name(self):
        for screen in self:
            screen.display_name = self.env._("NOVA")

    # -- buttons -----------------------------------------------------------------

    @api.model
    def action_open_screen(self):
        """What the menu opens: the quarter that is over."""
        return self.create({}).action_show()

    def action_show(self):
        """Read the invoices again, for the period that is on the screen."""
        self.ensure_one()
        self._show()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("NOVA"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_list(self):
        """The figures as a list: to print, to export as a spreadsheet."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("NOVA, %s", self.shown),
            "res_model": "home.service.nova.table.line",
            "view_mode": "list",
            "domain": [("table_id", "=", self.id)],
            "context": {"nova_months": self._labels()},
        }

    def action_analyse(self):
        """The same figures, to cut and draw at will."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_home_services.home_service_nova_action"
        )
        return {**action, "domain": self._domain(), "context": {}}

    # -- figures -----------------------------------------------------------------

    def _days(self):
        quarter = None if self.period == "year" else int(self.period)
        return months(self.year, quarter)

    def _labels(self):
        return [
            format_date(self.env, day, date_format="LLLL yyyy") for day in self._days()
        ]

    def _domain(self):
        days = self._days()
        return [
            ("company_id", "in", self._establishments().ids),
            ("month", ">=", fields.Date.to_string(days[0])),
            ("month", "<", fields.Date.to_string(after(days))),
        ]

    def _show(self):
        labels = self._labels()
        quarter = labels if self.period != "year" else [""] * 3
        gaps = self._gaps()
        # sudo(): lines that the code alone writes, of what this user may read.
        self.sudo().write(
            {
                "shown": " – ".join(dict.fromkeys([labels[0], labels[-1]])),
                **{f"month_{n}": label for n, label in enumerate(quarter[:3], 1)},
                "gap_ids": [Command.clear(), *map(Command.create, gaps)],
                "line_ids": [
                    Command.clear(),
                    *map(Command.create, self._line_values()),
                ],
            }
        )

    def _line_values(self):
        """One row per establishment, kind, mode and code: without a code first."""
        keys = ["company_id", "kind", "mode", "activity_id"]
        wanted = ["customer_id:count_distinct", "hours:sum", "turnover:sum"]
        wanted.append("other_turnover:sum")
        nova, domain = self.env["home.service.nova"], self._domain()
        monthly = nova._read_group(domain, [*keys, "month:month"], wanted)
        whole = nova._read_group(domain, keys, wanted)
        cells = table(
            ((row[:4], row[4], row[5], row[6], row[7] + row[8]) for row in monthly),
            self._days(),
        )
        return [
            {
                "company_id": company.id,
                "kind": kind,
                "mode": mode,
                "activity_id": activity.id,
                "customers": customers,
                "hours": round(hours, 2),
                "turnover": company.currency_id.round(turnover + other),
                **self._month_values(cells[company, kind, mode, activity]),
            }
            for company, kind, mode, activity, customers, hours, turnover, other in (
                sorted(whole, key=self._place)
            )
        ]

    @api.model
    def _place(self, row):
        """Where a group of figures stands: in each establishment what has no code
        first, then by activity, other turnover last.
        """
        company, kind, mode, activity = row[:4]
        return (
            company.id,
            kind == "other",
            bool(activity.nova_code),
            kind == "service",
            activity.sequence,
            mode or "",
        )

    def _month_values(self, cells):
        """The three columns of each month of a quarter."""
        if self.period == "year":
            return {}
        return {
            f"{name}_{number}": value
            for number, cell in enumerate(cells, 1)
            for name, value in zip(FIGURES, cell, strict=True)
        }

    # -- what NOVA would lose ----------------------------------------------------

    def _gaps(self):
        nova = self.env["home.service.nova"]
        domain = [*self._domain(), ("kind", "!=", "other")]
        groups = nova._read_group(
            domain, ["nature_id", "activity_id"], ["turnover:sum", "__count"]
        )
        gaps = []
        for nature, activity, turnover, _count in groups:
            if not activity:
                gaps.append(self._gap("nature", nature, turnover))
        without = {}
        for _nature, activity, turnover, _count in groups:
            if activity and not activity.nova_code:
                without[activity] = without.get(activity, 0.0) + turnover
        gaps += [
            self._gap("code", activity, without[activity])
            for activity in sorted(without, key=lambda each: each.sequence)
        ]
        natures = self.env["home.service.nature"]
        gaps += [
            self._gap("hours", natures.browse(nature), turnover)
            for nature, turnover, _lines in self._silent_lines()
        ]
        gaps += [
            self._gap("siret", company, 0.0)
            for company in self._establishments()
            if not company.company_registry
        ]
        return gaps

    def _silent_lines(self):
        nova = self.env["home.service.nova"]
        return nova._silent_lines(self._establishments(), self._days())

    @api.model
    def _gap(self, kind, record, turnover):
        return {
            "kind": kind,
            "res_model": record._name,
            "res_id": record.id,
            "name": record.display_name,
            "turnover": turnover,
        }


class HomeServiceNovaTableLine(models.TransientModel):
    _name = "home.service.nova.table.line"
    _description = "NOVA: figures of an establishment, mode and code"

    table_id = fields.Many2one(
        "home.service.nova.table", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", string="Establishment", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    siret = fields.Char(related="company_id.company_registry", string="SIRET")
    kind = fields.Selection(KINDS, readonly=True)
    mode = fields.Selection(
        selection=lambda self: self.env["home.service.nova"]._modes(), readonly=True
    )
    activity_id = fields.Many2one("home.service.activity", readonly=True)
    nova_code = fields.Char(related="activity_id.nova_code")
    customers_1 = fields.Integer(string="Customers, month 1", readonly=True)
    hours_1 = fields.Float(string="Hours, month 1", digits=(16, 2), readonly=True)
    turnover_1 = fields.Monetary(string="Turnover, month 1", readonly=True)
    customers_2 = fields.Integer(string="Customers, month 2", readonly=True)
    hours_2 = fields.Float(string="Hours, month 2", digits=(16, 2), readonly=True)
    turnover_2 = fields.Monetary(string="Turnover, month 2", readonly=True)
    customers_3 = fields.Integer(string="Customers, month 3", readonly=True)
    hours_3 = fields.Float(string="Hours, month 3", digits=(16, 2), readonly=True)
    turnover_3 = fields.Monetary(string="Turnover, month 3", readonly=True)
    customers = fields.Integer(
        readonly=True,
        aggregator=False,
        help="Of the whole period: who came in two months is one customer.",
    )
    hours = fields.Float(string="Hours invoiced", digits=(16, 2), readonly=True)
    turnover = fields.Monetary(string="Turnover (excl. VAT)", readonly=True)

    def action_open(self):
        """The customers and months that this row is made of."""
        self.ensure_one()
        action = self.table_id.action_analyse()
        action["domain"] = [
            *action["domain"],
            ("company_id", "=", self.company_id.id),
            ("kind", "=", self.kind),
            ("mode", "=", self.mode),
            ("activity_id", "=", self.activity_id.id),
        ]
        action["views"] = [(False, "list"), (False, "pivot")]
        return action


class HomeServiceNovaGap(models.TransientModel):
    _name = "home.service.nova.gap"
    _description = "NOVA: what would be lost"

    table_id = fields.Many2one(
        "home.service.nova.table", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="table_id.company_id.currency_id")
    kind = fields.Selection(GAPS, readonly=True, string="What is missing")
    name = fields.Char(string="Where", readonly=True)
    turnover = fields.Monetary(string="Turnover (excl. VAT)", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    def action_open(self):
        """Where it is mended: the activity, the nature, the invoices, the company."""
        self.ensure_one()
        if self.kind == "hours":
            return self._open_lines()
        if self.kind == "nature":
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "l10n_fr_home_services.home_service_nature_action"
            )
            return {**action, "domain": [("id", "=", self.res_id)]}
        # One of the four models above, and its own right to be read is asked.
        record = self.env[self.res_model].browse(self.res_id)
        return record.get_formview_action()

    def _open_lines(self):
        screen = self.table_id
        lines = [
            line
            for nature, _turnover, lines in screen._silent_lines()
            for line in lines
            if nature == self.res_id
        ]
        return self.env["home.service.nova"]._lines_action(
            [("id", "in", lines)],
            screen._days(),
            name=self.env._("Without hours: %s", self.name),
        )
