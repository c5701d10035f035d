# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``numFactureTiers``: the one place that says under which number a demande leaves.

Urssaf takes a number once (``ERR_FACTURE_DOUBLON``) and frees none. A demande that it
has, or may have, keeps its number; one that it never took has no number of its own and
follows that of the invoice.
"""

from odoo.fields import Domain
from odoo.tools import escape_psql

from ...lib.rules import clean
from ..company.here import here
from .payment_request import FROZEN, SENDABLE


def numbers_to_send(moves):
    """``{move: number}`` of demandes sent now. What people are told before, and
    what leaves, is read here. ``False`` for a draft without a number.
    """
    # sudo(): whoever may send the invoice need not see its demandes.
    kept = {
        request.move_id: request.name
        for request in moves.sudo().urssaf_request_ids
        if request.state in FROZEN
    }
    others = moves.filtered(lambda move: move not in kept)
    return next_numbers(others) | kept


def next_number(move):
    """A number that Urssaf has never seen: the invoice's, then -2, -3…"""
    return next_numbers(move)[move]


def next_numbers(moves, reserved=()):
    """The same for many, at one or two queries for all habilitations: the branches of
    one may number alike. Without what nobody sees in a number that was pasted: answers
    are matched by what was sent.

    :param reserved: numbers that are about to be given to others
    """
    numbers = dict.fromkeys(moves, False)
    named = moves.filtered("name")
    holders = named.grouped(lambda move: move.company_id._urssaf_holder())
    for holder, used in _used_numbers(holders).items():
        used |= set(reserved)
        for move in holders[holder]:
            own = clean(move.name)
            number, rank = own, 1
            while number in used:
                rank += 1
                number = f"{own}-{rank}"
            used.add(number)
            numbers[move] = number
    return numbers


def _used_numbers(moves_of):
    """``{habilitation: numbers}``: of those that its invoices may get, those that
    Urssaf has or may have, for these demandes or for others. A demande that it never
    took uses none.

    :param moves_of: ``{habilitation: its invoices}``
    """
    if not moves_of:
        return {}
    names = {
        holder: {clean(name) for name in moves.mapped("name")}
        for holder, moves in moves_of.items()
    }
    any_holder = next(iter(moves_of))
    ours = here(any_holder.union(*moves_of))
    every = sorted(set().union(*names.values()))
    requests = _requests(any_holder.env).search(ours & Domain("name", "in", every))
    taken, clashing = {}, set()
    by_holder = requests.grouped("holder_id")
    for holder, moves in moves_of.items():
        # sudo(): the same.
        taken[holder] = {
            number
            for request in moves.sudo().urssaf_request_ids
            for number in request.taken_numbers or ()
        }
        found = set(by_holder.get(holder, requests.browse()).mapped("name"))
        clashing |= (found | taken[holder]) & names[holder]
    if clashing:
        suffixed = Domain.OR(
            Domain("name", "=like", f"{escape_psql(name)}-%") for name in clashing
        )
        requests |= requests.search(ours & suffixed)
    kept = requests.filtered(lambda r: r.state not in SENDABLE).grouped("holder_id")
    return {
        holder: set(kept.get(holder, requests.browse()).mapped("name")) | taken[holder]
        for holder in moves_of
    }


def make_room(env, numbers):
    """Take these numbers from demandes that Urssaf never took and that are not
    those of these invoices: an invoice was renumbered, and another has its number
    now.

    :param numbers: ``{move: number}``, about to be written
    """
    moves = env["account.move"].union(*numbers)
    for holder, theirs in moves.grouped(
        lambda move: move.company_id._urssaf_holder()
    ).items():
        wanted = {move: numbers[move] for move in theirs if numbers[move]}
        with env["urssaf.exchange"]._once():
            _make_room_of(holder, wanted)


def _make_room_of(holder, wanted):
    holding = _requests(holder.env).search(
        holder._urssaf_here()
        & Domain("name", "in", list(wanted.values()))
        & Domain("state", "in", SENDABLE)
    )
    aside = {
        request: request.name
        for request in holding
        if wanted.get(request.move_id) != request.name
    }
    # Two may have exchanged their numbers: first all of them let go.
    for request in aside:
        request.name = f"#{request.id}"
    holding.flush_recordset(["name"])
    others = {r: name for r, name in aside.items() if r.move_id not in wanted}
    fresh = next_numbers(
        holder.env["account.move"].union(*(r.move_id for r in others)),
        reserved=wanted.values(),
    )
    for request, old in others.items():
        # A draft may have lost its number: it gets one when it is posted.
        request.name = fresh[request.move_id] or f"{old}-#{request.id}"
    holding.flush_recordset(["name"])


def take_number(request, number):
    """Urssaf never took this demande: it has the invoice's number of today."""
    if number == request.name:
        return
    request._message_log(
        body=request.env._(
            "The number of the invoice has changed: the demande leaves as %s.",
            number,
        )
    )
    with request._once():
        request.name = number
        request.flush_recordset(["name"])


def _requests(env):
    # sudo(): a number counts whoever sees its demande.
    return env["urssaf.payment.request"].sudo()
