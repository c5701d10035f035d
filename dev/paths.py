# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things are kept: what checkouts share, and what belongs to this one."""

import ast
import os
from pathlib import Path

#: The checkout this code runs from.
ROOT = Path(__file__).resolve().parent.parent
#: The product. What is about it alone (pictures, communes) says so by this name.
ADDON = "urssaf_avance_immediate"
#: The add-ons that install on plain Odoo, the one that needs no other of them first.
ADDONS = (
    "l10n_fr_home_services",
    ADDON,
    f"{ADDON}_account_edi_ubl_cii",
    f"{ADDON}_account_payment",
)
#: Add-ons between one of these and another module, which is installed for their tests
#: alone: each has a database of its own. With each, the group of ``pyproject.toml``
#: that pins the wheels holding this module, or None where Odoo has it.
GLUE = {
    "l10n_fr_home_services_contract": "oca-contract",
    "l10n_fr_home_services_invoice_merge": "oca-invoice-merge",
    "l10n_fr_home_services_start_end_dates": "oca-start-end-dates",
    "l10n_fr_home_services_timesheet": None,
    f"{ADDON}_account_credit_control": "oca-credit-control",
    f"{ADDON}_account_payment_batch_oca": "oca-payment-batch",
    f"{ADDON}_account_payment_order": "oca-payment-order",
    f"{ADDON}_queue_job": "oca-queue-job",
    f"{ADDON}_reconcile_oca": "oca-reconcile",
    f"{ADDON}_sale": None,
}
#: Modules that the tests of a glue add-on want beside what it depends on.
BESIDE = {f"{ADDON}_reconcile_oca": ("account_statement_import_camt",)}
#: Every add-on of this repository.
EVERY_ADDON = (*ADDONS, *GLUE)


def manifest(addon):
    """Return the manifest of an add-on of this repository."""
    file = ROOT / addon / "__manifest__.py"
    return ast.literal_eval(file.read_text(encoding="utf-8"))


def depends(addon):
    """Return the names of the modules that ``addon`` needs."""
    return set(manifest(addon)["depends"])


def cache():
    """Folder shared by all checkouts: Odoo's source and the virtual environments."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification says to ignore a relative path.
    folder = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return folder / "urssaf-avance-immediate"


def state():
    """Folder of this checkout only (git-ignored): data, logs, pids.

    ``URSSAF_DEV_STATE`` moves it, for a disk without room or a test.
    """
    return Path(os.environ.get("URSSAF_DEV_STATE") or ROOT / ".dev")


def logs():
    """Folder of the log files, made if missing."""
    folder = state() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
