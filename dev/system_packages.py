# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The few programs that only the system's package manager can bring.

Installed when we may (root, or sudo without a password); otherwise the person is
told exactly what to type.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess

from . import commands, console
from .errors import DevError

#: Program looked for on the PATH → Debian package that brings it.
PROGRAMS = {"chromium": "chromium", "wkhtmltopdf": "wkhtmltopdf"}


def need_venv_module():
    """Make sure that this Python can make virtual environments with pip inside."""
    if not importlib.util.find_spec("ensurepip"):
        install(["python3-venv"], "make a virtual environment")


def need_programs(purpose):
    """Make sure that Chromium and wkhtmltopdf are there.

    ``purpose`` completes the sentence "needed to …". Raises DevError with the
    command to type when they are missing and we may not install them.
    """
    missing = [deb for program, deb in PROGRAMS.items() if not commands.have(program)]
    if missing:
        install(missing, purpose)


def install(packages, purpose):
    """Install Debian packages, or raise DevError saying what to type."""
    typed = f"apt-get install --no-install-recommends -y {' '.join(packages)}"
    right = _right()
    if right is None or not commands.have("apt-get"):
        raise DevError(
            f"Missing system package{'s' if len(packages) > 1 else ''} "
            f"{' and '.join(packages)}, needed to {purpose}. Type: sudo {typed}"
        )
    env = commands.environment(DEBIAN_FRONTEND="noninteractive")
    title = f"Installing {' and '.join(packages)} (system packages)"
    with console.step(title, console.nothing_more):
        # One broken source of the user's makes this fail; the packages may be had all
        # the same, and if not, the next command says why.
        with contextlib.suppress(DevError):
            commands.capture(
                "read Debian's package index", [*right, "apt-get", "-qq", "update"], env
            )
        commands.capture(
            f"install {' and '.join(packages)}", [*right, *typed.split()], env
        )


def _right():
    """Return the command prefix that gives root's rights, or None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        probe = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if probe.returncode == 0:
            return ["sudo", "-n"]
    return None


def offer_programs(purpose):
    """Like need_programs, but only say what to type when they cannot be installed."""
    try:
        need_programs(purpose)
    except DevError as error:
        console.say(f"  Note: {error} Going on without.")
