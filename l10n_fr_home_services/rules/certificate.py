# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a customer has paid for services in a year, in whole cents.

Cash gives no right to the tax advantage (article D7233-3 of the Code du travail), a
deposit alone none either: it counts with the last payment. What the administration
wants to read is the amount that was really paid (article D7233-4).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

CASH, PREFINANCED, AID = "cash", "cesu_prefinanced", "aid"


@dataclass
class Part:
    """What one payment settles of one invoice."""

    entry: int  #: the entry of the payment or of the line of the bank
    cents: int  #: negative for a refund
    kind: str  #: how it was paid; nothing for what is no money (a write-off)
    paid_on: date
    day: date = None  #: which decides about the year; that of the payment by default
    deposit: bool = False  #: a deposit for sure, whatever its date
    known: object = None  #: what another add-on knows of it

    def __post_init__(self):
        self.day = self.day or self.paid_on


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


def split(cents, weights):
    """``{key: cents}``: the amount cut in proportion, each share rounded to the cent;
    what the rounding leaves goes to the largest.

    :param weights: ``{key: cents}``; what is not above zero gets nothing
    """
    weights = {key: weight for key, weight in weights.items() if weight > 0}
    total = sum(weights.values())
    if not total:
        return {None: cents} if cents else {}
    sign, cents = (-1, -cents) if cents < 0 else (1, cents)
    shares = {
        key: (2 * cents * weight + total) // (2 * total)
        for key, weight in weights.items()
    }
    largest = max(weights, key=weights.get)
    shares[largest] += cents - sum(shares.values())
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
    for another one.
    """
    days = [part.day for part in document.parts if part.kind]
    return max(days, default=document.ends) if document.closed else None


def counted_day(part, document):
    """``(day, whether it is a deposit)``: the day that decides about the year, nothing
    for a deposit whose last payment is still to come.
    """
    if part.cents < 0 or not (part.deposit or part.day < document.ends):
        return part.day, False
    closing = closing_day(document)
    return (closing and max(closing, part.day)), closing != part.day


def refund_day(document, origin):
    """The day on which a refund counts: that of the last payment of the invoice that it
    takes back, since the customer has not borne so much of it. Without one, its own.
    """
    days = [
        day
        for part in (origin.parts if origin else ())
        if part.kind and (day := counted_day(part, origin)[0])
    ]
    return max(days, default=None)


def counted(documents, year):
    """``[(document, part, day, deposit, {key: cents})]`` of what counts in that civil
    year: services only, no cash, nothing of zero.

    :param documents: ``{id: Document}``, credit notes with the invoices that they take
        back
    """
    found = []
    for document in documents.values():
        origin = documents.get(document.origin)
        back = refund_day(document, origin) if document.origin else None
        money = [part for part in document.parts if part.kind]
        for part, shares in split_each(money, document.weights):
            day, deposit = counted_day(part, document)
            if part.cents < 0 and back:
                day = back
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
