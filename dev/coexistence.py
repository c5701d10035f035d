# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make test ARGS=coexistence``: our add-ons in one database with what a company is
likely to have installed besides, and a short day's work in it. Not in every run.
"""

from . import (
    commands,
    console,
    databases,
    logcheck,
    odoo,
    odoo_wheels,
    paths,
    testing,
)
from .errors import DevError

DATABASE = "urssaf_test_coexistence"
#: The group of ``pyproject.toml`` that pins the wheels.
WHEELS = "coexistence"
OCA = (
    "account_credit_control",
    "account_invoice_start_end_dates",
    "account_payment_order",
    "account_reconcile_oca",
    "account_statement_import_camt",
    "account_statement_import_fr_cfonb",
    "partner_firstname",
    "queue_job",
)
CORE = ("account_payment", "sale", "sale_timesheet", "sms", "website")
#: OCA has two families of debit orders; nobody installs both.
NOT_TOGETHER = {f"{paths.ADDON}_account_payment_batch_oca"}
#: Seconds after which the installation is ended.
LIMIT = 3600


def modules():
    """All that is installed together, by name."""
    ours = [addon for addon in paths.EVERY_ADDON if addon not in NOT_TOGETHER]
    return (*CORE, *OCA, *ours)


def run(arguments=()):
    """Install, work, look at the logs. Raises DevError if something is wrong."""
    instance = odoo.prepare()
    wheels = odoo_wheels.folders(WHEELS)
    databases.create(instance, DATABASE, for_tests=True)
    instance = odoo_wheels.with_packages(instance, wheels)
    with console.step(f"Installing {len(modules())} modules together"):
        install_log = databases.install(
            instance, DATABASE, modules(), limit=LIMIT, wheels=wheels
        )
    log = paths.logs() / "coexistence.log"
    log.unlink(missing_ok=True)
    command = [
        *testing.pytest_command(
            instance, DATABASE, log, ["tests/coexistence", *arguments]
        ),
        f"--odoo-addons-path={odoo.addons_path(instance.source, wheels)}",
    ]
    with console.step("A day's work in it"):
        status = commands.shown(command, env=instance.environment(), cwd=paths.ROOT)
    if status:
        raise DevError(f"It failed (status {status}). Odoo's log: {log}")
    databases.drop(instance, DATABASE)
    logcheck.need_clean(install_log, log)
