# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credited once Urssaf had paid: half of the credit note is tax credit that Urssaf
advanced. It is not the customer's, though it stands on his account: one button puts it
on the surplus account, where it waits until Urssaf takes it back.
"""

from odoo.exceptions import UserError

from ...lib.rules import paris_today
from ..exchange.screen import notice
from .lettering import match, on_event_day, receivable
from .settling import amount_aside, aside_entries, later_refunds
from .shares import credited, excess_of, shares, shares_of
from .transfer_entries import chosen_account, post_entry, surplus_lines


def left_on(request, refund):
    """How much of what is open on this credit note is tax credit, in euros: as far as
    it is still advanced, and waits neither in the surplus of a transfer nor on the
    surplus account. All the rest is the customer's, such as a deposit.
    """
    _customers, advanced = shares_of(request, refund)
    left = advanced * _still_advanced(request)
    left -= _in_surplus(request).get(refund, 0.0)
    left -= sum(aside_entries(request, refund).mapped("amount_total"))
    left = min(left, refund.amount_residual)
    return max(request.currency_id.round(left), 0.0)


def _still_advanced(request):
    """Which part of the tax credit Urssaf has not taken back with the invoice, from 0
    to 1. The customer's half alone, and debits of a surplus, leave it advanced.
    """
    taken = 0.0
    for payment in request._live_payments().sorted("id"):
        if payment.payment_type == "inbound":
            taken = max(taken - payment.amount, 0.0)
        elif not payment.urssaf_customers_half:
            of_surplus = sum(surplus_lines(payment).mapped("balance"))
            taken += payment.amount - of_surplus
    whole = request.transfer_expected
    return max(1 - taken / whole, 0.0) if whole > 0 else 1.0


def part_taken_back(request, payment):
    """How much of what was advanced this debit gives back, from 0 to 1: in proportion
    to the transfer; of what was credited, the surplus holds the tax credit alone, as
    soon as the customer has got his share.
    """
    whole = request.transfer_amount or 1
    of_surplus = sum(surplus_lines(payment).mapped("balance"))
    part = of_surplus / whole
    if of_surplus and request.amount_credit_estimate:
        _customers, advanced = shares(request, credited(request))
        advanced = min(of_surplus, advanced + amount_aside(request))
        part = max(part, advanced / request.amount_credit_estimate)
    return part + (payment.amount - of_surplus) / whole


def _in_surplus(request):
    """``{credit note: euros}``: the tax credit of what had been credited when Urssaf
    paid is a part of what came too much, see ``shares``.
    """
    payments = request._live_payments()
    inbound = payments.filtered(lambda one: one.payment_type == "inbound")
    surplus = -sum(surplus_lines(inbound).mapped("balance"))
    if not payments:
        surplus = request.transfer_missing  # is to be registered
    left = excess_of(request, max(surplus, 0.0)).advanced
    found = {}
    for refund in later_refunds(request).sorted("id"):
        matched = receivable(refund).matched_debit_ids.debit_move_id.move_id
        if request.move_id in matched:
            found[refund] = min(shares_of(request, refund)[1], left)
            left -= found[refund]
    return found


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
    text = _said(request, refunds, sum(found.values()))
    # It settles nothing else: a surplus that came before is told until it is given.
    request._message_log(body=text)
    return notice(text)


def _said(request, refunds, aside):
    money, left = request.currency_id.format, sum(refunds.mapped("amount_residual"))
    if not left:
        # He has got his share already, or had borne nothing.
        return request.env._(
            "%s of tax credit are put aside, on the surplus account, until Urssaf "
            "takes them back.",
            money(aside),
        )
    return request.env._(
        "%(amount)s of tax credit are put aside, on the surplus account, until "
        "Urssaf takes them back. What is open on %(refunds)s (%(left)s) is the "
        "customer’s: refund it.",
        amount=money(aside),
        refunds=", ".join(refunds.mapped("name")),
        left=money(left),
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
