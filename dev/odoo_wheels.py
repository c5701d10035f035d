# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modules of others (OCA's wheels) that a glue add-on needs, for its database alone.

Each group of ``pyproject.toml`` has a folder of its own in the shared cache. Without
their dependencies: a wheel of OCA wants Odoo itself as a Python package, and the group
names the others.
"""

import os
import shutil
import sys

from . import commands, console, locking, pins, venv


def folders(group):
    """Return the folders of add-ons of ``group``, filled if need be; none for None."""
    if not group:
        return ()
    target = venv.folder(group)
    if not (target / venv.MARKER).exists():
        lock = target.with_name(f"{target.name}.lock")
        with locking.exclusive(lock, "installing modules for Odoo"):
            if not (target / venv.MARKER).exists():
                _fill(group, target)
    return (target / "odoo" / "addons",)


def with_packages(instance, wheels):
    """The same Odoo, which finds the plain Python packages among the wheels too:
    ``queue_job`` wants one.
    """
    folders = [str(folder.parents[1]) for folder in wheels]
    path = os.pathsep.join([str(instance.source.python_path), *folders])
    return instance._replace(source=instance.source._replace(python_path=path))


def _fill(group, target):
    shutil.rmtree(target, ignore_errors=True)
    title = f"Installing modules for Odoo ({group})"
    with console.step(title, console.nothing_more):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        commands.capture(
            "install modules for Odoo",
            [*pip, "--target", target, *pins.requirements(group)],
        )
    (target / venv.MARKER).touch()
