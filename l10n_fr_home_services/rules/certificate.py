# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a customer has paid for services in a year, in whole cents.

Cash gives no right to the tax advantage (article D7233-3 of the Code du travail), a
deposit alone none either: it counts with the last payment. What the administration
wants to read is the amount that was really paid (article D7233-4).
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

CASH, PREFINANCED, AID = "cash", "cesu_prefinanced", "aid"
REFUND = "refund"
#: Their refunds are no expense of the customer either.
NOT_HIS = (PREFINANCED, AID)


@dataclass
class Part:
    """What one payment settles of one invoice."""

    entry: int  #: the entry of the payment or of the line of the bank
    cents: int  #: negative for a refund
    kind: str  #: how it was paid; nothing for what is no money (a write-off)
    paid_on: date
    day: date = None  #: which decides about the year; ``paid_on`` by default
    deposit: bool = False  #: a deposit for sure, whatever its date
    known: object = None  #: what another add-on knows of it
    in_cash: bool = False  #: of a refund
    #: what the customer bore of it, where somebody advanced the rest: if that is given
    #: back to him, he has borne nothing of the whole
    borne: int = None
    #: no money: it puts aside what somebody had advanced, to be given back to him
    aside: bool = False
    payment: int = None  #: the payment without an entry that it was found to be

    def __post_init__(self):
        self.day = self.day or self.paid_on
        if self.borne is None:
            self.borne = self.cents


@dataclass
class Document:
    """An invoice or a credit note, with what was paid on it."""

    id: int
    ends: date  #: what was paid before that day is a deposit, unless it paid all
    closed: bool  #: nothing is left to pay
    #: ``{key: cents}``: services by what the certificate distinguishes, goods under
    #: ``None``, taxes included; a discount of the whole is not there
    weights: dict
    parts: list = field(default_factory=list)
    origin: int = None  #: the invoice that a credit note takes back
    #: what is to be paid once the credit notes are taken off, in cents, ``None`` where
    #: it is not known; the whole total if they cancel all of it. Less was paid: then
    #: the invoice was closed by a credit note or a write-off, not by a last payment
    owed: int = None


