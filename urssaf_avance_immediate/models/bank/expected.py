# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a bank account waits for from Urssaf, and what a line of its statement may be.

Two kinds of items wait: open items of the transit account, and demandes whose transfer
is announced or expected and that have no payment yet. Both bear Urssaf's date. They are
read with the rights of whoever looks.
"""

from dataclasses import dataclass
from typing import Any

from odoo.fields import Domain
from odoo.tools import format_date

from ...lib.rules import paris_date, paris_today
from ...lib.rules.bank_solver import (
    MAX_SOLUTIONS,
    TELLING,
    Answer,
    Hypothesis,
    Item,
    in_window,
    nearest_date,
    solve,
)

#: States of a demande whose transfer may be on its way.
ON_ITS_WAY = ("validated", "debited", "paid")
#: States after which Urssaf may debit what it had paid.
TAKEN_BACK = ("unpaid", "recovered", "cancelled")


@dataclass(frozen=True)
class Expected:
    """One transfer, or one debit, that the bank may show.

    ``cents`` is positive both ways. ``move_line`` is the open item of the transit
    account; without one nothing is booked yet, and ``request`` is the demande.
    """

    item: Item
    move_line: Any
    request: Any


@dataclass(frozen=True)
class Proposal:
    """What a line may be: the solver's answer, or all of a date that nearly fits."""

    answer: Answer
    solutions: tuple[tuple[Expected, ...], ...]
    difference: bool = False

    @property
    def kind(self):
        """``none``, ``one``, ``several`` or ``difference``."""
        if self.difference:
            return "difference"
        if not self.solutions:
            return "none"
        return "one" if self.answer.unique else "several"

    @property
    def telling(self):
        """So sure that no person needs to look."""
        return self.kind == "one" and self.answer.hypothesis in TELLING


NOTHING = Proposal(Answer(), ())


def to_cents(amount):
    """Whole cents of an amount in euros."""
    return round(amount * 100)


def expected(journal, debit=False):
    """What is expected on the bank account of this journal, oldest first.

    :param debit: what Urssaf takes back, not what it transfers
    :return: a list of :class:`Expected`
    """
    company = journal.company_id
    # sudo(): the account is a setting of the company.
    account = company.sudo()._urssaf_transit_account()
    if not account:
        return []
    booked = list(_booked(journal, account, debit))
    found = booked + [
        Expected(_item("demande", request, amount, day), _no_item(journal), request)
        for request, amount, day in _not_booked(journal, debit)
        if to_cents(amount) > 0
    ]
    return sorted(found, key=lambda one: (one.item.day, one.item.key))


def _item(kind, record, amount, day):
    return Item((kind, record.id), to_cents(amount), day)


def _no_item(journal):
    return journal.env["account.move.line"]


