# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A credit note on an invoice that Urssaf has, and the invoice that takes its place.

Urssaf takes no credit note: as long as the demande lives, the customer is debited for
the whole. So what takes the place of the invoice waits until Urssaf says that the
demande is refused (40) or cancelled (110).
"""

from odoo.exceptions import UserError
from odoo.tools import format_date

from ..exchange.ir_cron import CRON_INVOICES, wake
from ..payment_request.lettering import on_event_day
from ..payment_request.payment_request import AT_URSSAF, FOLLOWED, FROZEN
from ..payment_request.set_aside import left_on
from ..payment_request.shares import shares_of
from .account_move import UNPAID
from .deposits import customers_share

# Urssaf has transferred the money, whatever became of it since.
TRANSFERRED = ("paid", "unpaid", "recovered")


def live_request(move):
    """The demande by which Urssaf has this invoice, or may have it; empty else."""
    # sudo(): whoever makes the credit note need not see the demande.
    requests = move.sudo().urssaf_request_ids
    return requests.filtered(lambda r: r.state in FROZEN)[:1]


# -- before the credit note ----------------------------------------------------------


def reversal_notice(moves):
    """What to know before a credit note on these, or an empty text."""
    sentences = []
    for move in moves:
        request = live_request(move)
        if request and request.state in TRANSFERRED and request.transfer_effective:
            sentences.append(_paid_notice(request, move))
        elif request:
            sentences.append(_collecting_notice(request, move))
    return "\n".join(sentences)


def _collecting_notice(request, move):
    if request.state not in AT_URSSAF:
        return move.env._(
            "%s is about to leave for Urssaf: with a credit note it does not leave any "
            "more.",
            move.name,
        )
    return move.env._(
        "Urssaf is collecting %(invoice)s: a credit note changes nothing there, and "
        "the customer is debited all the same. Ask Urssaf to cancel the demande de "
        "paiement. A new invoice made now leaves once Urssaf has cancelled this one, "
        "or the customer has refused it.",
        invoice=move.name,
    )


def _paid_notice(request, move):
    customer, advanced = shares_of(request, move)
    figures = {
        "invoice": move.name,
        "total": move.currency_id.format(move.amount_total),
        "customer": move.currency_id.format(customer),
        "advanced": move.currency_id.format(advanced),
    }
    new = move.env._(
        "A new invoice made now leaves once Urssaf has cancelled this one."
    )
    if not advanced:
        said = move.env._(
            "Urssaf has paid %(invoice)s. The customer bore all of its %(total)s, as "
            "far as we can see. Urssaf takes no credit note: refund him what you "
            "credit, or ask Urssaf to cancel the whole demande.",
            **figures,
        )
    elif not customer:
        said = move.env._(
            "Urssaf has paid %(invoice)s. All of its %(total)s are tax credit that "
            "Urssaf advanced, as far as we can see: the customer bore nothing of them, "
            "and gets no refund. Urssaf takes no credit note: ask it to cancel the "
            "whole demande.",
            **figures,
        )
    else:
        said = move.env._(
            "Urssaf has paid %(invoice)s. Of %(total)s, the customer bore %(customer)s "
            "and Urssaf advanced %(advanced)s (estimates). Urssaf takes no credit "
            "note: refund the customer his share of what you credit, or ask Urssaf to "
            "cancel the whole demande.",
            **figures,
        )
    return f"{said} {new}"


# -- once it is posted ---------------------------------------------------------------


def credit_notes_posted(refunds):
    """Tell a person of those on invoices that Urssaf has."""
    for refund in refunds.filtered(lambda move: move.move_type == "out_refund"):
        move = refund.reversed_entry_id
        _name_lines(refund, move)
        request = live_request(move)
        if not request:
            continue
        if request.state == "queued":
            request._withdraw()
        elif request.state in TRANSFERRED and request.transfer_effective:
            if note := _refund_note(request, refund):
                refund._urssaf_tell(note)
        elif not request.cancel_awaited:
            request._tell(_cancel_note(request, refund))


def _name_lines(refund, move):
    """Odoo leaves the customer's line of a credit note without a label, and the FEC
    wants one (article A47 A-1 of the LPF): both numbers, of what Urssaf knows.
    """
    # sudo(): whoever makes the credit note need not see the demande.
    if move.sudo().urssaf_request_ids and not refund.inalterable_hash:
        terms = refund.line_ids.filtered(lambda li: li.display_type == "payment_term")
        terms.filtered(lambda li: not li.name).name = f"{refund.name} {move.name}"


def _refund_note(request, refund):
    """Whose what was credited is; nothing where no tax credit is open on it."""
    total = refund.amount_total
    customer, advanced = shares_of(request, refund)
    if refund.amount_residual:
        # As it is now: a part may have been taken back before, or be a deposit.
        total, advanced = refund.amount_residual, left_on(request, refund)
        customer = total - advanced
    if not advanced:
        return ""
    if refund.currency_id.is_zero(customer):
        return refund.env._(
            "The %(advanced)s that are open on %(refund)s are tax credit that Urssaf "
            "advanced: the customer bore nothing of them, and gets no refund. Press "
            "“Set the tax credit aside” on the demande, so that nobody takes them for "
            "his. No official text says how Urssaf gets a part back; ask it, or have "
            "the whole demande cancelled.",
            advanced=refund.currency_id.format(advanced),
            refund=refund.name,
        )
    return refund.env._(
        "Of the %(total)s credited on %(invoice)s, which Urssaf has paid, the customer "
        "bore %(customer)s: refund them. The other %(advanced)s are tax credit that "
        "Urssaf advanced: they are not the customer’s. Press “Set the tax credit "
        "aside” on the demande, so that nobody takes them for his. No official text "
        "says how Urssaf gets a part back; ask it, or have the whole demande "
        "cancelled.",
        total=refund.currency_id.format(total),
        invoice=refund.reversed_entry_id.name,
        customer=refund.currency_id.format(customer),
        advanced=refund.currency_id.format(advanced),
    )


def check_outstanding(line):
    """Before a credit note is used for another invoice: half of what was credited once
    Urssaf had paid is not the customer's.

    :raises UserError: tax credit is open on it
    """
    # sudo(): whoever matches invoices need not see the demande.
    refund = line.move_id.sudo()
    request = live_request(refund.reversed_entry_id)
    if refund.move_type != "out_refund" or request.state not in TRANSFERRED:
        return
    if left := left_on(request, refund):
        raise UserError(
            line.env._(
                "Of %(refund)s, %(left)s are tax credit that Urssaf advanced: they "
                "are not the customer’s, and pay no other invoice. Open %(demande)s "
                "and press “Set the tax credit aside” first, or ask a manager of "
                "“Urssaf avance immédiate” to; what is open then is the customer’s.",
                refund=refund.name,
                left=refund.currency_id.format(left),
                demande=request.name,
            )
        )


def _cancel_note(request, refund):
    return refund.env._(
        "%(user)s has made the credit note %(refund)s for %(invoice)s while Urssaf "
        "collects it: press “Ask Urssaf to cancel”. Otherwise Urssaf debits the "
        "customer’s share of the whole invoice, and pays you the whole.",
        user=refund.env.user.name,
        refund=refund.name,
        invoice=refund.reversed_entry_id.name,
    )


# -- what takes its place ------------------------------------------------------------


def carried_lines(move):
    """What the customer has really paid on this invoice: it goes on to the next one."""
    # sudo(): payments, for whoever corrects the invoice without seeing them.
    lines = move.sudo().line_ids.matched_credit_ids.credit_move_id
    return lines.filtered(
        lambda line: line.move_id.move_type != "out_refund"
        and customers_share(line.move_id)
    )


def carry(moves):
    """Match the deposits of the invoices that these replace, if they are still open."""
    # sudo(): whoever posts may not match entries.
    for move in moves.sudo().filtered("urssaf_deposit_line_ids"):
        lines = move.urssaf_deposit_line_ids.filtered(
            lambda line: not line.reconciled and line.parent_state == "posted"
        )
        terms = move.line_ids.filtered(
            lambda line, found=lines: line.display_type == "payment_term"
            and line.account_id in found.account_id
        )
        if terms:
            # When the match was undone, so that the VAT changes no month before.
            credits = move.urssaf_replaces_id.reversal_move_ids
            day = max(credits.mapped("date"), default=move.date)
            terms = on_event_day(terms, move.company_id, day)
            same = lines.filtered(lambda line, t=terms: line.account_id in t.account_id)
            (terms | same).reconcile()
        move.urssaf_deposit_line_ids = False


def held_fault(move):
    """``(key, fault)`` while Urssaf has the invoice that this one replaces."""
    # sudo(): whoever sees the invoice is told what holds it.
    replaced = move.sudo().urssaf_replaces_id
    request = live_request(replaced)
    if not request:
        return
    if request.state in TRANSFERRED and request.transfer_effective:
        message = move.env._(
            "Urssaf has paid %(replaced)s, which this invoice replaces: sent too, the "
            "customer would pay twice. It may leave once Urssaf has cancelled the "
            "demande of %(replaced)s.",
            replaced=replaced.name,
        )
    else:
        message = move.env._(
            "Urssaf still has %(replaced)s, which this invoice replaces: sent too, the "
            "customer would be debited twice. It may leave once Urssaf has cancelled "
            "the demande of %(replaced)s, or the customer has refused it.",
            replaced=replaced.name,
        )
    if request.cancel_awaited:
        message += " " + move.env._(
            "Urssaf was asked for it on %s.",
            format_date(move.env, request.cancel_requested_on),
        )
    offer = {}
    if request.state in FOLLOWED and not request.cancel_awaited:
        offer = {
            "action": request._cancel_action(),
            "text": move.env._("Ask Urssaf to cancel"),
        }
    yield "held", move._urssaf_fault(message, **offer)


def release(moves):
    """Urssaf has these no more: what takes their place may leave."""
    # sudo(): whoever hears of it need not see the invoices.
    held = moves.sudo().urssaf_replaced_by_ids.filtered(
        lambda move: move.state == "posted"
        and move.payment_state in UNPAID
        and not move.urssaf_request_ids
    )
    if held.filtered("urssaf_to_send"):
        wake(moves.env, CRON_INVOICES)
    for move in held.filtered(lambda m: not m.urssaf_to_send)._urssaf_concerned():
        move._urssaf_tell(
            move.env._(
                "Urssaf has no longer %(replaced)s, which this invoice replaces: send "
                "it now.",
                replaced=move.urssaf_replaces_id.name,
            )
        )


def settled_banner(request):
    """Of an invoice that a credit note or a payment has settled since."""
    after = request.move_id.urssaf_put_right_by_id
    state = dict(request._fields["state"]._description_selection(request.env))
    if after:
        message = request.env._(
            "%(state)s, and put right: %(other)s takes its place.",
            state=state[request.state],
            other=after.display_name,
        )
    else:
        message = request.env._(
            "%s, and settled since: nothing is left to do.", state[request.state]
        )
    banner = {"level": "info", "message": message}
    if after:
        banner |= {
            "action_text": request.env._("Open it"),
            "action": after._get_records_action(),
        }
    return banner


def credited_banner(request):
    """Credited while Urssaf collects it, or has paid it."""
    move = request.move_id
    message = reversal_notice(move)
    banner = {"level": "warning", "message": message}
    if request.cancel_awaited:
        banner["message"] = request.env._(
            "A credit note has settled this invoice; Urssaf was asked on %s to cancel "
            "its demande.",
            format_date(request.env, request.cancel_requested_on),
        )
    elif request.state in FOLLOWED:
        banner |= {
            "action_text": request.env._("Ask Urssaf to cancel"),
            "action": request._cancel_action(),
        }
    return banner if message else None
