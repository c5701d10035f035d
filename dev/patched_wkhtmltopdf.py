# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The wkhtmltopdf that prints headers, footers and many documents at once.

Debian builds it without the patches of its authors: then Odoo's papers have no header,
no footer, no page number, and several bodies in one run are an error. A wheel on PyPI
carries the authors' own build, for 64-bit PCs; it is pinned by its hash and serves the
demo, the tests and the measurements alone. Its libraries come with Debian's package.
"""

import os
import platform
import shutil
import sys

from . import commands, console, locking, pins, venv
from .errors import CommandFailed, DevError

GROUP = "wkhtmltopdf"
_WITH_PATCHES = "(with patched qt)"


def ensure():
    """Fetch the program if need be (once); where it cannot be had, say what is missing.

    ``search_path`` then has it first. The work goes on without it, with Debian's.
    """
    target = venv.folder(GROUP)
    if (target / venv.MARKER).exists():
        return
    lock = target.with_name(f"{target.name}.lock")
    try:
        with locking.exclusive(lock, "fetching wkhtmltopdf"):
            if not (target / venv.MARKER).exists():
                _fill(target)
    except DevError as error:
        console.say(
            f"  Note: {error} Going on with the system's wkhtmltopdf: without the "
            "patches of its authors it prints neither header nor footer, and one "
            "document at a time."
        )


def search_path():
    """Return the PATH on which the patched program, if we have it, comes first."""
    target = venv.folder(GROUP)
    path = os.environ.get("PATH", os.defpath)
    if not (target / venv.MARKER).exists():
        return path
    return f"{target / 'bin'}{os.pathsep}{path}"


def _fill(target):
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise DevError("The patched wkhtmltopdf exists here for 64-bit PCs only.")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    wanted = target / "requirements.txt"
    wanted.write_text("\n".join(pins.hashed(GROUP)) + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    with console.step("Installing the patched wkhtmltopdf", console.nothing_more):
        commands.capture(
            "install the patched wkhtmltopdf",
            [*pip, "--require-hashes", "--target", target, "--requirement", wanted],
        )
        program = target / "bin" / "wkhtmltopdf"
        (target / "bin" / "wkhtmltopdf-pack").rename(program)
        _try(program)
    (target / venv.MARKER).touch()


def _try(program):
    """Raise DevError unless it runs: a library of Debian's package may be missing."""
    version = commands.capture(
        "run the patched wkhtmltopdf (libxrender1, libxext6 and libfontconfig1 come "
        "with Debian's package wkhtmltopdf)",
        [program, "--version"],
    )
    if _WITH_PATCHES not in version:
        raise CommandFailed(f"This wkhtmltopdf has no patches: {version.strip()}.")
