# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The line of the bank statement that is Urssaf's transfer: what it pays, what it may
be, and its buttons. The entry that says so is in ``reconciling``.

Community has no screen for it, and its invoicing users may not write these lines: our
managers may write those of the bank account of Urssaf's transfers (record rules), and
what reconciles them runs as superuser once that was checked.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...lib.rules import paris_today
from ...lib.rules.bank_label import label_matches
from ..company.transit_accounts import transit_accounts
from ..exchange.screen import notice
from ..groups import MANAGER
from ..payment_request.lettering import on_event_day
from .expected import NOTHING, expected_by_journal, proposal_text, propose

SUGGESTIONS = [
    ("none", "Nothing fits"),
    ("one", "One answer"),
    ("several", "Several answers"),
    ("difference", "With a difference"),
]
# Of so many lines it is looked up whether their amount is expected.
LOOKED_AT = 2000


class AccountBankStatementLine(models.Model):
    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "urssaf.guarded"]

    urssaf_request_ids = fields.Many2many(
        "urssaf.payment.request",
        string="Demandes that it pays",
        compute="_compute_urssaf_request_ids",
        help="Read from the entry: what undoes the reconciliation undoes this too.",
    )
    urssaf_request_count = fields.Integer(compute="_compute_urssaf_request_ids")
    urssaf_suggestion = fields.Selection(
        SUGGESTIONS,
        string="Suggestion",
        compute="_compute_urssaf_suggestion",
        help="How many answers there are to: which transfers of Urssaf make this sum?",
    )
    urssaf_suggestion_text = fields.Char(
        string="What it may be", compute="_compute_urssaf_suggestion"
    )
    urssaf_received = fields.Boolean(
        string="Of Urssaf",
        compute="_compute_urssaf_received",
        search="_search_urssaf_received",
        help="On the account that receives Urssaf’s transfers: reconciled with them, "
        "with the label that the settings know, or of an amount that is expected.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Extends account: of the bank account of Urssaf’s transfers alone."""
        lines = super().create(vals_list)
        lines._urssaf_check_right()
        return lines

    def unlink(self):
        """Extends account: likewise."""
        self._urssaf_check_right()
        return super().unlink()

    def write(self, vals):
        """Extends account: likewise, and no line moves to a bank account that one may
        not write.
        """
        self._urssaf_check_right()
        result = super().write(vals)
        self._urssaf_check_right()
        if not {"journal_id", "company_id", "move_id"}.isdisjoint(vals):
            self.check_access("write")
        return result

    def _urssaf_check_right(self):
        """The right that we give is for one bank account. Rules of groups add up: where
        another add-on opens all lines (Point of Sale does), ours is void, so the code
        asks too. Who may write them without us is none of our business.

        :raises AccessError: a line of another account, and only we gave the right
        """
        user = self.env.user
        if self.env.su or not user.has_group(MANAGER):
            return
        # sudo(): who may write which model is read by nobody else.
        rights = self.env["ir.model.access"].sudo()
        rights = rights.search(
            [("model_id.model", "=", self._name), ("perm_write", "=", True)]
        )
        ours = self.env.ref(MANAGER).sudo()  # sudo(): a group
        if (rights.group_id - ours) & user.sudo().all_group_ids:  # sudo(): his groups
            return
        # sudo(): a setting of companies that he may not open.
        if self.sudo().journal_id.filtered(lambda one: not one.urssaf_paid_company_ids):
            raise AccessError(
                self.env._(
                    "As a manager of “Urssaf avance immédiate” you write the lines of "
                    "the bank account that receives Urssaf’s transfers. For another "
                    "bank account, please ask who keeps your accounts."
                )
            )

    # -- what it pays, what it may be ---------------------------------------------

    @api.depends(
        "line_ids.urssaf_received_request_id",
        "line_ids.matched_debit_ids",
        "line_ids.matched_credit_ids",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_urssaf_request_ids(self):
        paid = {}
        for line in self:
            # sudo(): what it is matched with may be of a branch that the user may not
            # open; of the demandes he gets those that he may read.
            items = line.sudo().line_ids
            matched = items.matched_debit_ids.debit_move_id
            matched += items.matched_credit_ids.credit_move_id
            paid[line] = (
                matched.payment_id.urssaf_request_id | items.urssaf_received_request_id
            )
        requests = self.env["urssaf.payment.request"].union(
            *(found.with_env(self.env) for found in paid.values())
        )
        readable = requests._filtered_access("read")
        for line, found in paid.items():
            line.urssaf_request_ids = found.with_env(self.env) & readable
            line.urssaf_request_count = len(line.urssaf_request_ids)

    @api.depends(
        "amount_residual", "date", "payment_ref", "is_reconciled", "journal_id"
    )
    @api.depends_context("lang", "uid")
    def _compute_urssaf_suggestion(self):
        for line, proposal in self._urssaf_proposals():
            done = line.is_reconciled or proposal is None
            line.urssaf_suggestion = False if done else proposal.kind
            line.urssaf_suggestion_text = (
                False if done else proposal_text(self.env, proposal)
            )

    @api.depends("urssaf_suggestion", "urssaf_request_ids", "payment_ref")
    def _compute_urssaf_received(self):
        for line in self:
            line.urssaf_received = bool(line._urssaf_journal()) and (
                bool(line.urssaf_request_ids)
                or line._urssaf_label_known()
                or line.urssaf_suggestion not in (False, "none")
            )

    @api.model
    def _search_urssaf_received(self, operator, value):
        """The open ones whose amount is expected are found by looking at each: there
        are few, and the demandes that make them change all the time.
        """
        if operator != "in":
            return NotImplemented
        companies = {company: journal for journal, company in self._urssaf_journals()}
        if not companies:
            return Domain.FALSE
        journals = self.env["account.journal"].union(*companies.values())
        ours = Domain("journal_id", "in", journals.ids)
        # The latest first, whenever they were imported.
        lines = self.search_fetch(
            ours & Domain("is_reconciled", "=", False), ["journal_id"]
        )
        still_open = self.browse(
            line_id
            for found in lines.grouped("journal_id").values()
            for line_id in found.ids[:LOOKED_AT]
        )
        accounts = transit_accounts(self.env["res.company"].union(*companies))
        accounts = self.env["account.account"].union(*accounts.values())
        return ours & (
            Domain("id", "in", still_open.filtered("urssaf_received").ids)
            | Domain("line_ids.account_id", "in", accounts.ids)
        )

    @api.model
    def _urssaf_journals(self):
        """``(journal, its company)`` of the companies that the user works in."""
        # sudo(): settings of a holder that the user may not open; the lines themselves
        # are read with his rights.
        for company in self.env.companies.sudo():
            journal = company._urssaf_own("urssaf_payment_journal_id")
            if journal.company_id == company:
                yield journal, company

    @api.model
    def _urssaf_open_received(self):
        """*Transfers received*: what is typed or imported there goes to the journal of
        Urssaf’s transfers.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "urssaf_avance_immediate.account_bank_statement_line_action_received"
        )
        journals = [journal for journal, _company in self._urssaf_journals()]
        context = {
            "search_default_urssaf_received": 1,
            "search_default_to_reconcile": 1,
        }
        if journals:
            context["default_journal_id"] = journals[0].id
        return {**action, "context": context}

    def _urssaf_journal(self):
        """The journal of this line, if it is the one of Urssaf’s transfers."""
        # sudo(): a setting of the company.
        company = self.company_id.sudo()
        own = company._urssaf_own("urssaf_payment_journal_id")
        return self.journal_id if own == self.journal_id else self.journal_id.browse()

    def _urssaf_label_known(self):
        # sudo(): a setting of the company.
        pattern = self.company_id.sudo()._urssaf_own("urssaf_bank_label")
        return label_matches(self.payment_ref, pattern)

    def _urssaf_proposals(self, whatever=False):
        """``(line, Proposal)`` of each line; ``None`` for one of another account.

        :param whatever: somebody asks for it: the label does not matter
        """
        open_lines = {}
        for line in self:
            journal = line._urssaf_journal()
            if not journal:
                continue
            amount = line._urssaf_open_amount()
            foreign = line._urssaf_foreign() or not amount or not line.date
            open_lines[line] = journal, 0 if foreign else amount
        journals = self.env["account.journal"].union(
            *(journal for journal, amount in open_lines.values() if amount)
        )
        pools = {}
        for line in self:
            journal, amount = open_lines.get(line, (None, 0))
            if not journal or not amount:
                yield line, journal and NOTHING
                continue
            debit = amount < 0
            if debit not in pools:
                pools[debit] = expected_by_journal(journals, debit)
            # sudo(): a setting of the company.
            learnt = line.company_id.sudo()._urssaf_own("urssaf_bank_label")
            known = whatever or not learnt or line._urssaf_label_known()
            pool = pools[debit][journal]
            proposal = propose(amount, line.date, pool, only_telling=not known)
            yield line, proposal

    def _urssaf_open_amount(self):
        """What is in suspense: all of the line, or what was left of it; euros."""
        _liquidity, suspense, _others = self._seek_for_lines()
        if not self._origin:
            return self.amount
        return self.currency_id.round(-sum(suspense.mapped("balance")))

    def _urssaf_foreign(self):
        """Urssaf pays in euros: what the bank changed is for a person."""
        return bool(self.foreign_currency_id) or (
            self.currency_id != self.company_id.currency_id
        )

    # -- buttons -------------------------------------------------------------------

    def _urssaf_check_manager(self):
        """
        :raises AccessError: the user is no manager, or may not see this line
        """
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a manager of “Urssaf avance immédiate” reconciles the bank."
                )
            )
        self.check_access("read")

    def action_urssaf_reconcile(self):
        """Open the dialogue on what this line pays.

        :raises UserError: it is reconciled already, or no account waits for transfers
        """
        self.ensure_one()
        self._urssaf_check_manager()
        self._urssaf_check_open()
        wizard = self.env["urssaf.bank.reconcile"]._open(self)
        return wizard._action()

    def action_urssaf_undo(self):
        """Undo the reconciliation: the line is in suspense again, payments stay.

        :raises UserError: the line is none of Urssaf’s
        """
        self.ensure_one()
        self._urssaf_check_manager()
        # sudo(): checked above; those of branches that the user may not open too.
        requests = self.sudo().urssaf_request_ids
        if not (requests or self._urssaf_journal()):
            raise UserError(
                self.env._(
                    "This is not the bank account of the Urssaf settings: choose its "
                    "journal there, or reconcile the line as any other."
                )
            )
        # sudo(): checked above; invoicing users may not write bank lines. A part of the
        # line may pay an invoice: its VAT changes today, in no month before.
        dated = on_event_day(self.sudo(), self.sudo().company_id, paris_today())
        dated.action_undo_reconciliation()
        requests._message_log_batch(
            bodies={
                request.id: self.env._(
                    "Not the transfer of %(day)s any more: %(user)s undid the "
                    "reconciliation with the bank.",
                    day=format_date(self.env, self.date),
                    user=self.env.user.name,
                )
                for request in requests
            }
        )
        return notice(self.env._("The line is in suspense again; the payments stay."))

    def action_urssaf_view_requests(self):
        self.ensure_one()
        return self.urssaf_request_ids._get_records_action(
            name=self.env._("Demandes de paiement")
        )
