# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables that people read."""

from .rivals import BATCH

JOBS = ("send", "follow")
CALLS = 0.11
#: ms of delay → how many times faster than the naive client.
FASTER_THAN_NAIVE = {20: 3, 200: 7}
TIMES_THE_FLOOR = {20: 3}


def show(count, delay, results):
    """Print what each way has cost, and how that compares."""
    print(
        f"\n{count} demandes, {delay:g} ms of network delay, batches of {BATCH}"
        "\nno ceiling of calls per second; each call of ours leaves its trace"
    )
    print(
        f"{'':8}{'':12}{'seconds':>9}{'ms/dem.':>9}{'calls/dem.':>12}{'SQL/dem.':>10}"
        f"{'MiB more':>10}"
    )
    for (way, job), measure in results.items():
        print(
            f"{way:8}{job:12}{measure.seconds:9.2f}"
            f"{measure.seconds / count * 1000:9.2f}{measure.calls / count:12.3f}"
            f"{measure.queries / count:10.2f}{measure.memory:10.1f}"
        )
    for job in JOBS:
        for sentence in _comparisons(count, delay, results, job):
            print(f"  {job}: {sentence}", flush=True)


def _comparisons(count, delay, results, job):
    ours = results["ours", job]
    calls = ours.calls / count
    yield _judged(f"{calls:.3f} calls per demande", calls <= CALLS, f"≤ {CALLS}")
    faster = results["naive", job].seconds / ours.seconds
    target = FASTER_THAN_NAIVE.get(delay)
    yield _judged(
        f"{faster:.1f} times faster than the naive client",
        faster >= (target or 0),
        target and f"≥ {target}",
    )
    slower = ours.seconds / results["floor", job].seconds
    target = TIMES_THE_FLOOR.get(delay)
    yield _judged(
        f"{slower:.1f} times the floor",
        slower <= (target or slower),
        target and f"≤ {target}",
    )


def _judged(fact, good, target):
    if not target:
        return fact
    return f"{fact} (target {target}: {'met' if good else 'MISSED'})"


def growth(tables):
    """How the cost of one demande changes with their number, at the same delay."""
    first_count, first_delay, first = tables[0]
    for count, delay, results in tables[1:]:
        if delay != first_delay:
            continue
        print(f"\nfrom {first_count} to {count} demandes, for each of them:")
        for job in ("queue", *JOBS):
            before, after = first["ours", job], results["ours", job]
            time = (after.seconds / count) / (before.seconds / first_count)
            print(
                f"  {job}: time × {time:.2f}, SQL {before.queries / first_count:.2f}"
                f" → {after.queries / count:.2f}, memory {before.memory:.0f} →"
                f" {after.memory:.0f} MiB in all"
            )
