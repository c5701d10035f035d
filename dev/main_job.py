# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make demo`` and ``make smoke``: the main job on real servers.

Both install the add-on with its demo data in a new database, start the sandbox, and
tell the story of ``dev/scenario``, which works as a user would and judges the result:
its weeks in an Odoo in the past (``dev/past.py``), its last chapter in the one that
stays. The demo leaves the servers running; the smoke run uses ports of its own, stops
everything, and also judges the logs. ``make demo ARGS=empty`` has a company to be
configured, ``make demo ARGS=trade`` the trade alone and no sandbox. Runs in the virtual
environment.
"""

import sys
import time
from datetime import timezone

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
from .scenario import board, company, odoo_rpc, telling
from .scenario.errors import ScenarioError
from .scenario.sandbox import PROVIDER

DEMO_DATABASE = "urssaf_demo"
EMPTY_DATABASE = "urssaf_empty"
SMOKE_DATABASE = "urssaf_smoke"
TRADE_DATABASE = "trade_demo"
#: What a company without avance immédiate installs.
TRADE = "l10n_fr_home_services"
LOGIN = "admin / admin"
_RUNNING = """
  Logs      {odoo.log}
            {sandbox.log}
  Both keep running. To stop them: make stop     To start afresh: make demo"""
_LOGINS = (
    """
  Odoo      {odoo.url}   database urssaf_demo
            admin / admin: may do everything
{staff}
            cliente / cliente: a customer, on the portal
  Urssaf    {sandbox.url}/particulier/        the customers' space
            {sandbox.url}/boite-aux-lettres/  every e-mail, also Odoo's
            {sandbox.url}/operateur/          the console: time, events, faults"""
    + _RUNNING
    + "\n"
)
_EMPTY = (
    """
  Odoo      {odoo.url}   login admin / admin, database urssaf_empty
            opens on the board, which says what is to be configured. Type there:
              environment      Bac à sable (simulation)
              address          {sandbox.url}
              client ID        {client_id}
              client secret    {secret}
              SAP number       {sap_number}, declared on {declared_on}
  Urssaf    {sandbox.url}/particulier/        the customers' space
            {sandbox.url}/boite-aux-lettres/  every e-mail, also Odoo's
            {sandbox.url}/operateur/          the console: time, events, faults"""
    + _RUNNING
    + " ARGS=empty\n"
)


def demo():
    """Set up, do the main job, and leave both servers running.

    Servers left by an earlier demo of this checkout are stopped first, and its
    database is made anew. Raises DevError if a port is taken by another program, or
    if the story goes another way (the servers stay, to be looked at).
    """
    odoo_port, sandbox_port = _free_ports()
    instance = odoo.prepare()
    install_log = _new_database(instance, DEMO_DATABASE)
    sandbox, mail_port = _start_sandbox(sandbox_port)
    teller = telling.Teller.now(DEMO_DATABASE, sandbox.url, mail_port)
    past_log = paths.logs() / f"odoo-{DEMO_DATABASE}-past.log"
    _known_at(instance, DEMO_DATABASE, f"http://{ports.HOST}:{odoo_port}")
    moves = _tell_the_past(instance, teller, past_log)
    with console.step("Starting Odoo"):
        server = servers.start_odoo(instance, DEMO_DATABASE, odoo_port, stays=True)
    try:
        _let_actions_run(instance, DEMO_DATABASE)
        _tell_today(teller, server, moves)
        rpc = odoo_rpc.Odoo(server.url, DEMO_DATABASE, *LOGIN.split(" / "))
        board.add_bar(rpc, sandbox.url)
        board.land_on_it(rpc)
    finally:
        console.say(_LOGINS.format(odoo=server, sandbox=sandbox, staff=_staff()))
    logcheck.need_clean(install_log, past_log, server.log)


def demo_empty():
    """A French company whose home services nobody has configured, and the sandbox."""
    odoo_port, sandbox_port = _free_ports()
    instance = odoo.prepare()
    install_log = _new_database(instance, EMPTY_DATABASE, demo=False)
    sandbox, mail_port = _start_sandbox(sandbox_port)
    with console.step("Starting Odoo"):
        server = servers.start_odoo(instance, EMPTY_DATABASE, odoo_port, stays=True)
    rpc = odoo_rpc.Odoo(server.url, EMPTY_DATABASE, *LOGIN.split(" / "))
    company.set_up_plain(rpc)
    company.set_up_mail(rpc, mail_port)
    board.land_on_it(rpc)
    console.say(
        _EMPTY.format(
            odoo=server,
            sandbox=sandbox,
            client_id=PROVIDER[0],
            secret=PROVIDER[1],
            sap_number=company.SAP_NUMBER,
            declared_on=company.DECLARED_ON,
        )
    )
    logcheck.need_clean(install_log, server.log)


def _free_ports():
    if stopped := servers.stop_all():
        console.say(f"Stopped the earlier demo ({_names(stopped)}).")
    found = ports.need_free("ODOO_PORT"), ports.need_free("SANDBOX_PORT")
    system_packages.offer_programs("print invoices as PDF")
    return found


def _start_sandbox(port):
    """The sandbox that stays, with a letterbox; ``(server, port of the letterbox)``."""
    mail_port = ports.any_free()
    with console.step("Starting the sandbox"):
        sandbox = servers.start_sandbox(
            _new_sandbox_file(DEMO_DATABASE),
            port,
            arguments=("--receive-mail", str(mail_port)),
            stays=True,
        )
    return sandbox, mail_port


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

    Raises DevError if the story goes another way or if a log holds a warning of ours.
    """
    instance = odoo.prepare()
    install_log = _new_database(instance, SMOKE_DATABASE)
    mail_port = ports.any_free()
    past_log = paths.logs() / f"odoo-{SMOKE_DATABASE}-past.log"
    with servers.temporary_sandbox(
        _new_sandbox_file(SMOKE_DATABASE),
        arguments=("--receive-mail", str(mail_port)),
    ) as sandbox:
        teller = telling.Teller.now(SMOKE_DATABASE, sandbox.url, mail_port)
        moves = _tell_the_past(instance, teller, past_log)
        with servers.temporary_odoo(instance, SMOKE_DATABASE) as server:
            _let_actions_run(instance, SMOKE_DATABASE)
            _tell_today(teller, server, moves)
            log = server.log
    logcheck.need_clean(install_log, past_log, log)


