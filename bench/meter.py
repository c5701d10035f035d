# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Counts HTTP calls, SQL queries, seconds and memory; can slow the network down."""

import contextlib
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psutil
import requests

from odoo import sql_db

#: Seconds between two looks at the memory of this process; at that of the programs that
#: it starts too, which costs milliseconds.
LOOK_EVERY, LOOK_AT_ALL_EVERY = 0.02, 0.1


@dataclass
class Measure:
    """What one way of doing one job has cost. ``memory`` is the most that the process
    has grown meanwhile, in MiB; with its children, all that they and it had at once.
    ``cpu`` is the time of a processor, in seconds, of the process and its children:
    what else the machine does makes ``seconds`` longer, and ``cpu`` hardly.
    """

    seconds: float = 0.0
    cpu: float = 0.0
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
            started, worked = time.perf_counter(), _cpu()
            yield measure
            measure.seconds = time.perf_counter() - started
            measure.cpu = _cpu() - worked
        measure.calls = self.calls - calls
        measure.queries = sql_db.sql_counter - queries
        measure.memory = peak[0] / 2**20


def _cpu():
    """Seconds of a processor so far, with those of the children that have ended."""
    return sum(os.times()[:4])


@contextlib.contextmanager
def _memory(children):
    """A list of one number: how many bytes the process has grown, at most; or what it
    and its children had at once.
    """
    process = psutil.Process()
    before = 0 if children else process.memory_info().rss
    pause = LOOK_AT_ALL_EVERY if children else LOOK_EVERY
    peak, over = [0], threading.Event()

    def used():
        if not children:
            return process.memory_info().rss
        return sum(map(_share, [process, *process.children(recursive=True)]))

    def watch():
        while not over.wait(pause):
            peak[0] = max(peak[0], used() - before)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _share(process):
    """Its memory in bytes, what it shares with others divided among them: a child that
    has only just been forked has all that its parent has, which must not count twice.
    """
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended meanwhile
        return 0
    found = re.search(r"^Pss: +([0-9]+) kB", text, re.M)
    return 1024 * int(found[1]) if found else 0
