# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070 takes ten demandes at a time, and may fail because of one of them."""

from odoo.tools import split_every

from ...lib.api.codes import MAX_SEARCH
from ..exchange import work

# Failures of a search of several that may be the fault of one of them.
ABOUT_ONE = ("rejected", "protocol")


def tens(requests):
    """As many as one search takes."""
    for ids in split_every(MAX_SEARCH, requests.ids):
        yield requests.browse(ids)


def one_by_one(requests, step):
    """A search of several that was refused, or whose answer cannot be read, may have
    failed because of one of them. Return false on an outage.
    """
    for id_ in requests.ids:
        one = requests.browse(id_)
        # Each is asked at its own risk: what raises leaves the others alone.
        if not work.time_left(requests.env) or not work.take(one, step):
            return False
    return True