def _tell_the_past(instance, teller, log):
    """All but the last chapter, in an Odoo whose clock goes with the sandbox's."""
    since = teller.calendar.beginning
    _made_in_the_past(instance, teller.database, since)
    with (
        console.step("The main job, up to this morning"),
        servers.temporary_past(instance, teller.database, since, log=log) as past,
    ):
        try:
            moves = teller.tell_the_past(past[0].url, past[1])
        except ScenarioError as error:
            raise DevError(f"The main job failed: {error} Logs: {log}") from None
    return moves


def _made_in_the_past(instance, database, since):
    """What the installation has written was there when the story begins."""
    with databases.open_cursor(instance, database) as cursor:
        for table, columns in (
            ("mail_message", ("date", "create_date")),
            ("res_partner", ("create_date",)),
            ("res_company", ("create_date",)),
        ):
            changes = ", ".join(f"{column} = %(since)s" for column in columns)
            cursor.execute(
                f"UPDATE {table} SET {changes}",
                {"since": since.astimezone(timezone.utc).replace(tzinfo=None)},
            )


def _known_at(instance, database, url):
    """Links in e-mails of the past lead to the Odoo that stays."""
    with databases.open_cursor(instance, database) as cursor:
        for key, value in (("web.base.url", url), ("web.base.url.freeze", "True")):
            cursor.execute(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                (key, value),
            )


def _let_actions_run(instance, database, seconds=90):
    """Wait until the scheduled actions that the installation left have run once: the
    office comes when Odoo has done its night's work.
    """
    due = (
        "SELECT count(*) FROM ir_cron"
        " WHERE active AND nextcall <= now() AT TIME ZONE 'UTC'"
    )
    deadline = time.monotonic() + seconds
    with databases.open_cursor(instance, database) as cursor:
        while time.monotonic() < deadline:
            cursor.execute(due)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.5)


def _tell_today(teller, server, moves):
    with console.step("The main job, now"):
        try:
            faults = teller.tell_today(server.url, moves)
        except ScenarioError as error:
            faults = [str(error)]
        if faults:
            told = "\n".join(f"ÉCHEC : {fault}" for fault in faults)
            raise DevError(f"The main job failed.\n{told}\nLog: {server.log}")
    console.say(f"\nTout est comme attendu ({teller.seconds():.0f} s).")


def _new_database(instance, name, modules=paths.ADDONS, demo=True):
    what = " and its demo data" if demo else ""
    log = databases.install_log(name)
    log.unlink(missing_ok=True)
    title = f"Installing the add-on{what} in {name}"
    with console.step(title, databases.modules_loaded(log)):
        databases.create(instance, name)
        return databases.install(instance, name, modules, demo=demo)


def _new_sandbox_file(name):
    file = paths.state() / f"{name}.sqlite"
    for path in file.parent.glob(f"{file.name}*"):  # SQLite's own side files too
        path.unlink()
    return file


def _staff():
    return "\n".join(
        f"            {person.login} / {person.login}: {person.what}"
        for person in company.STAFF
    )


def _names(stopped):
    return " and ".join(f"{server.name}, pid {server.pid}" for server in stopped)
