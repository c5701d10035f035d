# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one click of a manager books of a transfer that does not fit: Urssaf set a part
off, the invoice was collected elsewhere too, a take-back was none.
"""

from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import clean_context

from ...lib.rules import paris_today
from ..exchange import work
from ..exchange.screen import notice
from ..groups import MANAGER
from .lettering import first_open_day, letter, match, on_event_day, receivable
from .payment_request import KEPT, NOT_BOOKED, OTHER_AMOUNT, OTHER_MONEY, SURPLUS
from .shares import Excess, excess_of, kept_besides
from .transfer_entries import (
    chosen_account,
    pay,
    post_entry,
    posted_invoice,
    surplus_lines,
)
from .transfer_notes import collected_twice_note, kept_besides_note


def for_manager(request):
    """This demande, locked and as superuser, for a manager's button.

    :raises AccessError: the user is no manager
    :raises UserError: it is of another environment
    """
    request.ensure_one()
    if not request.env.user.has_group(MANAGER):
        raise AccessError(
            request.env._(
                "Only a manager of “Urssaf avance immédiate” books this: ask one to "
                "press the button."
            )
        )
    request.check_access("read")
    request._check_here()
    # sudo(): the manager was checked above, and need not be an accountant.
    locked = work.take_turn(request.sudo())
    # What a dialogue was opened with (“default_statement_line_id”) is not for the
    # entries that are made.
    locked = locked.with_env(locked.env(context=clean_context(locked.env.context)))
    return locked.with_company(locked.company_id)


def settled(request, text):
    """What a manager has just booked, in the history and on screen. What is open of
    this demande besides stays, and is said again.
    """
    request.write(request._no_error())
    if _is_open(request):
        request._tell(request.matter_message)
    else:
        request.write(request._no_matter())
        request._told_done()
        if request.transfer_gap > 0 and not any(collected_twice(request)):
            request.gap_settled = request.transfer_gap
    request._message_log(body=text)
    return notice(text)


def settled_by_hand(request):
    """Somebody has dealt with what Urssaf has otherwise, paid too much or kept, or with
    what was paid besides: that changes nothing of what Urssaf transferred.
    """
    matters = (OTHER_AMOUNT, SURPLUS, KEPT)
    if request.matter not in (*matters, OTHER_MONEY):
        return
    if request.matter in matters:
        request.gap_settled = request.transfer_gap
    request.write(request._no_matter())
    request._told_done()
    request._message_log(body=request.env._("Settled by %s.", request.env.user.name))


def _is_open(request):
    """Whether money of Urssaf still waits for the person who was told of it."""
    if request.matter == KEPT:
        return kept_besides(request) > 0
    if request.matter == SURPLUS:
        return request.surplus_amount > 0 and any(collected_twice(request))
    return request.matter == NOT_BOOKED and bool(request.transfer_missing)


def matter_of(request, surplus):
    """What waits for a person once this transfer is booked, if anything does."""
    if surplus:
        return SURPLUS
    return kept_besides(request) and KEPT


def _say_kept(request, surplus):
    """What Urssaf kept besides is still to be told.

    :param surplus: what came beyond what the invoice had left, euros
    """
    if kept_besides(request):
        note = kept_besides_note(request, surplus)
        request.write({"matter": KEPT, "matter_message": note})


def is_accountants(request):
    """Whether there is money of this demande that only the accountant can place."""
    placed = request.can_set_off or request.can_book_second
    return bool(placed or kept_besides(request))


def taken_back(request):
    """The live payments back to Urssaf, the last one at the end."""
    payments = request._live_payments().sorted("id")
    return payments.filtered(lambda payment: payment.payment_type == "outbound")


def in_force(entry):
    """Whether this entry counts: posted, and not reversed."""
    reversed_by = entry.reversal_move_ids.filtered(lambda move: move.state == "posted")
    return entry.state == "posted" and not reversed_by


# -- set off -----------------------------------------------------------------------


def may_be_set_off(request):
    """How much of the invoice Urssaf may have kept, in euros; nothing while a part of
    its transfer is not registered.
    """
    invoice = request.move_id
    if request.transfer_missing or request.set_off_amount or invoice.state != "posted":
        return 0.0
    return max(min(-request.transfer_gap, invoice.amount_residual), 0.0)


def book_set_off(request):
    """Urssaf kept a part for contributions that are due (article L133-8-8 of the code
    de la sécurité sociale): it is paid with that, on the day of the transfer, and the
    customer owes nothing of it.

    :raises UserError: nothing is missing, or no account was chosen
    """
    amount = request.can_set_off and may_be_set_off(request)
    if not amount:
        raise UserError(
            request.env._("Nothing that Urssaf may have set off is left to explain.")
        )
    account = chosen_account(
        request,
        "urssaf_set_off_account_id",
        request.env._("No account is chosen for what Urssaf sets off"),
    )
    day = request.transfer_date
    owed = receivable(request.move_id).filtered(lambda line: not line.reconciled)
    entry = post_entry(
        request,
        day,
        request.env._("%s set off by Urssaf (L133-8-8)", request._payment_label()),
        (account, request.env["res.partner"], amount),
        (owed[:1].account_id, owed[:1].partner_id, -amount),
    )
    here = on_event_day(request, request.company_id, day)
    match((receivable(entry) + owed).with_env(here.env))
    request.set_off_move_id = entry
    _say_kept(request, 0.0)
    return settled(
        request,
        request.env._(
            "%(amount)s set off by Urssaf (article L133-8-8): nothing of it is left to "
            "pay on %(invoice)s.",
            amount=request.currency_id.format(amount),
            invoice=request.move_id.name,
        ),
    )


# -- collected twice ------------------------------------------------------------------


def given(request):
    """What of the surplus was put on the customer's account, in euros."""
    entries = request.surplus_move_ids.filtered(in_force)
    return sum(entries.mapped("amount_total"))


