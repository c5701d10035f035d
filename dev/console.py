# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the person at the keyboard sees."""

import contextlib
import sys
import threading
import time

#: Seconds between two lines of a step that would else be silent.
HEARTBEAT = 20


def say(text):
    """Print one line at once, also when the output is a pipe."""
    print(text, flush=True)


def complain(text):
    """Print one line on the error stream."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title, so_far=None):
    """Announce a long step, then say how many seconds it took.

    :param so_far: for a step that prints nothing itself: a function that returns how
        far it is (“63 of 125 MB”, or nothing); every HEARTBEAT seconds a line says so
    """
    say(f"→ {title} …")
    start = time.monotonic()
    try:
        with _heartbeats(start, so_far) if so_far else contextlib.nullcontext():
            yield
    except BaseException:
        say(f"  ✗ {title}: stopped after {time.monotonic() - start:.1f} s")
        raise
    say(f"  ✓ {title}: {time.monotonic() - start:.1f} s")


def nothing_more():
    """``so_far`` of a step that knows nothing but that it goes on."""
    return ""


@contextlib.contextmanager
def _heartbeats(start, so_far):
    over = threading.Event()

    def beat():
        while not over.wait(HEARTBEAT):
            said = f"  … {time.monotonic() - start:.0f} s"
            say(f"{said}, {far}" if (far := so_far()) else said)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
