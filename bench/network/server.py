# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One server of a network, as Odoo's own with several workers: it loads the add-ons
once and forks. A worker that dies is replaced.

``python -m bench.network.server CONFIG DATABASE WORKERS FOLDER``: which actions are to
be run stands in the file ``jobs`` of the folder, ``stop`` ends the server. What each
piece of work has cost is a line of JSON in the file ``costs``.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from . import work

#: Seconds between two looks when there is nothing to do.
IDLE = 0.1


def main(config_file, database, workers, folder):
    """Keep so many workers until ``stop``."""
    config.parse_config(["--config", config_file, "--log-level=error"])
    odoo.netsvc.init_logger()
    folder = Path(folder)
    _warm(Registry(database))
    # Connections are no heritage.
    odoo.sql_db.close_all()
    children = set()
    while (jobs := _jobs(folder)) != ["stop"]:
        while len(children) < int(workers):
            children.add(_fork(database, folder))
        _bury(children, folder)
        time.sleep(IDLE)
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    while children:
        _bury(children, folder)
        time.sleep(IDLE)
    return jobs


def _warm(registry):
    """Run an action that finds nothing: what is loaded once is no cost of a demande."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env.ref("urssaf_avance_immediate.cron_repair").ir_actions_server_id.run()


def _jobs(folder):
    """The actions to run now: ``send``, ``follow``, ``repair``."""
    return (folder / "jobs").read_text(encoding="ascii").split()


def _bury(children, folder):
    """Note what workers have cost in all that have ended, however they did."""
    for pid in list(children):
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            cpu = usage.ru_utime + usage.ru_stime
            _note(folder, {"ended": pid, "status": status, "cpu": cpu})


def _note(folder, cost):
    """One write of one line: those of several workers do not mix."""
    line = json.dumps(cost) + "\n"
    where = os.open(folder / "costs", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(where, line.encode())
    finally:
        os.close(where)


def _fork(database, folder):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _work(database, folder)
        status = 0
    finally:
        os._exit(status)


def _work(database, folder):
    """Look for something to do, do it, again and again."""
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    registry = Registry(database)
    parent = os.getppid()
    while not stopping and os.getppid() == parent:
        done = None
        for job in _jobs(folder):
            if job in work.JOBS and not stopping:
                done = _one(registry, folder, job) or done
        if not done:
            time.sleep(IDLE)


def _one(registry, folder, job):
    """One action of one company that nobody else works for; whether there was one."""
    before, started, queries = _cpu(), time.monotonic(), odoo.sql_db.sql_counter
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        company = work.JOBS[job](env)
    if not company:
        return False
    _note(
        folder,
        {
            "job": job,
            "company": company,
            "cpu": _cpu() - before,
            "seconds": time.monotonic() - started,
            "queries": odoo.sql_db.sql_counter - queries,
        },
    )
    return True


def _cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) != ["stop"])
