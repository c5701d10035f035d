# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.api.codes import PAYMENT_STATUSES, REJECTION_REASONS
from ..exchange.screen import check_user
from ..groups import MANAGER
from . import asking, claiming, history

# Our states, a closed list. Urssaf's own code and label stand beside, as received.
#
#   draft ──→ queued ──→ sending ──→ waiting ──→ validated ──→ debited ──→ paid
#               ↑ ↑         │ │         │                         │         │
#               │ │ outage  │ │         └──→ refused              └──→ unpaid ←┘
#               │ └─────────┤ └──→ rejected                         │      │
#               │           ↓      mend, send again            recovered   │
#               └──────── unknown ──found by number──→ waiting…         cancelled
#         not there, searched                                 (from any live state)
#
# Urssaf is asked rarely, so any state may follow any other one. "paid" is not the
# end: a bank may refuse the debit weeks later.
STATES = [
    ("draft", "Draft"),
    ("queued", "To send"),
    ("sending", "Being sent"),
    ("unknown", "Outcome unknown"),
    ("rejected", "Rejected by Urssaf"),
    ("waiting", "Waiting for the customer"),
    ("validated", "Validated"),
    ("debited", "Customer debited"),
    ("paid", "Paid by Urssaf"),
    ("refused", "Refused by the customer"),
    ("unpaid", "Debit refused by the bank"),
    ("recovered", "Recovered"),
    ("cancelled", "Cancelled"),
]
# Urssaf never took the demande: it may be sent, with the number it has.
SENDABLE = ("draft", "rejected")
# Urssaf collects the invoice, or has paid it: the customer must not pay it to us.
COLLECTING = ("queued", "sending", "unknown", "waiting", "validated", "debited", "paid")
# It collects no more, and the demande is not over.
FAILED = ("unpaid", "recovered")
# The demande exists at Urssaf, or may exist: the invoice must not move.
AT_URSSAF = (*COLLECTING[1:], *FAILED)
# The invoice stays as it is: a demande in the queue may leave at any moment.
FROZEN = (*COLLECTING, *FAILED)
# Over: the invoice may be sent again, under another number.
CLOSED = ("refused", "cancelled")
# What was said of the former state is settled: nobody has to act in this one.
SETTLING = ("queued", "waiting", "validated", "debited")
# Urssaf has news to give about these.
FOLLOWED = ("waiting", "validated", "debited", "paid", "unpaid", "recovered")

# What no answer of Urssaf puts right: it stays said until somebody has acted.
NOT_BOOKED = "booking"
OTHER_AMOUNT = "amount"
OTHER_MONEY = "money"
SURPLUS = "surplus"
KEPT = "kept"
MATTERS = [
    (NOT_BOOKED, "Transfer not registered"),
    (OTHER_AMOUNT, "Not as it was sent"),
    (OTHER_MONEY, "Paid otherwise"),
    (SURPLUS, "More than is owed"),
    (KEPT, "Less than is owed"),
]


