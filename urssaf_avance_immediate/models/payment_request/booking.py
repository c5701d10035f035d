# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The money: a transfer of Urssaf becomes a payment of the invoice.

A step of its own, after the status is committed: a locked period, a missing journal or
an invoice already paid never loses what Urssaf said. Taking a payment back is in the
wizard ``urssaf.payment.request.reversal``.
"""

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..exchange import work
from ..exchange.screen import check_user, notice
from . import registering, set_aside, settling, transfer_entries
from . import transfer_notes as notes
from .payment_request import KEPT, NOT_BOOKED, SURPLUS

# States in which a transfer may have been made.
TRANSFERRED = ("paid", "unpaid", "recovered", "cancelled")
# Transfers that Urssaf has made and that are not on the invoice.
TO_BOOK = Domain("to_book", "=", True) & Domain("transfer_effective", "=", True)
# Of these, what a person was not told yet: he acts, then presses the button.
PENDING = TO_BOOK & Domain("matter", "!=", NOT_BOOKED)


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
        help="What Urssaf transferred less what was expected, without what it set off "
        "against contributions that you owe (article L133-8-8 of the code de la "
        "sécurité sociale) once that is booked.",
    )
    transfer_differs = fields.Boolean(compute="_compute_transfer_differs", store=True)
    set_off_move_id = fields.Many2one(
        "account.move",
        string="Entry of the set-off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    set_off_amount = fields.Monetary(
        string="Set off by Urssaf",
        compute="_compute_set_off_amount",
        store=True,
        help="Kept by Urssaf for contributions that you owe (article L133-8-8 of the "
        "code de la sécurité sociale). The customer owes nothing of it.",
    )
    surplus_move_ids = fields.Many2many(
        "account.move",
        "urssaf_surplus_entry_rel",
        string="Entries of second collections",
        readonly=True,
        copy=False,
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
        help="Payments of Urssaf, less those taken back.",
    )
    transfer_missing = fields.Monetary(
        string="Not registered yet",
        compute="_compute_transfer_missing",
        help="What Urssaf transferred and is not registered.",
    )
    surplus_amount = fields.Monetary(
        string="Surplus",
        compute="_compute_surplus_amount",
        compute_sudo=True,
        help="Paid by Urssaf beyond what the invoice had left; on the surplus account.",
    )
    can_set_off = fields.Boolean(compute="_compute_can_settle", compute_sudo=True)
    can_book_second = fields.Boolean(compute="_compute_can_settle", compute_sudo=True)
    can_set_aside = fields.Boolean(compute="_compute_can_settle", compute_sudo=True)
    can_undo_take_back = fields.Boolean(
        compute="_compute_can_settle", compute_sudo=True
    )

    @api.depends("amount_total", "amount_deposit")
    def _compute_transfer_expected(self):
        for request in self:
            rest = request.amount_total - request.amount_deposit
            request.transfer_expected = request.currency_id.round(rest)

    @api.depends(
        "transfer_effective", "transfer_amount", "transfer_expected", "set_off_amount"
    )
    def _compute_transfer_gap(self):
        for request in self:
            came = request.transfer_amount + request.set_off_amount
            gap = request.currency_id.round(came - request.transfer_expected)
            request.transfer_gap = request.transfer_effective and gap

    @api.depends("transfer_gap", "gap_settled", "transfer_settled", "matter")
    def _compute_transfer_differs(self):
        for request in self:
            gap = request.transfer_gap
            if not request.currency_id.compare_amounts(gap, request.gap_settled):
                gap = gap and request.matter in (KEPT, SURPLUS)  # told once more
            request.transfer_differs = gap and not request.transfer_settled

    @api.depends("set_off_move_id.state", "set_off_move_id.reversal_move_ids.state")
    def _compute_set_off_amount(self):
        for request in self:
            entry = request.set_off_move_id
            request.set_off_amount = settling.in_force(entry) and entry.amount_total

    # Written as Odoo writes these filters: PostgreSQL compares the words.
    _to_book_index = models.Index("(holder_id) WHERE to_book IS TRUE")
    _differs_index = models.Index("(company_id) WHERE transfer_differs IS TRUE")
    _announced_index = models.Index(
        "(company_id) WHERE state = 'paid' AND transfer_effective IS NOT TRUE"
    )

    @api.depends(
        "state", "transfer_settled", "payment_ids", "set_off_amount", "transfer_amount"
    )
    def _compute_to_book(self):
        for request in self:
            request.to_book = request.state == "paid" and not (
                request.payment_ids
                or request.transfer_settled
                or (request.set_off_amount and not request.transfer_amount)  # all
            )

    @api.depends("payment_ids.state", "payment_ids.amount")
    def _compute_amount_booked(self):
        for request in self:
            back = settling.taken_back(request)
            paid = request._live_payments() - back
            booked = sum(paid.mapped("amount")) - sum(back.mapped("amount"))
            request.amount_booked = booked

    @api.depends("transfer_effective", "transfer_amount", "amount_booked")
    def _compute_transfer_missing(self):
        for request in self:
            missing = request.transfer_effective and (
                request.transfer_amount - request.amount_booked
            )
            request.transfer_missing = max(request.currency_id.round(missing), 0.0)

    @api.depends(
        "payment_ids.state",
        "surplus_move_ids.state",
        "move_id.reversal_move_ids.amount_residual",
    )
    def _compute_surplus_amount(self):
        for request in self:
            lines = transfer_entries.surplus_lines(request._live_payments())
            surplus = -sum(lines.mapped("balance")) - settling.given(request)
            surplus += settling.amount_aside(request)
            request.surplus_amount = request.currency_id.round(surplus)

    @api.depends("state", "transfer_gap", "surplus_amount", "move_id.amount_residual")
    def _compute_can_settle(self):
        usable = self._usable()
        for request in self:
            here = request in usable
            paid = here and request.transfer_effective and request.state in TRANSFERRED
            request.can_set_off = paid and settling.may_be_set_off(request)
            request.can_book_second = paid and any(settling.collected_twice(request))
            request.can_set_aside = paid and set_aside.to_set_aside(request)
            request.can_undo_take_back = here and settling.taken_back(request)

    # -- what is to be booked: said here, and nowhere else -----------------------

    @api.model
    def _to_book_domain(self):
        """Of all companies; money of an environment that one has left is none."""
        companies = (
            self.env["res.company"]
            # sudo(): environments, nothing else of companies that one may not open.
            .sudo()
            .with_context(active_test=False)
            .search([("urssaf_environment", "!=", False)])
        )
        # Not one condition for each company: a network has hundreds.
        holders = companies.urssaf_holder_id.grouped("urssaf_environment")
        return TO_BOOK & Domain.OR(
            Domain("holder_id", "in", some.ids) & Domain("environment", "=", where)
            for where, some in holders.items()
        )

    @api.depends(
        "to_book",
        "transfer_effective",
        "environment",
        "holder_id.urssaf_environment",
    )
    def _compute_transfer_to_book(self):
        # sudo(): a branch’s user may not open the company above it.
        holders = self.sudo().holder_id.filtered(lambda h: h == h.urssaf_holder_id)
        here = self._is_here() & self.sudo().filtered(lambda r: r.holder_id in holders)
        to_book = here.filtered_domain(TO_BOOK)
        for request in self:
            request.transfer_to_book = request in to_book

    @api.model
    def _search_transfer_to_book(self, operator, value):
        return self._to_book_domain() if operator == "in" else NotImplemented

    @api.depends(
        "state",
        "transfer_effective",
        "transfer_settled",
        "transfer_missing",
        "environment",
        "holder_id.urssaf_environment",
    )
    def _compute_transfer_bookable(self):
        """By hand: Urssaf may have paid and said something else before we asked, and a
        payment that was cancelled may be registered again. What it has taken back may,
        once it says that it has paid.
        """
        usable = self._usable()
        for request in self:
            request.transfer_bookable = (
                request in usable
                and request.state in TRANSFERRED
                and request.transfer_effective
                and not request.transfer_settled
                and bool(request.transfer_missing)
                and (request.state == "paid" or not request._live_payments())
            )

    @api.model
    def _pending_transfers(self, company):
        """Transfers of the company that are booked without anybody's click."""
        here = self.with_env(work.in_office(company).env)
        # In the order of the numbers of the journal.
        order = "transfer_date, name, id"
        return here.search(company._urssaf_here() & PENDING, order=order)

    def action_register_transfer(self):
        """Try again, once what stood in the way is mended; or register what Urssaf has
        paid again.

        :raises UserError: the transfer belongs to another environment
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        request = self.sudo()  # sudo(): checked above; the code alone writes
        before = request.amount_booked
        request._register_transfers(by_hand=True)
        if added := request.currency_id.round(request.amount_booked - before):
            money = request.currency_id.format(added)
            return notice(
                self.env._("%s registered: the payment is on the invoice.", money)
            )
        return notice(notes.nothing_registered_note(request), kind="warning")

    def action_transfer_settled(self):
        """The accountant has dealt with this transfer: nothing is to be registered."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        request = self.sudo()  # sudo(): checked above; the code alone writes
        request.write(
            {"transfer_settled": True, **self._no_error(), **self._no_matter()}
        )
        request._told_done()
        request._message_log(
            body=self.env._("Transfer settled by hand by %s.", self.env.user.name)
        )

    def action_amount_settled(self):
        """Somebody has dealt with the other amount that Urssaf has for this demande,
        with what was paid besides, or with what Urssaf paid too much or kept.
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        request = self.sudo()  # sudo(): checked above; the code alone writes
        settling.settled_by_hand(request)

    def _register_transfers(self, by_hand=False):
        """Register each effective transfer of self while the scheduled action, if any,
        has time, see ``registering``.

        :param by_hand: somebody asks for it: what was cancelled or has failed before is
            tried again
        """
        registering.register(self, by_hand)
        for company in self.filtered("payment_ids").company_id:
            company._urssaf_warn_no_transit()

    def _try_to_register(self, by_hand=False):
        try:
            with self.env.cr.savepoint():
                self._register_transfer(by_hand)
        except (UserError, RedirectWarning) as error:
            self._not_registered(str(error.args[0]))

    def _not_registered_at_all(self, error):
        """Something that nobody foresaw: told once, tried again by the button."""
        if self.state in TRANSFERRED:
            self._not_registered(notes.unforeseen(self.env))

    def _live_payments(self):
        return self.payment_ids.filtered(
            lambda p: p.state not in ("canceled", "rejected")
        )

    def _transfer_due(self, by_hand):
        """What was just read under the lock of the row: to be registered now?"""
        if by_hand:
            return self.transfer_bookable
        return self.transfer_to_book and self.matter != NOT_BOOKED

    def _register_transfer(self, by_hand=False):
        """One payment of what Urssaf transferred, dated the day of the transfer; what
        differs from the invoice is said. Of several demandes if they are plain.

        :raises UserError: no journal or account, or nothing left to pay
        """
        if len(self) == 1:
            booked = {self: transfer_entries.register(self, by_hand)}
        else:
            booked = transfer_entries.register_together(self)
        self.write({**self._no_error(), **self._no_matter()})
        self._told_done()
        said = {}
        for request, one in booked.items():
            if note := notes.registered_note(request, one):
                said[request] = note
                if matter := settling.matter_of(request, one.surplus):
                    request.write({"matter": matter, "matter_message": note})
        # Odoo may tell a person's device at once, which nothing takes back.
        self.env.flush_all()
        self._tell_each(said)

    def _tell_changed_transfer(self, before):
        """Urssaf changed the amount of a transfer that is on the invoice already."""
        changed = self.currency_id.compare_amounts(before, self.transfer_amount)
        if changed and self.amount_booked:
            self._tell(notes.changed_note(self, before))

    # -- one button each: the accountant's, see ``settling`` ---------------------

    def action_book_set_off(self):
        """What Urssaf kept for contributions that are due is paid with them."""
        return settling.book_set_off(settling.for_manager(self))

    def action_book_second_collection(self):
        """The invoice was paid otherwise too: Urssaf's money is the customer's."""
        return settling.book_second_collection(settling.for_manager(self))

    def action_set_aside(self):
        """The tax credit of what was credited since waits for Urssaf."""
        return set_aside.book_aside(settling.for_manager(self))

    def action_undo_take_back(self):
        """The last take-back was none: Urssaf's payment is on the invoice again."""
        return settling.undo_take_back(settling.for_manager(self))

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
