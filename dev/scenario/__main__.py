# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``python -m dev.scenario``: tell the story, print it, judge it. Status 0 or 1."""

import argparse
import sys
import time

from . import evidence, judge, report
from .calendar import Calendar
from .errors import ScenarioError
from .odoo_rpc import Odoo
from .office import Office
from .sandbox import Sandbox
from .story import Story


def main(arguments=None):
    """Run the command; return its exit status."""
    options = _parse(arguments)
    began = time.monotonic()
    try:
        faults = _run(options)
    except ScenarioError as error:
        print(f"\nÉCHEC : {error}", file=sys.stderr)
        return 1
    for fault in faults:
        print(f"ÉCHEC : {fault}", file=sys.stderr)
    if faults:
        return 1
    print(f"\nTout est comme attendu ({time.monotonic() - began:.0f} s).")
    return 0


def _run(options):
    calendar = Calendar.now()
    sandbox = Sandbox(options.sandbox_url)
    odoo = Odoo(options.odoo_url, options.database, options.login, options.password)
    office = Office(odoo, calendar)
    Story(office, sandbox, calendar, say=lambda line: print(line, flush=True)).tell()
    found = evidence.gather(office, sandbox)
    print()
    print(report.demandes(found.invoices))
    print()
    print(report.enrolments(found.customers))
    return judge.faults(found)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m dev.scenario", description=__doc__)
    parser.add_argument("--odoo-url", required=True)
    parser.add_argument("--sandbox-url", required=True)
    parser.add_argument("--database", required=True, help="with demo data, just made")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
