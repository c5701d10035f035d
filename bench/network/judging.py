# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the runs have shown: nothing lost or doubled, the pace, the delays, the cost."""

import statistics
from collections import defaultdict
from itertools import pairwise

from dev import databases

from .urssaf import provider

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


def delays(phase, troubled):
    """``{company: (seconds, seconds)}`` for each without a trouble of its own: how long
    the trouble of one other company kept it from its next call, at most; and the
    longest time, whoever was served in it, that it waited for one.

    A company waits from the beginning of the phase to its first call, and from each of
    its calls to the next. Of such a wait, a trouble takes what passes from a call of
    the company in trouble until somebody else's, as often as that happens in it: what
    other workers serve meanwhile has not been kept waiting.
    """
    turns = _turns(phase)
    held = {
        name: [turn[:2] for turn in turns if turn[2] == name]
        for name in {turn[2] for turn in turns}.intersection(troubled)
    }
    found = {}
    for name, waits in _waits(phase, troubled).items():
        taken = [_common(wait, other) for wait in waits for other in held.values()]
        longest = max(until - since for since, until in waits)
        found[name] = max(taken, default=0), longest
    return found


def one_turn_each(phase, without):
    """Seconds that one turn of each company takes, but for these: of each, the median
    of its own in this phase.
    """
    lengths = defaultdict(list)
    for since, until, name in _turns(phase):
        lengths[name].append(until - since)
    return sum(
        statistics.median(those)
        for name, those in lengths.items()
        if name not in without
    )


def _known(phase):
    """``[(instant, company)]`` of the calls within the phase."""
    end = phase.begun + phase.seconds
    calls = [(call["at"], call["provider"]) for call in phase.calls]
    return [(at, name) for at, name in calls if name and at <= end]


def _turns(phase):
    """``[(since, until, company)]``: calls of one company with nobody else's between
    them are one turn, which lasts until somebody else's.
    """
    found = []
    for at, name in _known(phase):
        if not found or found[-1][1] != name:
            found.append((at, name))
    found.append((phase.begun + phase.seconds, None))
    return [(at, until, name) for (at, name), (until, _other) in pairwise(found)]


def _waits(phase, troubled):
    """``{company: [(since, until)]}`` of those without a trouble of their own."""
    found, last = defaultdict(list), {}
    for at, name in _known(phase):
        if name not in troubled:
            found[name].append((last.get(name, phase.begun), at))
            last[name] = at
    return found


def _common(wait, turns):
    since, until = wait
    return sum(max(0, min(until, end) - max(since, begun)) for begun, end in turns)


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
