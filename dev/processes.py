# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Processes of ours, found and ended by their pid."""

import contextlib
import os
import signal
import time
from pathlib import Path


def alive(pid):
    """Tell whether a process runs (a zombie does not)."""
    try:
        return _stat(Path(f"/proc/{pid}"))[0] != "Z"
    except OSError:
        return False


def command_has(pid, word):
    """Tell whether the process runs and ``word`` is in its command line.

    A pid is used again after its process ends: never end one without this check.
    """
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return word in command


def children(parent, start):
    """Return the pids of the children of ``parent`` whose command begins so."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
            if _stat(folder)[1] == str(parent) and command.startswith(start):
                found.append(int(folder.name))
    return found


def wait_gone(pid, seconds):
    """Wait until the process is gone; return False if it is still there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def terminate(pid, seconds=15):
    """Ask the process to end; insist after ``seconds``."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        if wait_gone(pid, seconds):
            return


def _stat(folder):
    """Return the fields of /proc/PID/stat from the state on: state, parent, …"""
    return (folder / "stat").read_text().rpartition(")")[2].split()
