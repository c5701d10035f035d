# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database in production is duplicated and nobody neutralises the copy."""

import json
import sys

import pytest

from dev import commands, databases, paths, servers
from dev.scenario.odoo_rpc import Odoo

from . import office
from .office import DATABASE
from .wire import SEND

REAL = "urssaf_test_real"
COPY = "urssaf_test_copied"


def _worker(instance, wire, database, *steps):
    """Run steps of ``in_production`` in a process of its own; what it saw."""
    command = [
        *(sys.executable, "-m", "tests.end_to_end.in_production"),
        *(instance.config_file, database, wire.url, *steps),
    ]
    environment = instance.environment()
    environment["PYTHONPATH"] = f"{paths.ROOT}:{environment['PYTHONPATH']}"
    out = commands.capture("run a worker", command, env=environment, cwd=paths.ROOT)
    seen = [line[5:] for line in out.splitlines() if line.startswith("SEEN ")]
    return json.loads(seen[0]) if seen else None


def _invoices(instance, customer, count):
    """Posted in the real database, and left in the queue."""
    with servers.temporary_odoo(instance, REAL, cron_threads=0) as server:
        rpc = Odoo(server.url, REAL, "admin", "admin")
        moves = office.invoices(rpc, customer, count)
        office.send_selection(rpc, moves)
        return [move["name"] for move in rpc.read("account.move", moves, ["name"])]


@pytest.fixture
def real(instance, sandbox, wire, customer):
    """A firm in production, its customer active, three invoices in the queue."""
    databases.drop(instance, REAL)
    databases.drop(instance, COPY)
    _worker(instance, wire, DATABASE, "duplicate", REAL)
    _worker(instance, wire, REAL, "start")
    # Urssaf knows him already, and that he is active.
    _worker(instance, wire, REAL, "ask")
    yield _invoices(instance, customer, 3)
    databases.drop(instance, COPY)
    databases.drop(instance, REAL)


def test_the_copy_is_silent_and_the_original_goes_on(
    instance, sandbox, wire, customer, real
):
    _worker(instance, wire, REAL, "duplicate", COPY)
    wire.posts.clear()
    seen = _worker(instance, wire, COPY, "work", "click", "empty_the_queue")
    assert wire.posts == [], "the copy called Urssaf"
    assert set(seen["states"].values()) == {"queued"}
    assert COPY in seen["notice"] and REAL in seen["notice"]
    assert "base de production" in seen["notice"] or "real one" in seen["notice"]
    assert len(seen["alerts"]) >= 3, "each invoice that waits says why"

    seen = _worker(instance, wire, REAL, "work")
    assert seen["notice"] == "" and set(seen["states"].values()) == {"waiting"}
    assert wire.posts.count(SEND) == 1
    for number in real:
        sandbox.demande(number)  # raises unless exactly one bears the number

    # The original is switched off and somebody says so in the copy: what it still had
    # in its queue is found at Urssaf, not sent a second time.
    seen = _worker(instance, wire, COPY, "real", "work")
    assert seen["notice"] == "" and set(seen["states"].values()) == {"waiting"}
    for number in real:
        sandbox.demande(number)
