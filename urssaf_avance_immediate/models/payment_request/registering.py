# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""In which transactions transfers are booked: those of one company and one day some at
a time, for making, posting and matching ten payments in one go costs little more than
a third of ten times one.

All or nothing: a batch in which anything fails is undone, the numbers that it took of
the journal included, and its demandes are booked one by one, so that one that cannot be
booked stops no other and a person is told of that one. What is out of the ordinary is
booked by itself, after the others.
"""

from odoo.tools import split_every

from ..exchange import work
from . import transfer_entries

#: Demandes of a batch. Until it is committed their invoices are locked, and so are the
#: next numbers of the journal, and of that of VAT on collection: a second or two, five
#: on a busy server.
AT_ONCE = 10


def register(requests, by_hand=False):
    """Register each effective transfer of these demandes while the scheduled action, if
    any, has time.

    :param by_hand: somebody asks for it, and waits
    :raises Exception: a conflict outside of a scheduled action (Odoo then replays the
        request), or a lost connection to the database
    """

    def alone(records):
        # Whoever asks for it waits; the next run of the scheduled action does it.
        for request in work.take_turn(records if by_hand else records._lock()):
            if request._transfer_due(by_hand):
                here = request.with_company(request.company_id)
                here._try_to_register(by_hand)

    put_off = type(requests)._not_registered_at_all
    for batch in _batches(requests):
        left = batch if by_hand else _together(batch)
        if not left._each(alone, put_off=put_off):
            break


def _batches(requests):
    """These demandes by company and day of the transfer, in their order."""
    requests.fetch(["company_id", "transfer_date"])  # nothing else of all of them
    alike = requests.grouped(lambda one: (one.company_id, one.transfer_date))
    for same in alike.values():
        for ids in split_every(AT_ONCE, same.ids):
            # A record set of its own, see ``work.take_each``.
            yield requests.browse(ids)


def _together(batch):
    """Book what can be booked together of these demandes; return the others."""
    env = batch.env
    if len(batch) < 2 or not work.time_left(env):
        return batch
    try:
        with work.undone_on_error(env):
            left = _book(batch)
            work.checkpoint(env, len(batch) - len(left))
            return left
    except Exception as error:
        waited_for = isinstance(error, work.FASTER) and not work.in_background(env)
        if waited_for or work.connection_lost(env, error):
            raise
        # What is the matter with one of them is met again and said there. What only a
        # batch meets is not, and costs three times as much at each run: where it was.
        work.report_one_by_one(batch, error)
        return batch


def _book(batch):
    """Those that another worker holds are his."""
    locked = work.take_turn(batch._lock())
    due = locked.filtered(lambda one: one._transfer_due(by_hand=False))
    here = due.with_company(due.company_id)
    plain = here.filtered(transfer_entries.is_plain)
    if len(plain) < 2:
        return batch.browse(due.ids)
    plain._register_transfer()
    return batch.browse((due - plain).ids)
