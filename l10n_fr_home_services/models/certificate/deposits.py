# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Down payments that have an invoice of their own: which invoices get what was paid of
them.

Odoo knows these pairs where its sales are installed. A deposit alone gives no right to
the tax credit: what no invoice takes off yet waits.
"""

from dataclasses import replace

from odoo.tools import SQL

from ...rules.certificate import Document

WITH_FINALS = """
    WITH paid AS (%(paid)s)
    SELECT document FROM paid
     UNION
    SELECT final.move_id
      FROM paid
      JOIN account_move_line deposit ON deposit.move_id = paid.document
      JOIN sale_order_line_invoice_rel of_deposit
        ON of_deposit.invoice_line_id = deposit.id
      JOIN sale_order_line sold
        ON sold.id = of_deposit.order_line_id AND sold.is_downpayment
      JOIN sale_order_line_invoice_rel of_final ON of_final.order_line_id = sold.id
      JOIN account_move_line final ON final.id = of_final.invoice_line_id
     WHERE final.price_total < 0
"""


def with_finals(env, paid):
    """SQL of the ids of what was paid, with the invoices that take off what is a down
    payment of it: of these themselves nothing may have been paid in that year.

    :param paid: SQL of ids, ``document``
    """
    if "sale_line_ids" not in env["account.move.line"]._fields:
        return paid
    return SQL(WITH_FINALS, paid=paid)


class Deposits:
    """The invoices of down payments that these lines take off."""

    def __init__(self, env, reductions):
        """:param reductions: ids of lines that take something off the whole"""
        self._env = env
        lines = env["account.move.line"].browse(reductions)
        if "sale_line_ids" in lines._fields:
            # The other invoices of the same orders, whatever their year.
            others = lines.sale_line_ids.invoice_lines
            lines |= others.filtered(lambda line: line.price_total < 0)
        #: ``{invoice of a down payment: [[invoice that takes it off, cents]]}``
        self.finals = {}
        #: ``{credit note: the invoice of a down payment that it takes back}``
        self.returned = {}
        for line in lines.sorted(lambda one: one.move_id.id):
            found = line._get_downpayment_lines().move_id - line.move_id
            for deposit in found.filtered(lambda move: move.state == "posted"):
                if deposit.move_type == "out_refund":
                    self.returned[deposit.id] = deposit.reversed_entry_id.id
                    continue
                finals = self.finals.setdefault(deposit.id, [])
                if _takes_off(line.move_id):
                    finals.append([line.move_id.id, round(-line.price_total * 100)])

    def ids(self):
        """Of the invoices and credit notes whose payments are asked for."""
        return [*self.finals, *self.returned]

    def hand_on(self, money, documents):
        """What was paid of each deposit goes to the invoices that take it off, in their
        order, never more than each takes off. What was given back of a deposit is first
        what no invoice has got, then a refund of the last one.

        :param money: ``[(id, Part)]`` of the deposits and their credit notes
        :param documents: ``{id: Document}``, changed in place
        """
        free = {}
        for deposit, part in sorted(money, key=lambda one: one[1].paid_on):
            if deposit in self.finals and part.cents > 0:
                part.deposit = True
                rest = self._share_out(deposit, part, documents)
                free[deposit] = free.get(deposit, 0) + rest
        refunds = {}
        for note, part in money:
            deposit = self.returned.get(note)
            if deposit not in self.finals or part.cents >= 0 or not part.kind:
                continue
            unused = min(free.get(deposit, 0), -part.cents)
            free[deposit] = free.get(deposit, 0) - unused
            known = [one for one, _cents in self.finals[deposit] if one in documents]
            if known and part.cents + unused:
                origin = documents[known[-1]]
                document = refunds.setdefault(note, _refund_of(note, origin))
                document.parts.append(replace(part, cents=part.cents + unused))
        documents.update(refunds)

    def received(self):
        """``{id of an invoice: cents}`` that were paid of what it takes off, in the
        same order.
        """
        found = {}
        for deposit in self._env["account.move"].browse(sorted(self.finals)):
            paid = deposit.amount_total - deposit.amount_residual
            left = round(paid * 100)
            for move, wanted in self.finals[deposit.id]:
                cents = min(left, wanted)
                found[move] = found.get(move, 0) + cents
                left -= cents
        return found

    def _share_out(self, deposit, part, documents):
        """:return: the cents that no invoice takes off"""
        left = part.cents
        for final in self.finals[deposit]:
            move, wanted = final
            cents = min(left, wanted)
            if not cents:
                continue
            left, final[1] = left - cents, wanted - cents
            if move in documents:
                share = replace(part, cents=cents, borne=None)
                documents[move].parts.append(share)
        return left


def _takes_off(move):
    """What a credit note has cancelled takes nothing off any more."""
    posted = move.state == "posted" and move.move_type == "out_invoice"
    return posted and move.payment_state != "reversed"


def _refund_of(note, origin):
    return Document(
        note, origin.ends, origin.closed, dict(origin.weights), origin=origin.id
    )
