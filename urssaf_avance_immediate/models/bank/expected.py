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
from ..company.here import here
from ..company.transit_accounts import transit_accounts

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
    return expected_by_journal(journal, debit).get(journal, [])


def expected_by_journal(journals, debit=False):
    """``{journal: what is expected there}``, see :func:`expected`: in as many queries
    for the bank accounts of a network as for one.
    """
    # sudo(): the account is a setting of the company.
    accounts = transit_accounts(journals.company_id.sudo())
    followed = {
        journal: account
        for journal in journals
        if (account := accounts[journal.company_id])
    }
    found = {journal: [] for journal in journals}
    if followed:
        for journal, one in _booked(journals, followed, debit):
            found[journal].append(one)
        for journal, request, amount, day in _not_booked(journals, followed, debit):
            if to_cents(amount) > 0:
                item = _item("demande", request, amount, day)
                none = journals.env["account.move.line"]
                found[journal].append(Expected(item, none, request))
    for ours in found.values():
        ours.sort(key=lambda one: (one.item.day, one.item.key))
    return found


def _item(kind, record, amount, day):
    return Item((kind, record.id), to_cents(amount), day)


def _booked(journals, followed, debit):
    """``(journal, Expected)`` of the open items of the transit accounts."""
    sign = "<" if debit else ">"
    accounts = {account.id for account in followed.values()}
    lines = journals.env["account.move.line"].search(
        [
            ("account_id", "in", sorted(accounts)),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", sign, 0),
            ("company_id", "child_of", journals.company_id.ids),
            # What the bank has shown already is no expectation.
            ("statement_line_id", "=", False),
        ],
        order="date, id",
    )
    items = lines.grouped("account_id")
    for journal, account in followed.items():
        for line in items.get(account, ()):
            # sudo(): a branch’s user may not open the company above it.
            if journal.company_id not in line.sudo().company_id.parent_ids:
                continue
            payment = line.payment_id
            if payment and payment.journal_id != journal:
                continue
            request = payment.urssaf_request_id
            day = (not debit and request.transfer_date) or line.date
            amount = abs(line.amount_residual)
            yield journal, Expected(_item("booked", line, amount, day), line, request)


def _not_booked(journals, followed, debit):
    """``(journal, demande, amount, Urssaf's date)`` of what has no payment yet."""
    domain = here(journals.company_id) & Domain(
        [
            ("company_id", "child_of", journals.company_id.ids),
            ("state", "in", TAKEN_BACK if debit else ON_ITS_WAY),
            ("transfer_settled", "=", False),
            ("payment_ids", "!=" if debit else "=", False),
        ]
    )
    requests = journals.env["urssaf.payment.request"].search(domain)
    first = requests.browse() if debit else _received_first(requests)
    for company, ours in (requests - first).grouped("company_id").items():
        journal = company._urssaf_own("urssaf_payment_journal_id")
        if journal not in followed:
            continue
        journal = journal.with_env(journals.env)
        holder = journal.company_id._urssaf_holder()
        # One habilitation’s money does not come to the account of another.
        for request in ours.filtered(lambda r, one=holder: r.holder_id == one):
            amount, day = _awaited(request, debit)
            if day:
                yield journal, request, amount, day


def _awaited(request, debit):
    """``(amount, Urssaf's date)`` of a transfer, or a debit; no date for none."""
    if debit:
        seen = paris_date(request.remote_changed_at) or request.transfer_date
        amount = request.amount_booked
        return amount, amount > 0 and (seen or paris_today())
    amount = request.transfer_amount
    # Made of nothing, it was set off as a whole: the bank shows none of it.
    if not request.transfer_effective:
        amount = amount or request.transfer_expected
    return amount, request.expected_transfer_date


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
