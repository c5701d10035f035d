# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things are kept: what checkouts share, and what belongs to this one."""

import os
from pathlib import Path

#: The checkout this code runs from.
ROOT = Path(__file__).resolve().parent.parent
#: The product. What is about it alone (pictures, communes) says so by this name.
ADDON = "urssaf_avance_immediate"
#: Every add-on of this repository, the one that stands on no other of them first.
ADDONS = ("l10n_fr_home_services", ADDON)


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