def later_refunds(request):
    """The posted credit notes on the invoice."""
    return request.move_id.reversal_move_ids.filtered(
        lambda move: move.state == "posted" and move.move_type == "out_refund"
    )


def aside_entries(request, refunds):
    """The entries that have put tax credit of these credit notes aside, see
    ``set_aside``.
    """
    account = request.company_id._urssaf_own("urssaf_surplus_account_id")
    matched = receivable(refunds).matched_debit_ids.debit_move_id.move_id
    return matched.filtered(
        lambda entry: in_force(entry)
        and not entry.origin_payment_id
        and account in entry.line_ids.account_id
    )


def amount_aside(request):
    """What was put on the surplus account from credit notes, in euros."""
    entries = aside_entries(request, later_refunds(request))
    return sum(entries.mapped("amount_total"))


def _debited(request):
    """What Urssaf has taken back of the surplus since it paid last, in euros."""
    payments = request._live_payments()
    inbound = payments.filtered(lambda one: one.payment_type == "inbound")
    last = max(inbound.ids, default=0)
    lines = surplus_lines((payments - inbound).filtered(lambda one: one.id > last))
    return sum(lines.mapped("balance"))


def collected_twice(request):
    """What Urssaf paid too much on the invoice, and the customer was not given yet.

    :rtype: Excess
    """
    # What Urssaf took back of the surplus is missing on purpose.
    less = request.state != "paid" and _debited(request) > 0
    # What was put aside from credit notes is no part of what came too much.
    surplus = request.surplus_amount - amount_aside(request)
    if surplus > 0 or less:
        before = given(request)
        # Urssaf may have its tax credit back already: the customer's share stays his.
        debited = _debited(request)
        excess = excess_of(request, surplus + before + debited)
        left = min(excess.customers - before, surplus)
        left = request.currency_id.round(left)
        advanced = request.currency_id.round(max(excess.advanced - debited, 0.0))
        excess = excess._replace(advanced=advanced)
        # The tax credit alone is left: that stays where it is.
        return excess._replace(customers=left) if left > 0 else Excess()
    invoice = request.move_id
    # What was set off paid the invoice: the customer has paid nothing twice.
    if request.transfer_settled or request.set_off_amount:
        return Excess()
    if invoice.state != "posted" or invoice.amount_residual:
        return Excess()
    return excess_of(request, request.transfer_missing)


def book_second_collection(request):
    """The invoice had been paid or credited otherwise: what the customer bore of it is
    his, to be refunded, and no deposit for another invoice. The tax credit that Urssaf
    advanced on what was credited is not his: it waits on the surplus account.

    :raises UserError: nothing came twice
    """
    excess = collected_twice(request) if request.can_book_second else Excess()
    if not any(excess):
        raise UserError(
            request.env._("Nothing of this transfer is too much on the invoice.")
        )
    label = request.env._("%s collected twice", request._payment_label())
    surplus = sum(excess) + given(request)
    if request.surplus_amount > 0:
        request.surplus_move_ids += _give_surplus(request, excess.customers, label)
    else:
        posted_invoice(request)
        payment = pay(request, sum(excess), excess.advanced, label)
        # The bank may have shown it before Urssaf said so.
        request.env["account.bank.statement.line"]._urssaf_announced(request, payment)
    _say_kept(request, surplus)
    return settled(request, collected_twice_note(request, excess))


def _give_surplus(request, amount, label):
    """So much of the surplus goes from its account to the customer's."""
    lines = surplus_lines(request._live_payments())
    account = lines[:1].account_id
    owed = receivable(request.move_id)[:1]
    entry = post_entry(
        request,
        request.transfer_date,
        label,
        (account, request.env["res.partner"], amount),
        (owed.account_id, owed.partner_id, -amount),
    )
    if account.reconcile:
        match(lines + entry.line_ids.filtered(lambda one: one.account_id == account))
    return entry


# -- taking a wrong take-back back ---


def undo_take_back(request):
    """The last take-back was none: Urssaf's payment is on the invoice again, and the
    VAT on collection is due in the month of the click.

    :raises UserError: there is none, or the bank shows it
    """
    last = taken_back(request)[-1:]
    if not last:
        raise UserError(request.env._("Nothing was taken back."))
    _cancel(last)
    return settled(
        request,
        request.env._(
            "The take-back of %s was undone: Urssaf’s payment is on the invoice again.",
            request.currency_id.format(last.amount),
        ),
    )


def _cancel(back):
    """Cancel a payment to Urssaf that was booked by mistake. Its entry stays, and
    another one reverses it today: the numbers of the journal have no hole in the FEC,
    and no month that is over changes.
    """
    entry = back.move_id
    cleared_by = back._seek_for_lines()[0].matched_debit_ids.debit_move_id
    if cleared_by.move_id.statement_line_id:
        raise UserError(
            back.env._(
                "The bank statement shows this debit: undo its match with the line of "
                "the bank first."
            )
        )
    company, journal = entry.company_id, entry.journal_id
    day = first_open_day(company, paris_today(), journal, False)
    label = back.env._(
        "%(take_back)s, undone on %(day)s", take_back=back.memo, day=f"{day:%d/%m/%Y}"
    )
    entry.line_ids.remove_move_reconcile()
    reversal = entry._reverse_moves([{"date": day, "ref": label}])
    reversal.line_ids.name = label
    reversal._post(soft=False)
    both = (entry + reversal).line_ids
    match(both.filtered(lambda line: line.account_id.reconcile))
    back.state = "canceled"
    letter(back.urssaf_request_id, day)
