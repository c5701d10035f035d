# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A pytest process that runs beside others: what it prints goes to a file, and it ends.

The process writes which test it runs, and the result of the whole, to a file of its
own (``conftest.py``, variable ``URSSAF_TEST_PROGRESS``). By it we know what a process
that must be killed was doing, and that one is done though it does not end.
"""

import contextlib
import faulthandler
import os
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

from . import commands, paths
from .errors import CommandFailed

VARIABLE = "URSSAF_TEST_PROGRESS"
#: Has the process write where each of its threads is. Odoo takes the usual signals.
STACKS = signal.SIGRTMIN
#: Seconds that a process may take to end once it has given its result.
TO_END = 60
_PERCENT = re.compile(rb"\[ *(\d+)%\]")


class Progress:
    """What a pytest process wrote of itself."""

    def __init__(self, path):
        self.path = Path(path)
        self.stacks = self.path.with_suffix(".stacks")

    @classmethod
    def wanted(cls):
        """In the process itself: the one that our parent wants, and ours alone."""
        return cls(os.environ.pop(VARIABLE, os.devnull))

    def listen(self):
        """Write where every thread is, each time that ``STACKS`` is received."""
        if self.path != Path(os.devnull):
            self._file = open(self.stacks, "w", encoding="utf-8")
            faulthandler.register(STACKS, file=self._file, all_threads=True)

    def tell(self, kind, word):
        """Write one line: a *test* that begins, or the *end* with its status."""
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{kind} {time.monotonic():.3f} {word}\n")

    def forget(self):
        """Remove what an earlier process has left."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for path in (self.path, self.stacks):
            path.unlink(missing_ok=True)

    def lines(self):
        """The time and the name of each test that was begun, in order."""
        if not self.path.exists():
            return []
        text = self.path.read_text(encoding="utf-8")
        lines = (line.split(" ", 2) for line in text.splitlines())
        return [(kind, float(moment), name) for kind, moment, name in lines]

    def running(self):
        """The name of the test that runs, or that ran last."""
        names = [name for kind, _moment, name in self.lines() if kind == "test"]
        return names[-1] if names else "no test yet"

    def status(self):
        """The exit status that pytest gave to the whole, None while it runs."""
        for kind, _moment, status in reversed(self.lines()):
            if kind == "end":
                return int(status)
        return None

    def seconds(self):
        """The seconds that each test file took."""
        found = {}
        lines = self.lines()
        for (kind, moment, name), (_kind, after, _name) in zip(
            lines, lines[1:], strict=False
        ):
            if kind == "test":
                file = name.partition("::")[0]
                found[file] = found.get(file, 0) + after - moment
        return found


def run(command, text, progress, env=None, limit=3600, to_end=TO_END):
    """Run ``command``, which is pytest, with all it prints going to the file ``text``.

    Return its exit status, and a sentence if it did not end by itself once it had its
    result. Raises CommandFailed, naming the test that was running, after ``limit``
    seconds.
    """
    progress.forget()
    env = dict(env or commands.environment(), **{VARIABLE: str(progress.path)})
    with open(text, "wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=env,
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            # A group of its own, to be ended with the browsers and servers in it.
            start_new_session=True,
            preexec_fn=commands.end_with_parent,
        )
    try:
        return _wait(process, progress, limit, to_end)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_anyway(status, seconds=TO_END / 2):
    """End this process after ``seconds`` if it is still there, naming what keeps it:
    Python waits without end for a thread that is not daemon."""

    def end():
        time.sleep(seconds)
        frames = sys._current_frames()
        for thread in threading.enumerate():
            if not thread.daemon and thread is not threading.main_thread():
                print(f"This thread does not end: {thread!r}", file=sys.stderr)
                traceback.print_stack(frames.get(thread.ident), file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    threading.Thread(target=end, daemon=True, name="end anyway").start()


def percent(text):
    """How far pytest says that it is, in the file of what it prints."""
    found = _PERCENT.findall(text.read_bytes()) if text.exists() else []
    return int(found[-1]) if found else 0


def _wait(process, progress, limit, to_end):
    deadline = time.monotonic() + limit
    while not _ends(process, 1):
        if progress.status() is not None:
            if _ends(process, to_end):
                break
            where = _write_stacks(process, progress)
            return progress.status(), (
                f"its process had to be killed {to_end} s after its last test; {where}"
            )
        if time.monotonic() > deadline:
            where = _write_stacks(process, progress)
            raise CommandFailed(
                f"not done after {limit / 60:.0f} minutes, in {progress.running()}; "
                f"{where}"
            )
    return process.returncode, ""


def _ends(process, seconds):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _write_stacks(process, progress):
    """Have the process write where its threads are, if it knows how to."""
    if not progress.stacks.exists():
        return "it had not begun"
    process.send_signal(STACKS)
    _ends(process, 1)
    return f"where it was: {progress.stacks}"
