# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which test files run in one process: what needs no Odoo, four lots with all our
add-ons, one with the trade alone.

Plain file lists: the lots are the same on every machine, so that a failure can be
found again by running its lot alone.
"""

import ast
from pathlib import Path
from typing import NamedTuple

from . import paths

LOTS = 4
#: Seconds on a calm machine of the files that take more than a test's usual second.
#: ``make test`` names the slowest files at its end: keep this true when it says else.
SLOW = {
    "test_protocol.py": 75,
    "test_fault_injector.py": 67,
    "test_money_take_back.py": 103,
    "test_certificate.py": 50,
    "test_transit.py": 35,
    "test_credit_notes.py": 42,
    "test_money_credited.py": 25,
    "test_payment_request_follow.py": 33,
    "test_payment_request_incidents.py": 30,
    "test_second_company.py": 20,
    "test_tours.py": 190,
    "end_to_end": 280,
}
#: What of the add-ons runs under Odoo's own runner too, with the demo data, because it
#: may differ there; each with the reason. Pytest runs everything. None over HTTP: for
#: one of those the runner first makes every bundle of Odoo's assets, a minute or more.
UNDER_ODOO = {
    "test_branch.py": "companies below others, beside the demo's company",
    "test_branch_credentials.py": "the same, with credentials of their own",
    "test_commune.py": "the geographic code is loaded by the installation",
    "test_company.py": "the settings of a company that has demo data",
    "test_cron.py": "the scheduled actions of a fresh installation",
    "test_database_copy.py": "the copy of a database, neutralised or not",
    "test_reference.py": "the shipped data and the shape of the add-on",
    "test_second_company.py": "every model, field and button by people of one company",
    "test_security.py": "rights: the runner's user and groups are not pytest's",
    "test_translation.py": "terms, and screens and papers in French with demo records",
    "test_wizard_access.py": "rights of the wizards",
}
#: What of the trade's tests runs beside the product too, because the product extends
#: what they are about; each with the reason. All of them run without it: that the trade
#: stands alone is what they show, and what the product adds it tests itself.
BESIDE_THE_PRODUCT = {
    "test_account_move.py": "the product checks and freezes invoices",
    "test_certificate.py": "the product adds Urssaf's money and its day",
    "test_company.py": "the product has settings around these, and branches",
    "test_interventions_kept.py": "the product corrects and replaces invoices",
    "test_nature.py": "the product gives natures Urssaf's code",
    "test_paper.py": "the product prints its own notice on the same invoice",
    "test_taxes.py": "the product sends what they make of a price",
    "test_translation.py": "terms of both are shown on the same screens",
}
#: Glue add-ons that share a database: the modules that they are for stand together
#: there, as in a company that has them all.
GLUE_TOGETHER = (
    (
        "l10n_fr_home_services_contract",
        "l10n_fr_home_services_invoice_merge",
        "l10n_fr_home_services_start_end_dates",
    ),
    ("l10n_fr_home_services_timesheet", f"{paths.ADDON}_sale"),
    (f"{paths.ADDON}_account_credit_control",),
    (f"{paths.ADDON}_account_payment_batch_oca",),
    (f"{paths.ADDON}_account_payment_order",),
    (f"{paths.ADDON}_queue_job",),
    (f"{paths.ADDON}_reconcile_oca",),
)


class Lot(NamedTuple):
    """Test files for one process. ``odoo``: whether they need Odoo and a database;
    ``alone``: the one add-on that this database has, with its demo data, else all.
    """

    name: str
    files: tuple
    odoo: bool = True
    alone: str = ""


def all_lots():
    """Every test file, each in one lot (``BESIDE_THE_PRODUCT``: in two), the longest
    lots first.
    """
    groups = [[] for _number in range(LOTS)]
    weights = [0] * LOTS
    for path in sorted(_with_odoo(), key=_seconds, reverse=True):
        lightest = weights.index(min(weights))
        groups[lightest].append(path)
        weights[lightest] += _seconds(path)
    lots = [
        Lot(f"odoo-{number}", _names(sorted(group)))
        for number, group in enumerate(groups, 1)
        if group
    ]
    lots += [
        Lot(f"alone-{addon}", _names(_addon_files(addon)), alone=addon)
        for addon in paths.ADDONS
        if _stands_alone(addon)
    ]
    return [*lots, Lot("without-odoo", _names(without_odoo()), odoo=False)]


def without_odoo():
    """The folders and files whose tests run without Odoo."""
    tests = {path.parent for path in (paths.ROOT / "tests").glob("*/test_*.py")}
    tests -= {paths.ROOT / "tests" / name for name in ("coexistence", "end_to_end")}
    tests |= set((paths.ROOT / "tests").glob("test_*.py"))
    return [paths.ROOT / "urssaf_sandbox" / "tests", *sorted(tests)]


def needs_odoo(arguments):
    """Tell whether pytest with ``arguments`` needs Odoo: unless they name files, and
    only such as do without."""
    named = [paths.ROOT / argument.partition("::")[0] for argument in arguments]
    named = [path for path in named if path != paths.ROOT and path.exists()]
    without = without_odoo()
    return not named or not all(
        any(folder in (path, *path.parents) for folder in without) for path in named
    )


def glue(arguments):
    """The glue add-ons whose tests ``arguments`` name."""
    named = {Path(argument.partition("::")[0]).parts[:1] for argument in arguments}
    return tuple(addon for addon in paths.GLUE if (addon,) in named)


def odoo_tags():
    """What Odoo's own runner is told to run, as the value of ``--test-tags``."""
    files = [path for addon in paths.ADDONS for path in _addon_files(addon)]
    return ",".join(f"/{name}" for name in _names(files) if _file(name) in UNDER_ODOO)


def _with_odoo():
    files = [
        path
        for addon in paths.ADDONS
        for path in _addon_files(addon)
        if not _stands_alone(addon) or path.name in BESIDE_THE_PRODUCT
    ]
    return [*files, paths.ROOT / "tests" / "end_to_end"]


def _stands_alone(addon):
    """Whether it does without our other add-ons."""
    return not paths.depends(addon).intersection(paths.ADDONS)


def _addon_files(addon):
    return sorted((paths.ROOT / addon / "tests").glob("test_*.py"))


def _seconds(path):
    if path.name in SLOW:
        return SLOW[path.name]
    if path.name.startswith("test_lib_"):
        return 2  # no database
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    functions = (node.name for node in nodes if isinstance(node, ast.FunctionDef))
    return 2 + sum(name.startswith("test_") for name in functions)


def _file(name):
    return name.rpartition("/")[2]


def _names(files):
    return tuple(str(path.relative_to(paths.ROOT)) for path in files)
