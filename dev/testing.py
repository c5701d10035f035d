# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make test``: both runners, then the logs. Runs in the virtual environment."""

import re
import sys

from . import commands, console, databases, logcheck, odoo, paths, ports
from .errors import CommandFailed, DevError

PYTEST_DATABASE = "urssaf_test"
ODOO_DATABASE = "urssaf_test_odoo"
#: Odoo's closing line.
_ODOO_RESULT = re.compile(
    r"(?P<failed>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<tests>\d+) tests"
)


def run(arguments):
    """Run the whole suite. With ``arguments``, run pytest with them, and no more.

    Raises DevError if a test fails, if Odoo's runner finds no test, or if a log holds
    a warning of ours.
    """
    instance = odoo.prepare()
    logs = _pytest(instance, arguments)
    if arguments:
        # Some arguments (--collect-only) never come to logging.
        logs = [log for log in logs if log.exists()]
    else:
        logs.append(_odoo_runner(instance))
    logcheck.need_clean(*logs)


def _pytest(instance, arguments):
    """Run pytest-odoo over everything. Return the logs to check."""
    log = paths.logs() / "pytest.log"
    log.unlink(missing_ok=True)
    with console.step("Installing the add-on in a fresh database"):
        databases.create(instance, PYTEST_DATABASE, for_tests=True)
        install_log = databases.install(instance, PYTEST_DATABASE)
    # Which folders: testpaths in pyproject.toml, unless the arguments name some.
    command = [
        *(sys.executable, "-m", "pytest", "--odoo-http"),
        f"--odoo-database={PYTEST_DATABASE}",
        f"--odoo-config={instance.config_file}",
        "--odoo-log-level=info",
        f"--odoo-extra=logfile={log}",
        *arguments,
    ]
    with console.step("pytest"):
        status = commands.shown(command, env=instance.environment(), cwd=paths.ROOT)
    if status:
        raise DevError(f"pytest failed (status {status}). Odoo's log: {log}")
    return [install_log, log]


def _odoo_runner(instance):
    """Install the add-on with its demo data, under Odoo's own test runner."""
    log = paths.logs() / "odoo-runner.log"
    arguments = [
        "--test-tags=" + ",".join(f"/{addon}" for addon in paths.ADDONS),
        f"--http-port={ports.any_free()}",
        f"--screenshots={paths.state() / 'screenshots'}",
    ]
    with console.step("Odoo's own test runner"):
        databases.create(instance, ODOO_DATABASE, for_tests=True)
        try:
            databases.install(
                instance, ODOO_DATABASE, demo=True, log=log, arguments=arguments
            )
        except CommandFailed:
            if _ODOO_RESULT.search(log.read_text(encoding="utf-8")):
                check_odoo_result(log)  # says it better
            raise
    check_odoo_result(log)
    return log


def check_odoo_result(log):
    """Raise DevError unless the log tells of tests, all of them good."""
    found = list(_ODOO_RESULT.finditer(log.read_text(encoding="utf-8")))
    result = (
        {name: int(n) for name, n in found[-1].groupdict().items()} if found else {}
    )
    if not result.get("tests"):
        raise DevError(f"Odoo's own runner ran no test; see {log}")
    if result["failed"] or result["errors"]:
        raise DevError(f"Odoo's own runner: {found[-1][0]}; see {log}")
    console.say(f"  Odoo's own runner: {result['tests']} tests, all good.")
