# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was received from the customer before the sending, and what is no deposit.

A deposit is money that the customer has paid: article L133-8-4 III 2° of the code de la
sécurité sociale wants “les paiements en numéraire directement effectués” declared. A
write-off, a credit note, a transfer of Urssaf itself or a miscellaneous entry brings
down what is left on the invoice, and is none.
"""

from decimal import Decimal
from typing import NamedTuple

from odoo.tools import format_date

from ...lib.rules import AmountError, check_deposit, paris_today

CASH = ("asset_cash", "liability_credit_card")


class Received(NamedTuple):
    """What an invoice is matched with, in its currency.

    ``payments``: of the customer; ``credits``: credit notes; ``other``: write-offs,
    Urssaf's own money, entries that are no payment, with their names in ``entries``;
    ``date``: of the last payment of the customer.
    """

    payments: float = 0.0
    credits: float = 0.0
    other: float = 0.0
    entries: tuple = ()
    date: object = None


def received(move):
    """:return: :class:`Received` of one invoice"""
    # sudo(): payments, for whoever sends invoices without seeing them.
    terms = move.sudo().line_ids.filtered(
        lambda line: line.display_type == "payment_term"
    )
    payments = credits = other = 0.0
    entries, dates = [], []
    for partial in terms.matched_credit_ids:
        entry, amount = partial.credit_move_id.move_id, partial.debit_amount_currency
        if entry.move_type == "out_refund":
            credits += amount
            continue
        # Odoo keeps the match of a payment that is back in draft.
        share = customers_share(entry) if entry.state == "posted" else 0.0
        money = move.currency_id.round(amount * share)
        if money:
            payments += money
            dates.append(entry.origin_payment_id.date or entry.date)
        if move.currency_id.compare_amounts(money, amount):
            other += amount - money
            entries.append(entry.display_name)
    currency = move.currency_id
    return Received(
        currency.round(payments),
        currency.round(credits),
        currency.round(other),
        tuple(entries),
        max(dates, default=None),
    )


def customers_share(entry):
    """How much of what this entry credits to the customer he has really paid, from 0
    to 1: the rest was written off, or is no money of his.
    """
    payment = entry.origin_payment_id
    line = entry.statement_line_id
    if payment.urssaf_request_id or (line and line._urssaf_label_known()):
        return 0.0
    if payment:
        money, credited, _written_off = payment._seek_for_lines()
    elif entry.journal_id.type in ("bank", "cash", "credit"):
        # A line of the bank statement, or an entry typed in its journal.
        money = entry.line_ids.filtered(lambda li: li.account_id.account_type in CASH)
        credited = entry.line_ids.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        )
    else:
        return 0.0
    money = sum(money.mapped("balance"))
    credited = -sum(credited.mapped("balance"))
    return min(max(money / credited, 0.0), 1.0) if credited > 0 else 0.0


def deposit_faults(move):
    """``(key, fault)``: what was received before does not go with a demande."""
    found = move._urssaf_received()
    if found.other:
        yield "partial", _settled_otherwise(move, found)
    elif found.credits or not found.payments:
        message = move.env._(
            "A credit note has reduced this invoice. Make a new invoice for what is "
            "left: Urssaf takes no reduction."
        )
        yield "partial", move._urssaf_fault(message, "ERR_VALEUR_NEGATIVE")
    elif not move.company_id._urssaf_holder().urssaf_declare_deposits:
        yield "partial", _undeclared(move, found)
    elif found.date > paris_today():
        message = move.env._(
            "The deposit of %(deposit)s is dated %(date)s, which is still to come: "
            "Urssaf takes what was received. Correct the date of the payment, or wait.",
            deposit=move.currency_id.format(found.payments),
            date=format_date(move.env, found.date),
        )
        yield "deposit", move._urssaf_fault(message, "ERR_DATE_FUTUR")
    else:
        total = move._urssaf_totals()[0]
        try:
            check_deposit(Decimal(str(found.payments)), Decimal(str(total)))
        except AmountError as error:
            message = move.env._(
                "The deposit of %(deposit)s is more than half of %(total)s.",
                deposit=move.currency_id.format(found.payments),
                total=move.currency_id.format(total),
            )
            yield "deposit", move._urssaf_fault(message, error.code)


def _settled_otherwise(move, found):
    message = move.env._(
        "%(amount)s of this invoice were settled otherwise than by a payment of the "
        "customer (%(entries)s): a write-off, a transfer of Urssaf or a miscellaneous "
        "entry is no deposit, and Urssaf would collect the whole. Undo this "
        "reconciliation, or make a new invoice for what is left.",
        amount=move.currency_id.format(found.other),
        entries=", ".join(found.entries),
    )
    return move._urssaf_fault(message, "ERR_ACOMPTE_BLOQUE")


def _undeclared(move, found):
    message = move.env._(
        "%(amount)s of this invoice are paid already. Urssaf collects it as a whole, "
        "unless the company may declare deposits (see the settings).",
        amount=move.currency_id.format(found.payments),
    )
    return move._urssaf_fault(message, "ERR_ACOMPTE_BLOQUE")
