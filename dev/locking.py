# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One process at a time in a shared place."""

import contextlib
import fcntl
import os

from . import console
from .errors import DevError


@contextlib.contextmanager
def exclusive(path, waiting_for):
    """Hold the lock file ``path``; wait, and say so, while another process has it.

    The kernel lets go of the lock when the process ends, however it ends.
    """
    with _opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say(f"Another process is busy ({waiting_for}); waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def exclusive_or_fail(path, message):
    """Hold the lock file ``path``, or raise DevError(``message``) at once."""
    with _opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text().strip()
            raise DevError(message.format(pid=holder or "unknown")) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


@contextlib.contextmanager
def _opened(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    # "a" keeps the pid that the present holder wrote; close-on-exec (Python's
    # default) keeps servers started under the lock from inheriting it.
    with open(path, "a", encoding="ascii") as handle:
        yield handle
