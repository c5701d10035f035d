# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What went wrong with a demande, in plain words: what happened, and what to do about
it. Nothing is decided here.
"""

from odoo import fields
from odoo.tools import format_date, format_datetime, format_list

from ...lib.api.schemas import as_date
from ...lib.rules import PARIS
from .lettering import receivable
from .payment_request import FOLLOWED


def handle_note(request, state):
    """What happened, and what to do about it."""
    if state == "refused":
        return _refusal_note(request)
    known = {
        "60": _unpaid_note,
        "100": _cancelled_note,
        "110": _cancelled_note,
        "111": _default_note,
        "112": _taken_back_note,
        "113": _cancelled_note,
        "120": _taken_back_note,
        "260": _provider_unpaid_note,
        "270": _provider_settled_note,
    }
    note = known.get(request.remote_code)
    return (
        note(request)
        if note
        else request.env._("Cancelled in Odoo only: Urssaf did not say so.")
    )


def otherwise_notes(request, info):
    """How the demande at Urssaf is not as it was sent, if it is not."""
    notes = request._date_differences(info, *map(as_date, request._dates()))
    total = request.amount_total if info.total is None else float(info.total)
    if request.currency_id.compare_amounts(total, request.amount_total):
        notes.append(
            request.env._(
                "Urssaf has this demande for %(theirs)s instead of %(ours)s: ask "
                "Urssaf to cancel it.",
                theirs=request.currency_id.format(total),
                ours=request.currency_id.format(request.amount_total),
            )
        )
    elif notes:
        notes.append(
            request.env._(
                "Urssaf has this demande as it was before the invoice was changed: "
                "ask Urssaf to cancel it."
            )
        )
    return notes


def _refusal_note(request):
    lines = [
        request.env._(
            "The customer refused: %s.",
            (request.rejection_label or request.env._("no reason given")).rstrip("."),
        )
    ]
    if request.rejection_comment:
        lines.append(
            request.env._("In the customer’s words: “%s”", request.rejection_comment)
        )
    lines.append(
        request.env._(
            "Nothing was debited. Correct the invoice (credit note and new "
            "invoice, in one click) and send the new one, or collect this one "
            "directly."
        )
    )
    return "\n".join(lines)


def _unpaid_note(request):
    note = request.env._("The customer’s bank refused the debit.")
    return f"{note} {_unpaid_advice(request)}"


def _unpaid_advice(request):
    came = request.transfer_effective and request.transfer_amount
    kept = request.set_off_amount
    if not came and not kept:
        return request.env._(
            "Urssaf has not paid you: nothing is to be booked. The invoice is open, "
            "collect it from the customer directly."
        )
    until = format_date(request.env, request.notice_until)
    if not came:
        return request.env._(
            "Urssaf had set off %(amount)s against contributions that you owe. From "
            "its notice on you have 30 days to pay back or to comment, until %(date)s "
            "at the earliest. If it takes that back, reverse the entry %(entry)s: the "
            "invoice is open again for it, and you collect it from the customer "
            "directly.",
            amount=request.currency_id.format(kept),
            date=until,
            entry=request.set_off_move_id.name,
        )
    note = request.env._(
        "Urssaf had paid you %(amount)s. From its notice on you have 30 days to pay "
        "back or to comment, until %(date)s at the earliest; then it debits you. "
        "Collect the customer’s share directly, and book what the bank statement "
        "shows.",
        amount=request.currency_id.format(came),
        date=until,
    )
    return f"{note} {_set_off_note(request)}" if kept else note


def _cancelled_note(request):
    note = request.env._("Urssaf says “%s”.", request.remote_label)
    if request.rejection_code:
        note += " " + request.env._("Reason: %s.", request.rejection_label)
    return note + " " + _money_note(request)


def _default_note(request):
    return (
        request.env._(
            "Urssaf cancelled the demande because the customer did not pay: "
            "collect the invoice directly."
        )
        + " "
        + _money_note(request)
    )


def _taken_back_note(request):
    return (
        request.env._(
            "Urssaf says “%s”: after the customer’s default it recovered the "
            "money, from you in all likelihood. The customer then owes it to you.",
            request.remote_label,
        )
        + " "
        + _money_note(request)
    )


def _provider_unpaid_note(request):
    return (
        request.env._(
            "Urssaf says “%s”: it wanted to debit your account and your bank "
            "refused. Call Urssaf and settle it before it claims 10 %% more.",
            request.remote_label,
        )
        + " "
        + _money_note(request)
    )


def _provider_settled_note(request):
    return (
        request.env._(
            "Urssaf says “%s”: you have settled your debt.", request.remote_label
        )
        + " "
        + _money_note(request)
    )


def _money_note(request):
    if request.amount_booked > 0:
        note = request.env._(
            "Of Urssaf’s money, %(where)s: when the bank statement shows that it was "
            "taken back, all or a part, press “Take the payment back”. Nothing is "
            "booked before.",
            where=format_list(request.env, _where_it_is(request)),
        )
        if request.set_off_amount:
            return f"{note} {_set_off_note(request)}"
        return note
    if request.set_off_amount:
        return _set_off_note(request)
    transferred = request.transfer_effective and request.transfer_amount
    if transferred and not request.payment_ids:
        return request.env._(
            "Urssaf had transferred %s, which was never registered in Odoo: check "
            "with the bank statement.",
            request.currency_id.format(transferred),
        )
    return request.env._("Nothing of Urssaf is on the invoice: nothing to reverse.")


def _set_off_note(request):
    return request.env._(
        "Urssaf had set off %(amount)s against contributions that you owe, and they "
        "are on the invoice. If its notice takes that back, reverse the entry "
        "%(entry)s: the invoice is open again for it.",
        amount=request.currency_id.format(request.set_off_amount),
        entry=request.set_off_move_id.name,
    )


def _where_it_is(request):
    """What Urssaf paid and has not got back, in words. What is on the surplus account
    is what the dialogue that takes it back takes from there.
    """
    # sudo(): entries of this demande, which the user may read.
    request = request.sudo()
    round_, money = request.currency_id.round, request.currency_id.format
    surplus = max(request.surplus_amount, 0.0)
    rest = round_(request.amount_booked - surplus)
    on_invoice = min(_matched_with_invoice(request), rest)
    besides = round_(rest - on_invoice)
    words = [
        (on_invoice, request.env._("%s are on the invoice", money(on_invoice))),
        (surplus, request.env._("%s are on the surplus account", money(surplus))),
        (
            besides,
            request.env._("%s were put on the customer’s account", money(besides)),
        ),
    ]
    return [text for amount, text in words if amount > 0]


def _matched_with_invoice(request):
    """In euros; a payment without an entry is the invoice's as a whole."""
    payments = request._live_payments()
    if not all(payment.move_id for payment in payments):
        return request.amount_booked
    matches = receivable(request.move_id).matched_credit_ids.filtered(
        lambda partial: partial.credit_move_id.move_id in payments.move_id
    )
    return sum(matches.mapped("amount"))


