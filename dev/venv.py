# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Virtual environments in the shared cache, one per list of pinned dependencies."""

import hashlib
import shutil
import sys

from . import commands, console, locking, paths, pins, system_packages
from .errors import DevError

MARKER = ".complete"
OLDEST, NEWEST = (3, 10), (3, 13)


def check_python(version=None):
    """Raise DevError unless this Python can run Odoo 19."""
    version = tuple(version or sys.version_info)[:2]
    if not OLDEST <= version <= NEWEST:
        raise DevError(
            f"Unsupported Python {version[0]}.{version[1]}: Odoo 19 needs "
            f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}. Choose one with "
            "PYTHON, for example: make demo PYTHON=python3.11"
        )


def folder(group):
    """Return where the environment of ``group`` belongs; it may not exist yet."""
    wanted = "\n".join(pins.requirements(group) + [sys.base_prefix])
    digest = hashlib.sha256(wanted.encode()).hexdigest()[:12]
    python = f"py{sys.version_info[0]}.{sys.version_info[1]}"
    return paths.cache() / "venvs" / f"{group}-{python}-{digest}"


def ensure(group):
    """Return the path of the environment's Python, making it if need be (once)."""
    target = folder(group)
    if not (target / MARKER).exists():
        with locking.exclusive(_lock(target), "installing packages"):
            if not (target / MARKER).exists():
                _make(group, target)
    return target / "bin" / "python"


def _lock(target):
    return target.with_name(f"{target.name}.lock")


def _make(group, target):
    check_python()
    system_packages.need_venv_module()
    shutil.rmtree(target, ignore_errors=True)
    title = f"Installing Python packages ({group})"
    with console.step(title, console.nothing_more):
        commands.capture(
            "make a virtual environment", [sys.executable, "-m", "venv", target]
        )
        wanted = target / "requirements.txt"
        wanted.write_text("\n".join(pins.requirements(group)) + "\n", encoding="utf-8")
        pip = [target / "bin/python", "-m", "pip", "install", "--quiet"]
        commands.capture(
            "install Python packages",
            [*pip, "--disable-pip-version-check", "--requirement", wanted],
        )
    (target / MARKER).touch()
