# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make demo`` and ``make smoke``: the main job on real servers.

Both install the add-on with its demo data in a new database, start Odoo and the
sandbox, and run ``dev.scenario``, which works as a user would and judges the result.
The demo leaves the servers running; the smoke run uses ports of its own, stops
everything, and also judges the logs. ``make demo ARGS=trade`` has the trade alone, and
no sandbox. Runs in the virtual environment.
"""

import sys

from . import (
    commands,
    console,
    databases,
    logcheck,
    odoo,
    paths,
    ports,
    servers,
    system_packages,
)
from .errors import DevError

DEMO_DATABASE = "urssaf_demo"
SMOKE_DATABASE = "urssaf_smoke"
TRADE_DATABASE = "trade_demo"
#: What a company without avance immédiate installs.
TRADE = "l10n_fr_home_services"
LOGIN = "admin / admin"


def demo():
    """Set up, do the main job, and leave both servers running.

    Servers left by an earlier demo of this checkout are stopped first, and its
    database is made anew. Raises DevError if a port is taken by another program, or
    if the scenario fails (the servers stay, to be looked at).
    """
    stopped = servers.stop_all()
    if stopped:
        console.say(f"Stopped the earlier demo ({_names(stopped)}).")
    odoo_port = ports.need_free("ODOO_PORT")
    sandbox_port = ports.need_free("SANDBOX_PORT")
    system_packages.offer_programs("print invoices as PDF")
    instance = odoo.prepare()
    install_log = _new_database(instance, DEMO_DATABASE)
    sandbox_file = _new_sandbox_file(DEMO_DATABASE)
    with console.step("Starting the sandbox and Odoo"):
        sandbox = servers.start_sandbox(sandbox_file, sandbox_port, stays=True)
        server = servers.start_odoo(instance, DEMO_DATABASE, odoo_port, stays=True)
    try:
        _scenario(server, sandbox, DEMO_DATABASE)
    finally:
        _tell(server, sandbox)
    logcheck.need_clean(install_log, server.log)


def demo_trade():
    """The trade alone, without avance immédiate: invoices, annual certificates, figures
    for NOVA. Odoo is left running; raises DevError as ``demo`` does.
    """
    if stopped := servers.stop_all():
        console.say(f"Stopped the earlier demo ({_names(stopped)}).")
    port = ports.need_free("ODOO_PORT")
    system_packages.offer_programs("print invoices as PDF")
    instance = odoo.prepare()
    install_log = _new_database(instance, TRADE_DATABASE, (TRADE,))
    with console.step("Starting Odoo"):
        server = servers.start_odoo(instance, TRADE_DATABASE, port, stays=True)
    command = [
        *(sys.executable, "-m", "dev.scenario.trade", "--odoo-url", server.url),
        *("--database", TRADE_DATABASE),
    ]
    try:
        with console.step("A year of the trade"):
            if status := commands.shown(command, cwd=paths.ROOT):
                raise DevError(f"It failed (status {status}). Log: {server.log}")
    finally:
        console.say(
            f"""
  Odoo      {server.url}   login {LOGIN}, database {TRADE_DATABASE}
  Log       {server.log}
  It keeps running. To stop it: make stop     To start afresh: make demo ARGS=trade
"""
        )
    logcheck.need_clean(install_log, server.log)


def smoke():
    """Do the main job on a database and ports of its own, then stop everything.

    Raises DevError if the scenario fails or if a log holds a warning of ours.
    """
    instance = odoo.prepare()
    install_log = _new_database(instance, SMOKE_DATABASE)
    sandbox_file = _new_sandbox_file(SMOKE_DATABASE)
    with (
        servers.temporary_sandbox(sandbox_file) as sandbox,
        servers.temporary_odoo(instance, SMOKE_DATABASE) as server,
    ):
        _scenario(server, sandbox, SMOKE_DATABASE)
    logcheck.need_clean(install_log, server.log)


def _new_database(instance, name, modules=paths.ADDONS):
    with console.step(f"Installing the add-on and its demo data in {name}"):
        databases.create(instance, name)
        return databases.install(instance, name, modules, demo=True)


def _new_sandbox_file(name):
    file = paths.state() / f"{name}.sqlite"
    for path in file.parent.glob(f"{file.name}*"):  # SQLite's own side files too
        path.unlink()
    return file


def _scenario(server, sandbox, database):
    command = [
        *(sys.executable, "-m", "dev.scenario", "--odoo-url", server.url),
        *("--sandbox-url", sandbox.url, "--database", database),
    ]
    with console.step("The main job"):
        status = commands.shown(command, cwd=paths.ROOT)
        if status:
            raise DevError(
                f"The main job failed (status {status}). Logs: {server.log} and "
                f"{sandbox.log}"
            )


def _tell(server, sandbox):
    console.say(
        f"""
  Odoo      {server.url}   login {LOGIN}, database {DEMO_DATABASE}
  Sandbox   {sandbox.url}   stands in for Urssaf; {sandbox.url}/docs steers it
  Logs      {server.log}
            {sandbox.log}
  Both keep running. To stop them: make stop     To start afresh: make demo
"""
    )


def _names(stopped):
    return " and ".join(f"{server.name}, pid {server.pid}" for server in stopped)
