# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the runs have shown: nothing lost or doubled, the pace, the delays, the cost."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from dev import databases

from .urssaf import provider

#: In a company's turn: one for its token, and the one that it has come for.
CALLS_OF_A_TURN = 2
_OURS = """
    SELECT r.holder_id, r.name, r.external_id, r.state, r.amount_total,
           m.payment_state, m.amount_residual,
           count(p.id), coalesce(sum(p.amount), 0)
      FROM urssaf_payment_request r
      JOIN account_move m ON m.id = r.move_id
 LEFT JOIN account_payment p ON p.urssaf_request_id = r.id
  GROUP BY r.id, m.id
"""


def wrong(instance, database, urssaf, companies, *, only_sent=False):
    """What is not the same on both sides, in words; and how many demandes there are.

    :param only_sent: nothing has been paid yet
    """
    theirs = urssaf.demandes()
    names = {company: provider(number) for number, company in companies.items()}
    with databases.open_cursor(instance, database) as cursor:
        cursor.execute(_OURS)
        rows = cursor.fetchall()
    found = [
        f"{key}: {len(there)} times at Urssaf"
        for key, there in theirs.items()
        if len(there) != 1
    ]
    ours = set()
    for holder, name, external, state, total, paid, residual, payments, booked in rows:
        key = names.get(holder), name
        ours.add(key)
        there = theirs.get(key)
        if not there:
            found.append(f"{key}: lost, {state}")
        elif there[0][0] != external:
            found.append(f"{key}: {external}, {there[0]}")
        elif not only_sent and there[0][1:] != ("70", float(total)):
            found.append(f"{key}: {external} {total}, {there[0]}")
        expected = ("waiting", 0, 0, total) if only_sent else ("paid", 1, total, 0)
        if (state, payments, booked, residual) != expected:
            found.append(f"{key}: {state} {paid}, {payments} payments of {booked}")
    found += [f"{key}: not in Odoo" for key in theirs.keys() - ours]
    return found, len(rows)


def busiest(calls):
    """``{client_id: (calls, mean per second, the most in one second, refused)}``"""
    whose = defaultdict(list)
    refused = defaultdict(int)
    for call in calls:
        if call["provider"]:
            whose[call["provider"]].append(call["at"])
            refused[call["provider"]] += call["status"] == 429
    return {
        name: (
            len(instants),
            _mean(instants),
            _most_in_a_second(instants),
            refused[name],
        )
        for name, instants in whose.items()
    }


def _mean(instants):
    length = instants[-1] - instants[0]
    return (len(instants) - 1) / length if length else 0


def _most_in_a_second(instants):
    most = first = 0
    for last, instant in enumerate(instants):
        while instant - instants[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass
class Wait:
    """A company without a trouble of its own waits for its next call: from the
    beginning of the phase to its first, or between two of them.
    """

    company: str
    seconds: float
    #: What the calls of one company in trouble took of that: from each of them until
    #: somebody else's. What other workers serve meanwhile has not been kept waiting.
    held: float
    #: One turn of each company in it, but for the one that gets no answer.
    turns: float


def waits(phase, troubled, outage=None):
    """All of them, see ``Wait``.

    :param outage: the company that gets no answer at all
    """
    turns = _turns(phase)
    starts = [begun for begun, _ended, _name in turns]
    found = []
    for company, since, until in _between_calls(phase, troubled):
        whole, longest = defaultdict(float), defaultdict(float)
        first = max(bisect_right(starts, since) - 1, 0)
        for begun, ended, name in turns[first : bisect_left(starts, until)]:
            common = max(min(until, ended) - max(since, begun), 0)
            whole[name] += common
            longest[name] = max(longest[name], common)
        held = max((whole[name] for name in troubled), default=0)
        longest.pop(outage, None)
        found.append(Wait(company, until - since, held, sum(longest.values())))
    return found


def _known(phase):
    """``[(instant, company)]`` of the calls within the phase."""
    end = phase.begun + phase.seconds
    calls = [(call["at"], call["provider"]) for call in phase.calls]
    return [(at, name) for at, name in calls if name and at <= end]


def _turns(phase):
    """``[(since, until, company)]``: a call, with the one for its token, until the next
    turn or somebody else's.
    """
    found = []
    for at, name in _known(phase):
        if found and found[-1][1] == name and found[-1][2] < CALLS_OF_A_TURN:
            found[-1][2] += 1
        else:
            found.append([at, name, 1])
    found.append((phase.begun + phase.seconds, None, 0))
    return [(one[0], other[0], one[1]) for one, other in pairwise(found)]


def _between_calls(phase, troubled):
    """``[(company, since, until)]`` of those without a trouble of their own."""
    found, last = [], {}
    for at, name in _known(phase):
        if name not in troubled:
            found.append((name, last.get(name, phase.begun), at))
            last[name] = at
    return found


def growth(before, after, count):
    """``[(table, bytes of the table, of its indexes)]`` per demande, the largest first;
    the last one is the sum.
    """
    rows = []
    for table, (heap, indexes) in after.items():
        was = before.get(table, (0, 0))
        rows.append((table, (heap - was[0]) / count, (indexes - was[1]) / count))
    rows.sort(key=lambda row: -(row[1] + row[2]))
    total = ("all tables", sum(r[1] for r in rows), sum(r[2] for r in rows))
    return [*rows, total]
