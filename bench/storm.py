# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Thousands of invoices while one call in five goes wrong.

``make bench ARGS=storm`` sends and follows them through the scheduled actions,
against the sandbox and its faults on demand, with a clock that is moved a minute at
each round. In the end each invoice has one demande at Urssaf, known by the same
identifier and status on both sides, and nobody had to do anything: else it says which
has not and exits with 1.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields

from dev import odoo, servers
from dev.scenario.http_json import JsonHttp

from . import world
from .meter import Meter

RATE = 0.2
KINDS = (
    *("unavailable", "too_many_requests", "technical_error", "bad_gateway"),
    *("cut_before", "cut_after", "token_expired", "malformed_json", "empty_400"),
)
PAGE = 1000
#: Minutes of simulated time after which it is given up.
PATIENCE = 48 * 60


class Clock:
    """The present of Odoo, in UTC, a given time ahead of the real one."""

    def __init__(self):
        self.ahead = timedelta()
        self._now = fields.Datetime.now

    @contextlib.contextmanager
    def running(self):
        """Odoo reads this clock for the length of a ``with``."""

        def now(*_arguments):
            return self._now() + self.ahead

        with patch.object(fields.Datetime, "now", staticmethod(now)):
            yield self


def main(arguments=None):
    """Run it; return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=storm")
    parser.add_argument("--requests", type=int, default=5000, help="invoices")
    count = parser.parse_args(arguments).requests
    instance = odoo.prepare()
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.temporary_sandbox(Path(folder) / "storm.sqlite") as urssaf,
        world.environment(instance) as env,
        Clock().running() as clock,
    ):
        partner = world.set_up(env, urssaf.url)
        requests = env["urssaf.payment.request"].sudo()
        for moves in world.split(world.invoices(env, partner, count)):
            requests |= requests._enqueue_move(moves)
        env.cr.commit()
        http = JsonHttp(urssaf.url)
        _order_faults(http)
        meter, started = Meter(0), time.perf_counter()
        with meter.network():
            minutes = _weather(env, requests, clock)
        seconds = time.perf_counter() - started
        wrong = _compare(http, requests)
        traces = env["urssaf.trace"].sudo()
        failed = traces.search_count([("failed", "=", True)])
        told = requests.filtered("activity_ids")
        print(
            f"storm: {count} invoices, {meter.calls} calls, {failed} went wrong; "
            f"{minutes} simulated minutes in {seconds:.0f} s\n"
            f"storm: {count - len(wrong)} settled once, {len(told)} wait for people"
        )
    for line in wrong[:20]:
        print(f"  {line}")
    return 1 if wrong or told else 0


def _order_faults(http):
    for seed, kind in enumerate(KINDS):
        # The first that is due is met: each of the later ones has fewer calls left.
        rate = RATE / len(KINDS) / (1 - RATE * seed / len(KINDS))
        order = {"method": "*", "kind": kind, "count": None, "rate": rate, "seed": seed}
        http.post("/sandbox/v1/faults", order)


def _weather(env, requests, clock):
    """Let the scheduled actions run, minute by minute, until all is settled and each
    demande was followed once. Return how many minutes that took.
    """
    for minute in range(PATIENCE):
        clock.ahead = timedelta(minutes=minute)
        for job in ("repair", "send", "follow"):
            action = env.ref(f"urssaf_avance_immediate.cron_{job}")
            action.ir_actions_server_id.run()
        states = Counter(requests.mapped("state"))
        if minute % 15 == 0:
            print(f"  minute {minute}: {dict(states)}", file=sys.stderr, flush=True)
        if set(states) == {"waiting"} and all(requests.mapped("last_response")):
            return minute
    return PATIENCE


def _compare(http, requests):
    """What is not the same on both sides, in words."""
    theirs = {}
    numbers = Counter()
    for page in range(0, len(requests) * 2, PAGE):
        for demande in http.get(f"/sandbox/v1/demandes?limit={PAGE}&offset={page}"):
            numbers[demande["number"]] += 1
            theirs[demande["number"]] = demande["id"]
    wrong = [f"{number}: {n} times" for number, n in numbers.items() if n != 1]
    for request in requests:
        if theirs.get(request.name) != request.external_id or not request.external_id:
            wrong.append(f"{request.name}: {request.state}, {request.external_id}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
