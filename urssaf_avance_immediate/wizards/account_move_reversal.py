# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models

from ..models.invoice.replacing import carried_lines, live_request, reversal_notice
from ..models.payment_request.lettering import on_event_day
from ..models.payment_request.payment_request import FOLLOWED


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    urssaf_notice = fields.Text(compute="_compute_urssaf_notice")
    urssaf_can_cancel = fields.Boolean(compute="_compute_urssaf_notice")

    @api.depends("move_ids")
    def _compute_urssaf_notice(self):
        """Urssaf takes no credit note: said before one is made."""
        for wizard in self:
            moves = wizard.move_ids._origin
            request = live_request(moves) if len(moves) == 1 else None
            wizard.urssaf_notice = reversal_notice(moves)
            wizard.urssaf_can_cancel = (
                bool(request)
                and request.state in FOLLOWED
                and not request.cancel_awaited
            )

    def action_urssaf_request_cancel(self):
        """Open the letter that asks Urssaf to cancel, in the place of the credit note.

        :raises AccessError: the user may not exchange with Urssaf
        """
        self.ensure_one()
        return self.move_ids.urssaf_request_id.action_request_cancel()

    def reverse_moves(self, is_modify=False):
        """Extends account: the new invoices know which ones they replace, and get the
        deposits of the customers. The VAT on collection of what is undone is that of
        this day, never of a month that was declared.
        """
        replaced = self.move_ids
        # Odoo undoes the matches of the invoices that are replaced.
        deposits = [carried_lines(move) for move in replaced] if is_modify else ()
        day = self.date or fields.Date.context_today(self)
        dated = on_event_day(self, self.company_id, day) if is_modify else self
        action = super(AccountMoveReversal, dated).reverse_moves(is_modify=is_modify)
        if is_modify:
            # They were made in this order.
            made = self.new_move_ids.sorted("id").sudo()  # the code alone writes these
            for move, new, lines in zip(replaced, made, deposits, strict=True):
                new.urssaf_replaces_id = move
                new.urssaf_deposit_line_ids = [Command.set(lines.ids)]
        return action

    def _modify_default_reverse_values(self, origin_move):
        """Extends account: the corrected invoice stays left out if the first was."""
        return {
            **super()._modify_default_reverse_values(origin_move),
            "urssaf_excluded": origin_move.urssaf_excluded,
        }
