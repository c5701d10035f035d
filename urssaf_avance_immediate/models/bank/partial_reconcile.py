# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is matched with an invoice that Urssaf has, and what is undone.

Money that comes in another way while Urssaf collects the invoice: people are told at
once, when the customer may still refuse and Urssaf may still be asked to cancel; and so
they are when a deposit is taken off of which Urssaf was told.

The VAT on collection of Urssaf's money is that of the day of the event, by whichever
button of Odoo it is matched or undone.
"""

from collections import defaultdict

from odoo import api, fields, models

from ...lib.rules import paris_today
from ..invoice.deposits import customers_share
from ..payment_request.lettering import EVENT_DAY, on_event_day
from ..payment_request.payment_request import (
    AT_URSSAF,
    COLLECTING,
    OTHER_AMOUNT,
    OTHER_MONEY,
)

# Urssaf may have made its transfer: see ``_urssaf_own_transfer``.
ON_THE_WAY = ("validated", "debited", "paid")
# Urssaf was told of the deposit, and has not transferred the rest yet.
BEFORE_TRANSFER = ("sending", "unknown", "waiting", "validated", "debited")


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def _compute_max_date(self):
        """Extends account: what is matched again because Urssaf took money back is
        matched on that day, and so is its VAT on collection; by the dates of the two
        entries it would fall in a month that may be declared already.
        """
        super()._compute_max_date()
        day = fields.Date.to_date(self.env.context.get(EVENT_DAY))
        for partial in self if day else ():
            partial.max_date = max(partial.max_date, day)

    @api.model_create_multi
    def create(self, vals_list):
        """Extends account: see the module."""
        partials = super().create(vals_list)
        partials._urssaf_other_money()
        partials._urssaf_put_right()
        return partials

    def unlink(self):
        """Extends account: what came in besides was taken off again. What was Urssaf's
        changes the VAT of today, not of the month in which it had been matched.
        """
        # sudo(): whoever undoes the match need not see the demandes.
        requests = self.sudo().debit_move_id.move_id.urssaf_request_ids
        ours = self._urssaf_of_urssaf()
        result = super(AccountPartialReconcile, self - ours).unlink()
        for company, partials in ours.grouped("company_id").items():
            dated = on_event_day(partials, company, paris_today())
            super(AccountPartialReconcile, dated).unlink()
        for request in requests.filtered(lambda r: r.matter == OTHER_MONEY):
            terms = request.move_id.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            )
            if not terms.matched_credit_ids:
                request.write(request._no_matter())
                request._told_done()
        return result

    def _urssaf_of_urssaf(self):
        """Those of self that match Urssaf's money: its payments, and lines of its bank
        account that stand on an invoice of which it has a demande.
        """

        def is_urssafs(partial):
            # sudo(): whoever undoes the match need not see the demandes.
            both = partial.sudo().debit_move_id + partial.sudo().credit_move_id
            moves = both.move_id
            return bool(moves.origin_payment_id._urssaf_money()) or (
                any(line._urssaf_journal() for line in moves.statement_line_id)
                and bool(moves.urssaf_request_ids)
            )

        return self.filtered(is_urssafs)

    @api.ondelete(at_uninstall=False)
    def _unlink_urssaf_deposit(self):
        """A deposit that Urssaf was told of is taken off the invoice: Urssaf collects
        the rest only, so that somebody has to know.
        """
        for partial in self:
            move = partial.debit_move_id.move_id
            # sudo(): who undoes a payment may not see the demande.
            requests = (
                move.sudo()
                ._urssaf_told_requests()
                .filtered(lambda r: r.amount_deposit and r.state in BEFORE_TRANSFER)
            )
            if requests and not customers_share(partial.sudo().credit_move_id.move_id):
                continue
            for request in requests:
                note = request.env._(
                    "%(user)s took a payment of %(amount)s off %(invoice)s. Urssaf was "
                    "told of a deposit of %(deposit)s and transfers the rest only: put "
                    "the payment back, or ask Urssaf to cancel the demande.",
                    user=request.env.user.name,
                    amount=move.currency_id.format(partial.debit_amount_currency),
                    invoice=move.name,
                    deposit=request.currency_id.format(request.amount_deposit),
                )
                request.write({"matter": OTHER_AMOUNT, "matter_message": note})
                request._tell(note)

    def _urssaf_put_right(self):
        """The invoice of a demande that is over was paid by the customer, or credited:
        nobody has to collect it any more.
        """
        # sudo(): whoever registers the payment need not see the demandes.
        requests = self.sudo().debit_move_id.move_id.urssaf_request_ids
        over = requests.filtered(lambda r: r.invoice_settled and not r.matter)
        if over:
            over._told_done()

    def _urssaf_other_money(self):
        """The demandes of invoices that were just paid, wholly or in part, by others
        than Urssaf: one in the queue does not leave; of one that is there, tell.
        """
        # sudo(): whoever registers the payment need not see the demandes.
        amounts = defaultdict(float)
        for partial in self.sudo():
            request = partial.debit_move_id.move_id.urssaf_request_ids.filtered(
                lambda r: r.state in COLLECTING
            )[:1]
            money = request and partial._urssaf_customers_money(request)
            if money:
                amounts[request] += money
        requests = self.env["urssaf.payment.request"].sudo().union(*amounts)
        queued = requests.filtered(lambda r: r.state == "queued")
        free = queued._lock()
        free.filtered(lambda r: r.state == "queued")._keep_current()
        # One that leaves at this very moment is at Urssaf soon.
        leaving = queued - free
        for request in leaving | requests.filtered(lambda r: r.state in AT_URSSAF):
            request._tell_other_money(amounts[request])

    def _urssaf_customers_money(self, request):
        """How much of this match the customer has paid, euros."""
        entry = self.credit_move_id.move_id
        if request.amount_deposit and not request.currency_id.compare_amounts(
            request.move_id._urssaf_received().payments, request.amount_deposit
        ):
            # The deposit that Urssaf was told of is back.
            if request.matter == OTHER_AMOUNT:
                request.write(request._no_matter())
                request._told_done()
            return 0.0
        # Once it is made, Urssaf's transfer is booked at once.
        if request.transfer_effective or self._urssaf_own_transfer(request, entry):
            return 0.0
        return request.currency_id.round(
            self.debit_amount_currency * customers_share(entry)
        )

    def _urssaf_own_transfer(self, request, entry):
        """Whether this line of the bank is in all likelihood the transfer of Urssaf,
        matched before its status was known: booking will take it over.
        """
        journal = request.company_id._urssaf_own("urssaf_payment_journal_id")
        return (
            request.state in ON_THE_WAY
            and bool(entry.statement_line_id)
            and entry.journal_id == journal
            and not request.currency_id.compare_amounts(
                self.debit_amount_currency, request.transfer_expected
            )
        )
