# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The lines that are printed, beside what is wanted of them."""

import statistics
from dataclasses import dataclass

from . import judging
from .watching import quantiles

#: Four workers against one; seconds that a call may take, see ``lib/api/client.py``.
FASTER, DEADLINE = 3, 20
#: What a look at the log may add: workers look for work ten times a second.
TOLERANCE = 1
_FULL = 100_000
_TABLES = 9


@dataclass
class Seen:
    """What one run has shown; see ``judging``, ``watching``, ``run``."""

    run: object
    watch: object
    wrong: list
    demandes: int
    growth: list
    idle: dict
    troubled: set
    outage: str | None = None


def size(options, seconds):
    """What there is, before anything is sent."""
    print(
        f"\nnetwork: {options.companies} companies, {options.customers} customers,"
        f" {options.demandes} demandes of one month's end, in the queue after"
        f" {seconds:.0f} s; {options.idle} more companies have nothing to do\n"
        f"Each answer of the sandbox takes {1000 * options.latency:.0f} ms; a company"
        f" may call {options.pace:g} times a second.",
        "Nobody is in trouble, and nothing is paid."
        if options.sending
        else f"One company gets no answer at all, one after {options.slow:g} s, one has"
        " a refused secret.",
        sep="\n",
        flush=True,
    )


def one(seen, options):
    """The clean run: what a demande costs."""
    print("\none worker, the scheduled actions as they are")
    _phases(seen)
    _verdicts(seen, options.pace)
    print("\nper demande, of which nobody else's work is part (one worker, no kill)")
    print(f"{'':14}{'ms Odoo':>9}{'ms PostgreSQL':>15}{'queries':>9}{'ms sandbox':>12}")
    # What is held back by its company's trouble is done later.
    held = 0 if options.sending else 2
    healthy = seen.demandes * (options.companies - held) / options.companies
    for name, phase in _jobs(seen):
        print(
            f"{name:14}{1000 * phase.cpu / healthy:9.2f}"
            f"{1000 * phase.postgres / healthy:15.2f}"
            f"{phase.queries / healthy:9.2f}{1000 * phase.sandbox / healthy:12.2f}"
        )
    print("“book” is a follow that finds all paid, and registers the money.")
    _idle(seen, options)
    print("\nbytes per demande: invoice, demande, calls, history, payment, its match")
    print(f"{'':34}{'table':>8}{'indexes':>9}")
    *tables, total = seen.growth
    for table, heap, indexes in [*tables[:_TABLES], total]:
        print(f"{table:34}{heap:8.0f}{indexes:9.0f}", flush=True)


def _idle(seen, options):
    what = "--idle N measures it on N that never had anything"
    if options.idle:
        what = f"what {options.idle} of them add"
    print(f"\nper company that has nothing to do, each time the action runs ({what})")
    for name, (spent, queries) in seen.idle.items():
        print(
            f"{name:14}{spent:9.2f} ms Odoo{queries:8.1f} queries; 1 000 of them:"
            f" {max(spent, 0):.1f} s a run"
        )


def both(alone, seen, options):
    """The four workers beside the one; return 0 if all targets are met."""
    print("\nfour workers on two servers, one company and one action at a time")
    _phases(seen)
    print(
        f"workers killed: {seen.run.killed}; memory of a worker "
        f"{seen.watch.memory[0] / 2**20:.0f} MiB, its own alone "
        f"{seen.watch.memory[1] / 2**20:.0f} MiB"
    )
    good = _verdicts(seen, options.pace)
    print("\none worker against four, until the last company without an outage is done")
    for name, before in _jobs(alone):
        after = seen.run.phases[name]
        ratio = before.seconds / after.seconds
        target = f"≥ {FASTER}" if name == "send" else ""
        good &= ratio >= FASTER or not target
        print(
            f"{name:8}{before.seconds:8.1f} s{after.seconds:8.1f} s   × {ratio:.1f}"
            f"{_met(ratio >= FASTER, target)}   {_FULL} demandes at this rate: "
            f"{_hours(before, alone)} h and {_hours(after, seen)} h"
        )
    _screens(seen)
    return 0 if good else 1


def _jobs(seen):
    """``(name, Phase)`` of what was done for the companies whose Urssaf answers."""
    wanted = ("send", "follow", "book")
    return [(name, phase) for name, phase in seen.run.phases.items() if name in wanted]


