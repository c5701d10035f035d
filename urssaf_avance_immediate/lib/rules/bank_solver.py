# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which of Urssaf's transfers a line of the bank statement is the sum of.

Urssaf gives no reference of the bank transfer: amounts and dates are all there is. Five
hypotheses are tried, from the most to the least telling, and the first that gives
something is the answer. Whether it is the only one is proven within that hypothesis.

All amounts are whole cents, and positive: a debit is solved with its items' absolute
values. Two items of the same amount and date cannot be told apart: they are one choice,
and the oldest is taken.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations

from .deadlines import is_working_day

#: Working days between Urssaf's date and the bank's, before and after.
DAYS_BEFORE, DAYS_AFTER = 5, 1
#: Beyond, a free subset of usual amounts is hardly ever the only one.
FREE_SUBSET_ITEMS = 12
#: How many answers are listed.
MAX_SOLUTIONS = 5
#: 1 000 000 €: the bits of a proof fit in 12 MiB.
MAX_CENTS = 100_000_000


class Hypothesis(StrEnum):
    """What the line is, from the most to the least telling."""

    DATE = "date"
    ONE = "one"
    DATES = "dates"
    MOST_OF_A_DATE = "most_of_a_date"
    SUBSET = "subset"


#: So sure, when there is one answer, that no person needs to look.
TELLING = (Hypothesis.DATE, Hypothesis.ONE)


@dataclass(frozen=True)
class Item:
    """A transfer that is expected: ``key`` is the caller's, ``cents`` positive, ``day``
    Urssaf's date.
    """

    key: Hashable
    cents: int
    day: date


@dataclass(frozen=True)
class Answer:
    """``solutions`` are sets of items, at most ``MAX_SOLUTIONS``, all of the same
    hypothesis; ``more`` says that there are others. Without any, ``ways`` tells how
    many sets of items make the sum: 0, 1, or 2 for two or more; ``None`` if that was
    not counted.
    """

    hypothesis: Hypothesis | None = None
    solutions: tuple[tuple[Item, ...], ...] = ()
    more: bool = False
    ways: int | None = None

    @property
    def unique(self) -> bool:
        """Whether the hypothesis has one answer, and no other."""
        return len(self.solutions) == 1 and not self.more


#: Items that cannot be told apart, oldest first.
_Kind = tuple[Item, ...]


def in_window(items: Iterable[Item], bank_day: date) -> list[Item]:
    """The items whose date is at most five French working days before the bank's, and
    one after.
    """
    first = _shift(bank_day, -DAYS_BEFORE)
    last = _shift(bank_day, DAYS_AFTER)
    return [item for item in items if first <= item.day <= last]


def _shift(day: date, working_days: int) -> date:
    step = timedelta(days=1 if working_days > 0 else -1)
    left = abs(working_days)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def solve(items: Sequence[Item], cents: int) -> Answer:
    """Which of ``items`` the sum ``cents`` is made of.

    :param items: oldest first
    :raises ValueError: an amount that is not a positive whole number of cents
    """
    for amount in (cents, *(item.cents for item in items)):
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            raise ValueError(f"not a positive number of cents: {amount!r}")
    dates = _by_date(items)
    for hypothesis, found in (
        (Hypothesis.DATE, _whole_date(dates, cents)),
        (Hypothesis.ONE, _one(dates, cents)),
        (Hypothesis.DATES, _dates_together(dates, cents)),
        (Hypothesis.MOST_OF_A_DATE, _most_of_a_date(dates, cents)),
    ):
        answer = _first(hypothesis, found)
        if answer.solutions:
            return answer
    ways = count_ways(items, cents)
    if ways and len(items) <= FREE_SUBSET_ITEMS:
        return _first(Hypothesis.SUBSET, _subsets(items, cents))
    return Answer(ways=ways)


def count_ways(items: Sequence[Item], cents: int) -> int | None:
    """How many different sets of items make the sum: 0, 1, or 2 for two or more; None
    for a sum over ``MAX_CENTS``.

    Exact. Bit n of a big whole number stands for n cents: one number says which sums
    can be reached, another one which in two or more ways.
    """
    if cents > MAX_CENTS:
        return None
    keep = (1 << (cents + 1)) - 1
    once, twice, highest = 1, 0, 0
    for kind in _kinds(item for item in items if item.cents <= cents):
        step = kind[0].cents
        shifted_once, shifted_twice = once, twice
        for _copy in kind:
            # One more of them than in the turn before.
            shifted_once, shifted_twice = shifted_once << step, shifted_twice << step
            twice |= shifted_twice | (once & shifted_once)
            once |= shifted_once
        highest += step * len(kind)
        if highest > cents:
            once, twice = once & keep, twice & keep
        if twice >> cents & 1:
            # Other items take nothing away.
            return 2
    return once >> cents & 1