def other_money_note(request, amount):
    """The customer has paid us while Urssaf collects: who may still stop it, and until
    when.

    :param amount: euros received besides
    """
    note = request.env._(
        "%(amount)s came in for this invoice while Urssaf collects it: the customer "
        "would pay twice.",
        amount=request.currency_id.format(amount),
    )
    if request.state not in FOLLOWED:
        return f"{note} " + request.env._(
            "Odoo is finding out whether Urssaf has the demande: once it has answered, "
            "press “Ask Urssaf to cancel”."
        )
    until = request.state == "waiting" and request.answer_until
    if until and until > fields.Datetime.now():
        return f"{note} " + request.env._(
            "The customer may refuse the demande until %(moment)s, in his space on "
            "particulier.urssaf.fr: call him, or press “Ask Urssaf to cancel”.",
            moment=format_datetime(request.env, until, tz=PARIS.key, dt_format="short"),
        )
    return f"{note} " + request.env._(
        "The delay for refusing is over: press “Ask Urssaf to cancel”. Should Urssaf "
        "debit the customer all the same, refund what he paid you."
    )


def collecting_warning(request):
    """Before a payment of the customer is registered while Urssaf collects."""
    invoice = request.move_id.name
    if request.state == "paid":
        return request.env._(
            "Urssaf has paid %s: the customer owes nothing more for it.", invoice
        )
    until = request.state == "waiting" and request.answer_until
    if until and until > fields.Datetime.now():
        return request.env._(
            "Urssaf is collecting %(invoice)s: a payment registered here would be a "
            "second one. Until %(moment)s the customer may refuse Urssaf’s, in his "
            "space on particulier.urssaf.fr.",
            invoice=invoice,
            moment=format_datetime(request.env, until, tz=PARIS.key, dt_format="short"),
        )
    return request.env._(
        "Urssaf is collecting %s: a payment registered here would be a second one.",
        invoice,
    )


def customer_closed_note(enrolment):
    """Why nothing leaves for this customer, in Urssaf's own words."""
    env = enrolment.env
    labels = dict(enrolment._fields["state"]._description_selection(env))
    return env._(
        "Not sent: %(customer)s cannot be debited through Urssaf for the moment "
        "(%(status)s). Urssaf: %(words)s",
        customer=enrolment.partner_id.display_name,
        status=labels.get(enrolment.state) or "-",
        words=enrolment.remote_message or enrolment.remote_status or "-",
    )
