# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The network before its month's end, and the runs over it."""

import shutil
import tempfile
import time
from pathlib import Path

import odoo as odoo_package

from bench import world
from dev import databases, odoo, ports, servers

from . import building, judging, report, watching
from .options import chosen
from .run import Run
from .urssaf import Urssaf, provider

#: Numbers of the companies in trouble. The outage is met first, by who comes first.
OUTAGE, SLOW, REFUSED = 0, 1, 2
#: Longer than any caller waits.
NO_ANSWER = 600


def main(arguments=None):
    """Measure, print; return 0 if all that has a target meets it."""
    options = chosen(arguments)
    instance = odoo.prepare()
    with tempfile.TemporaryDirectory() as folder, world.database(instance):
        network = Network(instance, Path(folder), options)
        started = time.monotonic()
        network.build()
        report.size(options, time.monotonic() - started)
        one = network.month((1,), "action_", kill_every=0, screens=False)
        report.one(one, options)
        four = network.month((2, 2), "", kill_every=options.kill, screens=True)
    return report.both(one, four, options)


class Network:
    """The database as it is before the month's end, and copies of it to run on."""

    def __init__(self, instance, folder, options):
        self._instance, self._folder, self._options = instance, folder, options
        self._port = ports.any_free()
        self._before = folder / "before.sqlite"
        self._runs = 0
        self._troubled = () if options.sending else (OUTAGE, SLOW, REFUSED)
        self.companies, self._idle, self._empty = {}, [], {}

    def build(self):
        """Make the companies, on both sides."""
        server = servers.start_sandbox(self._before, self._port)
        try:
            urssaf = Urssaf(server.url, self._before)
            with world.opened(world.DATABASE) as env:
                self.companies, self._idle, self._empty = building.build(
                    env,
                    urssaf,
                    self._options,
                    lambda: watching.sizes(self._instance, world.DATABASE),
                )
        finally:
            server.stop()

    def month(self, counts, jobs, *, kill_every, screens):
        """Run it on a copy of both; return what was seen, see ``report``."""
        self._runs += 1
        database = f"{world.DATABASE}_{self._runs}"
        file = self._folder / f"{self._runs}.sqlite"
        shutil.copy(self._before, file)
        databases.copy(self._instance, world.DATABASE, database)
        server = servers.start_sandbox(file, self._port)
        try:
            urssaf = Urssaf(server.url, file)
            self._trouble(urssaf)
            folder = self._folder / str(self._runs)
            folder.mkdir()
            run = Run(
                *(self._instance, database, urssaf, server.pid, folder),
                jobs=jobs,
                held=[self.companies[n] for n in self._troubled if n != SLOW],
                sending=self._options.sending,
            )
            with self._office(database, screens) as url, run.servers(counts):
                with run.watch(url) as watch:
                    run.month(kill_every)
                for number in {OUTAGE, REFUSED}.intersection(self._troubled):
                    urssaf.lift(number)
                run.rest()
            return self._seen(run, watch, database, urssaf)
        finally:
            server.stop()
            databases.drop(self._instance, database)

    def _trouble(self, urssaf):
        for number in self.companies:
            urssaf.keep_pace(number, self._options.pace)
        kinds = {
            OUTAGE: ("slow", NO_ANSWER),
            SLOW: ("slow", self._options.slow),
            REFUSED: ("refused_secret", None),
        }
        urssaf.troubles(
            self._options.latency, {number: kinds[number] for number in self._troubled}
        )

    def _office(self, database, screens):
        return _served(self._instance, database) if screens else _nobody()

    def _seen(self, run, watch, database, urssaf):
        wrong, count = judging.wrong(
            *(self._instance, database, urssaf, self.companies),
            only_sent=self._options.sending,
        )
        full = watching.sizes(self._instance, database)
        return report.Seen(
            run=run,
            watch=watch,
            wrong=wrong,
            demandes=count,
            growth=judging.growth(self._empty, full, count),
            idle=_idle(database, len(self.companies), self._idle),
            troubled={provider(number) for number in self._troubled},
            outage=provider(OUTAGE) if self._troubled else None,
        )


class _nobody:
    """Nobody looks at a screen."""

    def __enter__(self):
        return None

    def __exit__(self, *_error):
        return None


class _served:
    """An Odoo for the people, with no scheduled action of its own; yields its URL."""

    def __init__(self, instance, database):
        self._server = servers.temporary_odoo(instance, database, cron_threads=0)

    def __enter__(self):
        return self._server.__enter__().url

    def __exit__(self, *error):
        return self._server.__exit__(*error)


def _idle(database, companies, idle):
    """``{action: (ms of processor, queries)}`` per company that has nothing to do.

    :param companies: how many have worked, and have done all that there was
    :param idle: ids of those that never had anything to do; where there are such, the
        cost is what each of them adds to that of the others
    """
    with world.opened(database) as env:
        found = _runs(env)
        if not idle:
            return {job: _each(cost, (0, 0), companies) for job, cost in found.items()}
        env["res.company"].browse(idle).write({"urssaf_sandbox_client_id": False})
        env.cr.commit()
        without = _runs(env)
    return {job: _each(found[job], without[job], len(idle)) for job in found}


def _runs(env):
    """``{action: (ms of processor, queries)}`` of one run over all companies."""
    found = {}
    for job in ("send", "follow", "repair"):
        action = env.ref(f"urssaf_avance_immediate.cron_{job}")
        # The first one loads what the others find.
        action.ir_actions_server_id.run()
        found[job] = min(_one_run(env, action) for _again in range(3))
    return found


def _one_run(env, action):
    env.invalidate_all()
    before, queries = time.process_time(), odoo_package.sql_db.sql_counter
    action.ir_actions_server_id.run()
    spent = (time.process_time() - before) * 1000
    return spent, odoo_package.sql_db.sql_counter - queries


def _each(cost, without, companies):
    """What each of so many companies costs, beside what the run costs without them."""
    return tuple(
        (one - other) / companies for one, other in zip(cost, without, strict=True)
    )
