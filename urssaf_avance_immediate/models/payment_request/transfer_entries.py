# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The entries of a transfer: a payment of at most what the invoice has left, a surplus
that is nobody's yet, a line of the bank that had come before. What one button settles
afterwards is in ``settling``.

Each function books for one demande, as superuser, and raises ``UserError`` where
something is missing: the caller undoes all of it and says so. The account numbers are
settings of the company; no official source names any.
"""

from typing import NamedTuple

from odoo import Command
from odoo.exceptions import UserError

from ...lib.rules import paris_date, working_days_since
from .lettering import EVENT_DAY, match, on_event_day, receivable
from .transfer_notes import nothing_left_note, nothing_transferred_note

# Working days by which the bank may date a transfer before Urssaf does.
BANK_BEFORE = 2


class Registered(NamedTuple):
    """What became of a transfer, in euros."""

    left: float  # to pay on the invoice before it
    surplus: float  # beyond that, on the surplus account


def register(request, by_hand=False):
    """Book what Urssaf transferred and is not booked yet: one payment, dated the day of
    the transfer, of which the customer's account gets at most what the invoice has
    left.

    :param by_hand: a person says that a line of the bank on this invoice is Urssaf's
    :rtype: Registered
    """
    move = posted_invoice(request)
    amount = request.transfer_missing
    on_invoice = _bank_matches(request, amount, by_hand)
    # An invoice in instalments has several matches with one line.
    adopted = {
        line: sum(matches.mapped("amount"))
        for line, matches in on_invoice.grouped("credit_move_id").items()
    }
    if adopted:
        # These match again at once: the VAT stays where it is.
        day = max(line.date for line in adopted)
        request = on_event_day(request, request.company_id, day)
        on_invoice.with_env(request.env).unlink()
    left = move.amount_residual
    if not left or amount <= 0:
        raise UserError(_nothing_left(request, amount))
    surplus = max(request.currency_id.round(amount - left), 0.0)
    payment = pay(request, amount, surplus)
    _adopt(request, payment, adopted)
    request.env["account.bank.statement.line"]._urssaf_announced(request, payment)
    return Registered(left, surplus)


def is_plain(request):
    """Whether nothing of this transfer is out of the ordinary: it pays what the invoice
    has open, or a part of it, and nothing that is there already is to be taken over.
    Where Urssaf kept a part and yet leaves nothing to pay, the invoice was paid or
    credited otherwise.
    """
    amount = request.transfer_missing
    left = request.move_id.amount_residual
    more = request.currency_id.compare_amounts(left, amount)
    return (
        request.move_id.state == "posted"
        and bool(request.company_id._urssaf_own("urssaf_payment_journal_id"))
        and request.currency_id == request.company_id.currency_id
        and 0 < amount
        and (more > 0 or (more == 0 and request.transfer_gap >= 0))
        and not request.payment_ids
        and not _bank_matches(request, amount, by_hand=False)
    )


def register_together(requests):
    """The same as :func:`register` for transfers that :func:`is_plain`, of one company:
    their payments are made, posted and matched in one go.

    :rtype: dict[demande, Registered]
    """
    booked = {
        request: Registered(request.move_id.amount_residual, 0.0)
        for request in requests
    }
    payments = requests.env["account.payment"].create(
        [
            # As ``matched_payment_ids`` of the invoice, which would write on it again.
            _payment_values(request, request.transfer_missing)
            | {"invoice_ids": [Command.set(request.move_id.ids)]}
            for request in requests
        ]
    )
    payments.action_post()
    requests.env["account.bank.statement.line"]._urssaf_announced(requests, payments)
    return booked


def posted_invoice(request):
    move = request.move_id
    if not request.company_id._urssaf_own("urssaf_payment_journal_id"):
        raise UserError(
            request.env._("Choose the journal of the transfers in the Urssaf settings.")
        )
    if move.state != "posted":
        raise UserError(
            request.env._(
                "the invoice %s is not posted. Post it again, then press “Register the "
                "payment”.",
                move.display_name,
            )
        )
    return move


def _nothing_left(request, amount):
    if amount <= 0:
        return nothing_transferred_note(request)
    return nothing_left_note(request, amount)


def chosen_account(request, name, what):
    """An account of the settings.

    :raises UserError: none was chosen
    """
    account = request.company_id._urssaf_own(name)
    if not account:
        raise UserError(
            request.env._(
                "%s. In the Urssaf settings, press “Set up the accounts”: it creates "
                "what is missing. Then come back and press the button again.",
                what,
            )
        )
    return account


# -- the payment ----------------------------------------------------------------------


def pay(request, amount, surplus=0.0, label=None):
    """A posted payment of Urssaf for the customer, matched with the invoice as far as
    it is open.
    """
    values = _payment_values(request, amount, label)
    if surplus:
        values["write_off_line_vals"] = [surplus_line(request, -surplus)]
    payment = request.env["account.payment"].create(values)
    payment.action_post()
    # After it: Odoo takes a payment whose invoice is paid for one that the bank showed.
    request.move_id.matched_payment_ids += payment
    return payment


def _payment_values(request, amount, label=None):
    company = request.company_id
    journal = company._urssaf_own("urssaf_payment_journal_id")
    method = company._urssaf_method_line("inbound")
    method = method or journal.inbound_payment_method_line_ids[:1]
    owed = receivable(request.move_id)[:1]
    return {
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id": owed.partner_id.id,
        "amount": amount,
        "currency_id": request.currency_id.id,
        "date": _booking_day(request),
        "journal_id": journal.id,
        "company_id": company.id,
        "payment_method_line_id": method.id,
        "destination_account_id": owed.account_id.id,
        "memo": label or request._payment_label(),
        "urssaf_request_id": request.id,
    }


def _booking_day(request):
    """The day of the transfer. What Urssaf pays again after it took it back did not
    come before that: then the day on which it said so.
    """
    back = request._live_payments().filtered(lambda one: one.payment_type == "outbound")
    if back and request.transfer_date <= max(back.mapped("date")):
        return max(paris_date(request.remote_changed_at), *back.mapped("date"))
    return request.transfer_date


def surplus_line(request, balance, label=None):
    """The line of a payment that is not the customer's: without partner, so that it is
    never taken for his credit.

    :param balance: negative for what Urssaf paid too much
    """
    account = chosen_account(
        request,
        "urssaf_surplus_account_id",
        request.env._(
            "%s more came than is left to pay, and no account is chosen for it",
            request.currency_id.format(abs(balance)),
        ),
    )
    return {
        "name": label or request._payment_label(),
        "account_id": account.id,
        "partner_id": False,
        "currency_id": request.currency_id.id,
        "amount_currency": balance,
        "balance": balance,
    }


# -- a line of the bank that somebody had matched with the invoice ---------------------


def _bank_matches(request, amount, by_hand):
    """Matches of the invoice with lines of the bank that are this very transfer: those
    that name Urssaf; where a person says so, what leaves nothing to pay.
    """
    journal = request.company_id._urssaf_own("urssaf_payment_journal_id")
    matches = receivable(request.move_id).matched_credit_ids.filtered(
        lambda partial: (
            partial.credit_move_id.move_id.statement_line_id
            and partial.credit_move_id.journal_id == journal
        )
    )
    # A deposit of the customer may name Urssaf too: it came before.
    named = matches.filtered(
        lambda partial: (
            working_days_since(partial.credit_move_id.date, request.transfer_date)
            <= BANK_BEFORE
            and _names_urssaf(partial.credit_move_id.move_id.statement_line_id)
        )
    )
    if named or not by_hand or request.move_id.amount_residual:
        return named
    return _of_amount(request, matches, amount) or named


def _of_amount(request, matches, amount):
    """The matches of one line of the bank, or else all of them, that make the amount. A
    deposit of the customer came before.
    """
    same = [
        found
        for found in (*matches.grouped("credit_move_id").values(), matches)
        if found
        and not request.currency_id.compare_amounts(sum(found.mapped("amount")), amount)
    ]
    return max(
        same, key=lambda found: min(found.mapped("credit_move_id.date")), default=None
    )


def _names_urssaf(line):
    """Its label is the one that was learnt, or it says so in plain words."""
    if line._urssaf_label_known():
        return True
    texts = (line.payment_ref, line.partner_name, line.partner_id.name)
    return any("urssaf" in (text or "").casefold() for text in texts)


def _adopt(request, payment, lines):
    """Lines of the bank that stood on the customer's account clear this payment.

    :param lines: ``{line on the customer's account: amount that was matched}``
    """
    if not lines:
        return
    transit = payment.outstanding_account_id
    if not transit:
        # Possible where another module reconciles without such an account.
        raise UserError(request.company_id._urssaf_transit_missing())
    cleared = payment._seek_for_lines()[0]
    for line, amount in lines.items():
        cleared += _to_transit(request, line, amount, transit)
    if transit.reconcile:
        match(cleared)


def _to_transit(request, line, amount, transit):
    """The line of this entry of the bank on the transit account: the same, where it is
    all Urssaf's and its period is open; else that of an entry that moves it there.
    """
    entry = line.move_id
    whole = not line.company_currency_id.compare_amounts(-line.amount_residual, amount)
    whole = whole and not (line.matched_debit_ids or line.matched_credit_ids)
    whole = whole and not line.company_currency_id.compare_amounts(
        line.balance, -amount
    )
    locked = entry.company_id._get_violated_lock_dates(
        entry.date, False, entry.journal_id
    )
    if whole and not locked and not entry.inalterable_hash:
        line.account_id = transit
        return line
    moved = post_entry(
        request,
        entry.date,
        request._payment_label(),
        (line.account_id, line.partner_id, amount),
        (transit, line.partner_id, -amount),
    )
    match(receivable(moved) + line)
    return moved.line_ids.filtered(lambda one: one.account_id == transit)


def surplus_lines(payments):
    """The lines of these payments that are neither the customer's nor transit."""
    lines = payments.env["account.move.line"]
    for payment in payments.filtered(lambda one: one.move_id.state == "posted"):
        lines += payment._seek_for_lines()[2]
    return lines


def post_entry(request, day, label, debit, credit):
    """A posted entry of two lines, dated ``day`` or the first open day after it.

    :param debit: ``(account, partner, balance)``, and so is ``credit``
    """
    company = request.company_id
    values = {
        "move_type": "entry",
        "journal_id": _misc_journal(request, company).id,
        "company_id": company.id,
        "date": day,
        "ref": label,
        "line_ids": [
            Command.create(
                {
                    "name": label,
                    "account_id": account.id,
                    "partner_id": partner.id,
                    "balance": balance,
                }
            )
            for account, partner, balance in (debit, credit)
        ],
    }
    moves = request.env["account.move"].with_context(**{EVENT_DAY: day})
    entry = moves.create(values)
    entry._post(soft=False)
    return entry.with_env(request.env)


def _misc_journal(request, company):
    """The first of the company's miscellaneous operations, not those that Odoo keeps
    for itself.
    """
    journals = request.env["account.journal"]
    # sudo(): those of the companies above a branch, which its user may not open.
    above = company.sudo().parent_ids
    own = above.tax_cash_basis_journal_id | above.currency_exchange_journal_id
    found = journals.search(
        [
            *journals._check_company_domain(company),
            ("type", "=", "general"),
            ("id", "not in", own.ids),
        ]
    )
    # A branch's own before those of the company above it.
    journal = found.sorted(lambda one: one.company_id != company)[:1]
    if not journal:
        raise UserError(
            request.env._("Create a journal of miscellaneous operations first.")
        )
    return journal
