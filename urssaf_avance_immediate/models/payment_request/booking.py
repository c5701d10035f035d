# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The money: a transfer of Urssaf becomes a payment of the invoice.

This is a step of its own, after the status is committed: a locked period, a missing
journal or an invoice already paid never loses what Urssaf said. Taking a payment back
is in the wizard ``urssaf.payment.request.reversal``, on the accountant's click.
"""

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..exchange import work
from ..exchange.screen import check_user, notice
from .payment_request import NOT_BOOKED, OTHER_AMOUNT, OTHER_MONEY

# States in which a transfer may have been made.
TRANSFERRED = ("paid", "unpaid", "recovered", "cancelled")


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    transfer_expected = fields.Monetary(
        string="Transfer expected",
        compute="_compute_transfer_expected",
        store=True,
        help="The whole invoice, less the down payment that was declared with it.",
    )
    transfer_gap = fields.Monetary(
        string="Difference",
        compute="_compute_transfer_gap",
        store=True,
        help="What Urssaf transferred less what was expected. Urssaf may set off "
        "contributions that you owe (article L133-8-8 of the code de la sécurité "
        "sociale).",
    )
    to_book = fields.Boolean(
        string="Paid, not registered",
        compute="_compute_to_book",
        store=True,
        help="Urssaf has paid, no payment was made in Odoo, and nobody has settled the "
        "transfer by hand.",
    )
    transfer_to_book = fields.Boolean(
        compute="_compute_transfer_to_book",
        search="_search_transfer_to_book",
        help="Urssaf has transferred the money, and it is not on the invoice yet.",
    )
    transfer_bookable = fields.Boolean(
        compute="_compute_transfer_bookable",
        help="Somebody may register the transfer on the invoice.",
    )
    amount_booked = fields.Monetary(
        string="Registered",
        compute="_compute_amount_booked",
        help="Payments of Urssaf on the invoice, less those taken back.",
    )

    @api.depends("amount_total", "amount_deposit")
    def _compute_transfer_expected(self):
        for request in self:
            expected = request.amount_total - request.amount_deposit
            request.transfer_expected = request.currency_id.round(expected)

    @api.depends("transfer_effective", "transfer_amount", "transfer_expected")
    def _compute_transfer_gap(self):
        for request in self:
            gap = request.transfer_amount - request.transfer_expected
            request.transfer_gap = request.transfer_effective and gap

    # Written as Odoo writes these filters: PostgreSQL compares the words.
    _to_book_index = models.Index("(holder_id) WHERE to_book IS TRUE")
    _transfer_gap_index = models.Index(
        "(company_id) WHERE transfer_gap <> 0 OR transfer_gap IS NULL"
    )
    _announced_index = models.Index(
        "(company_id) WHERE state = 'paid' AND transfer_effective IS NOT TRUE"
    )

    @api.depends("state", "transfer_settled", "payment_ids")
    def _compute_to_book(self):
        for request in self:
            request.to_book = (
                request.state == "paid"
                and not request.transfer_settled
                and not request.payment_ids
            )

    @api.depends("payment_ids.state", "payment_ids.amount")
    def _compute_amount_booked(self):
        for request in self:
            payments = request._live_payments()
            back = payments.filtered(lambda p: p.payment_type == "outbound")
            request.amount_booked = sum((payments - back).mapped("amount")) - sum(
                back.mapped("amount")
            )

    # -- what is to be booked: said here, and nowhere else -----------------------

    @api.model
    def _to_book_domain(self):
        """Transfers that Urssaf has made and that are not on the invoice. Those of an
        environment that the company has left are no money.
        """
        companies = (
            self.env["res.company"]
            # sudo(): environments, nothing else of companies that one may not open.
            .sudo()
            .with_context(active_test=False)
            .search([("urssaf_environment", "!=", False)])
        )
        here = Domain.OR(holder._urssaf_here() for holder in companies.urssaf_holder_id)
        return here & Domain(
            [
                ("to_book", "=", True),
                ("transfer_effective", "=", True),
            ]
        )

    @api.depends(
        "to_book",
        "transfer_effective",
        "environment",
        "holder_id.urssaf_environment",
    )
    def _compute_transfer_to_book(self):
        to_book = self.filtered_domain(self._to_book_domain())
        for request in self:
            request.transfer_to_book = request in to_book

    @api.model
    def _search_transfer_to_book(self, operator, value):
        return self._to_book_domain() if operator == "in" else NotImplemented

    @api.depends(
        "state",
        "transfer_effective",
        "transfer_settled",
        "amount_booked",
        "environment",
        "holder_id.urssaf_environment",
    )
    def _compute_transfer_bookable(self):
        """By hand: Urssaf may have paid and said something else before we asked, and a
        payment that was cancelled may be registered again.
        """
        usable = self._usable()
        for request in self:
            request.transfer_bookable = (
                request in usable
                and request.state in TRANSFERRED
                and request.transfer_effective
                and not request.transfer_settled
                and not request.amount_booked
            )

    @api.model
    def _pending_transfers(self, company):
        """Transfers of the company that are booked without anybody's click."""
        return self.with_env(work.in_office(company).env).search(
            [
                *company._urssaf_here(),
                ("transfer_to_book", "=", True),
                # Told already: a person acts, then presses the button.
                ("matter", "!=", NOT_BOOKED),
            ]
        )

    def action_register_transfer(self):
        """Try again, once what stood in the way is mended.

        :raises UserError: the transfer belongs to another environment
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        request = self.sudo()  # checked above; the code alone writes
        request._register_transfers(by_hand=True)
        if request.amount_booked:
            return notice(self.env._("The payment is on the invoice."))
        return notice(
            request._trouble() or self.env._("Urssaf has not made this transfer yet."),
            kind="warning",
        )

    def action_transfer_settled(self):
        """The accountant has dealt with this transfer: nothing is to be registered."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        request = self.sudo()  # checked above; the code alone writes
        request.write(
            {"transfer_settled": True, **self._no_error(), **self._no_matter()}
        )
        request._told_done()
        request._message_log(
            body=self.env._("Transfer settled by hand by %s.", self.env.user.name)
        )

    def action_amount_settled(self):
        """Somebody has dealt with the other amount that Urssaf has for this demande, or
        with what was paid besides.
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        request = self.sudo()  # checked above; the code alone writes
        if request.matter in (OTHER_AMOUNT, OTHER_MONEY):
            request.write(self._no_matter())
            request._told_done()
            request._message_log(body=self.env._("Settled by %s.", self.env.user.name))

    def _register_transfers(self, by_hand=False):
        """Register each effective transfer of self, one transaction each, while the
        scheduled action, if any, has time.

        :param by_hand: somebody asks for it: what was cancelled or has failed before is
            tried again
        """

        def register(records):
            for request in records._lock():
                if request._transfer_due(by_hand):
                    request.with_company(request.company_id)._try_to_register()

        self._each(register, put_off=type(self)._not_registered_at_all)
        for company in self.filtered("payment_ids").company_id:
            company._urssaf_warn_no_transit()

    def _try_to_register(self):
        try:
            with self.env.cr.savepoint():
                self._register_transfer()
        except (UserError, RedirectWarning) as error:
            self._not_registered(str(error.args[0]))

    def _not_registered_at_all(self, error):
        """Something that nobody foresaw: told once, tried again by the button."""
        if self.state in TRANSFERRED:
            self._not_registered(
                self.env._(
                    "an error that was not foreseen, the server’s log says where it "
                    "happened. Show it to who looks after your Odoo, then press "
                    "“Register the payment”."
                )
            )

    def _live_payments(self):
        return self.payment_ids.filtered(
            lambda p: p.state not in ("canceled", "rejected")
        )

    def _transfer_due(self, by_hand):
        """What was just read under the lock of the row: to be registered now?"""
        if by_hand:
            return self.transfer_bookable
        return self.transfer_to_book and self.matter != NOT_BOOKED

    def _register_transfer(self):
        """One payment of what Urssaf transferred, dated the day of the transfer.

        A difference with the invoice stays open on it, for the accountant to see.

        :raises UserError: no journal, locked period, or nothing left to pay
        """
        self.ensure_one()
        move = self.move_id
        if not self.company_id._urssaf_own("urssaf_payment_journal_id"):
            raise UserError(
                self.env._(
                    "Choose the journal of the transfers in the Urssaf settings."
                )
            )
        if move.state != "posted" or not move.amount_residual:
            raise UserError(
                self.env._(
                    "Urssaf transferred %(amount)s for the invoice %(invoice)s, which "
                    "has nothing left to pay. Was it collected twice?",
                    amount=self.currency_id.format(self.transfer_amount),
                    invoice=move.name,
                )
            )
        left = move.amount_residual
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(self._prepare_payment_register())
        )
        payments = wizard._create_payments()
        # Odoo's wizard hands them over without sudo, and only the code writes this.
        payments.sudo().urssaf_request_id = self
        self.env["account.bank.statement.line"]._urssaf_announced(self, payments)
        self.write({**self._no_error(), **self._no_matter()})
        self._told_done()
        self._tell_difference()
        self._tell_paid_otherwise(left)

    def _tell_paid_otherwise(self, left):
        """A part was paid or credited while Urssaf was collecting the whole.

        :param left: what was left to pay on the invoice before the transfer
        """
        otherwise = self.currency_id.round(self.transfer_expected - left)
        over = self.currency_id.round(self.transfer_amount - left)
        if min(otherwise, over) <= 0:
            return
        self._tell(
            self.env._(
                "Urssaf transferred %(amount)s for an invoice of which %(left)s were "
                "left to pay: %(otherwise)s had been paid or credited otherwise. "
                "%(over)s too much are on the customer’s account: refund them, or use "
                "them for another invoice. Was it collected twice?",
                amount=self.currency_id.format(self.transfer_amount),
                left=self.currency_id.format(left),
                otherwise=self.currency_id.format(otherwise),
                over=self.currency_id.format(over),
            )
        )

    def _tell_difference(self):
        """Less or more than expected: booked as it came, explained, left open."""
        gap = self.currency_id.round(self.transfer_gap)
        if not gap:
            return
        amounts = {
            "amount": self.currency_id.format(self.transfer_amount),
            "expected": self.currency_id.format(self.transfer_expected),
            "gap": self.currency_id.format(abs(gap)),
        }
        if gap < 0:
            self._tell(
                self.env._(
                    "Urssaf transferred %(amount)s instead of %(expected)s. The "
                    "%(gap)s missing stay open on the invoice: Urssaf may have set off "
                    "contributions that you owe (article L133-8-8), see its notice.",
                    **amounts,
                )
            )
        else:
            self._tell(
                self.env._(
                    "Urssaf transferred %(amount)s instead of %(expected)s. The excess "
                    "of %(gap)s is on the customer’s account: ask Urssaf what it is.",
                    **amounts,
                )
            )

    def _tell_changed_transfer(self, before):
        """Urssaf changed the amount of a transfer that is on the invoice already."""
        if (
            self.currency_id.compare_amounts(before, self.transfer_amount)
            and self.amount_booked
        ):
            self._tell(
                self.env._(
                    "Urssaf now says that it transferred %(now)s, after %(before)s, "
                    "which is on the invoice: check with the bank statement.",
                    now=self.currency_id.format(self.transfer_amount),
                    before=self.currency_id.format(before),
                )
            )

    def _prepare_payment_register(self):
        company = self.company_id
        journal = company._urssaf_own("urssaf_payment_journal_id")
        values = {
            "journal_id": journal.id,
            "payment_date": self.transfer_date,
            "amount": self.transfer_amount,
            "currency_id": self.currency_id.id,
            "payment_difference_handling": "open",
            "communication": self._payment_label(),
        }
        line = company._urssaf_own("urssaf_payment_method_line_id")
        if line.journal_id == journal:
            values["payment_method_line_id"] = line.id
        return values

    def _payment_label(self):
        """The demande's numbers and the day of the transfer, so that the accountant and
        the FEC can name it: in a locked period the entry has another date.
        """
        day = f"{self.transfer_date:%d/%m/%Y}"
        return f"{self.name} Urssaf {self.external_id} {day}"

    def _not_registered(self, message):
        note = self.env._(
            "Paid by Urssaf on %(date)s, not registered on the invoice: %(reason)s",
            date=format_date(self.env, self.transfer_date),
            reason=message,
        )
        self.write({"matter": NOT_BOOKED, "matter_message": note})
        self._tell(note)
