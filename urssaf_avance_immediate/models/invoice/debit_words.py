# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the customer is told of Urssaf's debit, in the language of the context: until
when he may refuse it, how much, and when.
"""

from odoo import fields
from odoo.tools import format_datetime

from ...lib.rules import PARIS


def debit_sentence(move, request):
    """Until when he may refuse, and what Urssaf then debits."""
    estimate = move._urssaf_estimates()["net"]
    if move.currency_id.is_zero(estimate):
        return _no_debit_sentence(move, request)
    net = move.currency_id.format(estimate)
    if request.state == "debited":
        return move.env._(
            "Urssaf is debiting about %(net)s from your bank account.", net=net
        )
    until, over = _refusal(move, request)
    if over:
        return move.env._(
            "You have agreed to it, or let the delay pass: Urssaf debits about "
            "%(net)s from your bank account, some two working days later.",
            net=net,
        )
    if until:
        return move.env._(
            "You may refuse it until about %(moment)s, in your space on "
            "particulier.urssaf.fr. Without an answer from you, Urssaf takes it "
            "as a yes and debits about %(net)s from your bank account, some two "
            "working days later.",
            moment=until,
            net=net,
        )
    return move.env._(
        "Urssaf asks you to confirm it, and you may answer for 48 hours in your "
        "space on particulier.urssaf.fr. Without an answer from you, it takes it "
        "as a yes and debits about %(net)s from your bank account, some two "
        "working days later.",
        net=net,
    )


def _no_debit_sentence(move, request):
    """A deposit of half: the rest is tax credit."""
    nothing = move.env._(
        "What you have paid us covers your share, as far as we can see: Urssaf "
        "should debit nothing from your bank account."
    )
    until, over = _refusal(move, request)
    if over or request.state == "debited":
        return nothing
    if until:
        answer = move.env._(
            "You may refuse it until about %s, in your space on "
            "particulier.urssaf.fr; without an answer from you, Urssaf takes it as "
            "a yes.",
            until,
        )
    else:
        answer = move.env._(
            "Urssaf asks you to confirm it, and you may answer for 48 hours in "
            "your space on particulier.urssaf.fr; without an answer from you, it "
            "takes it as a yes."
        )
    return f"{answer} {nothing}"


def _refusal(move, request):
    """``(until when he may refuse, in words; whether that is over)``"""
    until = request.state == "waiting" and request.answer_until
    if request.state == "validated" or (until and until <= fields.Datetime.now()):
        return "", True
    if not until:
        return "", False
    moment = format_datetime(move.env, until, tz=PARIS.key, dt_format="short")
    return moment, False
