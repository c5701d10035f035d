# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is looked at while the workers work: the screens of an office, locks that are
waited for, memory, processor time; and how many bytes the tables take.
"""

import contextlib
import statistics
import threading
import time
from collections import Counter, defaultdict

import psutil

from dev import databases, postgres
from dev.scenario.odoo_rpc import Odoo

#: In whose name the office looks at its screens; his password is his login.
OFFICE = "agence"
#: Seconds between two looks at locks and memory, and between two screens.
LOOK_EVERY, SCREEN_EVERY = 0.05, 0.3
_WAITING = """
    SELECT coalesce(l.locktype, a.wait_event),
           coalesce(l.relation::regclass::text, '')
      FROM pg_stat_activity a
      LEFT JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted
     WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'
"""
_SIZES = """
    SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = 'public'
"""


class Watch:
    """Looks in threads of its own, for the length of a ``with``; not at all where no
    office looks: what it asks PostgreSQL would count as a cost of the demandes.
    """

    def __init__(self, instance, database, servers, office_url):
        self._instance, self._database = instance, database
        self._servers, self._office_url = servers, office_url
        self._over = threading.Event()
        self.screens = defaultdict(list)
        self.memory = [0, 0]
        self.locks = Counter()
        self.looks = self.waits = 0
        self.failures = Counter()

    def __enter__(self):
        looks = []
        if self._office_url:
            looks = [self._look_at_locks, self._look_at_memory, self._look_at_screens]
        self._threads = [threading.Thread(target=look, daemon=True) for look in looks]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _look_at_locks(self):
        with databases.open_cursor(self._instance, self._database) as cursor:
            while not self._over.wait(LOOK_EVERY):
                cursor.execute(_WAITING)
                found = cursor.fetchall()
                self.looks += 1
                self.waits += bool(found)
                self.locks.update(found)

    def _look_at_memory(self):
        """The most that one worker had: resident, and of that its own alone."""
        while not self._over.wait(10 * LOOK_EVERY):
            for worker in workers(self._servers):
                with contextlib.suppress(psutil.Error):
                    used = worker.memory_full_info()
                    self.memory = [
                        max(self.memory[0], used.rss),
                        max(self.memory[1], used.uss),
                    ]

    def _look_at_screens(self):
        office = _Screens(self._office_url, self._database)
        while not self._over.wait(SCREEN_EVERY):
            for name, look in office.all():
                if self._over.is_set():
                    return
                started = time.perf_counter()
                try:
                    look()
                except Exception as error:
                    self.failures[f"{name}: {type(error).__name__}"] += 1
                self.screens[name].append((time.perf_counter() - started) * 1000)


class _Screens:
    """The three screens that an agency has open all day, asked for over HTTP with all
    the fields that their views have.
    """

    def __init__(self, url, database):
        self._rpc = Odoo(url, database, OFFICE, OFFICE)
        self._fields = {
            (model, kind): self._of_view(model, kind)
            for model, kind in (
                ("urssaf.board", "form"),
                ("urssaf.payment.request", "list"),
                ("account.move", "form"),
            )
        }
        found = self._rpc.search("urssaf.payment.request", [], limit=1)
        [request] = self._rpc.read("urssaf.payment.request", found, ["move_id"])
        self._invoice = request["move_id"][0]

    def _of_view(self, model, kind):
        got = self._rpc.call(model, "get_views", views=[[False, kind]], options={})
        return {name: {} for name in got["models"][model]["fields"]}

    def all(self):
        """``(name, what opens it)``"""
        return (
            ("board", self._board),
            ("list of demandes", self._list),
            ("one invoice", self._one_invoice),
        )

    def _board(self):
        specification = self._fields["urssaf.board", "form"]
        self._rpc.call("urssaf.board", "web_save", vals={}, specification=specification)

    def _list(self):
        self._rpc.call(
            "urssaf.payment.request",
            "web_search_read",
            domain=[],
            specification=self._fields["urssaf.payment.request", "list"],
            limit=80,
        )

    def _one_invoice(self):
        self._rpc.call(
            "account.move",
            "web_read",
            [self._invoice],
            specification=self._fields["account.move", "form"],
        )


def workers(servers):
    """The workers of these servers that are alive."""
    found = []
    for server in servers:
        with contextlib.suppress(psutil.Error):
            found += psutil.Process(server).children()
    return found


def quantiles(times):
    """The median and the 95th percentile."""
    if len(times) < 2:
        return (*times, *times)[:2] or (0, 0)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def postgres_cpu():
    """Seconds of a processor that PostgreSQL has used so far, and the connections that
    have ended; ``None`` where the server is not this checkout's own.
    """
    pid = postgres.running_pid()
    if not pid:
        return None
    main = psutil.Process(pid)
    spent = sum(main.cpu_times()[:4])
    for child in main.children():
        with contextlib.suppress(psutil.Error):
            spent += sum(child.cpu_times()[:2])
    return spent


def process_cpu(pid):
    """Seconds of a processor that this process has used so far."""
    return sum(psutil.Process(pid).cpu_times()[:2])


def sizes(instance, database):
    """``{table: (bytes of the table, of its indexes)}``"""
    with databases.open_cursor(instance, database) as cursor:
        cursor.execute(_SIZES)
        return {name: (table, indexes) for name, table, indexes in cursor.fetchall()}
