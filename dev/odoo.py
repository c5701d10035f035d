# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's configuration file and command line. Runs inside the virtual environment."""

import sys
from pathlib import Path
from typing import NamedTuple

from . import commands, odoo_source, patched_wkhtmltopdf, paths, postgres


class Odoo(NamedTuple):
    """An Odoo that is ready to run: its source and its PostgreSQL server."""

    source: odoo_source.OdooSource
    server: postgres.Server

    @property
    def config_file(self):
        """Path of the configuration file, which ``prepare`` writes."""
        return paths.state() / "odoo.conf"

    def environment(self, **changes):
        """Return the environment for any process that imports Odoo."""
        return commands.environment(
            PATH=patched_wkhtmltopdf.search_path(),
            PYTHONPATH=self.source.python_path,
            ODOO_RC=self.config_file,
            PYTHONDONTWRITEBYTECODE=None,
            **self.server.environment(),
            **changes,
        )

    def command(self, *arguments, wheels=()):
        """Return the command line of odoo-bin with our configuration.

        ``wheels``: further folders of add-ons, see ``odoo_wheels``.
        """
        return [
            sys.executable,
            str(self.source.odoo_bin),
            f"--config={self.config_file}",
            *([f"--addons-path={addons_path(self.source, wheels)}"] if wheels else []),
            *map(str, arguments),
        ]


def prepare():
    """Return an Odoo: source found, PostgreSQL running, configuration written."""
    odoo = Odoo(odoo_source.ensure(), postgres.ensure())
    patched_wkhtmltopdf.ensure()
    paths.state().mkdir(parents=True, exist_ok=True)
    odoo.config_file.touch(mode=0o600)  # it may hold a password
    odoo.config_file.write_text(_config(odoo), encoding="utf-8")
    _link("odoo", odoo.source.python_path)
    _link("venv", Path(sys.prefix).resolve())
    return odoo


def addons_path(source, wheels=()):
    """The folders of add-ons, as Odoo wants them: its own, ours, and ``wheels``."""
    return ",".join(map(str, (*source.addons, paths.ROOT, *wheels)))


def _link(name, target):
    """Keep a short way, in the state folder, to something in the shared cache."""
    link = paths.state() / name
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _config(odoo):
    settings = {
        "addons_path": addons_path(odoo.source),
        "data_dir": paths.state() / "data",
        "db_host": odoo.server.host or False,
        "db_port": odoo.server.port,
        "db_user": odoo.server.user,
        "http_interface": "127.0.0.1",
        "list_db": False,
        "proxy_mode": False,
        "workers": 0,
    }
    if odoo.server.password:
        settings["db_password"] = odoo.server.password
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["[options]", *lines, ""])
