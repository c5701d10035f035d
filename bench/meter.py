# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Counts HTTP calls, SQL queries, seconds and memory; can slow the network down."""

import contextlib
import threading
import time
from dataclasses import dataclass
from unittest.mock import patch

import psutil
import requests

from odoo import sql_db

#: Seconds between two looks at the memory of this process.
LOOK_EVERY = 0.02


@dataclass
class Measure:
    """What one way of doing one job has cost. ``memory`` is the most that the process
    has grown meanwhile, in MiB.
    """

    seconds: float = 0.0
    calls: int = 0
    queries: int = 0
    memory: float = 0.0


class Meter:
    """``delay`` is added to each HTTP call, in seconds."""

    def __init__(self, delay):
        self.delay = delay
        self.calls = 0

    @contextlib.contextmanager
    def network(self):
        """Count and slow down every call made with ``requests``."""
        send = requests.Session.send

        def slow_send(session, request, **kwargs):
            self.calls += 1
            time.sleep(self.delay)
            return send(session, request, **kwargs)

        with patch.object(requests.Session, "send", slow_send):
            yield

    @contextlib.contextmanager
    def measure(self, children=False):
        """Yield the Measure, filled in at the end of the ``with``.

        :param children: their memory counts too, that of programs which are started
        """
        measure = Measure()
        # Of all cursors: a trace is written by a cursor of its own.
        calls, queries = self.calls, sql_db.sql_counter
        with _memory(children) as peak:
            started = time.perf_counter()
            yield measure
            measure.seconds = time.perf_counter() - started
        measure.calls = self.calls - calls
        measure.queries = sql_db.sql_counter - queries
        measure.memory = peak[0] / 2**20


@contextlib.contextmanager
def _memory(children):
    """A list of one number: how many bytes the process has grown, at most."""
    process = psutil.Process()
    before, peak, over = process.memory_info().rss, [0], threading.Event()

    def used():
        found = [process, *(process.children(recursive=True) if children else ())]
        total = 0
        for each in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += each.memory_info().rss
        return total

    def watch():
        while not over.wait(LOOK_EVERY):
            peak[0] = max(peak[0], used() - before)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
