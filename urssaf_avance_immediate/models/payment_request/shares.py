# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who bore what Urssaf paid: the customer his share, the State the tax credit that
Urssaf advances. What was credited while Urssaf collected came from both of them; what
the customer has paid us besides is all his.
"""

from typing import NamedTuple

from .lettering import receivable


class Excess(NamedTuple):
    """What Urssaf paid too much on an invoice, in euros. The tax credit is an
    estimate, hence both shares are.
    """

    customers: float = 0.0  # to be refunded to him
    advanced: float = 0.0  # tax credit, which is not the customer's


def shares(request, amount):
    """``(customer's, advanced)``: who bore ``amount`` of this invoice, euros. An
    estimate, as the tax credit is.
    """
    total = request.amount_total
    credit = request.amount_credit_estimate / total if total else 0
    advanced = request.currency_id.round(amount * credit)
    return request.currency_id.round(amount - advanced), advanced


def shares_of(request, document):
    """The same of this invoice, or of a credit note on it, as it is in the books. A
    down payment that has an invoice of its own is no part of that, and was of the price
    on which the tax credit is.
    """
    _customers, advanced = shares(request, document._urssaf_totals()[0])
    advanced = min(advanced, document.amount_total)
    return request.currency_id.round(document.amount_total - advanced), advanced


def shares_of_transfer(request, amount):
    """The same of so much of what Urssaf transfers for this demande, set-offs included:
    what the customer had paid us before is no part of that.
    """
    whole = request.transfer_expected
    credit = request.amount_credit_estimate / whole if whole else 0
    advanced = request.currency_id.round(amount * min(credit, 1))
    return request.currency_id.round(amount - advanced), advanced


def credited(request):
    """How much of the price the credit notes that are matched with the invoice take
    off, in euros: its own as a whole, since what they leave free is a deposit that was
    paid.
    """
    move = request.move_id
    amounts = {}
    for partial in receivable(move).matched_credit_ids:
        refund = partial.credit_move_id.move_id
        if refund.move_type != "out_refund":
            continue
        if refund.reversed_entry_id == move:
            amounts[refund] = refund._urssaf_totals()[0]
        else:
            amounts[refund] = amounts.get(refund, 0.0) + partial.debit_amount_currency
    return min(request.currency_id.round(sum(amounts.values())), request.amount_total)


def excess_of(request, amount):
    """Of whom ``amount`` is, which Urssaf paid and the invoice did not need.

    :rtype: Excess
    """
    _customers, advanced = shares(request, credited(request))
    advanced = min(advanced, amount)
    return Excess(request.currency_id.round(amount - advanced), advanced)


def kept_besides(request):
    """What Urssaf kept of its transfer though nothing is open on the invoice, which was
    paid or credited otherwise, in euros: a set-off of it pays no invoice.
    """
    if not request.transfer_effective or request.move_id.amount_residual:
        return 0.0
    return max(-request.transfer_gap, 0.0)


def halves_back(requests):
    """``{demande: euros}`` of those of whose payment Urssaf took back the customer's
    half alone, and has not transferred it again: the tax credit that it advanced stays
    advanced.
    """
    taken = requests.env["account.payment"].search(
        [
            ("urssaf_request_id", "in", requests.ids),
            ("urssaf_customers_half", "=", True),
        ]
    )
    found = {}
    for request in taken.urssaf_request_id:
        back = 0.0
        for payment in request._live_payments().sorted("id"):
            if payment.payment_type == "inbound":
                back = max(back - payment.amount, 0.0)
            elif payment.urssaf_customers_half:
                back += payment.amount
        if back:
            found[request] = back
    return found
