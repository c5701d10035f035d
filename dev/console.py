# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the person at the keyboard sees."""

import contextlib
import sys
import time


def say(text):
    """Print one line at once, also when the output is a pipe."""
    print(text, flush=True)


def complain(text):
    """Print one line on the error stream."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title):
    """Announce a long step, then say how many seconds it took."""
    say(f"→ {title} …")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"  ✗ {title}: stopped after {time.monotonic() - start:.1f} s")
        raise
    say(f"  ✓ {title}: {time.monotonic() - start:.1f} s")
