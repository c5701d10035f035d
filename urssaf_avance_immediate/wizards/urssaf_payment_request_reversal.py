# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib.rules import paris_date, paris_today
from ..models.groups import MANAGER


class UrssafPaymentRequestReversal(models.TransientModel):
    """The entry that takes a payment of Urssaf back: proposed, never booked by itself.

    The sources disagree on what Urssaf takes back after a default, half or all: the
    accountant says how much, reading the bank statement.
    """

    _name = "urssaf.payment.request.reversal"
    _inherit = ["urssaf.wizard"]
    _description = "Take a Payment of Urssaf Back"

    request_id = fields.Many2one(
        "urssaf.payment.request", string="Demande", required=True, readonly=True
    )
    move_id = fields.Many2one(
        related="request_id.move_id", related_sudo=False, string="Invoice"
    )
    remote_label = fields.Char(related="request_id.remote_label", related_sudo=False)
    currency_id = fields.Many2one(related="request_id.currency_id", related_sudo=False)
    payment_id = fields.Many2one(
        "account.payment",
        compute="_compute_payment_id",
    )
    amount = fields.Monetary(
        string="Amount taken back",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="What the bank statement shows: all of the transfer, or a part of it.",
    )
    date = fields.Date(
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="The day of Urssaf’s notice; proposed: the day on which Odoo saw it.",
    )
    debit_account_id = fields.Many2one(
        "account.account",
        string="Debit",
        compute="_compute_payment_id",
    )
    credit_account_id = fields.Many2one(
        "account.account",
        string="Credit",
        compute="_compute_payment_id",
    )

    @api.depends("request_id")
    def _compute_payment_id(self):
        for wizard in self:
            payment = wizard._payment()
            wizard.payment_id = payment
            wizard.debit_account_id = payment.destination_account_id
            wizard.credit_account_id = payment.outstanding_account_id

    @api.depends("request_id")
    def _compute_proposal(self):
        for wizard in self:
            request = wizard.request_id
            wizard.amount = max(request.amount_booked, 0.0)
            wizard.date = paris_date(request.remote_changed_at) or paris_today()

    def _payment(self):
        """The payment that Urssaf made last."""
        return self.request_id._live_payments().filtered(
            lambda payment: payment.payment_type == "inbound"
        )[:1]

    def action_reverse(self):
        """Book it: the invoice is open again for what was taken back.

        :raises AccessError: the user is no manager
        :raises UserError: no such payment, or more than was paid
        """
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a manager of “Urssaf avance immédiate” reverses money."
                )
            )
        self.request_id.check_access("read")
        self.request_id._check_here()
        # sudo(): the manager was checked above, and need not be an accountant.
        request = self.request_id.sudo()._lock()
        if not request:
            raise UserError(self.env._("This demande is being updated: try again."))
        self._check(request)
        request = request.with_company(request.company_id)
        back = self._pay_back(request, self._payment().sudo())
        request._told_done()
        request._message_log(
            body=self.env._(
                "%(amount)s taken back by %(user)s: %(payment)s.",
                amount=request.currency_id.format(self.amount),
                user=self.env.user.name,
                payment=back._get_html_link(),
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def _check(self, request):
        compare = request.currency_id.compare_amounts
        # sudo(): see action_reverse.
        if not request.can_reverse or not self._payment().sudo().move_id:
            raise UserError(
                self.env._("There is no entry of a payment of Urssaf to take back.")
            )
        if compare(self.amount, 0) <= 0 or (
            compare(self.amount, request.amount_booked) > 0
        ):
            raise UserError(
                self.env._(
                    "Amount taken back: type an amount up to %s, which is what Urssaf "
                    "paid on this invoice.",
                    request.currency_id.format(request.amount_booked),
                )
            )

    def _pay_back(self, request, payment):
        """An outgoing payment to the same accounts, matched with Urssaf's own; what is
        left of that one stays on the invoice.
        """
        # In the company of the demande, whatever company the user works in.
        back = request.env["account.payment"].create(
            self._prepare_payment(request, payment)
        )
        # Computed from the method of payment: the money leaves from where it came.
        back.outstanding_account_id = payment.outstanding_account_id
        back.action_post()
        theirs = self._receivable(payment.move_id)
        # With what was taken back before: those matches are undone too.
        taken_back = request._live_payments().filtered(
            lambda p: p.payment_type == "outbound"
        )
        ours = self._receivable((taken_back | back).move_id)
        invoice = self._receivable(request.move_id)
        theirs.remove_move_reconcile()
        (theirs + ours).reconcile()
        open_lines = (theirs + invoice).filtered(lambda line: not line.reconciled)
        if theirs in open_lines and invoice & open_lines:
            open_lines.reconcile()
        return back

    def _prepare_payment(self, request, payment):
        line = payment.journal_id.outbound_payment_method_line_ids[:1]
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": payment.partner_id.id,
            "amount": self.amount,
            "currency_id": request.currency_id.id,
            "date": self.date,
            "journal_id": payment.journal_id.id,
            "payment_method_line_id": line.id,
            "destination_account_id": payment.destination_account_id.id,
            "memo": f"{request._payment_label()} – {request.remote_label}",
            "urssaf_request_id": request.id,
        }

    @staticmethod
    def _receivable(move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
