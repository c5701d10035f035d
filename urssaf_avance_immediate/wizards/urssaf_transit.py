# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screen *Transfers expected and waiting*: what is open on the transit account at a
day, and how the period came to its balance.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..lib.rules import paris_today


class UrssafTransit(models.TransientModel):
    _name = "urssaf.transit"
    _description = "Urssaf: transfers expected and waiting"
    _inherit = ["urssaf.wizard", "urssaf.transit.figures", "urssaf.guarded"]

    company_id = fields.Many2one(default=lambda self: self.env.company)
    date = fields.Date(
        string="Situation on", default=lambda _self: paris_today(), required=True
    )
    date_from = fields.Date(
        string="Movements since",
        compute="_compute_date_from",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=False,
    )
    shown_from = fields.Date(readonly=True)
    shown_to = fields.Date(readonly=True)
    missing = fields.Char(
        compute="_compute_missing", help="What is to be set up before."
    )
    signable = fields.Boolean(
        compute="_compute_signable", help="The last day of a month that is over."
    )
    note = fields.Text(
        string="Remark", help="Kept on the statement, when the month is signed."
    )
    late_days = fields.Integer(compute="_compute_missing")
    line_ids = fields.One2many("urssaf.transit.line", "parent_id", readonly=True)

    @api.depends("date")
    def _compute_date_from(self):
        for screen in self:
            screen.date_from = screen.date and screen.date + relativedelta(day=1)

    @api.depends("company_id")
    def _compute_missing(self):
        for screen in self:
            screen.missing = screen.company_id._urssaf_transit_missing()
            days = screen.company_id._urssaf_own("urssaf_transit_days")
            screen.late_days = days

    @api.depends("shown_to")
    def _compute_signable(self):
        for screen in self:
            day = screen.shown_to
            screen.signable = (
                bool(day and screen.account_id)
                and day == day + relativedelta(day=31)
                and day < paris_today()
            )

    @api.depends("shown_to")
    def _compute_display_name(self):
        for screen in self:
            screen.display_name = self.env._("Transfers expected and waiting")

    # -- buttons -----------------------------------------------------------------

    @api.model
    def action_open_screen(self):
        """What the menu opens: the situation of today."""
        return self.create({}).action_show()

    def action_show(self):
        """Read the books again, for the dates that are on the screen."""
        self.ensure_one()
        self._show()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transfers expected and waiting"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_today(self):
        self.ensure_one()
        self.date = paris_today()
        return self.action_show()

    def action_last_month(self):
        """The end of the last month that is over: what is to be signed."""
        self.ensure_one()
        self.date = paris_today() + relativedelta(day=1, days=-1)
        return self.action_show()

    def action_set_up(self):
        """See ``res.company.action_urssaf_set_up_transfers``."""
        self.ensure_one()
        self.company_id.action_urssaf_set_up_transfers()
        return self.action_show()

    def action_list(self):
        """The lines as a list: to filter, to group, to export as a spreadsheet."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Transfers expected and waiting on %s",
                format_date(self.env, self.shown_to),
            ),
            "res_model": "urssaf.transit.line",
            "view_mode": "list",
            "domain": [("parent_id", "=", self.id)],
            "context": {"search_default_group_kind": 1},
        }

    def action_sign(self):
        """Sign the month, and open what was signed."""
        self.ensure_one()
        statements = self.env["urssaf.transfer.statement"]
        statement = statements._sign(self.company_id, self.shown_to, self.note)
        return statement.get_formview_action()

    def _show(self):
        transit = self.company_id._urssaf_transit()
        # What was shown is not kept; its lines may be many.
        self.env.cr.execute(
            SQL("DELETE FROM urssaf_transit_line WHERE parent_id = %s", self.id)
        )
        self.invalidate_recordset(["line_ids", "missing", "late_days"])
        start = min(self.date_from or self.date, self.date)
        values = {"shown_from": start, "shown_to": self.date}
        if transit.account:
            values.update(self._figures(transit, start, self.date))
        # sudo: figures that the code alone writes.
        self.sudo().write(values)
        if transit.account:
            self.line_ids._fill(self, transit, self.date)


class UrssafTransitLine(models.TransientModel):
    _name = "urssaf.transit.line"
    _description = "Urssaf: open on the transit account, as shown"
    _inherit = ["urssaf.wizard", "urssaf.transit.item", "urssaf.guarded"]

    parent_id = fields.Many2one(
        "urssaf.transit", readonly=True, index=True, ondelete="cascade"
    )
