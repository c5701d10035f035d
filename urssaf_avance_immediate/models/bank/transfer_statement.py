# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What somebody has checked and signed of the transit account: one statement a month,
kept for the year-end file.

It is made by the signature and never changes. A month whose entries change afterwards
shows the difference, and may be signed anew: the first statement stays.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...lib.rules import paris_today
from ..groups import MANAGER
from .transit import KINDS


class TransitFigures(models.AbstractModel):
    """What a period opens with, what moved, and what it closes with."""

    _name = "urssaf.transit.figures"
    _description = "Urssaf: figures of the transit account"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    account_id = fields.Many2one(
        "account.account",
        string="Transit account",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    date_from = fields.Date(string="From", required=True)
    date = fields.Date(string="Up to", required=True)
    opening = fields.Monetary(readonly=True)
    moved_to_receive = fields.Monetary(string="Transfers of Urssaf", readonly=True)
    moved_taken_back = fields.Monetary(string="Taken back by Urssaf", readonly=True)
    moved_received = fields.Monetary(string="Received by the bank", readonly=True)
    moved_debited = fields.Monetary(string="Debited by the bank", readonly=True)
    moved_other = fields.Monetary(string="Other entries", readonly=True)
    closing = fields.Monetary(
        readonly=True, help="The opening and what moved; the balance of the account."
    )
    listed = fields.Monetary(
        string="Open, in the books",
        readonly=True,
        help="The sum of the lines that are in the books.",
    )
    announced = fields.Monetary(
        string="Not in the books yet",
        readonly=True,
        help="Announced by Urssaf and not registered that day: no part of the balance.",
    )
    gap = fields.Monetary(
        string="Difference",
        compute="_compute_gap",
        help="Between the balance of the account and the sum of its open lines: it has "
        "to be zero.",
    )

    @api.depends("closing", "listed")
    def _compute_gap(self):
        for record in self:
            gap = record.closing - record.listed
            record.gap = record.currency_id.round(gap)

    @api.model
    def _figures(self, transit, start, day):
        """The figures of this period, both days included.

        :param transit: see ``res.company._urssaf_transit``
        """
        self.env.flush_all()
        moved = transit.movements(start, day)
        sums = transit.sums(day)
        return {
            "account_id": transit.account.id,
            "opening": transit.balance(start - relativedelta(days=1)),
            **{f"moved_{kind}": moved.get(kind, 0.0) for kind, _label in KINDS},
            "closing": transit.balance(day),
            "listed": sums.get(True, 0.0),
            "announced": sums.get(False, 0.0),
        }


class TransferStatement(models.Model):
    _name = "urssaf.transfer.statement"
    _description = "Urssaf: signed statement of the transit account"
    _inherit = ["urssaf.transit.figures", "urssaf.guarded"]
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one(ondelete="restrict")
    date_from = fields.Date(readonly=True)
    date = fields.Date(readonly=True, index=True)
    line_ids = fields.One2many(
        "urssaf.transfer.statement.line",
        "parent_id",
        string="Open that day",
        readonly=True,
    )
    signed_by_id = fields.Many2one(
        "res.users",
        string="Signed by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    signed_on = fields.Datetime(required=True, readonly=True)
    note = fields.Text(string="Remark", readonly=True)
    replaces_id = fields.Many2one(
        "urssaf.transfer.statement",
        string="Signed anew after",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    replaced = fields.Boolean(
        compute="_compute_replaced", help="The month was signed anew."
    )
    closing_now = fields.Monetary(
        string="Balance of that day, as of now", compute="_compute_now"
    )
    change = fields.Monetary(
        string="Changed since the signature",
        compute="_compute_now",
        help="Entries of that month, or before, were added, changed or cancelled.",
    )

    # A month is signed once, and once more after each change.
    _month_unique = models.UniqueIndex(
        "(company_id, account_id, date, COALESCE(replaces_id, 0))",
        "This month has just been signed by somebody else.",
    )

    def _compute_replaced(self):
        # sudo(): whether there is one, whoever asks.
        after = self.sudo().search([("replaces_id", "in", self.ids)])
        for statement in self:
            statement.replaced = statement in after.replaces_id

    def _compute_now(self):
        for statement in self:
            # sudo(): all that the account shows, branches too, as it was signed.
            transit = statement.sudo().company_id._urssaf_transit_of(
                statement.account_id
            )
            now = transit.balance(statement.date)
            statement.closing_now = now
            change = now - statement.closing
            statement.change = statement.currency_id.round(change)

    @api.depends("date", "company_id")
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = self.env._(
                "Urssaf transfers up to %s", format_date(self.env, statement.date)
            )

    # -- sign --------------------------------------------------------------------

    @api.model
    def _sign(self, company, day, note=False):
        """Freeze what the transit account shows at the end of a month.

        :raises AccessError: the user is no manager of Urssaf’s matters
        :raises UserError: the month is not over, the account and its lines differ, or
            it is signed already and nothing has changed
        """
        self._check_may_sign()
        transit = company._urssaf_transit()
        before = self._to_replace(transit, day)
        start = day + relativedelta(day=1)
        figures = self._figures(transit, start, day)
        self._check_agrees(transit, figures)
        # sudo(): the rights were checked; the code alone writes what is signed.
        statement = self.sudo().create(
            {
                "company_id": transit.owner.id,
                "date_from": start,
                "date": day,
                "signed_by_id": self.env.uid,
                "signed_on": fields.Datetime.now(),
                "note": note,
                "replaces_id": before.id,
                **figures,
            }
        )
        statement.line_ids._fill(statement, transit, day)
        return statement.with_env(self.env)

    @api.model
    def _check_may_sign(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Statements of the transfers are signed by a manager of “Urssaf "
                    "avance immédiate”."
                )
            )

    @api.model
    def _check_agrees(self, transit, figures):
        gap = transit.owner.currency_id.round(figures["closing"] - figures["listed"])
        if gap:
            raise UserError(
                self.env._(
                    "The balance of the account and its open lines differ by %s: find "
                    "out why before you sign.",
                    transit.owner.currency_id.format(gap),
                )
            )

    @api.model
    def _to_replace(self, transit, day):
        """The statement of this month that was signed before, if it may be replaced."""
        if not transit.account:
            raise UserError(transit.owner._urssaf_transit_missing())
        if day != day + relativedelta(day=31) or day >= paris_today():
            raise UserError(
                self.env._(
                    "A statement is signed for a month that is over: choose the last "
                    "day of one."
                )
            )
        signed = self.search(
            [
                ("company_id", "=", transit.owner.id),
                ("account_id", "=", transit.account.id),
                ("date", "=", day),
            ],
            order="id desc",
            limit=1,
        )
        if signed and not signed.change:
            raise UserError(
                self.env._(
                    "%(month)s was signed by %(user)s, and nothing has changed since.",
                    month=format_date(self.env, day, date_format="LLLL y"),
                    # sudo(): the name of somebody who may be of another company.
                    user=signed.signed_by_id.sudo().name,
                )
            )
        return signed

    def write(self, vals):
        """Extends: what was signed does not change.

        :raises UserError: there is one
        """
        if self:
            raise UserError(
                self.env._(
                    "A signed statement does not change. If entries of that month "
                    "changed, sign the month anew: both stay."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_signed(self):
        raise UserError(self.env._("A signed statement is kept: it is not deleted."))


class TransferStatementLine(models.Model):
    _name = "urssaf.transfer.statement.line"
    _description = "Urssaf: open on the day of the statement"
    _inherit = ["urssaf.transit.item", "urssaf.guarded"]

    parent_id = fields.Many2one(
        "urssaf.transfer.statement",
        string="Statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
