# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong at Urssaf: who is told, what he may do, and until when.

Nothing is booked here. The accountant takes a payment back with the wizard
``urssaf.payment.request.reversal``, the office corrects an invoice with Odoo's own
credit note.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .deadlines import INCIDENTS
from .following import REMOTE_STATES, TO_HANDLE
from .payment_request import CLOSED


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    can_reverse = fields.Boolean(compute="_compute_can_reverse")
    can_correct = fields.Boolean(compute="_compute_can_correct")
    advice = fields.Text(compute="_compute_advice", help="What to do now.")

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
                and request == move.sudo().urssaf_request_id
            )

    @api.depends(
        "state",
        "remote_code",
        "transfer_effective",
        "amount_booked",
        "move_id.payment_state",
    )
    def _compute_advice(self):
        for request in self:
            # A credit note: whatever happened at Urssaf, this invoice is settled.
            settled = request.move_id.payment_state == "reversed"
            request.advice = (
                request.state in TO_HANDLE
                and not settled
                and request._handle_note(request.state)
            )

    # -- who, and until when ---------------------------------------------------

    def _alert_candidates(self):
        """Who made the invoice; but money that Urssaf takes back, and what nobody has
        seen before, are the accountant's matter.
        """
        candidates = self.move_id.invoice_user_id
        strange = self.remote_code and self.remote_code not in REMOTE_STATES
        if self.state in INCIDENTS or strange:
            accountant = self.company_id._urssaf_own("urssaf_accountant_id")
            return accountant | candidates
        return candidates

    # -- in plain words --------------------------------------------------------

    def _handle_note(self, state):
        """What happened, and what to do about it."""
        self.ensure_one()
        if state == "refused":
            return self._refusal_note()
        known = {
            "60": self._unpaid_note,
            "100": self._cancelled_note,
            "110": self._cancelled_note,
            "111": self._default_note,
            "112": self._taken_back_note,
            "113": self._cancelled_note,
            "120": self._taken_back_note,
            "260": self._provider_unpaid_note,
            "270": self._provider_settled_note,
        }
        note = known.get(self.remote_code)
        return (
            note()
            if note
            else self.env._("Cancelled in Odoo only: Urssaf did not say so.")
        )

    def _refusal_note(self):
        lines = [
            self.env._(
                "The customer refused: %s.",
                (self.rejection_label or self.env._("no reason given")).rstrip("."),
            )
        ]
        if self.rejection_comment:
            lines.append(
                self.env._("In the customer’s words: “%s”", self.rejection_comment)
            )
        lines.append(
            self.env._(
                "Nothing was debited. Correct the invoice (credit note and new "
                "invoice, in one click) and send the new one, or collect this one "
                "directly."
            )
        )
        return "\n".join(lines)

    def _unpaid_note(self):
        note = self.env._("The customer’s bank refused the debit.")
        if not self.transfer_effective:
            return (
                note
                + " "
                + self.env._(
                    "Urssaf has not paid you: nothing is to be booked. The invoice is "
                    "open, collect it from the customer directly."
                )
            )
        return (
            note
            + " "
            + self.env._(
                "Urssaf had paid you %(amount)s. From its notice on you have 30 days "
                "to pay back or to comment, until %(date)s at the earliest; then it "
                "debits you. Collect the customer’s share directly, and book what the "
                "bank statement shows.",
                amount=self.currency_id.format(self.transfer_amount),
                date=format_date(self.env, self.notice_until),
            )
        )

    def _cancelled_note(self):
        note = self.env._("Urssaf says “%s”.", self.remote_label)
        if self.rejection_code:
            note += " " + self.env._("Reason: %s.", self.rejection_label)
        return note + " " + self._money_note()

    def _default_note(self):
        return (
            self.env._(
                "Urssaf cancelled the demande because the customer did not pay: "
                "collect the invoice directly."
            )
            + " "
            + self._money_note()
        )

    def _taken_back_note(self):
        return (
            self.env._(
                "Urssaf says “%s”: after the customer’s default it recovered the "
                "money, from you in all likelihood. The customer then owes it to you.",
                self.remote_label,
            )
            + " "
            + self._money_note()
        )

    def _provider_unpaid_note(self):
        return (
            self.env._(
                "Urssaf says “%s”: it wanted to debit your account and your bank "
                "refused. Call Urssaf and settle it before it claims 10 %% more.",
                self.remote_label,
            )
            + " "
            + self._money_note()
        )

    def _provider_settled_note(self):
        return (
            self.env._(
                "Urssaf says “%s”: you have settled your debt.", self.remote_label
            )
            + " "
            + self._money_note()
        )

    def _money_note(self):
        if self.amount_booked > 0:
            return self.env._(
                "%(amount)s of Urssaf are on the invoice: when the bank statement "
                "shows that they were taken back, all or a part, press “Take the "
                "payment back”. Nothing is booked before.",
                amount=self.currency_id.format(self.amount_booked),
            )
        if self.transfer_effective and not self.payment_ids:
            return self.env._(
                "Urssaf had transferred %s, which was never registered in Odoo: check "
                "with the bank statement.",
                self.currency_id.format(self.transfer_amount),
            )
        return self.env._("Nothing of Urssaf is on the invoice: nothing to reverse.")

    # -- buttons ---------------------------------------------------------------

    def action_correct_invoice(self):
        """Credit note and new draft invoice: same lines, same dates, new number.

        :raises UserError: the demande is not over, or the invoice is settled
        """
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        if not self.can_correct:
            raise UserError(
                self.env._(
                    "%s cannot be corrected: its demande is not over, or nothing is "
                    "left to pay on it.",
                    self.move_id.display_name,
                )
            )
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.move_id.ids)
            .create(
                {
                    "journal_id": self.move_id.journal_id.id,
                    "reason": self.rejection_label,
                }
            )
        )
        action = wizard.modify_moves()
        request = self.sudo()
        if request.state == "rejected":
            # Urssaf never had it, and its invoice is settled: nothing is left to send.
            request._set_state("cancelled", **self._no_error())
        request._alert_done()
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
