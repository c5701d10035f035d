# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make bench``: prints the tables described in the package.

make bench                          1 000 demandes at 20 ms, 100 at 200 ms: minutes
make bench ARGS=--full              and 10 000 at 20 ms: half an hour
make bench ARGS='--requests 100'    a look
make bench ARGS=crowd               100 000 demandes: lists, filters, actions
make bench ARGS=transfers           which demandes a line of the bank pays
make bench ARGS=figures             the figures of 2 000 annual certificates
make bench ARGS=papers              the papers of 2 000 annual certificates
make bench ARGS=clicks              clicks and seconds of the four jobs, in Chromium
make bench ARGS=network             many companies, several workers; apart
make bench ARGS='network --full'    300 companies and 100 000 demandes: hours
"""

import argparse
import sys
import tempfile
from pathlib import Path

from dev import odoo, servers

from . import (
    clicks,
    crowd,
    figures,
    papers,
    report,
    rivals,
    sandbox,
    storm,
    transfers,
    world,
)
from .meter import Meter
from .network import main as network

#: ms of network delay: a server nearby, and a distant administration.
NEAR, FAR = 20, 200
LARGE = 10_000


def main():
    """Measure the add-on beside its rivals, then the sandbox alone."""
    if sys.argv[1:2] == ["storm"]:
        return storm.main(sys.argv[2:])
    if sys.argv[1:2] == ["crowd"]:
        return crowd.main(sys.argv[2:])
    if sys.argv[1:2] == ["transfers"]:
        return transfers.main(sys.argv[2:])
    if sys.argv[1:2] == ["figures"]:
        return figures.main(sys.argv[2:])
    if sys.argv[1:2] == ["papers"]:
        return papers.main(sys.argv[2:])
    if sys.argv[1:2] == ["clicks"]:
        return clicks.main(sys.argv[2:])
    if sys.argv[1:2] == ["network"]:
        return network.main(sys.argv[2:])
    options = _parser().parse_args()
    runs = [(options.requests, options.delay)]
    if options.delay == NEAR:
        runs.append((max(options.requests // 10, 10), FAR))
    if options.full:
        runs.append((LARGE, options.delay))
    instance = odoo.prepare()
    tables = []
    for count, delay in runs:
        # A new world each time: what one run leaves must not weigh on the next.
        with (
            tempfile.TemporaryDirectory() as folder,
            servers.temporary_sandbox(Path(folder) / "bench.sqlite") as urssaf,
            world.environment(instance) as env,
        ):
            results = _run(env, urssaf.url, count, Meter(delay / 1000))
        tables.append((count, delay, results))
        report.show(count, delay, results)
    report.growth(tables)
    if options.alone:
        return 0
    rows = crowd.main([]) or transfers.main([]) or figures.main([])
    rows = rows or papers.main([]) or clicks.main([])
    return rows or sandbox.main([])


def _run(env, host, count, meter):
    """Send and follow in the three ways; ``{(way, job): Measure}``."""
    partner = world.set_up(env, host)
    moves = world.invoices(env, partner, count)
    results = {}
    with meter.network():
        with meter.measure() as results["ours", "queue"]:
            requests = env["urssaf.payment.request"].sudo()
            for batch in world.split(moves):
                requests |= requests._enqueue_move(batch)
                env.cr.commit()
        with meter.measure() as results["ours", "send"]:
            requests._send()
        _expect(set(requests.mapped("state")), {"waiting"})
        for job in ("follow", "nothing new"):
            if job == "follow":
                world.let_an_hour_pass(host)
            world.make_due(env, requests)
            with meter.measure() as results["ours", job]:
                requests._ask()
            _expect(set(requests.mapped("remote_code")), {"20"})
        for way in ("naive", "floor"):
            rival = getattr(rivals, way)(host)
            bodies = world.payloads(requests, partner.urssaf_birth_date, way)
            with meter.measure() as results[way, "send"]:
                ids = rival.send(bodies)
            with meter.measure() as results[way, "follow"]:
                codes = rival.follow(ids)
            _expect(len(codes), count)
    return results


def _expect(found, wanted):
    if found != wanted:
        raise SystemExit(f"The bench went wrong: {found} instead of {wanted}.")


def _parser():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="demandes sent")
    parser.add_argument("--delay", type=float, default=NEAR, help="ms per HTTP call")
    parser.add_argument("--full", action="store_true", help=f"and {LARGE} demandes")
    parser.add_argument("--alone", action="store_true", help="not the two others")
    return parser


if __name__ == "__main__":
    sys.exit(main())
