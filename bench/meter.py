# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Counts HTTP calls, SQL queries and seconds; can slow the network down."""

import contextlib
import time
from dataclasses import dataclass
from unittest.mock import patch

import requests


@dataclass
class Measure:
    """What one way of doing one job has cost."""

    seconds: float = 0.0
    calls: int = 0
    queries: int = 0


class Meter:
    """``delay`` is added to each HTTP call, in seconds."""

    def __init__(self, cr, delay):
        self.cr = cr
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
    def measure(self):
        """Yield the Measure, filled in at the end of the ``with``."""
        measure = Measure()
        calls, queries = self.calls, self.cr.sql_log_count
        started = time.perf_counter()
        yield measure
        measure.seconds = time.perf_counter() - started
        measure.calls = self.calls - calls
        measure.queries = self.cr.sql_log_count - queries
