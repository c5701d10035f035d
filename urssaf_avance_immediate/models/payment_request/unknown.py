# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What became of demandes whose outcome is not certain.

One that is ``unknown`` is looked up by its number (method 070). It goes back to the
queue only when Urssaf answers that it has no such number, and no lost call can still
arrive.
"""

from collections import defaultdict
from datetime import timedelta

from odoo import fields

from ...lib.api import UrssafError
from ..exchange import work
from ..exchange.exchange import SILENT_REFUSALS
from ..exchange.ir_cron import CRON_REPAIR, wake
from .searching import ABOUT_ONE, heard_of, one_by_one, tens

#: Urssaf has the number already.
DUPLICATE = "ERR_FACTURE_DOUBLON"


def settle(requests, client):
    """Look up by number the unknown ones of these demandes. Return false on an
    outage.
    """
    unknown = requests.filtered(lambda r: r.state == "unknown")
    for batch in tens(unknown):
        if work.turn_over(requests.env):
            wake(requests.env, CRON_REPAIR)
            break
        if not _settle_batch(batch, client):
            return False
    return True


def _settle_batch(requests, client):
    batch = requests._lock().filtered(lambda r: r.state == "unknown")
    if not batch:
        return True
    try:
        found = client.search_payment_requests(numbers=batch.mapped("name"))
    except UrssafError as error:
        going_on = batch._call_failed(error)
        if going_on and len(batch) > 1 and error.kind in ABOUT_ONE:
            going_on = one_by_one(batch, lambda one: _settle_batch(one, client))
            if not batch._may_take_more():
                wake(batch.env, CRON_REPAIR)
            return going_on
        for request in batch:
            delay = request._retry_delay(error.retry_after)
            request.next_call_at = fields.Datetime.now() + delay
        work.checkpoint(batch.env)
        return going_on
    batch._call_answered()
    heard_of(batch)
    _record_search(batch, found)
    work.checkpoint(batch.env)
    return True


def _record_search(requests, found):
    """What one search says of these demandes, each by its number."""
    by_number = defaultdict(dict)
    for info in found.items:
        by_number[info.number][info.request_id] = info
    # An item that does not say its number may be any of them.
    conclusive = found.conclusive and None not in by_number
    for request in requests:
        infos = [*by_number[request.name].values()]
        if len(infos) > 1:
            request._adopt_none(infos)
        elif infos:
            request._adopt(infos[0], found.server_time)
        else:
            _not_found(request, conclusive)


def _not_found(request, conclusive):
    """Urssaf does not have it. Until the quiet period is over the lost call could still
    arrive; an answer to the call itself proves that it cannot.
    """
    now = fields.Datetime.now()
    answered = request.last_error_kind == "rejected"
    quiet = (request.claimed_at or now) + request._quiet_period()
    if request.last_error_code == DUPLICATE:
        # It says that it has it, and does not show it: absence proves nothing.
        request._wait_and_tell()
    elif not conclusive or not (answered or now >= quiet):
        request.next_call_at = max(now + timedelta(minutes=1), quiet)
        wake(request.env, CRON_REPAIR, at=request.next_call_at)
    elif request.silent_refusals >= SILENT_REFUSALS:
        # Refused by itself, without a reason, again and again.
        request._set_state("rejected", silent_refusals=0)
        request._tell(request.last_error_message)
    else:
        request._send_again()
