# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make stop`` and ``make clean``. Standard library only: they work at any time."""

import shutil
from pathlib import Path

from . import console, paths, postgres, servers


def stop():
    """Stop what this checkout runs: Odoo, the sandbox, and PostgreSQL if idle."""
    stopped = servers.stop_all()
    for server in stopped:
        console.say(f"Stopped {server.name} (pid {server.pid}).")
    clients = postgres.clients()
    if clients:
        console.say(
            f"PostgreSQL stays: {clients} connection(s) of other commands use it."
        )
    elif pid := postgres.stop():
        console.say(f"Stopped PostgreSQL (pid {pid}).")
    elif not stopped:
        console.say("Nothing was running.")


def clean():
    """Stop everything of this checkout, remove its state, and say what is cached."""
    for server in servers.stop_all():
        console.say(f"Stopped {server.name} (pid {server.pid}).")
    if pid := postgres.stop():
        console.say(f"Stopped PostgreSQL (pid {pid}).")
    if paths.state().exists():
        shutil.rmtree(paths.state())
        console.say(f"Removed {paths.state()}.")
    cache = paths.cache()
    if cache.exists():
        console.say(
            f"Kept {cache} ({_size(cache) / 1e9:.1f} GB: Odoo's source and the Python "
            f"environments, shared by all checkouts). To remove it: rm -r {cache}"
        )


def _size(folder):
    """Return the bytes taken by the files below ``folder``."""
    return sum(
        path.lstat().st_size for path in Path(folder).rglob("*") if path.is_file()
    )
