# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A ceiling of calls per second: who keeps it, and how a call waits for its turn.

Nobody says how many calls Urssaf takes: one after the other, evenly
spaced, is the safe assumption. Over several processes only something that they share
can keep the pace; :func:`in_process` does it for one.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable

_logger = logging.getLogger(__name__)

#: Seconds to wait when whoever keeps the pace fails.
WHEN_UNKNOWN = 1.0

_next_turns: dict[Hashable, float] = {}
_guard = threading.Lock()


def wait_turn(
    turns: Callable[[], float] | None, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until a call may be made. A failure of the pace never costs a call.

    :param turns: takes the next turn and returns the seconds until then; without it,
        nothing is waited for
    """
    if not turns:
        return
    try:
        seconds = turns()
    except Exception as error:
        _logger.warning("Nobody keeps the pace of calls: %s", type(error).__name__)
        seconds = WHEN_UNKNOWN
    if seconds > 0:
        sleep(seconds)


def in_process(
    key: Hashable, per_second: float, clock: Callable[[], float] = time.monotonic
) -> float:
    """Take the next turn of ``key`` among the threads of this process. Return the
    seconds until then. First come, first served.

    :param per_second: the ceiling; nothing is waited for when it is zero
    """
    if not per_second:
        return 0.0
    with _guard:
        now = clock()
        turn = max(now, _next_turns.get(key, now))
        _next_turns[key] = turn + 1 / per_second
    return turn - now


def forget_turns() -> None:
    """Let everybody call at once: for tests, which share a process."""
    with _guard:
        _next_turns.clear()