def split(cents, weights):
    """``{key: cents}``: the amount cut in proportion, none of the shares below zero;
    the cents that are left go to those who are nearest to one more.

    :param weights: ``{key: cents}``; what is not above zero gets nothing
    """
    weights = {key: weight for key, weight in weights.items() if weight > 0}
    total = sum(weights.values())
    if not total:
        return {None: cents} if cents else {}
    sign, cents = (-1, -cents) if cents < 0 else (1, cents)
    shares = {key: cents * weight // total for key, weight in weights.items()}
    left = cents - sum(shares.values())
    nearest = sorted(
        weights, key=lambda key: cents * weights[key] % total, reverse=True
    )
    for key in nearest[:left]:
        shares[key] += 1
    return {key: sign * share for key, share in shares.items()}


def split_each(parts, weights):
    """``[(part, {key: cents})]``, the oldest first. Each takes what is missing up to
    the share of all so far: the parts of a paid invoice make its lines to the cent.
    """
    done, found, paid = defaultdict(int), [], 0
    for part in sorted(parts, key=lambda one: (one.paid_on, one.entry)):
        paid += part.cents
        shares = split(paid, weights)
        keys = sorted({*shares, *done}, key=str)
        found.append((part, {key: shares.get(key, 0) - done[key] for key in keys}))
        done.update({key: shares.get(key, 0) for key in keys})
    return found


def closing_day(document):
    """The day of the last payment of an invoice of which nothing is left to pay; no day
    for another one, nor where something else than money paid the rest of a deposit.
    """
    if not document.closed:
        return None
    money = [part for part in document.parts if part.kind and part.cents > 0]
    last = max((part.day for part in money), default=document.ends)
    paid = sum(part.cents for part in money)
    if last < document.ends and document.owed is not None and paid < document.owed:
        return None
    return last


def counted_day(part, document):
    """``(day, whether it is a deposit)``: the day that decides about the year, nothing
    for a deposit whose last payment is still to come.
    """
    if part.cents < 0 or not (part.deposit or part.day < document.ends):
        return part.day, False
    closing = closing_day(document)
    return (closing and max(closing, part.day)), closing != part.day


def refund_day(origin):
    """The day of the last payment of an invoice that counts: what was given back of it
    is taken off there. Each refund counts where what it gives back does.
    """
    days = [
        day
        for part in origin.parts
        if part.kind and (day := counted_day(part, origin)[0])
    ]
    return max(days, default=None)


@dataclass
class Left:
    """What can still be given back of a part."""

    part: Part
    cents: int
    borne: int


def give_back(document, pool, origin):
    """The parts of a credit note, each refund as what it gives back of its invoice:
    cash first what came in cash, all others that last; what came from somebody else
    (prefinanced CESU, aids) is given back as such.

    :param pool: ``[Left]`` of the invoice, which is used up
    :param origin: that invoice; where it is closed, what money did not pay of it was
        paid with an earlier credit note, which is money too
    """
    most = sum(document.weights.values())
    found = []
    for part in sorted(document.parts, key=lambda one: (one.paid_on, one.entry)):
        if part.cents >= 0 or not part.kind:
            found.append(part)
            continue
        owed = -part.cents
        for left in sorted(pool, key=lambda one: _order(one.part, part), reverse=True):
            taken = min(owed, left.borne)
            if taken <= 0:
                continue
            whole = left.cents
            if taken < left.borne:
                whole = round(left.cents * taken / left.borne)
            whole = min(whole, most)
            owed, most = owed - taken, most - whole
            left.cents, left.borne = left.cents - whole, left.borne - taken
            day, _deposit = counted_day(left.part, origin)
            if day:
                source = replace(left.part, day=day)
                found += _given(part, source, min(taken, whole), whole)
        rest = min(owed, most)
        if origin.closed and rest > 0:
            day = refund_day(origin) or part.day
            found.append(replace(part, cents=-rest, day=day))
            most -= rest
    return found


def put_aside(document, given, pool, origin):
    """The parts of a credit note that take off what somebody had advanced and is put
    aside for him, where the customer bore nothing of it, or has got that back: no
    refund will ever do so.

    :param given: what ``give_back`` found
    """
    refunds = sum(part.cents for part in given if part.kind and part.cents < 0)
    most = sum(document.weights.values()) + refunds
    for part in document.parts:
        owed = min(-part.cents, most) if part.aside else 0
        for left in pool:
            whole = min(owed, left.cents)
            if left.borne > 0 or whole <= 0:
                continue
            owed, most, left.cents = owed - whole, most - whole, left.cents - whole
            if day := counted_day(left.part, origin)[0]:
                yield from _given(part, replace(left.part, day=day), 0, whole)


def _order(source, refund):
    """The highest is given back first."""
    if refund.in_cash:
        alike = source.kind == CASH
    elif refund.kind in NOT_HIS:
        alike = source.kind == refund.kind
    else:
        alike = bool(source.kind) and source.kind != CASH
    return alike, source.kind not in ("", CASH), source.paid_on, source.entry


def _given(refund, source, his, whole):
    """What was no money that counts is given back without a trace."""
    if source.kind in ("", CASH):
        return
    kind = source.kind if source.kind in NOT_HIS else REFUND
    same = replace(refund, known=source.known, day=source.day, borne=None)
    if his:
        yield replace(same, cents=-his, kind=kind)
    if whole > his:
        yield replace(same, cents=his - whole, kind=source.kind)


def _money(documents):
    """``[(document, its parts that are money)]``, refunds as what they give back."""
    pools = {
        document.id: [Left(part, part.cents, part.borne) for part in document.parts]
        for document in documents.values()
    }
    found = []
    for document in documents.values():
        parts = document.parts
        if origin := documents.get(document.origin):
            parts = give_back(document, pools[origin.id], origin)
            parts += put_aside(document, parts, pools[origin.id], origin)
        found.append((document, [part for part in parts if part.kind]))
    return found


def counted(documents, year):
    """``[(document, part, day, deposit, {key: cents})]`` of what counts in that civil
    year: services only, no cash, nothing of zero.

    :param documents: ``{id: Document}``, credit notes with the invoices that they take
        back
    """
    found = []
    for document, money in _money(documents):
        for part, shares in split_each(money, document.weights):
            day, deposit = counted_day(part, document)
            shares = {k: cents for k, cents in shares.items() if k is not None}
            shares = {key: cents for key, cents in shares.items() if cents}
            if part.kind != CASH and day and day.year == year and shares:
                found.append((document, part, day, deposit, shares))
    return found


def totals(amounts, advance=0):
    """What the certificate says, ``{name: cents}``.

    :param amounts: pairs ``(kind, cents)``
    :param advance: of the tax credit; never more than the expenses of the customer
    """
    sums = defaultdict(int)
    for kind, cents in amounts:
        sums[kind] += cents
    received = sum(sums.values())
    base = received - sums[PREFINANCED] - sums[AID]
    advance = max(0, min(advance, base))
    return {
        "received": received,
        "prefinanced": sums[PREFINANCED],
        "aid": sums[AID],
        "base": base,
        "advance": advance,
        "net": base - advance,
    }
