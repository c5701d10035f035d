# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo and the sandbox as background processes.

A *background* server outlives the command that started it: it leaves a record in
the state folder, by which a later command finds and stops it. A *temporary* server
is a context manager, for tests::

    with temporary_odoo(odoo.prepare(), "my_database") as server:
        requests.get(server.url + "/web/login")
"""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from . import commands, paths, ports, processes
from .errors import DevError


class Server(NamedTuple):
    """A server that runs. ``log`` is the path of its log file."""

    name: str
    url: str
    pid: int
    log: str

    def stop(self):
        """End the server, if it is still the process we started."""
        if processes.command_has(self.pid, _SIGNS[self.name]):
            processes.terminate(self.pid)


#: A word of each server's command line: guards against a pid used again.
_SIGNS = {"odoo": "odoo.conf", "sandbox": "urssaf_sandbox"}
_HEALTH = {"odoo": "/web/health", "sandbox": "/sandbox/v1/health"}


def start_odoo(
    odoo, database, port, *, cron_threads=2, log=None, arguments=(), stays=False
):
    """Start Odoo on ``database`` and wait until it answers. Return the Server.

    ``odoo`` is what ``dev.odoo.prepare()`` returned. A server that ``stays`` outlives
    us; another one ends with us, even if we are killed. Raises DevError naming the log.
    """
    command = odoo.command(
        f"--database={database}",
        f"--db-filter=^{database}$",
        f"--http-port={port}",
        f"--max-cron-threads={cron_threads}",
        "--no-database-list",
        *arguments,
    )
    return _start("odoo", command, port, log, odoo.environment(), stays)


def start_sandbox(database_file, port, *, log=None, arguments=(), stays=False):
    """Start the sandbox on the SQLite file and wait until it answers."""
    command = [
        sys.executable,
        *("-m", "urssaf_sandbox", "--host", ports.HOST, "--port", str(port)),
        *("--database", str(database_file), *arguments),
    ]
    return _start("sandbox", command, port, log, commands.environment(), stays)


@contextlib.contextmanager
def temporary_odoo(odoo, database, **options):
    """Odoo on a free port for the length of a ``with``; options of start_odoo."""
    options.setdefault("log", paths.logs() / f"odoo-{database}.log")
    server = start_odoo(odoo, database, ports.any_free(), **options)
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def temporary_sandbox(database_file, **options):
    """The sandbox on a free port for the length of a ``with``."""
    options.setdefault("log", paths.logs() / f"sandbox-{Path(database_file).stem}.log")
    server = start_sandbox(database_file, ports.any_free(), **options)
    try:
        yield server
    finally:
        server.stop()


def running(name):
    """Return the background Server called ``name`` if it runs, else None."""
    try:
        server = Server(**json.loads(_record(name).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return server if processes.command_has(server.pid, _SIGNS[name]) else None


def stop_all():
    """Stop the background servers of this checkout and return them."""
    servers = [server for name in _SIGNS if (server := running(name))]
    for server in servers:
        server.stop()
        _record(server.name).unlink()
    return servers


def _record(name):
    return paths.state() / "run" / f"{name}.json"


@contextlib.contextmanager
def temporary_past(odoo, database, moment, *, log=None):
    """Odoo in the past, from ``moment`` on, for the length of a ``with``: yields the
    Server and the address that moves its clock. See ``dev/past.py``.
    """
    control = ports.any_free()
    command = odoo.command(
        f"--database={database}",
        f"--db-filter=^{database}$",
        f"--http-port={(port := ports.any_free())}",
        "--max-cron-threads=0",
        "--no-database-list",
    )
    _python, _odoo_bin, *arguments = command
    past = [sys.executable, "-m", "dev.past", str(control), moment.isoformat()]
    log = log or paths.logs() / f"odoo-{database}-past.log"
    env = odoo.environment()
    server = _start("odoo", [*past, *arguments], port, log, env, False)
    try:
        yield server, f"http://{ports.HOST}:{control}"
    finally:
        server.stop()


def _start(name, command, port, log, env, stays):
    log = Path(log or paths.logs() / f"{name}.log")
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for us: we stop a temporary server in order,
            # and one that stays is none of its business.
            start_new_session=True,
            preexec_fn=None if stays else commands.end_with_parent,
        )
    server = Server(name, f"http://{ports.HOST}:{port}", process.pid, str(log))
    if stays:
        record = _record(name)
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(server._asdict()), encoding="utf-8")
    try:
        _wait_until_it_answers(server, process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return server


def _wait_until_it_answers(server, process, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DevError(
                f"{server.name} ended at once (status {process.returncode}): "
                f"{_last_line(server.log)} See {server.log}"
            )
        try:
            with urllib.request.urlopen(server.url + _HEALTH[server.name], timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise DevError(f"{server.name} does not answer after {seconds} s; see {server.log}")


def _last_line(log):
    lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