def _hours(phase, seen):
    return f"{phase.seconds * _FULL / seen.demandes / 3600:.1f}"


def _phases(seen):
    for phase in seen.run.phases.values():
        # Each worker asks for one of its own, for each company.
        tokens = sum(call["method"] == "token" for call in phase.calls)
        print(
            f"{phase.name:14}{phase.seconds:8.1f} s{len(phase.calls):7} calls,"
            f"{tokens:5} for a token{phase.cpu:8.1f} s of processor"
        )


def _verdicts(seen, pace):
    """Print what must hold of every run; return whether it does."""
    print(
        f"lost or doubled, of {seen.demandes} demandes: {len(seen.wrong)}"
        f"{_met(not seen.wrong, '0')}"
    )
    for line in seen.wrong[:10]:
        print(f"  {line}")
    good = not seen.wrong
    for name, phase in _jobs(seen):
        # While money is registered nobody calls, whoever is in trouble.
        if name != "book":
            good &= _in_time(seen, phase)
    return _paced(seen, pace) and good


def _in_time(seen, phase):
    """Print how long the companies without a trouble of their own waited for a call;
    return whether that was short enough.
    """
    waits = judging.waits(phase, seen.troubled, seen.outage)
    if not waits:
        return True
    good = not seen.troubled or _delayed(phase, waits)
    longest, target = _of_each(waits, lambda wait: wait.seconds), ""
    middle = statistics.median(longest)
    worst = max(waits, key=lambda wait: wait.seconds - wait.turns)
    allowed = DEADLINE + worst.turns + TOLERANCE
    # What a killed worker had claimed is looked for a minute later.
    if seen.troubled and not seen.run.killed:
        target = f"≤ {allowed:.1f}, one deadline and one turn of each company"
        good &= worst.seconds <= allowed
    print(
        f"{phase.name}: a company without a trouble of its own waited for its next call"
        f" {max(longest):.1f} s at most, half of them {middle:.1f} s or less."
        f" The wait with most beyond one turn of each company: {worst.seconds:.1f} s,"
        f" {worst.turns:.1f} s of turns{_met(worst.seconds <= allowed, target)}"
    )
    return good


def _delayed(phase, waits):
    """Print what of that was due to the trouble of one company alone."""
    held = _of_each(waits, lambda wait: wait.held)
    good = max(held) <= DEADLINE + TOLERANCE
    late = sum(seconds > TOLERANCE for seconds in held)
    print(
        f"{phase.name}: the trouble of one company delayed the next call of another by"
        f" {max(held):.1f} s at most, {late} of {len(held)} by more than"
        f" {TOLERANCE} s{_met(good, f'≤ {DEADLINE}, one deadline')}"
    )
    return good


def _of_each(waits, what):
    """The most that any wait of it has, for each company."""
    found = {}
    for wait in waits:
        found[wait.company] = max(found.get(wait.company, 0), what(wait))
    return list(found.values())


def _paced(seen, pace):
    calls = [call for phase in seen.run.phases.values() for call in phase.calls]
    busiest = judging.busiest(calls)
    refused = sum(row[3] for row in busiest.values())
    most = max(row[2] for row in busiest.values())
    means = [row[1] for row in judging.busiest(seen.run.phases["send"].calls).values()]
    print(
        f"calls per second of a company while it sends, of {pace:g} that it may make:"
        f" {statistics.median(means):.2f} for half of them, {max(means):.2f} at most;"
        f" {most} in the busiest second; refused by the sandbox as too fast: {refused}"
        f"{_met(not refused, '0')}",
        flush=True,
    )
    return not refused


def _screens(seen):
    print("\nscreens of an office meanwhile, ms over HTTP: median, 95 %")
    for name, times in seen.watch.screens.items():
        median, most = quantiles(times)
        print(f"{name:20}{median:8.0f}{most:8.0f}   ({len(times)} looks)")
    for failure, count in seen.watch.failures.items():
        print(f"  failed: {failure}, {count} times")
    share = seen.watch.waits / max(seen.watch.looks, 1)
    print(
        f"locks: somebody waited for one in {100 * share:.1f} % of "
        f"{seen.watch.looks} looks"
    )
    for (kind, table), count in seen.watch.locks.most_common(5):
        print(f"  {kind} {table}: {count}")


def _met(good, target):
    return f" (target {target}: {'met' if good else 'MISSED'})" if target else ""
