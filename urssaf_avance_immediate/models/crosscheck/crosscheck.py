# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf has of a period, held against what Odoo has of it."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...lib.rules import paris_today
from ..exchange import turns, work
from ..exchange.ir_cron import CRON_CROSSCHECK, wake
from ..exchange.screen import check_user

# While the user waits; the scheduled action does the rest.
CALLS_AT_ONCE = 15
SECONDS_AT_ONCE = 20
# For one comparison in one run of the scheduled action, so that a long one leaves time
# to the others: it comes back at once.
CALLS_PER_RUN = 200
# Months that the monthly check looks back: banks send debits back for eight weeks.
MONTHS_BACK = 2


class UrssafCrosscheck(models.Model):
    """A period is searched at Urssaf (method 070 by invoice dates) and compared.

    Urssaf answers ten demandes at most, and has no second page: a period that holds
    more is cut in two. A single day that holds more cannot be listed: the numbers
    that Odoo knows, and those that follow them, are then asked ten by ten, and the day
    is named in the report, for Urssaf may have others.

    Nothing is changed by the check itself. It goes on where it stopped, in the
    scheduled action: each search is one step, committed with what is left to search.
    People choose company and dates; what was found is written by the code alone.
    """

    _name = "urssaf.crosscheck"
    _description = "Urssaf Cross-Check"
    _inherit = [
        "urssaf.guarded",
        "urssaf.alerted",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    environment = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["urssaf_environment"]
        ._description_selection(self.env),
        readonly=True,
        copy=False,
    )
    date_from = fields.Date(
        string="Invoices from",
        required=True,
        default=lambda self: fields.Date.context_today(self)
        + relativedelta(day=1, months=-1),
    )
    date_to = fields.Date(
        string="Invoices to",
        required=True,
        default=fields.Date.context_today,
    )
    state = fields.Selection(
        [("draft", "To start"), ("running", "Under way"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    automatic = fields.Boolean(readonly=True, copy=False)
    pending = fields.Json(readonly=True, copy=False)
    crowded_days = fields.Json(readonly=True, copy=False)
    incomplete = fields.Text(string="Not seen", compute="_compute_incomplete")
    unreadable_count = fields.Integer(readonly=True, copy=False)
    call_count = fields.Integer(string="Calls", readonly=True, copy=False)
    refused_count = fields.Integer(readonly=True, copy=False)
    finished_at = fields.Datetime(string="Finished on", readonly=True, copy=False)
    last_error_message = fields.Text(string="Last error", readonly=True, copy=False)
    line_ids = fields.One2many(
        "urssaf.crosscheck.line", "crosscheck_id", readonly=True, copy=False
    )
    matched_count = fields.Integer(string="In agreement", compute="_compute_counts")
    differs_count = fields.Integer(string="In disagreement", compute="_compute_counts")
    remote_count = fields.Integer(string="Only at Urssaf", compute="_compute_counts")
    local_count = fields.Integer(string="Only in Odoo", compute="_compute_counts")
    open_count = fields.Integer(
        string="To look at",
        compute="_compute_counts",
        help="Neither solved nor ignored.",
    )
    adoptable_count = fields.Integer(compute="_compute_counts")
    rebuildable_count = fields.Integer(compute="_compute_rebuild_counts")
    rebuilt_count = fields.Integer(compute="_compute_rebuild_counts")

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for check in self:
            if check.date_to < check.date_from:
                raise ValidationError(
                    self.env._("The period ends before it begins: change one date.")
                )

    def write(self, vals):
        """Extends: what was compared stays what it says.

        :raises UserError: another company or other dates for what is under way or done
        """
        if not self.env.su:
            begun = self.filtered(lambda c: c.state != "draft")
            if "company_id" in vals and begun:
                raise UserError(
                    self.env._("Make a new comparison for another company.")
                )
            if {"date_from", "date_to"} & vals.keys() and any(
                check.state == "running" for check in begun
            ):
                raise UserError(
                    self.env._(
                        "Wait for the end of the comparison to change its dates."
                    )
                )
        result = super().write(vals)
        if "company_id" in vals:
            # Nobody hands a comparison over to a company that is not his.
            self.check_access("write")
        return result

    # -- computes --------------------------------------------------------------

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._(
                "Cross-check from %(start)s to %(end)s",
                start=format_date(self.env, check.date_from),
                end=format_date(self.env, check.date_to),
            )

    @api.depends("line_ids.kind", "line_ids.outcome", "line_ids.move_id")
    def _compute_counts(self):
        for check in self:
            lines = check.line_ids
            # What was adopted, or updated, is the same on both sides since.
            same = lines.filtered(
                lambda x: x.kind == "matched" or x.outcome in ("adopted", "updated")
            )
            kinds = (lines - same).grouped("kind")
            check.matched_count = len(same)
            check.differs_count = len(kinds.get("differs", ()))
            check.remote_count = len(kinds.get("remote", ()))
            check.local_count = len(kinds.get("local", ()))
            check.open_count = len(lines.filtered("to_look_at"))
            check.adoptable_count = len(lines.filtered("adoptable"))

    @api.depends("line_ids.rebuildable", "line_ids.to_confirm")
    def _compute_rebuild_counts(self):
        for check in self:
            check.rebuildable_count = len(check.line_ids.filtered("rebuildable"))
            check.rebuilt_count = len(check.line_ids.filtered("to_confirm"))

    @api.depends("crowded_days", "unreadable_count")
    def _compute_incomplete(self):
        for check in self:
            notes = []
            if check.crowded_days:
                days = (
                    format_date(self.env, fields.Date.to_date(day))
                    for day in check.crowded_days
                )
                notes.append(
                    self.env._(
                        "Urssaf does not list more than ten demandes a day. Of these "
                        "days only the numbers that Odoo knows, and those that follow "
                        "the last one, were compared: %s.",
                        ", ".join(days),
                    )
                )
            if check.unreadable_count:
                notes.append(
                    self.env._(
                        "%s answers of Urssaf could not be read.",
                        check.unreadable_count,
                    )
                )
            check.incomplete = "\n".join(notes)

    # -- buttons ---------------------------------------------------------------

    def action_start(self):
        """Compare; what takes long goes on in the background.

        :raises UserError: the company has no credentials, or Urssaf refuses them
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        # sudo(): the code alone writes what was found; the user was checked above.
        check = self.sudo()
        if check.state == "running":
            return False
        if not check.company_id.urssaf_configured:
            raise UserError(
                self.env._("The Urssaf settings of the company are incomplete.")
            )
        check._begin()
        check._run(CALLS_AT_ONCE, SECONDS_AT_ONCE)
        if check.state == "running":
            wake(self.env, CRON_CROSSCHECK)
        return False

    def action_view_lines(self):
        self.ensure_one()
        return self.line_ids._get_records_action(
            name=self.display_name,
            context={"search_default_to_look_at": 1, "search_default_group_kind": 1},
            view_mode="list",
        )

    def action_adopt_all(self):
        """Take over every demande that fits the invoice of the same number."""
        self.ensure_one()
        return self.line_ids.filtered("adoptable").action_adopt()

    def action_rebuild_all(self):
        """Make again, as drafts, the invoices that Urssaf has and Odoo has lost."""
        self.ensure_one()
        return self.line_ids.filtered("rebuildable")._rebuild_each()

    def action_confirm_rebuilt(self):
        """Confirm the drafts that agree with Urssaf, and take their demandes over."""
        self.ensure_one()
        return self.line_ids.filtered("to_confirm")._confirm_and_adopt()

    # -- who is told ---------------------------------------------------------

    def _tell(self):
        note = self.env._(
            "Odoo and Urssaf do not agree. Different: %(differs)s; only at Urssaf: "
            "%(remote)s; only in Odoo: %(local)s.",
            differs=self.differs_count,
            remote=self.remote_count,
            local=self.local_count,
        )
        self.env["urssaf.alert"]._tell(self.company_id, {self: note})

    def _told_done(self):
        """Nothing is left to look at."""
        settled = self.filtered(lambda c: not c.open_count)
        self.env["urssaf.alert"]._settled(settled)

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _cron_run(self):
        """Go on with what is under way, each comparison apart from the others."""
        # sudo(): of every company.
        running = self.sudo().search([("state", "=", "running")], order="id")
        for company in running.company_id:
            company._urssaf_run_apart("crosscheck")

    @api.model
    def _go_on_with(self, company):
        """Go on with what is under way of one company."""
        # sudo(): what was found is written by the code alone.
        running = self.sudo().search(
            [("state", "=", "running"), ("company_id", "=", company.id)], order="id"
        )
        work.take_each(
            running,
            lambda check: check._go_on(),
            put_off=lambda check, error: check._give_up(
                check.env._("Something happened that was not foreseen.")
            ),
        )
        left = running.exists().filtered(lambda check: check.state == "running")
        if any(not check._connection()._paused() for check in left):
            wake(self.env, CRON_CROSSCHECK)

    def _go_on(self):
        """One comparison, in the scheduled action."""
        check = self.with_env(work.in_office(self.company_id).env)
        if check.environment != check._holder().urssaf_environment:
            # The company has left: what was searched means nothing any more.
            check.state = "draft"
        else:
            check._run(CALLS_PER_RUN)

    def _give_up(self, reason):
        """It would stop at the same place again: a person looks at it."""
        note = self.env._(
            "The comparison stopped. %(reason)s\nWhat was compared until then is kept. "
            "Press “Compare again”; if it stops again, show Odoo’s log to whoever "
            "maintains your Odoo.",
            reason=reason,
        )
        self.write({"state": "done", "last_error_message": note})
        self.env["urssaf.alert"]._tell(self.company_id, {self: note})

    @api.model
    def _cron_monthly(self):
        """Compare the last months of each company, apart from the others."""
        turns.each_company(self.env, "crosscheck monthly")

    @api.model
    def _begin_monthly(self, company):
        today = paris_today()
        # sudo(): nobody has asked for it.
        check = self.sudo().create(
            {
                "company_id": company.id,
                "date_from": today + relativedelta(day=1, months=-MONTHS_BACK),
                "date_to": today,
                "automatic": True,
            }
        )
        check._begin()
        wake(self.env, CRON_CROSSCHECK)
