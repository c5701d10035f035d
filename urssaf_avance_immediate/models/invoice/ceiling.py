# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the customer is likely to pay of invoices, and what they would use of the yearly
ceilings. Functions: one pass over many invoices costs as many queries as over one.
"""

from odoo.addons.l10n_fr_home_services.models.official_amount import CEILING_GROUPS
from odoo.addons.l10n_fr_home_services.rules import credit

from ...lib.rules import AmountError
from ..payment_request.ceiling import ADVANCE
from ..payment_request.payment_request import FROZEN


def estimates(moves):
    """``{move: {credit, deposit, net}}`` in euros: half of the eligible services within
    the ceilings as we see them, what is paid already, what is left to the customer.

    Those that Urssaf has, or soon has, say what was estimated when they left: Urssaf's
    own payments are on the invoice by then. The others use the ceilings one after the
    other, in the order in which they are given.
    """
    found = {}
    for move, advance, _half, _full in _likely(moves):
        deposit = move._urssaf_deposit_values().get("mntAcompte", 0.0)
        net = move.currency_id.round(move._urssaf_totals()[0] - advance - deposit)
        found[move] = {"credit": advance, "deposit": deposit, "net": net}
    for move in moves - moves.browse().union(*found):
        # sudo(): three amounts, for whoever sees the invoice.
        request = move.sudo().urssaf_request_id
        found[move] = {
            "credit": request.amount_credit_estimate,
            "deposit": request.amount_deposit,
            "net": request.amount_net_estimate,
        }
    return found


def warnings(moves):
    """``{move: what to know}`` of those that would give less than half, for want of a
    ceiling. It forbids nothing: Urssaf pays the company the whole invoice anyway.
    """
    return {
        move: _sentence(move, advance, half, full)
        for move, advance, half, full in _likely(moves)
        if advance < half
    }


def with_ceiling(moves, found):
    """The faults of the checks, and what to know of the ceiling of those that may go.

    :param found: ``{move: {key: fault}}``, which is completed
    """
    ready = moves.filtered(
        lambda m: all(fault["level"] != "danger" for fault in found[m].values())
    )
    for move, sentence in warnings(ready).items():
        found[move]["urssaf_ceiling"] = move._urssaf_fault(sentence, level="warning")
    return found


def _likely(moves):
    """``(move, advance, half, full)`` of those that are not at Urssaf, euros; ``full``
    lists ``(label, ceiling, left before)`` of the ceilings that do not suffice.
    """
    fresh = moves - moves._urssaf_with_demande(FROZEN)
    Use = fresh.env["urssaf.ceiling.use"]
    holders = fresh.grouped(lambda m: m.company_id._urssaf_holder())
    counters = Use._counters_of(
        {
            # sudo(): what was used, of whoever the customer is; amounts come out of it.
            holder: (found.commercial_partner_id.sudo(), Use._day_now(holder))
            for holder, found in holders.items()
        }
    )
    for holder, found in holders.items():
        for move in found:
            counter = counters[holder][move.commercial_partner_id.sudo()]
            services = _services(move)
            half = credit(services, {})[1]
            before = {kind: counter.left(kind) for kind in counter.ceilings}
            spent, advance = counter.take(services)
            full = _insufficient(move, services, counter, before, (spent, advance))
            yield move, advance / 100, half / 100, (counter.year, full)


def _services(move):
    """``[(group, cents)]`` of what gives right to the tax credit, as Urssaf is told:
    a discount without a nature is shared over all of them.
    """
    lines = move._home_service_lines()
    natures = {line: line._urssaf_nature()[0] for line in lines}
    try:
        settled = move._urssaf_settlement().lines
    except AmountError:
        return [
            (nature.ceiling_group or None, round(line.price_total * 100))
            for line, nature in natures.items()
            if nature.eligible or (line.price_total < 0 and not nature)
        ]
    eligible = {n.urssaf_code: n for n in natures.values() if n.eligible}
    return [
        (eligible[line.nature].ceiling_group or None, round(line.total_ttc * 100))
        for line in settled
        if line.nature in eligible
    ]


def _insufficient(move, services, counter, before, taken):
    """Labels and euros of the ceilings that cut the credit of these services."""
    spent, advance = taken
    wanted = {}
    for group, cents in services:
        wanted[group] = wanted.get(group, 0) + cents
    labels = dict(
        move.env["home.service.nature"]
        ._fields["ceiling_group"]
        ._description_selection(move.env)
    )
    cut = [
        kind
        for kind, _label in CEILING_GROUPS
        if spent.get(kind, 0) < wanted.get(kind, 0)
    ]
    if advance < credit(list(spent.items()) + [(None, wanted.get(None, 0))], {})[1]:
        cut.append(ADVANCE)
    labels[ADVANCE] = move.env._("advance of the tax credit")
    return [
        (labels[kind], counter.ceilings[kind] / 100, before[kind] / 100) for kind in cut
    ]


def _sentence(move, advance, half, full):
    year, ceilings = full
    money = move.currency_id.format
    deposit = move._urssaf_deposit_values().get("mntAcompte", 0.0)
    rest = move._urssaf_totals()[0] - deposit
    usual = move.currency_id.round(rest - half)
    figures = {
        "customer": move.commercial_partner_id.name,
        "year": year,
        "seen": "; ".join(_seen(move, *ceiling) for ceiling in ceilings),
        "net": money(rest - advance),
        "usual": money(usual),
    }
    if not usual:
        # What he has paid before is all his share.
        return move.env._(
            "%(customer)s would pass a yearly ceiling of %(year)s, as far as our own "
            "invoices show (%(seen)s). Urssaf will probably ask for %(net)s besides "
            "the deposit: tell the customer before you send the invoice. Your company "
            "receives the whole amount all the same.",
            **figures,
        )
    return move.env._(
        "%(customer)s would pass a yearly ceiling of %(year)s, as far as our own "
        "invoices show (%(seen)s). Urssaf will probably ask for %(net)s instead of "
        "%(usual)s: tell the customer before you send the invoice. Your company "
        "receives the whole amount all the same.",
        **figures,
    )


def _seen(move, kind, ceiling, left):
    money = move.currency_id.format
    if not left:
        return move.env._(
            "%(kind)s: nothing left of %(ceiling)s", kind=kind, ceiling=money(ceiling)
        )
    return move.env._(
        "%(kind)s: %(left)s left of %(ceiling)s",
        kind=kind,
        left=money(left),
        ceiling=money(ceiling),
    )
