# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.bank.expected import expected, proposal_text
from ..models.exchange.screen import notice

# A page of them, nearest to the day of the line first: nobody ticks among more.
SHOWN = 80


class UrssafBankReconcile(models.TransientModel):
    """What a line of the bank statement pays: proposed, and ticked by a person.

    What is booked is read again from the records: the lines of this dialogue only say
    which ones were chosen.
    """

    _name = "urssaf.bank.reconcile"
    _inherit = ["urssaf.wizard"]
    _description = "Reconcile a Transfer of Urssaf"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", required=True, readonly=True
    )
    company_id = fields.Many2one(
        related="statement_line_id.company_id", related_sudo=False
    )
    date = fields.Date(related="statement_line_id.date", related_sudo=False)
    payment_ref = fields.Char(
        related="statement_line_id.payment_ref", related_sudo=False
    )
    currency_id = fields.Many2one(
        related="statement_line_id.currency_id", related_sudo=False
    )
    amount = fields.Monetary(
        string="Bank",
        compute="_compute_amounts",
        help="What is still in suspense of this line.",
    )
    line_ids = fields.One2many("urssaf.bank.reconcile.line", "wizard_id")
    not_shown = fields.Integer(readonly=True)
    explanation = fields.Text(readonly=True)
    # Which of the lines each answer ticks, by their place.
    solutions = fields.Json(readonly=True)
    solution = fields.Integer(string="Answer", readonly=True)
    solution_count = fields.Integer(compute="_compute_solution_count")
    solution_text = fields.Char(compute="_compute_solution_count")
    amount_chosen = fields.Monetary(string="Ticked", compute="_compute_amounts")
    amount_left = fields.Monetary(string="Left", compute="_compute_amounts")
    debit = fields.Boolean(compute="_compute_amounts")
    to_take_back = fields.Boolean(compute="_compute_amounts")
    can_set_off = fields.Boolean(compute="_compute_amounts")
    left_text = fields.Char(compute="_compute_amounts")
    remainder_account_id = fields.Many2one(
        "account.account",
        string="Book the difference on",
        check_company=True,
        help="Left empty, what is left of the line stays in suspense.",
    )
    remainder_label = fields.Char(string="Why")

    @api.model
    def _open(self, statement_line):
        """The dialogue on a line that is still open, its first answer ticked."""
        [(_line, proposal)] = statement_line._urssaf_proposals(whatever=True)
        pool = self._shown(statement_line, proposal)
        place = {one.item.key: at for at, one in enumerate(pool["shown"])}
        sign = -1 if statement_line.amount < 0 else 1
        return self.create(
            {
                "statement_line_id": statement_line.id,
                "not_shown": pool["not_shown"],
                "explanation": proposal_text(self.env, proposal),
                "solutions": [
                    [place[one.item.key] for one in found]
                    for found in proposal.solutions
                ],
                "line_ids": [
                    Command.create(self._line(one, sign, at, proposal))
                    for at, one in enumerate(pool["shown"])
                ],
            }
        )

    def _shown(self, statement_line, proposal):
        """What is proposed first, then what is nearest to the day of the line."""
        debit = statement_line.amount < 0
        pool = expected(statement_line.journal_id, debit)
        proposed = {one.item.key for found in proposal.solutions for one in found}
        nearest = sorted(
            pool,
            key=lambda one: (
                one.item.key not in proposed,
                abs((one.item.day - statement_line.date).days),
            ),
        )
        shown = nearest[: max(SHOWN, len(proposed))]
        return {"shown": shown, "not_shown": len(pool) - len(shown)}

    def _line(self, one, sign, at, proposal):
        request, item = one.request, one.move_line
        standing = "booked" if item else "announced"
        if not item and not request.transfer_amount:
            standing = "expected"
        if not item and sign < 0:
            standing = "paid"
        return {
            "sequence": at,
            "move_line_id": item.id,
            "request_id": request.id,
            "name": request.name or item.name or item.move_name,
            "partner_id": (request.partner_id or item.partner_id).id,
            "date": one.item.day,
            "amount": sign * one.item.cents / 100,
            "standing": standing,
            "chosen": bool(proposal.solutions) and one in proposal.solutions[0],
        }

    @api.depends("solutions", "solution")
    def _compute_solution_count(self):
        for wizard in self:
            wizard.solution_count = len(wizard.solutions or [])
            wizard.solution_text = self.env._(
                "Answer %(number)s of %(count)s.",
                number=wizard.solution + 1,
                count=wizard.solution_count,
            )

    @api.depends("line_ids.chosen", "statement_line_id")
    def _compute_amounts(self):
        for wizard in self:
            wizard.amount = wizard.statement_line_id._urssaf_open_amount()
            chosen = wizard.line_ids.filtered("chosen")
            currency = wizard.currency_id
            ticked = currency.round(sum(chosen.mapped("amount")))
            left = currency.round(wizard.amount - ticked)
            wizard.amount_chosen = ticked
            wizard.amount_left = left
            wizard.debit = wizard.amount < 0
            not_booked = chosen.filtered(lambda line: not line.move_line_id)
            wizard.to_take_back = wizard.amount < 0 and len(not_booked) == 1
            wizard.can_set_off = (
                bool(chosen)
                and not wizard.debit
                and (left < 0 or bool(_set_off_due(chosen.request_id)))
            )
            wizard.left_text = wizard._left_text() if chosen else False

    def _left_text(self):
        if not self.amount_left:
            return self.env._("The ticked transfers are the line, to the cent.")
        amount = self.currency_id.format(abs(self.amount_left))
        if (self.amount_left > 0) == (self.amount > 0):
            return self.env._(
                "%s of the line are not ticked: they stay in suspense, unless you say "
                "below where they belong.",
                amount,
            )
        return self.env._(
            "%s more is ticked than the bank shows: untick a transfer, or say below "
            "where the difference comes from.",
            amount,
        )

    # -- buttons -------------------------------------------------------------------

    def action_reconcile(self):
        """Book it: the line pays what is ticked.

        :raises UserError: nothing is ticked, or it was reconciled meanwhile
        """
        self.ensure_one()
        remainder = self.remainder_account_id
        label = self.remainder_label or self.payment_ref
        return self._reconcile((remainder, label) if remainder else None)

    def action_set_off(self):
        """Urssaf kept a part for contributions that are due (article L133-8-8 of the
        code de la sécurité sociale): book that, then reconcile the line.

        :raises UserError: no account for set-offs, or Urssaf has not said its amount
        """
        self.ensure_one()
        self.statement_line_id._urssaf_check_manager()
        chosen = self.line_ids.filtered("chosen").request_id
        if self.amount_left >= 0:
            for request in _set_off_due(chosen):
                request.action_book_set_off()
            return self._reconcile(None)
        company = self.company_id
        # sudo(): a setting of the company.
        account = company.sudo()._urssaf_own("urssaf_set_off_account_id")
        if not account:
            raise UserError(
                self.env._(
                    "Choose the account of the set-offs in the Urssaf settings, then "
                    "press the button again."
                )
            )
        label = self.env._(
            "Set off by Urssaf on %s (L133-8-8)", format_date(self.env, self.date)
        )
        return self._reconcile((account, label))

    def action_other_solution(self):
        """Tick the next answer instead."""
        self.ensure_one()
        self.solution = (self.solution + 1) % max(self.solution_count, 1)
        ticked = set((self.solutions or [[]])[self.solution])
        for line in self.line_ids:
            line.chosen = line.sequence in ticked
        return self._action()

    def action_take_back(self):
        """Open *Take the payment back* with the amount and the day of the bank.

        :raises UserError: not exactly one demande is ticked
        """
        self.ensure_one()
        self.statement_line_id._urssaf_check_manager()
        chosen = self.line_ids.filtered("chosen")
        request = chosen.request_id
        if len(chosen) != 1 or not request or chosen.move_line_id:
            raise UserError(
                self.env._(
                    "Tick the one demande whose money Urssaf took back on this line."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take the payment back"),
            "res_model": "urssaf.payment.request.reversal",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_request_id": request.id,
                "default_amount": abs(self.amount),
                "default_date": fields.Date.to_string(self.date),
                "default_statement_line_id": self.statement_line_id.id,
            },
        }

    def _reconcile(self, remainder):
        line = self.statement_line_id
        line._urssaf_check_manager()
        line._urssaf_check_open()
        items, requests = self._chosen()
        if requests and self.amount_left < 0:
            raise UserError(
                self.env._(
                    "Urssaf has not said yet what it transfers for %s: the difference "
                    "can be booked once it has. Untick it, or leave the line in "
                    "suspense until then.",
                    ", ".join(requests.mapped("name")),
                )
            )
        # sudo(): a manager was checked; invoicing users may not write bank lines.
        line.sudo().with_company(line.company_id)._urssaf_reconcile(
            items.sudo(),
            requests.sudo(),
            remainder and (remainder[0].sudo(), remainder[1]),
        )
        action = notice(self.env._("The line is reconciled."))
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def _chosen(self):
        """``(open items, demandes without a payment)`` that are ticked, if they are
        still expected: by RPC a line of this dialogue may name anything.

        :raises UserError: nothing is ticked, or something is expected no more
        """
        pool = expected(self.statement_line_id.journal_id, self.debit)
        known = {one.item.key: one for one in pool}
        chosen = self.line_ids.filtered("chosen")
        found = [known.get(line._key()) for line in chosen]
        if not found:
            raise UserError(
                self.env._("Tick what this line pays, or leave it in suspense.")
            )
        if None in found:
            raise UserError(
                self.env._(
                    "One of the ticked transfers is not expected any more: close the "
                    "dialogue, and open it again."
                )
            )
        items = self.env["account.move.line"].union(*(one.move_line for one in found))
        requests = self.env["urssaf.payment.request"].union(
            *(one.request for one in found if not one.move_line)
        )
        if requests and self.debit:
            raise UserError(
                self.env._(
                    "Nothing is booked yet of what Urssaf took back: press “Take the "
                    "payment back”."
                )
            )
        return items, requests

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Debit of Urssaf")
            if self.amount < 0
            else self.env._("Transfer of Urssaf"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _set_off_due(requests):
    """Those of which Urssaf transferred less than expected, the rest still open."""
    return requests.filtered("can_set_off")


class UrssafBankReconcileLine(models.TransientModel):
    _name = "urssaf.bank.reconcile.line"
    _inherit = ["urssaf.wizard"]
    _description = "Reconcile a Transfer of Urssaf: What Is Expected"
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        "urssaf.bank.reconcile", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    chosen = fields.Boolean(string="Paid by it")
    move_line_id = fields.Many2one("account.move.line", readonly=True)
    request_id = fields.Many2one(
        "urssaf.payment.request", string="Demande", readonly=True
    )
    name = fields.Char(string="Number", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    date = fields.Date(string="Urssaf’s date", readonly=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    amount = fields.Monetary(readonly=True)
    standing = fields.Selection(
        [
            ("booked", "Registered"),
            ("announced", "Announced"),
            ("expected", "Expected"),
            ("paid", "Not taken back yet"),
        ],
        readonly=True,
    )

    def _key(self):
        if self.move_line_id:
            return "booked", self.move_line_id.id
        return "demande", self.request_id.id
