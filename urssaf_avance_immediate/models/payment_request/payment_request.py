# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.api.codes import PAYMENT_STATUSES, REJECTION_REASONS
from ..groups import MANAGER

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
# The demande exists at Urssaf, or may exist: the invoice must not move.
AT_URSSAF = (
    "sending",
    "unknown",
    "waiting",
    "validated",
    "debited",
    "paid",
    "unpaid",
    "recovered",
)
# The invoice stays as it is: a demande in the queue may leave at any moment.
FROZEN = ("queued", *AT_URSSAF)
# Over: the invoice may be sent again, under another number.
CLOSED = ("refused", "cancelled")
# Urssaf has news to give about these.
FOLLOWED = ("waiting", "validated", "debited", "paid", "unpaid", "recovered")

# ``last_error_kind`` of a transfer that could not be put on the invoice, and of a
# demande that Urssaf has for another amount.
NOT_BOOKED = "booking"
OTHER_AMOUNT = "amount"
# No answer of Urssaf puts these right: they stay said until somebody has acted.
KEPT_ERRORS = (NOT_BOOKED, OTHER_AMOUNT)


class UrssafPaymentRequest(models.Model):
    """One demande de paiement: one invoice sent once to Urssaf.

    After a refusal or a cancellation the same invoice gets another record, with
    another number: Urssaf never takes a number twice (``ERR_FACTURE_DOUBLON``).

    - ``urssaf_payment_request_history``: what people read of it
    - ``urssaf_payment_request_number``: under which number it leaves
    - ``urssaf_payment_request_sending``: queue, call, unknown outcomes
    - ``urssaf_payment_request_adopting``: a number found there, is it this demande
    - ``urssaf_payment_request_following``: statuses of Urssaf, what they change
    - ``urssaf_payment_request_deadlines``: what to expect, and when to ask again
    - ``urssaf_payment_request_incidents``: what goes wrong, and who is told
    - ``urssaf_payment_request_cancelling``: the e-mail that asks Urssaf to cancel
    - ``urssaf_payment_request_notices``: e-mails to the customer
    - ``urssaf_payment_request_payment``: the money on the invoice
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
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    service_start = fields.Date(string="Services from", readonly=True)
    service_end = fields.Date(string="Services to", readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    amount_untaxed = fields.Monetary(string="Untaxed amount", readonly=True)
    amount_credit_estimate = fields.Monetary(
        string="Tax credit (estimate)",
        compute="_compute_estimates",
        help="Half of the eligible services. Only Urssaf knows what is left of the "
        "yearly ceiling of the household.",
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

    @api.depends("amount_total", "payload")
    def _compute_estimates(self):
        natures = self.env["home.service.nature"].sudo()
        refused = set(
            natures.with_context(active_test=False)
            .search([("eligible", "=", False)])
            .mapped("urssaf_code")
        )
        for request in self:
            lines = json.loads(request.sudo().payload or "{}").get(
                "inputPrestations", []
            )
            eligible = sum(
                line["mntPrestationTTC"]
                for line in lines
                if line["codeNature"] not in refused
            )
            credit = request.currency_id.round(eligible / 2)
            request.amount_credit_estimate = credit
            request.amount_net_estimate = request.amount_total - credit

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
        usual = ("queued", "waiting", "validated", "debited", "paid")
        return [key for key, _label in STATES if key in (*usual, *states)]

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(r.state != "draft" or r.attempt_count for r in self):
            raise UserError(
                self.env._(
                    "A demande de paiement that was sent is kept: it is evidence."
                )
            )

    def _alert_candidates(self):
        return self.move_id.invoice_user_id

    def _usable(self):
        """Requests whose identifier means something where the company is now."""
        return self._is_here()

    # -- state -----------------------------------------------------------------

    def _error_values(self, error):
        """Extends: a passing trouble does not hide what somebody has to put right."""
        if self.last_error_kind in KEPT_ERRORS:
            return {}
        return super()._error_values(error)

    def _set_state(self, state, **values):
        """Extends: what a state means for errors, alerts and the next call."""
        moved = self.filtered(lambda r: r.state != state)
        if state in FOLLOWED:
            values = {"send_alone": False, **values}
            free = self.filtered(lambda r: r.last_error_kind not in KEPT_ERRORS)
            super(UrssafPaymentRequest, self - free)._set_state(state, **values)
            values = {**self._no_error(), **values}
        else:
            free = self
        if state in CLOSED + SENDABLE:
            values.setdefault("next_call_at", False)
        result = super(UrssafPaymentRequest, free)._set_state(state, **values)
        if moved and state in ("queued", "waiting", "validated", "debited"):
            # What was said of the former state; not what is said of this one.
            moved.filtered(
                lambda r: r.last_error_kind not in KEPT_ERRORS
                and not r._keeps_getting_lost()
            )._alert_done()
        if state in CLOSED:
            over = self.filtered(lambda r: r.last_error_kind == OTHER_AMOUNT)
            over.write(self._no_error())
        return result

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

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_send(self):
        """Send again what Urssaf rejected, once the invoice has been mended."""
        self._check_urssaf_user()
        self.check_access("read")
        return self.move_id.action_urssaf_send()

    def action_urssaf_refresh(self):
        """Ask Urssaf now about one demande; for several, the scheduled action does."""
        self._check_urssaf_user()
        self.check_access("read")
        self._check_real()
        requests = self.sudo()
        if len(requests) == 1:
            return requests._refresh_now()
        followed = requests.filtered(lambda r: r.state in (*FOLLOWED, "unknown"))
        followed.next_call_at = fields.Datetime.now()
        requests._trigger("repair")
        requests._trigger("follow")
        return requests._nobody_asked() or self._notify(
            self.env._("The news will be there in a moment.")
        )

    def action_view_payments(self):
        self.ensure_one()
        return self.payment_ids._get_records_action(name=self.env._("Payments"))

    def action_view_invoice(self):
        self.ensure_one()
        return self.move_id._get_records_action()

    def _remote_label(self, code, label=None):
        """Urssaf's own label, ours where it gives none, the bare code otherwise."""
        return label or PAYMENT_STATUSES.get(code) or code
