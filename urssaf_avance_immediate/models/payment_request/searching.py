# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070 takes ten demandes at a time, and may fail because of one of them."""

from ...lib.api.codes import MAX_SEARCH
from ..exchange import work

# Failures of a search of several that may be the fault of one of them.
ABOUT_ONE = ("rejected", "protocol")


def tens(requests):
    """In their order, as many as one search takes; by themselves those that were part
    of a search that failed.
    """
    batches, together = [], []
    for request in requests:
        if request.ask_alone:
            batches.append(request.ids)
            continue
        if not together or len(together) == MAX_SEARCH:
            together = []
            batches.append(together)
        together.append(request.id)
    return [requests.browse(ids) for ids in batches]


def one_by_one(requests, step):
    """A search of several that was refused, or whose answer cannot be read, may have
    failed because of one of them. Those for which there is no time in this run, or in
    this turn of the company, are asked about by themselves in the next one. Return
    false on an outage.
    """
    requests.ask_alone = True
    work.checkpoint(requests.env)
    for id_ in requests.ids:
        # Each is asked at its own risk: what raises leaves the others alone.
        if not requests._may_take_more():
            break
        if not work.take(requests.browse(id_), step):
            return False
    return True


def heard_of(requests):
    """Urssaf has told of these: they are asked about with others again."""
    requests.filtered("ask_alone").ask_alone = False
