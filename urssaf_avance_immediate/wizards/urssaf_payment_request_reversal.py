# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..lib.rules import paris_date, paris_today
from ..models.payment_request.lettering import vat_day
from ..models.payment_request.settling import amount_aside, for_manager
from ..models.payment_request.shares import credited
from ..models.payment_request.transfer_entries import surplus_line

WHOLE, HALF = "whole", "half"


class UrssafPaymentRequestReversal(models.TransientModel):
    """The entry that takes a payment of Urssaf back: proposed, never booked by itself.

    The sources disagree on what Urssaf takes back after a default, half or all: the
    line of the bank says how much; without one, the accountant chooses.
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
    # The line of the bank from which this was opened, if any.
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", string="Line of the bank", readonly=True
    )
    share = fields.Selection(
        [(WHOLE, "The whole transfer"), (HALF, "The customer’s half")],
        string="Urssaf takes back",
        compute="_compute_share",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="No text says which one: some companies saw the whole debited, others the "
        "share that the customer’s bank had refused. The tax credit of the customer’s "
        "half stays advanced: his annual certificate and his ceiling go by it.",
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
        compute="_compute_date",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="The day of the debit on the bank statement; proposed: the day on which "
        "Odoo saw Urssaf’s notice.",
    )
    # As it was when the dialogue was opened: two people may take the same money back.
    booked = fields.Monetary(
        string="Registered",
        compute="_compute_booked",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
    )
    effect_note = fields.Text(compute="_compute_effect_note", compute_sudo=False)
    vat_note = fields.Text(compute="_compute_vat_note", compute_sudo=False)
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
    def _compute_booked(self):
        for wizard in self:
            wizard.booked = wizard.request_id.amount_booked

    @api.depends("request_id", "statement_line_id")
    def _compute_share(self):
        """The line of the bank may be the customer's half to the cent; so may be the
        tax credit of a surplus.
        """
        for wizard in self:
            # sudo(): entries of this demande, which the user may read.
            request, debit = wizard.request_id.sudo(), wizard.statement_line_id
            half = request.amount_net_estimate
            same = debit and not request.currency_id.compare_amounts(
                abs(debit.amount), half
            )
            whole = not request.currency_id.compare_amounts(half, request.amount_booked)
            same = same and not wizard._of_the_surplus(request, half)
            wizard.share = HALF if same and not whole else WHOLE

    @api.depends("request_id", "share", "statement_line_id")
    def _compute_proposal(self):
        for wizard in self:
            request = wizard.request_id
            if wizard.statement_line_id:
                wizard.amount = abs(wizard.statement_line_id.amount)
                continue
            amount = max(request.amount_booked, 0.0)
            if wizard.share == HALF:
                amount = min(amount, request.amount_net_estimate)
            wizard.amount = amount

    @api.depends("request_id")
    def _compute_date(self):
        for wizard in self:
            seen = paris_date(wizard.request_id.remote_changed_at)
            wizard.date = seen or paris_today()

    @api.depends("request_id", "amount")
    def _compute_effect_note(self):
        """Who owes what is taken back."""
        for wizard in self:
            # sudo(): entries of this demande, which the user may read.
            request = wizard.request_id.sudo()
            money = request.currency_id
            surplus = request and wizard._of_the_surplus(request, wizard.amount)
            left = wizard.amount - (surplus or 0.0)
            if not surplus:
                note = self.env._(
                    "The invoice is open again for that amount, and the customer owes "
                    "it to you directly."
                )
            elif money.is_zero(left):
                note = self.env._(
                    "That amount comes off the surplus account: the invoice stays as "
                    "it is, and the customer owes nothing of it."
                )
            else:
                note = self.env._(
                    "%(surplus)s come off the surplus account. For the other %(left)s "
                    "the invoice is open again, and the customer owes them to you "
                    "directly.",
                    surplus=money.format(surplus),
                    left=money.format(left),
                )
            wizard.effect_note = note

    @api.depends("request_id", "date")
    def _compute_vat_note(self):
        """In which month the VAT on collection falls, whatever is locked."""
        for wizard in self:
            move = wizard.request_id.move_id
            taxes = move.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
            wizard.vat_note = (
                wizard.date
                and "on_payment" in taxes.mapped("tax_exigibility")
                and wizard._vat_sentence(move.company_id)
            )

    def _vat_sentence(self, company):
        day = vat_day(company.with_env(self.env), self.date)
        month = format_date(self.env, day, date_format="MMMM y")
        if (day.year, day.month) == (self.date.year, self.date.month):
            return self.env._(
                "The VAT on collection of this amount is taken off in %s; the months "
                "before stay as they were declared.",
                month,
            )
        return self.env._(
            "The VAT on collection of this amount is taken off in %(month)s, the first "
            "month that is open: %(locked)s is locked.",
            month=month,
            locked=format_date(self.env, self.date, date_format="MMMM y"),
        )

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
        request = for_manager(self.request_id)
        self._check(request)
        back = self._pay_back(request, self._payment().sudo())
        if self.statement_line_id:
            # sudo(): the manager was checked above; he may write no line of the bank.
            debit = self.statement_line_id.sudo().with_env(request.env)
            debit._urssaf_reconcile(back._seek_for_lines()[0])
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
        debit = self.statement_line_id
        if debit and (debit.amount >= 0 or not debit._urssaf_journal()):
            raise UserError(self.env._("Nothing was taken back."))
        # sudo(): see action_reverse.
        if not request.can_reverse or not self._payment().sudo().move_id:
            raise UserError(
                self.env._("There is no entry of a payment of Urssaf to take back.")
            )
        if compare(self.booked, request.amount_booked):
            raise UserError(
                self.env._(
                    "Somebody reconciled this meanwhile: close the dialogue, and open "
                    "it again."
                )
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
        # Posting matches it, see account.payment.
        back.action_post()
        return back

    def _prepare_payment(self, request, payment):
        journal = payment.journal_id
        line = request.company_id._urssaf_method_line("outbound")
        if line.journal_id != journal:
            line = journal.outbound_payment_method_line_ids[:1]
        label = self._label(request)
        surplus = self._of_the_surplus(request, self.amount)
        values = {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": payment.partner_id.id,
            "amount": self.amount,
            "currency_id": request.currency_id.id,
            "date": self.date,
            "journal_id": journal.id,
            "company_id": payment.company_id.id,
            "payment_method_line_id": line.id,
            "destination_account_id": payment.destination_account_id.id,
            "memo": label,
            "urssaf_request_id": request.id,
            # What comes off the surplus is not what a customer did not pay.
            "urssaf_customers_half": self.share == HALF and not surplus,
        }
        if surplus:
            values["write_off_line_vals"] = [surplus_line(request, surplus, label)]
        return values

    def _label(self, request):
        """Both days: in a locked period the entry has another date."""
        return self.env._(
            "%(transfer)s taken back on %(day)s (%(status)s)",
            transfer=request._payment_label(),
            day=f"{self.date:%d/%m/%Y}",
            status=request.remote_label,
        )

    def _of_the_surplus(self, request, amount):
        """How much of the amount comes off the surplus account: what the invoice did
        not get, or exactly what was too much. Of an invoice that was credited Urssaf
        takes its tax credit back: what is small enough is of the surplus, or the
        customer would be asked for it, whoever was quicker, Urssaf or the accountant.
        """
        surplus = max(request.surplus_amount, 0.0)
        compared = request.currency_id.compare_amounts(amount, surplus)
        if not compared or (
            compared < 0 and (credited(request) or amount_aside(request))
        ):
            return amount
        on_invoice = request.amount_booked - surplus
        return max(request.currency_id.round(amount - on_invoice), 0.0)
