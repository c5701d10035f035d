# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long to leave Urssaf alone after failures in a row."""

import random
from datetime import timedelta

MAX_DELAY = timedelta(hours=1)
#: Whatever Urssaf asks for with Retry-After, we come back within a day.
MAX_RETRY_AFTER = timedelta(days=1)


def retry_delay(failures: int, retry_after: float | None = None) -> timedelta:
    """The time to wait before the next try: what Urssaf asks for, or twice as long
    after each failure, an hour at most.

    :param failures: how many tries, or pauses, have failed in a row
    :param retry_after: seconds that Urssaf asks to wait
    """
    if retry_after:
        return min(timedelta(seconds=retry_after), MAX_RETRY_AFTER)
    # Spread the calls of many databases that saw the same outage.
    minutes = min(2 ** min(failures, 6), 60) * random.uniform(0.8, 1.2)
    return min(timedelta(minutes=minutes), MAX_DELAY)
