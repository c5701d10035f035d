# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Running other programs."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys

from .errors import CommandFailed, disk_full, explain_output, is_disk_full


def environment(**changes):
    """Return a copy of the environment, in plain UTF-8, with ``changes``.

    A change to None removes the variable. English messages let us recognise errors.
    """
    env = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="C")
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = str(value)
    return env


def have(program):
    """Tell whether ``program`` is on the PATH."""
    return shutil.which(program) is not None


def capture(what, command, env=None, cwd=None):
    """Run ``command``, keep what it prints, and return its standard output.

    Raises DevError, in the terms of ``what`` ("download Odoo"), when it fails.
    """
    command = [str(part) for part in command]
    try:
        result = subprocess.run(
            command,
            env=env or environment(),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            preexec_fn=end_with_parent,
        )
    except FileNotFoundError:
        raise CommandFailed(f"Could not {what}: {command[0]} is not there.") from None
    if result.returncode:
        raise explain_output(what, result.stdout + "\n" + result.stderr)
    return result.stdout


def logged(what, command, log, env=None, cwd=None, limit=None):
    """Run ``command`` with all it prints going to the file ``log``.

    Raises CommandFailed naming the log when the command fails, or when it is not done
    after ``limit`` seconds.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(open(log, "ab"))
        stack.enter_context(_in_time(what, log, limit))
        code = subprocess.call(
            [str(part) for part in command],
            env=env or environment(),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            timeout=limit,
            preexec_fn=end_with_parent,
        )
    if code:
        if is_disk_full(log.read_text(encoding="utf-8", errors="replace")[-20_000:]):
            raise disk_full(what)
        raise CommandFailed(
            f"Could not {what} (status {code}); see {log}", returncode=code
        )


@contextlib.contextmanager
def _in_time(what, log, limit):
    try:
        yield
    except subprocess.TimeoutExpired:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        last = f" The last line: {lines[-1]}" if lines else ""
        raise CommandFailed(
            f"Could not {what} in {limit / 60:.0f} minutes; see {log}.{last}"
        ) from None


def shown(command, env=None, cwd=None):
    """Run ``command`` in front of the person and return its exit status."""
    return subprocess.call(
        [str(part) for part in command], env=env or environment(), cwd=cwd
    )


def end_with_parent():
    """In the child: ask the kernel to end it when we are killed.

    A download that went on alone would disturb the one of the next run.
    """
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
