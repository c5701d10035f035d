# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong at Urssaf: who is told, what he may do, and until when; asking Urssaf
to cancel; and when the customer is told, see ``notices``.

Nothing is booked here. The accountant takes a payment back with the wizard
``urssaf.payment.request.reversal``, the office corrects an invoice with Odoo's own
credit note. Urssaf has no method for a cancellation, only an address: nothing changes
because somebody asked, the demande is cancelled when method 070 says so.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...lib.api.codes import REJECTION_REASONS
from ...lib.rules import paris_date
from ..exchange.exchange import TOLD_AT_ONCE
from ..exchange.screen import check_user
from . import notices, settling
from .deadlines import INCIDENTS
from .following import REMOTE_STATES, TO_HANDLE
from .news import news_note
from .notes import handle_note, other_money_note, otherwise_notes
from .payment_request import CLOSED, FOLLOWED, OTHER_AMOUNT, OTHER_MONEY

CANCEL_REASONS = [
    (code, label)
    for code, label in REJECTION_REASONS.items()
    if code.startswith("ANNUL_")
]
# A cancellation without an effect after so long is told, again and again.
REMIND_EVERY = timedelta(days=7)
# A notice to Urssaf, and not to the customer: see the dialogue that writes it.
CANCELLATION = "cancellation"


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    can_reverse = fields.Boolean(compute="_compute_can_reverse")
    can_correct = fields.Boolean(compute="_compute_can_correct")
    invoice_settled = fields.Boolean(
        compute="_compute_invoice_settled",
        store=True,
        help="Urssaf collects nothing, and nothing is left to pay: it was put right.",
    )
    put_right_by_id = fields.Many2one(
        related="move_id.urssaf_put_right_by_id", related_sudo=False
    )
    advice = fields.Text(compute="_compute_advice", help="What to do now.")
    cancel_requested_on = fields.Datetime(
        string="Cancellation requested on", readonly=True, copy=False
    )
    cancel_reason = fields.Selection(
        CANCEL_REASONS, string="Reason of the cancellation", readonly=True, copy=False
    )
    cancel_reminded_on = fields.Datetime(readonly=True, copy=False)
    cancel_awaited = fields.Boolean(
        string="Cancellation awaited",
        compute="_compute_cancel_awaited",
        store=True,
        help="Urssaf was asked to cancel this demande and has not done so yet.",
    )
    mailed_sent_at = fields.Datetime(
        string="Customer told: sent", readonly=True, copy=False
    )
    mailed_refused_at = fields.Datetime(
        string="Customer told: refused", readonly=True, copy=False
    )
    mailed_paid_at = fields.Datetime(
        string="Customer told: paid", readonly=True, copy=False
    )

    # What is to be mended, for the board.
    _mend_index = models.Index(
        "(company_id, state) INCLUDE (transfer_expected)"
        " WHERE state IN ('rejected', 'refused', 'unpaid')"
        " AND invoice_settled IS NOT TRUE"
    )
    # The graphs of the delays are read by month.
    _claimed_index = models.Index("(claimed_at) WHERE claimed_at IS NOT NULL")
    _cancel_awaited_index = models.Index("(holder_id) WHERE cancel_awaited IS TRUE")

    # -- computes ----------------------------------------------------------------

    @api.depends("state", "amount_booked")
    def _compute_can_reverse(self):
        """Urssaf takes back, or may take back, money that is on the invoice."""
        for request in self:
            request.can_reverse = (
                request.state in INCIDENTS and request.amount_booked > 0
            )

    @api.depends("state", "remote_code", "move_id.state", "move_id.payment_state")
    def _compute_can_correct(self):
        """The demande is over, or Urssaf would not take it and the invoice cannot be
        mended any more; and the invoice is still to be collected.
        """
        for request in self:
            move = request.move_id
            # Not what a change of environment closed here.
            over = request.state in CLOSED and bool(request.remote_code)
            request.can_correct = (
                (over or (request.state == "rejected" and move._urssaf_sealed()))
                and move.state == "posted"
                and move.payment_state in ("not_paid", "partial", "blocked")
                # sudo(): who reads the demande need not be in accounting.
                and request == move.sudo().urssaf_request_id
            )

    @api.depends(
        "state",
        "amount_booked",
        "set_off_amount",
        "move_id.state",
        "move_id.amount_residual",
    )
    def _compute_invoice_settled(self):
        """By a credit note, whoever has made it, or by the customer's own payment."""
        over = ("rejected", "unpaid", *CLOSED)
        for request in self:
            # Asked at each change of state: the invoice is read where it matters. What
            # is booked, set off or not, Urssaf may take back.
            move = request.state in over and not (
                request.amount_booked or request.set_off_amount
            )
            move = request.move_id if move else request.move_id.browse()
            nothing_left = move.state == "posted" and not move.amount_residual
            request.invoice_settled = nothing_left or move.state == "cancel"

    @api.depends(
        "state",
        "remote_code",
        "transfer_effective",
        "amount_booked",
        "invoice_settled",
    )
    def _compute_advice(self):
        for request in self:
            request.advice = (
                request.state in TO_HANDLE
                and not request.invoice_settled
                and request._handle_note(request.state)
            )

    @api.depends("cancel_requested_on", "state")
    def _compute_cancel_awaited(self):
        for request in self:
            request.cancel_awaited = bool(
                request.cancel_requested_on and request.state in FOLLOWED
            )

    # -- who is told -------------------------------------------------------------

    def _urssaf_alert_candidates(self):
        """Who made the invoice; but the money is the accountant's matter."""
        candidates = self.move_id.invoice_user_id
        if self._urssaf_alert_matter() == "money":
            return self.company_id._urssaf_own("urssaf_accountant_id") | candidates
        return candidates

    def _urssaf_alert_matter(self):
        """Extends: money that Urssaf takes back or that does not fit, or what nobody
        has seen before; else the invoice. Who was handed the one has not the other.
        """
        strange = self.remote_code and self.remote_code not in REMOTE_STATES
        # Most of what is told is told before any money came.
        money = self.transfer_effective and settling.is_accountants(self)
        return "money" if self.state in INCIDENTS or strange or money else "invoice"

    def _urssaf_alert_deadline(self):
        """Extends: Urssaf's notice leaves so many days."""
        return self.notice_until

    def _tell_otherwise(self, info):
        """It is this demande, and Urssaf has it for another amount, or for the dates
        that it had before the invoice was mended.
        """
        notes = otherwise_notes(self, info)
        if notes:
            note = "\n".join(notes)
            self.write({"matter": OTHER_AMOUNT, "matter_message": note})
            self._tell(note)

    def _tell_other_money(self, amount):
        note = other_money_note(self, amount)
        if not self.matter:
            self.write({"matter": OTHER_MONEY, "matter_message": note})
        self._tell(note)

    def _tell_people(self, state):
        """An activity where somebody has to act; silence where all goes well."""
        notes = {request: news_note(request, state) for request in self}
        self._tell_each({request: note for request, note in notes.items() if note})
        self.filtered(lambda r: not notes[r] and not r.matter)._told_done()

    def _handle_note(self, state):
        """What happened, and what to do about it."""
        self.ensure_one()
        return handle_note(self, state)

    # -- buttons -----------------------------------------------------------------

    def action_proof_pack(self):
        """Download what proves this demande: the answer to Urssaf, which gives thirty
        days for it (article L133-8-7 of the Code de la sécurité sociale).
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/urssaf/demande/{self.id}/preuves",
            "target": "download",
        }

    def action_correct_invoice(self):
        """Credit note and new draft invoice: same lines, same dates, new number.

        :raises UserError: the demande is not over, or the invoice is settled
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        if not self.can_correct:
            raise UserError(
                self.env._(
                    "%s cannot be corrected: its demande is not over, or nothing is "
                    "left to pay on it.",
                    self.move_id.display_name,
                )
            )
        wizard = self._correction_wizard()
        action = wizard.modify_moves()
        request = self.sudo()  # sudo(): checked above; the code alone writes
        if request.state == "rejected":
            # Urssaf never had it, and its invoice is settled: nothing is left to send.
            request._set_state("cancelled", **self._no_error())
        request._told_done()
        request._message_log(
            body=self.env._(
                "Invoice corrected by %(user)s: send %(invoice)s once it is right.",
                user=self.env.user.name,
                invoice=wizard.new_move_ids._get_html_link(
                    title=self.env._("the new draft invoice")
                ),
            )
        )
        return action

    def _correction_wizard(self):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.move_id.ids)
            .create(
                {
                    "journal_id": self.move_id.journal_id.id,
                    "reason": self.rejection_label,
                }
            )
        )

    def action_reverse_payment(self):
        """Open the proposal of the entry that takes the payment back.

        :raises UserError: what was booked comes from another environment
        """
        self.ensure_one()
        self.check_access("read")
        self._check_here()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take the payment back"),
            "res_model": "urssaf.payment.request.reversal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_id": self.id},
        }

    # -- asking Urssaf to cancel -------------------------------------------------

    def action_request_cancel(self):
        """Open the e-mail that asks Urssaf for the cancellation.

        :raises UserError: Urssaf cannot be asked about this one
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        if self.state in ("sending", "unknown"):
            raise UserError(
                self.env._(
                    "Urssaf has not said yet whether it has the demande %s. Odoo is "
                    "finding out: ask for the cancellation after that.",
                    self.name,
                )
            )
        if self.state not in FOLLOWED:
            raise UserError(
                self.env._("There is nothing to cancel at Urssaf for %s.", self.name)
            )
        return self._cancel_action()

    def _cancel_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask Urssaf to cancel"),
            "res_model": "urssaf.payment.request.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_id": self.id},
        }

    def _cancellation_requested(self, reason):
        """Urssaf was asked; the status says whether it follows."""
        now = fields.Datetime.now()
        self.write(
            {
                "cancel_requested_on": now,
                "cancel_reason": reason,
                "cancel_reminded_on": now,
            }
        )
        if not self.matter:
            self._told_done()

    @api.model
    def _remind_cancellations(self, company):
        """Urssaf was asked to cancel a week ago, and nothing happened."""
        awaited = self.search(
            [
                *company._urssaf_here(),
                ("cancel_awaited", "=", True),
                ("cancel_reminded_on", "<", fields.Datetime.now() - REMIND_EVERY),
            ]
        )
        awaited._each(
            type(self)._remind_these_cancellations,
            size=TOLD_AT_ONCE,
            put_off=type(self)._tell_put_off,
        )

    def _remind_these_cancellations(self):
        self._tell_each({r: r._cancellation_reminder() for r in self})
        self.cancel_reminded_on = fields.Datetime.now()

    def _cancellation_reminder(self):
        return self.env._(
            "Urssaf was asked on %(date)s to cancel this demande and still says "
            "“%(status)s”: write again, or call.",
            date=format_date(self.env, paris_date(self.cancel_requested_on)),
            status=self.remote_label,
        )

    # -- what the customer is told -----------------------------------------------

    def _wake_notices(self):
        """The customers of these are to be told soon that their demande has left."""
        notices.wake_soon(self)

    @api.model
    def _notify_customers(self, company):
        """Write the e-mails that are due, a few per transaction."""
        notices.write_due(self, company)

    @api.model
    def _notice_states(self):
        return {**notices.states(), CANCELLATION: FOLLOWED}

    def _watch_cancellation(self, mail):
        """The letter that asks Urssaf to cancel: it has to leave, too."""
        self.write(
            {
                "customer_message_ids": mail.mail_message_id.ids,
                "customer_notice": CANCELLATION,
                "not_told_reason": False,
            }
        )

    def _notice_seller(self):
        return self.move_id.invoice_user_id

    def _write_notice(self, notice):
        if notice != CANCELLATION:
            return notices.write_again(self, notice)
        # The person's own words: the same letter, once more.
        letters = self.env["mail.mail"].search(
            [
                ("mail_message_id", "in", self.customer_message_ids.ids),
                ("state", "=", "cancel"),
            ]
        )
        letters.mark_outgoing()
        return self._watch_cancellation(letters)