class UrssafPaymentRequest(models.Model):
    """One demande de paiement: one invoice sent once to Urssaf.

    After a refusal or a cancellation the same invoice gets another record, with
    another number: Urssaf never takes a number twice (``ERR_FACTURE_DOUBLON``).

    This file says what it is, which states it has, and what goes with a change of
    state. The others, in the order of its life:

    - ``sending``: queue, call, unknown outcomes; ``numbers``: under which number
    - ``asking``: what the button that asks Urssaf does and says
    - ``following``: what Urssaf says of it, and whether it is this one
    - ``deadlines``: what to expect, when to ask again, what is late
    - ``incidents``: what goes wrong and who is told; ``notes``: in which words;
      ``notices``: what the customer is told
    - ``booking``: the money on the invoice
    """

    _name = "urssaf.payment.request"
    _description = "Urssaf Demande de Paiement"
    _inherit = ["urssaf.exchange"]
    _order = "id desc"

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        help="numFactureTiers: that of the invoice when the demande leaves. Once "
        "Urssaf may have it, it never changes and is never used again.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    enrolment_id = fields.Many2one(
        "urssaf.enrolment",
        readonly=True,
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
    )
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        index=True,
        group_expand="_group_expand_state",
    )
    active_request = fields.Boolean(
        compute="_compute_active_request",
        store=True,
        help="At most one demande de paiement of an invoice is active.",
    )
    remote_code = fields.Char(string="Urssaf code", readonly=True, copy=False)
    remote_label = fields.Char(string="Status at Urssaf", readonly=True, copy=False)
    remote_updated_at = fields.Datetime(
        string="Last answer on",
        readonly=True,
        copy=False,
        help="When Urssaf last answered.",
    )
    remote_changed_at = fields.Datetime(string="Last change", readonly=True, copy=False)
    send_alone = fields.Boolean(
        readonly=True,
        copy=False,
        help="Urssaf refused the whole call it was part of: it goes by itself.",
    )
    matter = fields.Selection(
        MATTERS,
        string="To settle",
        readonly=True,
        copy=False,
        help="What somebody has to put right, whatever Urssaf answers meanwhile: its "
        "transfer could not be registered on the invoice, it has the demande for "
        "another amount or other dates, or the customer has paid us besides.",
    )
    matter_message = fields.Text(string="What to settle", readonly=True, copy=False)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    service_start = fields.Date(string="Services from", readonly=True)
    service_end = fields.Date(string="Services to", readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    amount_untaxed = fields.Monetary(string="Untaxed amount", readonly=True)
    amount_deposit = fields.Monetary(
        string="Deposit declared",
        readonly=True,
        copy=False,
        help="Received from the customer before, at most half of the total. Urssaf "
        "collects and transfers what is left.",
    )
    amount_credit_estimate = fields.Monetary(
        string="Tax credit (estimate)",
        compute="_compute_estimates",
        help="Half of the eligible services, within the yearly ceiling of the "
        "household as our own demandes show it. Only Urssaf knows what is left of it.",
    )
    ceiling_use_ids = fields.One2many(
        "urssaf.ceiling.use", "request_id", string="Use of the ceilings", readonly=True
    )
    amount_net_estimate = fields.Monetary(
        string="Left to pay (estimate)", compute="_compute_estimates"
    )
    transfer_amount = fields.Monetary(string="Transferred", readonly=True, copy=False)
    transfer_date = fields.Date(string="Transfer date", readonly=True, copy=False)
    transfer_effective = fields.Boolean(
        readonly=True,
        copy=False,
        help="On the day of the last answer of Urssaf, the transfer date had come and "
        "the amount was known.",
    )
    transfer_settled = fields.Boolean(
        string="Settled by hand",
        readonly=True,
        copy=False,
        help="Somebody has dealt with the transfer: no payment is registered for it.",
    )
    # The difference of the transfer that somebody has dealt with.
    gap_settled = fields.Monetary(readonly=True, copy=False)
    rejection_code = fields.Char(string="Reason code", readonly=True, copy=False)
    rejection_label = fields.Char(string="Reason", compute="_compute_rejection_label")
    rejection_comment = fields.Text(
        string="Comment of the customer", readonly=True, copy=False
    )
    payload = fields.Text(
        string="What is sent",
        readonly=True,
        copy=False,
        groups=MANAGER,
        help="Frozen when the demande is queued. The birth date that Urssaf wants with "
        "it is added at the moment of sending and not kept here.",
    )
    payment_ids = fields.One2many(
        "account.payment", "urssaf_request_id", string="Payments", readonly=True
    )
    payment_count = fields.Integer(compute="_compute_payment_count")

    _name_unique = models.UniqueIndex(
        "(holder_id, environment, name)",
        "This number was already used for a demande de paiement.",
    )
    _one_active = models.UniqueIndex(
        "(move_id) WHERE active_request",
        "This invoice has an active demande de paiement already.",
    )
    _due_index = models.Index(
        "(holder_id, next_call_at) WHERE state NOT IN ('draft', 'rejected', "
        "'refused', 'cancelled')"
    )

    # -- computes --------------------------------------------------------------

    @api.depends("state")
    def _compute_active_request(self):
        for request in self:
            request.active_request = request.state not in CLOSED

    @api.depends("amount_total", "amount_deposit", "payload", "ceiling_use_ids.amount")
    def _compute_estimates(self):
        credits = self.env["urssaf.ceiling.use"]._advances(self)
        for request in self:
            credit = credits[request]
            request.amount_credit_estimate = credit
            # A deposit is paid already.
            request.amount_net_estimate = (
                request.amount_total - credit - request.amount_deposit
            )

    def _frozen_payload(self):
        """What is sent, as a dict."""
        # sudo(): the payload is a manager's to read; what comes of it is everybody's.
        return json.loads(self.sudo().payload or "{}")

    @api.depends("rejection_code")
    def _compute_rejection_label(self):
        for request in self:
            code = request.rejection_code
            request.rejection_label = REJECTION_REASONS.get(code, code)

    @api.depends("payment_ids.state")
    def _compute_payment_count(self):
        for request in self:
            request.payment_count = len(request._live_payments())

    @api.depends("name", "partner_id.display_name")
    def _compute_display_name(self):
        for request in self:
            request.display_name = f"{request.name} · {request.partner_id.display_name}"

    @api.model
    def _group_expand_state(self, states, _domain):
        """Columns in the order of a demande's life; the usual ones are always there."""
        usual = ("waiting", "validated", "debited", "paid")
        return [key for key, _label in STATES if key in (*usual, *states)]

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(r.state != "draft" or r.attempt_count for r in self):
            raise UserError(
                self.env._(
                    "A demande de paiement that was sent is kept: it is evidence."
                )
            )

    def _usable(self):
        """Requests whose identifier means something where the company is now."""
        return self._is_here()

    def _with_news(self):
        """Those of which Urssaf has something to say."""
        return self.filtered(lambda r: r.state in (*FOLLOWED, "unknown"))

    def _successor(self):
        """The demande that took the place of this one on the invoice, if any."""
        return self.search(
            [("move_id", "=", self.move_id.id), ("active_request", "=", True)]
        )

    # -- state -----------------------------------------------------------------

    @api.model
    def _no_matter(self):
        return {"matter": False, "matter_message": False}

    def _trouble(self):
        """What people read first: what somebody has to settle, else the last error."""
        return self.matter_message or self.last_error_message

    def _set_state(self, state, **values):
        """The one transition of a demande. What goes with a change of state, in the
        order in which it happens:

        1. what it was is remembered for the history; a claim is nobody's business;
        2. the state is written, with what it means: Urssaf has the demande and has
           answered, so the trouble of the last call is over and it need not leave
           alone; or there is no next call;
        3. what people were told of the former state is settled, unless it still holds;
        4. what Urssaf has no more is for no other amount any more, and may be paid
           otherwise, but a transfer that is not registered stays so; what replaces its
           invoice may leave;
        5. reminders leave the invoice alone, or take it up again;
        6. the customer is soon told that the demande has left.

        :param values: what is written besides; it wins over what a state means
        """
        moved = self.filtered(lambda r: r.state != state)
        collects = state in COLLECTING
        turned = moved.filtered(lambda r: (r.state in COLLECTING) != collects)
        if state != "sending":
            history.remember(self)
        if state in CLOSED + SENDABLE:
            values = {"next_call_at": False, **values}
        if state in FOLLOWED:
            values = {"send_alone": False, **self._no_error(), **values}
        with claiming.computing_nothing(moved, claim=state == "sending"):
            self._write_state(state, values)
        if moved and state in SETTLING:
            moved.filtered(
                lambda r: not r.matter and not r._keeps_getting_lost()
            )._told_done()
        if state in CLOSED:
            over = self.filtered(lambda r: r.matter in (OTHER_AMOUNT, OTHER_MONEY))
            over.write(self._no_matter())
            moved.move_id._urssaf_release_replacing()
        turned.move_id._urssaf_pause_reminders()
        if state == "waiting":
            moved._wake_notices()

    def _close_with_environment(self):
        """The company leaves the environment that knows these demandes.

        What was paid stays: it is money of production, or on the invoice. A transfer of
        the sandbox that was never booked is none, and its invoice may leave for real.
        """
        kept = self.filtered(
            lambda r: r.state in ("paid", "recovered")
            and (r.environment == "production" or r.amount_booked)
        )
        for request in self - kept:
            request._set_state("cancelled")
            request._message_log(
                body=self.env._("The company changed its Urssaf environment.")
            )

    def _write_history(self):
        """Before the commit, see ``history``."""
        history.write(self)

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_send(self):
        """Send again what Urssaf rejected, once the invoice has been mended."""
        check_user(self.env)
        self.check_access("read")
        return self.move_id.action_urssaf_send()

    def action_urssaf_refresh(self):
        """Ask Urssaf now about one demande; for several, the scheduled action does."""
        check_user(self.env)
        self.check_access("read")
        self._check_real()
        requests = self.sudo()  # sudo(): checked above; the code alone writes
        if len(requests) == 1:
            return asking.ask_now(requests)
        return asking.ask_soon(requests)

    def action_view_payments(self):
        self.ensure_one()
        return self.payment_ids._get_records_action(name=self.env._("Payments"))

    def action_view_invoice(self):
        self.ensure_one()
        return self.move_id._get_records_action()

    def _remote_label(self, code, label=None):
        """Urssaf's own label, ours where it gives none, the bare code otherwise."""
        return label or PAYMENT_STATUSES.get(code) or code
