# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The board: what waits for the office this morning, over the companies that are
ticked. Nothing of it is stored: each look counts again.
"""

from odoo import api, fields, models
from odoo.tools import formatLang

from ..models.board import figures, reminding
from ..models.exchange.screen import check_user, notice

#: Customers who are named on the board; the button opens all.
NAMED = 8


class UrssafBoard(models.TransientModel):
    _name = "urssaf.board"
    _description = "Urssaf: board"
    _inherit = ["urssaf.wizard"]

    currency_id = fields.Many2one("res.currency", compute="_compute_figures")
    to_send_count = fields.Integer(compute="_compute_figures")
    to_send_amount = fields.Monetary(compute="_compute_figures")
    blocked_count = fields.Integer(
        compute="_compute_blocked", help="Of those to send: they cannot leave yet."
    )
    blocked_amount = fields.Monetary(compute="_compute_blocked")
    mend_count = fields.Integer(compute="_compute_figures")
    mend_amount = fields.Monetary(compute="_compute_figures")
    rejected_count = fields.Integer(compute="_compute_figures")
    rejected_amount = fields.Monetary(compute="_compute_figures")
    refused_count = fields.Integer(compute="_compute_figures")
    refused_amount = fields.Monetary(compute="_compute_figures")
    unpaid_count = fields.Integer(compute="_compute_figures")
    unpaid_amount = fields.Monetary(compute="_compute_figures")
    incomplete_count = fields.Integer(compute="_compute_figures")
    unenrolled_count = fields.Integer(compute="_compute_figures")
    alerts_count = fields.Integer(compute="_compute_figures")
    waiting_count = fields.Integer(compute="_compute_figures")
    waiting_ids = fields.Many2many("urssaf.enrolment", compute="_compute_waiting_ids")
    money_count = fields.Integer(compute="_compute_figures")
    money_amount = fields.Monetary(compute="_compute_figures")
    late_count = fields.Integer(compute="_compute_figures")
    late_amount = fields.Monetary(compute="_compute_figures")
    today_count = fields.Integer(compute="_compute_figures")
    today_amount = fields.Monetary(compute="_compute_figures")
    week_count = fields.Integer(compute="_compute_figures")
    week_amount = fields.Monetary(compute="_compute_figures")
    next_count = fields.Integer(compute="_compute_figures")
    next_amount = fields.Monetary(compute="_compute_figures")
    later_count = fields.Integer(compute="_compute_figures")
    later_amount = fields.Monetary(compute="_compute_figures")
    quiet = fields.Boolean(
        compute="_compute_figures", help="Nothing is left to be done."
    )
    companies = fields.Html(compute="_compute_figures", sanitize=False)
    opens_first = fields.Boolean(
        compute="_compute_opens_first", help="Odoo opens on the board for this user."
    )
    opens_elsewhere = fields.Boolean(
        compute="_compute_opens_first",
        help="Somebody chose another first screen for this user: it stays.",
    )

    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_figures(self):
        """The sums, and the same by company where several are ticked."""
        by_company = figures.read(self.env)
        total = figures.add_up(by_company.values())
        for board in self:
            board.currency_id = self.env.ref("base.EUR")
            for key, (count, amount) in total.items():
                board[f"{key}_count"] = count
                if f"{key}_amount" in self._fields:
                    board[f"{key}_amount"] = amount
            board.quiet = not any(
                total[key][0] for key in ("to_send", "mend", "waiting")
            )
            board.companies = len(by_company) > 1 and board._by_company(by_company)

    def _by_company(self, by_company):
        """A table, one row for each company."""
        rows = [
            {"company": company, "total": figures.add_up([found])}
            for company, found in by_company.items()
        ]
        return self.env["ir.qweb"]._render(
            "urssaf_avance_immediate.urssaf_board_companies",
            {
                "rows": rows,
                "labels": {
                    "to_send": self.env._("To send"),
                    "mend": self.env._("To mend"),
                    "waiting": self.env._("Waiting"),
                    "money": self.env._("Money"),
                    "late": self.env._("Late"),
                },
                "money": lambda amount: formatLang(
                    self.env, amount, currency_obj=self.currency_id
                ),
            },
        )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_blocked(self):
        self.blocked_count, self.blocked_amount = figures.blocked(self.env)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_waiting_ids(self):
        model, domain = figures.domains(self.env)["waiting"]
        # Who waits longest is named first.
        waiting = self.env[model].search(domain, order="registered_at, id", limit=NAMED)
        self.waiting_ids = waiting

    @api.depends_context("uid")
    def _compute_opens_first(self):
        first = self.env.user.action_id.id
        self.opens_first = first == self._action_id()
        self.opens_elsewhere = bool(first) and not self.opens_first

    @api.depends_context("lang")
    def _compute_display_name(self):
        for board in self:
            board.display_name = self.env._("Board")

    # -- buttons -----------------------------------------------------------------

    @api.model
    def action_open_board(self):
        """What the menu opens."""
        return {
            # By it the web client finds the menu, for who lands here at the login.
            "id": self._action_id(),
            "type": "ir.actions.act_window",
            "name": self.env._("Board"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "view_mode": "form",
            "target": "main",
        }

    @api.model
    def _action_id(self):
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "urssaf_avance_immediate.urssaf_board_action"
        )

    def action_open_first(self):
        """From now on Odoo opens on the board for this user, or no more: it has a field
        for it and shows it nowhere.
        """
        opens = not self.opens_first
        if self.opens_elsewhere:
            return False  # the button is hidden then
        # His own preference, which Odoo lets everybody write.
        self.env.user.action_id = self._action_id() if opens else False
        return notice(
            self.env._("From your next login, Odoo opens on this board.")
            if opens
            else self.env._("From your next login, Odoo opens on its usual screen.")
        )

    def action_send(self):
        """Show what can leave, to send it."""
        check_user(self.env)
        model, domain = figures.domains(self.env)["to_send"]
        return self.env[model].search(domain)._urssaf_open_send_wizard()

    def action_to_send(self):
        """The list that sends all of them at once."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "urssaf_avance_immediate.account_move_action_urssaf_to_send"
        )
        return action | {"domain": [("urssaf_awaits_sending", "=", True)]}

    def action_rejected(self):
        return self._open("rejected", self.env._("Rejected by Urssaf"))

    def action_refused(self):
        return self._open("refused", self.env._("Refused by the customer"))

    def action_unpaid(self):
        return self._open("unpaid", self.env._("Debit refused by the bank"))

    def action_incomplete(self):
        return self._open("incomplete", self.env._("Customers to complete"))

    def action_unenrolled(self):
        return self._open("unenrolled", self.env._("Customers refused by Urssaf"))

    def action_waiting(self):
        return self._open("waiting", self.env._("Customers not active yet"))

    def action_late(self):
        return self._open("late", self.env._("Late transfers"))

    def action_today(self):
        return self._open("today", self.env._("Transfers expected today"))

    def action_week(self):
        return self._open("week", self.env._("Transfers later this week"))

    def action_next(self):
        return self._open("next", self.env._("Transfers next week"))

    def action_later(self):
        return self._open("later", self.env._("Transfers after next week"))

    def action_money(self):
        """All that is still to come, by week."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "urssaf_avance_immediate.urssaf_payment_request_action_transfer"
        )

    def action_alerts(self):
        """What people were told of; a click on a line opens what it is about."""
        found = figures.alerts(self.env)
        lines = self.env.ref("mail.mail_activity_view_tree_open_target")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What waits for somebody"),
            "res_model": "mail.activity",
            "view_mode": "list",
            "views": [[lines.id, "list"]],
            "domain": [("id", "in", [one for ids in found.values() for one in ids])],
        }

    def action_remind_all(self):
        """Remind everybody who has not activated the account, at most once a day."""
        check_user(self.env)
        model, domain = figures.domains(self.env)["waiting"]
        said = reminding.remind(self.env[model].search(domain))
        return notice(said, kind="success")

    def _open(self, key, name):
        """What one number counts, as a list; a single record as it is."""
        model, domain = figures.domains(self.env)[key]
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "views": [[False, "list"], [False, "form"]],
            "domain": list(domain),
        }
        found = self.env[model].search(domain, limit=2)
        if len(found) == 1:
            action |= {
                "view_mode": "form",
                "views": [[False, "form"]],
                "res_id": found.id,
            }
        return action
