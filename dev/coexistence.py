# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make test ARGS=coexistence``: our add-ons in one database with what a company is
likely to have installed besides, a day's work in it, and the tests of what the others
extend too. Not in every run.
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
    "account_statement_import_sheet_file",
    "partner_firstname",
    "queue_job",
)
CORE = ("account_payment", "sale", "sale_timesheet", "sms", "website")
#: OCA has two families of debit orders; nobody installs both.
NOT_TOGETHER = {f"{paths.ADDON}_account_payment_batch_oca"}
#: Tests of the product that run again here; with each, what stands beside it.
AGAIN = {
    "test_bank_line.py": "OCA's reconciliation and importers",
    "test_collecting.py": "website, payments, reminders: who asks whom to pay",
    "test_collecting_otherwise.py": "the same, and pages of the portal",
    "test_companion_sms.py": "SMS can be sent here",
    "test_contact.py": "two names, and a form that many extend",
    "test_credit_notes.py": "sales, contracts, periods: lines with more fields",
    "test_customer_form_portal.py": "pages within those of the website",
    "test_customer_new.py": "two names",
}
#: Of these, what Odoo does otherwise as soon as other modules of its own are there: the
#: tests are left out here, each with the reason.
OTHERWISE = {
    "test_collecting_otherwise.py::TestCollectingOtherwise": {
        "test_whom_the_portal_shows_what": "a website shows its own company's papers",
    },
    # odoo/odoo#247792 of 2026 mends it, which Debian's package is older than.
    "test_contact.py::TestContact": dict.fromkeys(
        (
            "test_each_company_is_told_in_its_own_enrolment",
            "test_not_under_a_card_once_urssaf_has_an_invoice",
            "test_somebody_urssaf_does_not_have_may_stand_anywhere",
            "test_the_card_is_not_debited_for_somebody_else",
            "test_under_a_company_a_draft_says_it_too",
            "test_under_a_household_it_is_said",
        ),
        "hr refuses a bank account's form to who has no right to employees",
    ),
}
#: The glue whose tests are about jobs that wait; for the others they are done at once,
#: which is OCA's own switch for tests.
JOBS = f"{paths.ADDON}_queue_job"
AT_ONCE = "QUEUE_JOB__NO_DELAY"
#: Seconds after which the installation is ended.
LIMIT = 3600


def modules():
    """All that is installed together, by name."""
    ours = [addon for addon in paths.EVERY_ADDON if addon not in NOT_TOGETHER]
    return (*CORE, *OCA, *ours)


def run(arguments=()):
    """Install, work, look at the logs. Raises DevError if something is wrong.

    With ``arguments``, pytest runs what they name and no more.
    """
    instance = odoo.prepare()
    wheels = odoo_wheels.folders(WHEELS)
    databases.create(instance, DATABASE, for_tests=True)
    instance = odoo_wheels.with_packages(instance, wheels)
    title = f"Installing {len(modules())} modules together"
    with console.step(title, databases.modules_loaded(databases.install_log(DATABASE))):
        logs = [
            databases.install(instance, DATABASE, modules(), limit=LIMIT, wheels=wheels)
        ]
    failed = []
    for name, what, tests, changes in _stages(arguments):
        log = paths.logs() / f"coexistence-{name}.log"
        log.unlink(missing_ok=True)
        command = [
            *testing.pytest_command(instance, DATABASE, log, tests),
            f"--odoo-addons-path={odoo.addons_path(instance.source, wheels)}",
        ]
        with console.step(what):
            environment = instance.environment(**changes)
            if commands.shown(command, env=environment, cwd=paths.ROOT):
                failed.append(f"{what} (Odoo's log: {log})")
        logs.append(log)
    if failed:
        raise DevError(f"Failed: {', '.join(failed)}.")
    databases.drop(instance, DATABASE)
    logcheck.need_clean(*logs)


def _stages(arguments):
    """``(name, what, tests, changes of the environment)``, one process of pytest each:
    Odoo's switch for jobs is the whole process's.
    """
    work = ["tests/coexistence", f"{JOBS}/tests"]
    others = [f"{addon}/tests" for addon in paths.GLUE if addon != JOBS]
    others = [path for path in others if path.split("/")[0] in modules()]
    others += [f"{paths.ADDON}/tests/{name}" for name in AGAIN]
    others += [
        f"--deselect={paths.ADDON}/tests/{place}::{name}"
        for place, tests in OTHERWISE.items()
        for name in tests
    ]
    if arguments:
        return [("named", "What was named", list(arguments), {})]
    return [
        ("work", "A day's work in it", work, {}),
        ("others", "Tests of what the others extend", others, {AT_ONCE: "1"}),
    ]
