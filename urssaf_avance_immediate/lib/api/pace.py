# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A ceiling of calls per second, over all threads of the process.

Nobody says how many calls Urssaf takes (urssaf-api §11): one after the other, evenly
spaced, is the safe assumption.
"""

import threading
import time
from collections.abc import Callable, Hashable

_next_turns: dict[Hashable, float] = {}
_guard = threading.Lock()


def wait_turn(
    key: Hashable,
    per_second: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Wait until a call may be made on behalf of ``key``. First come, first served.

    :param per_second: the ceiling; nothing is waited for when it is zero
    """
    if not per_second:
        return
    with _guard:
        now = clock()
        turn = max(now, _next_turns.get(key, now))
        _next_turns[key] = turn + 1 / per_second
    if turn > now:
        sleep(turn - now)


def forget_turns() -> None:
    """Let everybody call at once (tests)."""
    with _guard:
        _next_turns.clear()