def nearest_date(items: Sequence[Item], cents: int) -> tuple[Item, ...]:
    """All items of the date whose sum is not ``cents``, and yet so near that none of
    them can be missing: a part was set off, or is not ours. Empty unless that is one
    date.
    """
    near = [
        tuple(of_day)
        for of_day in _by_date(items).values()
        if abs(_sum(of_day) - cents) < min(item.cents for item in of_day)
    ]
    return near[0] if len(near) == 1 else ()


def _first(hypothesis: Hypothesis, found: Iterator[tuple[Item, ...]]) -> Answer:
    solutions = []
    for solution in found:
        if len(solutions) == MAX_SOLUTIONS:
            return Answer(hypothesis, tuple(solutions), more=True)
        solutions.append(solution)
    return Answer(hypothesis, tuple(solutions))


def _by_date(items: Iterable[Item]) -> dict[date, list[Item]]:
    dates = defaultdict(list)
    for item in items:
        dates[item.day].append(item)
    return dict(sorted(dates.items()))


def _kinds(items: Iterable[Item]) -> list[_Kind]:
    kinds = defaultdict(list)
    for item in items:
        kinds[item.day, item.cents].append(item)
    return [tuple(kind) for kind in kinds.values()]


def _sum(items: Iterable[Item]) -> int:
    return sum(item.cents for item in items)


# -- the hypotheses: each yields its solutions, never the same one twice ------------


def _whole_date(dates, cents):
    """(a) All items of one date."""
    for items in dates.values():
        if _sum(items) == cents:
            yield tuple(items)


def _one(dates, cents):
    """(b) One item: of those that are alike, the oldest."""
    for items in dates.values():
        for item in items:
            if item.cents == cents:
                yield (item,)
                break


def _dates_together(dates, cents):
    """(c) All items of two or of three dates."""
    days = [(day, _sum(items)) for day, items in dates.items()]
    place = defaultdict(list)
    for at, (_day, total) in enumerate(days):
        place[total].append(at)
    for first, (_day, total) in enumerate(days):
        for second in _after(place, first, cents - total):
            yield _whole(dates, days, (first, second))
    for first, second in combinations(range(len(days)), 2):
        for third in _after(place, second, cents - days[first][1] - days[second][1]):
            yield _whole(dates, days, (first, second, third))


def _after(place, at, total):
    return [other for other in place.get(total, ()) if other > at]


def _whole(dates, days, chosen):
    return tuple(item for at in chosen for item in dates[days[at][0]])


def _most_of_a_date(dates, cents):
    """(d) One date but for one or two of its items: the oldest of those that are alike
    are in the sum.
    """
    for items in dates.values():
        missing = _sum(items) - cents
        if missing > 0:
            for left_out in _one_or_two(_kinds(items), missing):
                yield tuple(item for item in items if item not in left_out)


def _one_or_two(kinds, cents):
    by_amount = {kind[0].cents: kind for kind in kinds}
    if cents in by_amount:
        yield by_amount[cents][-1:]
    for amount in sorted(by_amount):
        other = cents - amount
        if amount < other and other in by_amount:
            yield by_amount[amount][-1], by_amount[other][-1]
        elif amount == other and len(by_amount[amount]) > 1:
            yield by_amount[amount][-2:]


def _subsets(items, cents):
    """(e) Any set of items. ``reach[n]`` says which sums the kinds from n on can make:
    no branch is entered that leads nowhere.
    """
    kinds = _kinds(items)
    keep = (1 << (cents + 1)) - 1
    reach = [1]
    for kind in reversed(kinds):
        sums = reach[0]
        for count in range(1, len(kind) + 1):
            sums |= (reach[0] << count * kind[0].cents) & keep
        reach.insert(0, sums)

    def choose(at, left):
        if at == len(kinds):
            yield ()
            return
        for count in range(len(kinds[at]), -1, -1):
            rest = left - count * kinds[at][0].cents
            if rest >= 0 and reach[at + 1] >> rest & 1:
                for others in choose(at + 1, rest):
                    yield kinds[at][:count] + others

    yield from choose(0, cents)
