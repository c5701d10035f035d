# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credited once Urssaf had paid: half of the credit note is tax credit that Urssaf
advanced. It is not the customer's, though it stands on his account: one button puts it
on the surplus account, where it waits until Urssaf takes it back.
"""

from odoo.exceptions import UserError

from ...lib.rules import paris_today
from .lettering import match, on_event_day, receivable
from .settling import aside_entries, later_refunds, settled
from .shares import shares
from .transfer_entries import chosen_account, post_entry


def left_on(request, refund):
    """How much of what is open on this credit note is tax credit, in euros: what was
    credited before Urssaf paid is in the surplus of its transfer.
    """
    owed = receivable(refund)
    before = owed.matched_debit_ids.filtered(
        lambda partial: partial.debit_move_id.move_id == request.move_id
    )
    later = refund.amount_total - sum(before.mapped("amount"))
    _customers, advanced = shares(request, later)
    done = sum(aside_entries(request, refund).mapped("amount_total"))
    left = min(advanced - done, refund.amount_residual)
    return max(request.currency_id.round(left), 0.0)


def to_set_aside(request):
    """``{credit note: euros}``"""
    found = {refund: left_on(request, refund) for refund in later_refunds(request)}
    return {refund: amount for refund, amount in found.items() if amount}


def book_aside(request):
    """What Urssaf advanced of the credit notes goes from the customer's account to the
    surplus account, today: what is left there is the customer's, to be refunded.

    :raises UserError: nothing is to be put aside, or no account was chosen
    """
    found = to_set_aside(request) if request.can_set_aside else {}
    if not found:
        raise UserError(
            request.env._("No tax credit is open on a credit note of this invoice.")
        )
    account = chosen_account(
        request,
        "urssaf_surplus_account_id",
        request.env._("No account is chosen for tax credit that is to be given back"),
    )
    day = paris_today()
    for refund, amount in found.items():
        _put(request, day, refund, amount, account)
    refunds = request.env["account.move"].union(*found)
    return settled(
        request,
        request.env._(
            "%(amount)s of tax credit are put aside, on the surplus account, until "
            "Urssaf takes them back. What is open on %(refunds)s (%(left)s) is the "
            "customer’s: refund it.",
            amount=request.currency_id.format(sum(found.values())),
            refunds=", ".join(refunds.mapped("name")),
            left=request.currency_id.format(sum(refunds.mapped("amount_residual"))),
        ),
    )


def _put(request, day, refund, amount, account):
    owed = receivable(refund).filtered(lambda line: not line.reconciled)
    entry = post_entry(
        request,
        day,
        request.env._(
            "%(label)s, tax credit of %(refund)s",
            label=request._payment_label(),
            refund=refund.name,
        ),
        (owed[:1].account_id, owed[:1].partner_id, amount),
        (account, request.env["res.partner"], -amount),
    )
    here = on_event_day(request, request.company_id, day)
    match((receivable(entry) + owed).with_env(here.env))
