# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import math

from odoo import Command, api, fields, models

from ..models.exchange.ir_cron import CRON_SEND, wake
from ..models.exchange.screen import check_user, notice
from ..models.invoice.ceiling import estimates

# Seconds of sending that people would wonder about.
WORTH_A_WORD = 60


class UrssafPaymentRequestSend(models.TransientModel):
    """Several invoices at once: who leaves, who stays and why."""

    _name = "urssaf.payment.request.send"
    _inherit = ["urssaf.wizard"]
    _description = "Send Invoices to Urssaf"

    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    line_ids = fields.One2many(
        "urssaf.payment.request.send.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    ready_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    actions_notice = fields.Char(
        compute="_compute_actions_notice", help="Why what is queued does not leave."
    )

    @api.depends_context("uid", "lang")
    def _compute_actions_notice(self):
        self.actions_notice = self.env["ir.cron"]._urssaf_notice(essential=True)

    @api.depends("move_ids")
    def _compute_line_ids(self):
        for wizard in self:
            moves = wizard.move_ids._origin
            reasons, hints = wizard._reasons(moves)
            # Those that leave first, then those that stay for the same reason. They use
            # the yearly ceilings of a household one after the other.
            moves = moves.sorted(reasons.get)
            likely = estimates(moves)
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "move_id": move.id,
                            "ready": not reasons[move],
                            "reason": reasons[move] or hints[move],
                            "amount_net": likely[move]["net"],
                        }
                    )
                    for move in moves
                ),
            ]

    @api.depends("line_ids.ready")
    def _compute_counts(self):
        for wizard in self:
            wizard.ready_count = len(wizard.line_ids.filtered("ready"))
            wizard.blocked_count = len(wizard.line_ids) - wizard.ready_count

    def _reasons(self, moves):
        """``({move: why it stays}, {move: what to know})``, in one pass."""
        checks = moves._urssaf_check_all()
        texts = {
            level: {
                move: "\n".join(
                    fault["message"]
                    for fault in faults.values()
                    if fault["level"] == level
                )
                for move, faults in checks.items()
            }
            for level in ("danger", "warning")
        }
        for move in moves:
            if not move.urssaf_can_send and move.urssaf_request_id:
                texts["danger"][move] = self.env._("Sent, or about to be sent.")
            elif not move.is_move_sent and not texts["danger"][move]:
                handed = move._urssaf_not_handed_text()
                known = texts["warning"][move]
                texts["warning"][move] = f"{known}\n{handed}".strip()
        return texts["danger"], texts["warning"]

    def action_send(self):
        """Queue what is ready; the scheduled action sends it within a minute."""
        self.ensure_one()
        Request = self.env["urssaf.payment.request"]
        check_user(self.env)
        moves = self.line_ids.filtered("ready").move_id
        moves.check_access("write")
        # The invoices may have changed since the list was shown.
        reasons, _hints = self._reasons(moves)
        queued = Request._enqueue_move(moves.filtered(lambda move: not reasons[move]))
        wake(self.env, CRON_SEND)
        action = notice(self._leaving(queued))
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def _leaving(self, queued):
        """What the user hears; and how long it takes, when that is worth a word."""
        message = self.env._(
            "%s demandes de paiement are leaving for Urssaf.", len(queued)
        )
        # The settings of a holder that the user may not open.
        seconds = sum(
            math.ceil(len(requests) / company.urssaf_batch_size)
            / company.urssaf_calls_per_second
            # sudo(): the pace is a setting of the habilitation.
            for company, requests in queued.sudo().grouped("holder_id").items()
            if company.urssaf_calls_per_second
        )
        if seconds < WORTH_A_WORD:
            return message
        return self.env._(
            "%(leaving)s At the pace of the settings it takes about %(minutes)s "
            "minutes; you may go on working.",
            leaving=message,
            minutes=math.ceil(seconds / 60),
        )


class UrssafPaymentRequestSendLine(models.TransientModel):
    _name = "urssaf.payment.request.send.line"
    _inherit = ["urssaf.wizard"]
    _description = "Send Invoices to Urssaf: Invoice"
    _order = "ready desc, id"

    wizard_id = fields.Many2one(
        "urssaf.payment.request.send", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one("account.move", string="Invoice", required=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", related_sudo=False, string="Customer"
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    amount_total = fields.Monetary(related="move_id.amount_total", related_sudo=False)
    amount_net = fields.Monetary(string="Left to pay (estimate)")
    ready = fields.Boolean()
    reason = fields.Text(string="Why it stays, or what to know")

    def action_preview(self):
        """What the customer would read of this one."""
        self.ensure_one()
        return self.move_id.action_urssaf_preview()
