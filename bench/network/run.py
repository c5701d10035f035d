# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run over the network: sent, followed, booked, while workers are killed."""

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from dev import commands, databases, paths

from .watching import Watch, postgres_cpu, process_cpu, workers

#: Workers killed in each phase, at most: a new one takes a while to be of use.
KILLS = 5
#: Seconds: between two looks at how far it is; after which it is given up, and for each
#: demande, since one worker takes hours for the full size.
LOOK_EVERY, PATIENCE, PATIENCE_EACH = 0.2, 1800, 1
#: A demande that has left; one that still may change by itself or by us.
_LEFT = "state NOT IN ('queued', 'sending', 'unknown')"
_BOOKED = "state = 'paid' AND NOT to_book"
#: States of demandes that Urssaf has, and may have news of.
_ALIVE = "('waiting', 'validated', 'debited', 'paid')"


@dataclass
class Phase:
    """One job over the network. Instants are seconds since 1970."""

    name: str
    begun: float
    seconds: float = 0.0
    cpu: float = 0.0
    queries: int = 0
    postgres: float = 0.0
    sandbox: float = 0.0
    calls: list = field(default_factory=list)


class Run:
    """Two servers with their workers on one database.

    :param jobs: what stands before the name of a job: ``action_`` for the scheduled
        actions as they are
    :param held: ids of companies whose trouble lasts until all others are done
    :param sending: it ends when everything has been sent
    """

    def __init__(
        self,
        instance,
        database,
        urssaf,
        sandbox_pid,
        folder,
        *,
        jobs,
        held,
        sending=False,
    ):
        self._instance, self._database = instance, database
        self._urssaf, self._sandbox_pid = urssaf, sandbox_pid
        self._folder, self._jobs = Path(folder), jobs
        self._held = tuple(held) or (0,)
        self._sending = sending
        self._processes = []
        self._seen = 0
        self._dice = random.Random(2026)
        self.phases, self.killed = {}, 0

    @contextlib.contextmanager
    def servers(self, counts):
        """So many servers, with so many workers each, for the length of a ``with``."""
        self._tell("")
        environment = self._instance.environment()
        environment["PYTHONPATH"] = f"{paths.ROOT}:{environment['PYTHONPATH']}"
        with open(self._folder / "log", "wb") as log:
            for count in counts:
                command = [
                    *(sys.executable, "-m", "bench.network.server"),
                    *(str(self._instance.config_file), self._database),
                    *(str(count), str(self._folder)),
                ]
                self._processes.append(
                    subprocess.Popen(
                        command,
                        cwd=paths.ROOT,
                        env=environment,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        preexec_fn=commands.end_with_parent,
                    )
                )
        try:
            while len(workers(self.pids)) < sum(counts):
                self._check()
                time.sleep(LOOK_EVERY)
            yield self
        finally:
            self._tell("stop")
            for process in self._processes:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(120)
                process.kill()

    @property
    def pids(self):
        """The servers' own processes."""
        return [process.pid for process in self._processes]

    def watch(self, office_url):
        """See ``Watch``."""
        return Watch(self._instance, self._database, self.pids, office_url)

    # -- the month's end -------------------------------------------------------------

    def month(self, kill_every):
        """All that happens to the companies whose Urssaf answers."""
        with databases.open_cursor(self._instance, self._database) as cursor:
            free = f"holder_id NOT IN {_in(self._held)}"
            self._phase(
                cursor, "send", f"{free} AND state = 'queued'", "send", kill_every
            )
            if self._sending:
                return
            self._urssaf.let_an_hour_pass()
            self._make_due(cursor)
            news = f"{free} AND {_LEFT} AND coalesce(remote_code, '10') = '10'"
            self._phase(cursor, "follow", news, "follow", kill_every)
            self._urssaf.let_them_be_paid()
            self._make_due(cursor)
            owed = f"{free} AND {_LEFT} AND NOT ({_BOOKED})"
            self._phase(cursor, "book", owed, "follow", kill_every)

    def rest(self):
        """What a killed worker had left, and what was held back, is done too."""
        with databases.open_cursor(self._instance, self._database) as cursor:
            cursor.execute(
                "UPDATE urssaf_connection SET paused_until = NULL"
                " WHERE paused_until IS NOT NULL"
            )
            cursor.execute(
                "UPDATE urssaf_payment_request SET next_call_at = now() AT TIME ZONE"
                " 'UTC' - interval '1 minute' WHERE state = 'queued'"
            )
            self._phase(cursor, "what was left", f"NOT ({_LEFT})", "send", 0)
            if self._sending:
                return
            self._urssaf.let_them_be_paid()
            self._make_due(cursor)
            self._phase(cursor, "its money", f"NOT ({_BOOKED})", "follow", 0)

    def _phase(self, cursor, name, undone, job, kill_every):
        phase = self.phases[name] = Phase(name, time.time())
        costs, started = self._costs(), time.monotonic()
        before = postgres_cpu() or 0, process_cpu(self._sandbox_pid)
        self._tell(f"{self._jobs}{job} {self._jobs}repair")
        patience = PATIENCE + PATIENCE_EACH * self._count(cursor, undone)
        kills = [started + kill_every * (n + 1) for n in range(KILLS)]
        while self._is_there(cursor, undone):
            self._check()
            if time.monotonic() - started > patience:
                raise SystemExit(f"The bench went wrong: {name} has no end.")
            if kill_every and kills and time.monotonic() > kills[0]:
                self._kill()
                kills.pop(0)
            time.sleep(LOOK_EVERY)
        phase.seconds = time.monotonic() - started
        self._tell("")
        self._wait_until_idle(cursor)
        phase.postgres = (postgres_cpu() or 0) - before[0]
        phase.sandbox = process_cpu(self._sandbox_pid) - before[1]
        for cost in self._costs()[len(costs) :]:
            phase.cpu += cost.get("cpu", 0) if "job" in cost else 0
            phase.queries += cost.get("queries", 0)
        phase.calls = self._urssaf.calls(self._seen)
        self._seen = phase.calls[-1]["number"] if phase.calls else self._seen

    def _is_there(self, cursor, undone):
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM urssaf_payment_request WHERE {undone})"
        )
        return cursor.fetchone()[0]

    def _count(self, cursor, undone):
        cursor.execute(f"SELECT count(*) FROM urssaf_payment_request WHERE {undone}")
        return cursor.fetchone()[0]

    def _make_due(self, cursor):
        """What the clock would do, an hour or days later."""
        cursor.execute(
            "UPDATE urssaf_payment_request SET next_call_at = claimed_at"
            f" WHERE state IN {_ALIVE} AND NOT ({_BOOKED})"
        )

    def _wait_until_idle(self, cursor):
        """No worker is in the middle of anything: the next phase has its own costs."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(LOOK_EVERY)
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                " AND classid BETWEEN 1501 AND 1503"
            )
            if not cursor.fetchone()[0]:
                break
        # What it has cost is noted right after.
        time.sleep(LOOK_EVERY)

    def _kill(self):
        """As the machine would that runs out of memory: without a word."""
        alive = workers(self.pids)
        if alive:
            with contextlib.suppress(psutil.Error):
                self._dice.choice(alive).send_signal(signal.SIGKILL)
                self.killed += 1

    def _tell(self, jobs):
        part = self._folder / "jobs.part"
        part.write_text(jobs, encoding="ascii")
        part.replace(self._folder / "jobs")

    def _costs(self):
        file = self._folder / "costs"
        lines = file.read_text(encoding="ascii") if file.exists() else ""
        return [json.loads(line) for line in lines.splitlines()]

    def _check(self):
        for process in self._processes:
            if process.poll() is not None:
                log = (self._folder / "log").read_text(errors="replace")[-3000:]
                raise SystemExit(f"The bench went wrong: a server has ended.\n{log}")


def _in(ids):
    return f"({', '.join(map(str, ids))})"
