# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make bench``: prints the table described in the package."""

import argparse
import tempfile
from pathlib import Path

from dev import odoo, servers

from . import rivals, sandbox, world
from .meter import Meter


def main():
    """Measure the add-on beside its rivals, then the sandbox alone."""
    options = _parser().parse_args()
    instance = odoo.prepare()
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.temporary_sandbox(Path(folder) / "bench.sqlite") as urssaf,
        world.environment(instance) as env,
    ):
        partner = world.set_up(env, urssaf.url)
        moves = world.invoices(env, partner, options.requests)
        meter = Meter(env.cr, options.delay / 1000)
        with meter.network():
            results = _run(env, urssaf.url, partner, moves, meter)
    _print(results, options)
    sandbox.main([])


def _run(env, host, partner, moves, meter):
    """Send and follow in the three ways; ``{(way, job): Measure}``."""
    results = {}
    requests = env["urssaf.payment.request"].sudo()
    with meter.measure() as results["ours", "queue"]:
        for move in moves:
            requests |= requests._enqueue_move(move)
        env.cr.commit()
    with meter.measure() as results["ours", "send"]:
        requests._send()
    _expect(set(requests.mapped("state")), {"waiting"})
    requests.next_call_at = requests[:1].claimed_at
    env.cr.commit()
    with meter.measure() as results["ours", "follow"]:
        requests._ask()
    birth_date = partner.urssaf_birth_date
    for way in ("naive", "floor"):
        rival = getattr(rivals, way)(host)
        bodies = world.payloads(requests, birth_date, way[0].upper())
        with meter.measure() as results[way, "send"]:
            ids = rival.send(bodies)
        with meter.measure() as results[way, "follow"]:
            codes = rival.follow(ids)
        _expect(len(codes), len(moves))
    return results


def _expect(found, wanted):
    if found != wanted:
        raise SystemExit(f"The bench went wrong: {found} instead of {wanted}.")


def _print(results, options):
    count = options.requests
    print(f"\n{count} demandes, {options.delay} ms of network delay per call")
    print(f"{'':8}{'':8}{'seconds':>10}{'calls/dem.':>12}{'SQL/dem.':>10}{'× ours':>9}")
    for (way, job), measure in results.items():
        ours = results["ours", job].seconds
        print(
            f"{way:8}{job:8}{measure.seconds:10.2f}{measure.calls / count:12.2f}"
            f"{measure.queries / count:10.1f}{measure.seconds / ours:9.2f}"
        )


def _parser():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="demandes sent")
    parser.add_argument("--delay", type=float, default=20, help="ms per HTTP call")
    return parser


if __name__ == "__main__":
    main()
