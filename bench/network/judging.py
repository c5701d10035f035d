# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the runs have shown: nothing lost or doubled, the pace, the delays, the cost."""

from collections import defaultdict

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


def longest_hold(phase, troubled):
    """The longest time, in seconds, that the trouble of one company kept all others
    waiting: from the first of its calls, however many follow, until somebody else’s.
    """
    end = phase.begun + phase.seconds
    held, since, who = 0, phase.begun, None
    known = [(call["at"], call["provider"]) for call in phase.calls if call["provider"]]
    for at, company in [*(call for call in known if call[0] <= end), (end, None)]:
        if company != who:
            held = max(held, at - since) if who in troubled else held
            since, who = at, company
    return held


def longest_wait(phase, troubled):
    """The longest time, in seconds, in which no company without a trouble of its own
    was served although there was work: between two of their calls, whoever was served
    meanwhile.
    """
    end = phase.begun + phase.seconds
    instants = [phase.begun]
    instants += [
        call["at"]
        for call in phase.calls
        if call["provider"] not in troubled and call["at"] <= end
    ]
    gaps = zip(instants, [*instants[1:], end], strict=True)
    return max(after - before for before, after in gaps)


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