def _booked(journal, account, debit):
    sign = "<" if debit else ">"
    lines = journal.env["account.move.line"].search(
        [
            ("account_id", "=", account.id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", sign, 0),
            ("company_id", "child_of", journal.company_id.id),
            # What the bank has shown already is no expectation.
            ("statement_line_id", "=", False),
        ],
        order="date, id",
    )
    for line in lines:
        payment = line.payment_id
        if payment and payment.journal_id != journal:
            continue
        request = payment.urssaf_request_id
        day = (not debit and request.transfer_date) or line.date
        amount = abs(line.amount_residual)
        yield Expected(_item("booked", line, amount, day), line, request)


def _not_booked(journal, debit):
    """``(demande, amount, Urssaf's date)`` of what has no payment yet."""
    domain = journal.company_id._urssaf_here() & Domain(
        [
            ("company_id", "child_of", journal.company_id.id),
            ("state", "in", TAKEN_BACK if debit else ON_ITS_WAY),
            ("transfer_settled", "=", False),
            ("payment_ids", "!=" if debit else "=", False),
        ]
    )
    requests = journal.env["urssaf.payment.request"].search(domain)
    for company, ours in requests.grouped("company_id").items():
        if company._urssaf_own("urssaf_payment_journal_id") != journal:
            continue
        if debit:
            for request in ours.filtered(lambda r: r.amount_booked > 0):
                seen = paris_date(request.remote_changed_at) or request.transfer_date
                yield request, request.amount_booked, seen or paris_today()
        else:
            for request in ours - _received_first(ours):
                amount = request.transfer_amount
                # Made of nothing, it was set off as a whole: the bank shows none of it.
                if not request.transfer_effective:
                    amount = amount or request.transfer_expected
                if request.expected_transfer_date:
                    yield request, amount, request.expected_transfer_date


def _received_first(requests):
    """Those whose money the bank has shown before Urssaf said so."""
    lines = requests.env["account.move.line"].search(
        [
            ("urssaf_received_request_id", "in", requests.ids),
            ("parent_state", "=", "posted"),
        ]
    )
    return lines.urssaf_received_request_id


def propose(amount, day, pool, only_telling=False):
    """What a line of this amount and date may be.

    :param amount: in euros, negative for a debit
    :param pool: of :func:`expected`
    :param only_telling: the line does not say that it comes from Urssaf: only a whole
        date or one transfer counts
    """
    cents = abs(to_cents(amount))
    if not cents:
        return NOTHING
    by_key = {one.item.key: one for one in pool}
    items = [one.item for one in pool]
    if amount > 0:
        items = in_window(items, day)
    answer = solve(items, cents)
    if only_telling and answer.hypothesis not in (*TELLING, None):
        return NOTHING
    if amount < 0 and not answer.solutions:
        answer = _half_of_one(pool, cents) or answer
    near = ()
    if not answer.solutions and amount > 0 and not only_telling:
        near = nearest_date(items, cents)
    solutions = tuple(
        tuple(by_key[item.key] for item in found)
        for found in answer.solutions or filter(None, [near])
    )
    return Proposal(answer, solutions, difference=bool(near))


def _half_of_one(pool, cents):
    """Urssaf may take back the customer’s half alone: sources differ."""
    halves = [
        (one.item,)
        for one in pool
        if not one.move_line and one.item.cents in (2 * cents, 2 * cents - 1)
    ]
    more = len(halves) > MAX_SOLUTIONS
    return halves and Answer(Hypothesis.ONE, tuple(halves[:MAX_SOLUTIONS]), more)


def proposal_text(env, proposal):
    """What is proposed, and how sure that is, in one or two sentences."""
    if proposal.kind == "none":
        return _nothing_text(env, proposal.answer)
    days = _days(env, proposal.solutions[0])
    count = len(proposal.solutions[0])
    if proposal.difference:
        return env._(
            "Nothing fits to the cent. All transfers of %s come near: see what is "
            "missing, or too much.",
            days,
        )
    texts = {
        Hypothesis.DATE: env._("All transfers of %s.", days),
        Hypothesis.ONE: env._("One transfer, of %s.", days),
        Hypothesis.DATES: env._("All transfers of %s.", days),
        Hypothesis.MOST_OF_A_DATE: env._(
            "%(count)s transfers of %(days)s, which are nearly all of that day.",
            count=count,
            days=days,
        ),
        Hypothesis.SUBSET: env._(
            "%(count)s transfers of %(days)s, which make this sum together.",
            count=count,
            days=days,
        ),
    }
    return f"{texts[proposal.answer.hypothesis]} {_certainty_text(env, proposal)}"


def _certainty_text(env, proposal):
    if proposal.kind == "one":
        return env._("No other answer of this kind fits.")
    if proposal.answer.more:
        return env._("More than %s answers of this kind fit.", len(proposal.solutions))
    return env._("%s answers of this kind fit.", len(proposal.solutions))


def _nothing_text(env, answer):
    if answer.ways:
        return env._(
            "So many transfers are expected that several could make this sum by "
            "chance: tick those of Urssaf’s notice, or leave the line in suspense."
        )
    return env._(
        "No transfers that are expected around this day make this sum: tick those that "
        "you know, or leave the line in suspense."
    )


def _days(env, chosen):
    days = sorted({one.item.day for one in chosen})
    return ", ".join(format_date(env, day) for day in days)
