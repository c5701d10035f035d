# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import math

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.exchange.ir_cron import CRON_SEND, wake
from ..models.exchange.screen import check_user
from ..models.invoice.ceiling import estimates
from ..models.payment_request.history import WAITING_TO_LEAVE

# Seconds of sending that people would wonder about.
WORTH_A_WORD = 60
# What mends a line that stays.
MENDS = [
    ("dates", "Dates of the services"),
    ("customer", "Customer"),
    ("invoice", "Invoice"),
]


class UrssafPaymentRequestSend(models.TransientModel):
    """Several invoices at once: who stays and what mends it, who leaves; then how far
    the sending is.
    """

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
        readonly=False,
    )
    ready_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    undated_count = fields.Integer(compute="_compute_counts")
    chosen_count = fields.Integer(compute="_compute_counts")
    blocked_notice = fields.Char(compute="_compute_counts")
    send_label = fields.Char(
        compute="_compute_counts", help="How many leave, and for how much."
    )
    request_ids = fields.Many2many(
        "urssaf.payment.request", string="Demandes de paiement", readonly=True
    )
    leaving = fields.Char(readonly=True)
    progress = fields.Json(compute="_compute_progress")
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
            checks = moves._urssaf_faults_by_move()
            reasons, hints = wizard._reasons(moves, checks)
            # Those that leave use the yearly ceilings of a household, one after the
            # other; shown first are those that stay, for somebody has to mend them.
            likely = estimates(moves.sorted(reasons.get))
            moves = moves.sorted(reasons.get, reverse=True)
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "move_id": move.id,
                            "ready": not reasons[move],
                            "chosen": not reasons[move],
                            "mend": _mend(checks[move]) if reasons[move] else False,
                            "reason": reasons[move] or hints[move],
                            "amount_net": likely[move]["net"],
                        }
                    )
                    for move in moves
                ),
            ]

    @api.depends("line_ids.ready", "line_ids.chosen")
    @api.depends_context("lang")
    def _compute_counts(self):
        for wizard in self:
            lines = wizard.line_ids
            leaving = lines.filtered(lambda line: line.ready and line.chosen)
            blocked = len(lines) - len(lines.filtered("ready"))
            wizard.ready_count = len(lines) - blocked
            wizard.blocked_count = blocked
            wizard.undated_count = len(lines.filtered(lambda li: li.mend == "dates"))
            wizard.chosen_count = len(leaving)
            # What the line shows: Urssaf takes nothing but euros.
            total = sum(leaving.mapped("amount_total"))
            wizard.send_label = self.env._(
                "Send %(count)s · %(amount)s",
                count=len(leaving),
                amount=self.env.ref("base.EUR").format(total),
            )
            wizard.blocked_notice = blocked and (
                self.env._("One invoice stays: mend it here, or send the others.")
                if blocked == 1
                else self.env._(
                    "%s invoices stay: mend them here, or send the others.", blocked
                )
            )

    @api.depends("request_ids.state")
    @api.depends_context("lang")
    def _compute_progress(self):
        """What the bar shows, asked every few seconds until nothing leaves any more: so
        the database counts, and no demande is read.
        """
        for wizard in self:
            rows = self.env["urssaf.payment.request"]._read_group(
                [("id", "in", wizard.request_ids.ids)], ["state"], ["__count"]
            )
            counts = dict(rows)
            total = sum(counts.values())
            left = sum(counts.get(state, 0) for state in WAITING_TO_LEAVE)
            failed = sum(counts.get(state, 0) for state in ("rejected", "unknown"))
            there = total - left - failed
            wizard.progress = {
                "total": total,
                "done": total - left,
                "text": _progress_text(self.env, there, left, failed),
            }

    def _reasons(self, moves, checks):
        """``({move: why it stays}, {move: what to know})``.

        :param checks: see ``account.move._urssaf_faults_by_move``
        """
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
                handed = self.env._(
                    "It was neither sent nor printed yet: hand it over to the customer "
                    "before he pays."
                )
                known = texts["warning"][move]
                texts["warning"][move] = f"{known}\n{handed}".strip()
        return texts["danger"], texts["warning"]

    def _reopen(self):
        """The same dialogue, as it is now."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send to Urssaf"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_move_ids": self.move_ids.ids,
                "dialog_size": "extra-large",
            },
        }

    def _look_again(self):
        """After something was mended: the lines anew, with what was unticked."""
        left_out = self.line_ids.filtered(lambda line: line.ready and not line.chosen)
        left_out = left_out.move_id
        self._compute_line_ids()
        self.line_ids.filtered(lambda line: line.move_id in left_out).chosen = False
        return self._reopen()

    def action_send(self):
        """Queue what is ready and ticked; the scheduled action sends it within a
        minute, and the dialogue shows how far it is.
        """
        self.ensure_one()
        Request = self.env["urssaf.payment.request"]
        check_user(self.env)
        lines = self.line_ids.filtered(lambda line: line.ready and line.chosen)
        moves = lines.move_id
        moves.check_access("write")
        # The invoices may have changed since the list was shown.
        reasons, _hints = self._reasons(moves, moves._urssaf_faults_by_move())
        queued = Request._enqueue_move(moves.filtered(lambda move: not reasons[move]))
        wake(self.env, CRON_SEND)
        self.write({"request_ids": queued.ids, "leaving": self._leaving(queued)})
        return self._reopen()

    def action_view_sent(self):
        """The demandes that left here, in their list."""
        self.ensure_one()
        return self.request_ids._get_records_action(
            name=self.env._("Demandes de paiement")
        )

    def _leaving(self, queued):
        """What the user hears; and how long it takes, when that is worth a word."""
        if not queued:
            return self.env._("Nothing leaves: the invoices have changed meanwhile.")
        message = (
            self.env._("One demande de paiement is leaving for Urssaf.")
            if len(queued) == 1
            else self.env._(
                "%s demandes de paiement are leaving for Urssaf.", len(queued)
            )
        )
        # The settings of a holder that the user may not open.
        seconds = sum(
            math.ceil(len(requests) / company.urssaf_batch_size)
            / company.urssaf_calls_per_second
            # sudo(): the pace is a setting of the habilitation.
            for company, requests in queued.sudo().grouped("holder_id").items()
            if company.urssaf_calls_per_second
        )
        if seconds <= WORTH_A_WORD:
            return message
        return self.env._(
            "%(leaving)s At the pace of the settings it takes about %(minutes)s "
            "minutes; you may go on working.",
            leaving=message,
            minutes=math.ceil(seconds / 60),
        )


def _mend(faults):
    """Key of ``MENDS``: what the line offers for these faults of its invoice."""
    stopped = {key for key, fault in faults.items() if fault["level"] == "danger"}
    if "urssaf_enrolment" in stopped:
        return "customer"
    return "dates" if stopped == {"urssaf_period"} else "invoice"


def _progress_text(env, there, left, failed):
    """How many are where, in one sentence."""
    parts = []
    if left:
        parts.append(
            env._("1 still to leave") if left == 1 else env._("%s still to leave", left)
        )
    if there:
        parts.append(
            env._("1 at the customer, who may answer")
            if there == 1
            else env._("%s at the customers, who may answer", there)
        )
    if failed:
        parts.append(
            env._("1 to look at") if failed == 1 else env._("%s to look at", failed)
        )
    return " · ".join(parts)


class UrssafPaymentRequestSendLine(models.TransientModel):
    _name = "urssaf.payment.request.send.line"
    _inherit = ["urssaf.wizard"]
    _description = "Send Invoices to Urssaf: Invoice"
    _order = "ready, id"

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
    chosen = fields.Boolean(string="Send", help="Untick what is to wait.")
    mend = fields.Selection(MENDS, readonly=True)
    service_start = fields.Date(string="Services from")
    service_end = fields.Date(string="Services to")
    reason = fields.Text(string="Why it stays, or what to know")

    def action_preview(self):
        """What the customer would read of this one."""
        self.ensure_one()
        return self.move_id.action_urssaf_preview()

    def action_fill_dates(self):
        """Write the days of the services on the invoice, and look at it again.

        :raises UserError: a day is missing
        """
        self.ensure_one()
        if not self.service_start or not self.service_end:
            raise UserError(
                self.env._(
                    "Choose the first and the last day of the services of %s first.",
                    self.move_id.name,
                )
            )
        self.move_id.write(
            {
                "home_service_start": self.service_start,
                "home_service_end": self.service_end,
            }
        )
        return self.wizard_id._look_again()

    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_open_invoice(self):
        self.ensure_one()
        return self.move_id._get_records_action()
