# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an invoice shows of its demande de paiement, whether it can be sent, and its
buttons. The life of the demande is in ``urssaf.payment.request``.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from ...lib.rules import paris_today
from ..exchange.messages import is_from_outside
from ..exchange.screen import check_user, notice
from ..groups import READERS, USER
from ..payment_request.lettering import EVENT_DAY, first_open_day
from ..payment_request.payment_request import (
    AT_URSSAF,
    FROZEN,
    STATES,
)
from .customers import KNOWN_TO_URSSAF, of_customers, sendable_pairs

# Something is left to pay; “blocked” is said when one tries to send.
UNPAID = ("not_paid", "partial", "blocked")
# What the invoice itself has to be for its button to show, and for lists.
SENDABLE_INVOICE = Domain(
    [
        ("move_type", "=", "out_invoice"),
        ("state", "=", "posted"),
        ("payment_state", "in", UNPAID),
        ("urssaf_excluded", "=", False),
        ("urssaf_state", "not in", FROZEN),
    ]
)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "urssaf.guarded", "urssaf.alerted"]

    home_service_start = fields.Date(
        help="First day of the services on this invoice. Urssaf wants all of them in "
        "the same calendar month.",
    )
    urssaf_request_ids = fields.One2many(
        "urssaf.payment.request",
        "move_id",
        string="Demandes de paiement",
        readonly=True,
        groups=READERS,
    )
    urssaf_request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Last demande de paiement",
        compute="_compute_urssaf_request",
        store=True,
        groups=READERS,
        index="btree_not_null",
    )
    urssaf_state = fields.Selection(
        STATES,
        string="Urssaf",
        compute="_compute_urssaf_request",
        store=True,
        index="btree_not_null",
    )
    urssaf_request_count = fields.Integer(
        compute="_compute_urssaf_request_count", compute_sudo=True
    )
    urssaf_can_send = fields.Boolean(
        compute="_compute_urssaf_can_send", search="_search_urssaf_can_send"
    )
    urssaf_configured = fields.Boolean(related="company_id.urssaf_configured")
    urssaf_can_correct = fields.Boolean(compute="_compute_urssaf_can_correct")
    urssaf_replaces_id = fields.Many2one(
        "account.move",
        string="Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The invoice that a credit note has cancelled, and that this one was made "
        "again from.",
    )
    urssaf_replaced_by_ids = fields.One2many(
        "account.move", "urssaf_replaces_id", string="Replaced by", readonly=True
    )
    urssaf_put_right_by_id = fields.Many2one(
        "account.move",
        string="Put right by",
        compute="_compute_urssaf_put_right_by",
        help="The new invoice, or the credit note where there is none.",
    )
    urssaf_deposit_line_ids = fields.Many2many(
        "account.move.line",
        "urssaf_carried_deposit_rel",
        string="Deposits to match",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
        help="What the customer had paid on the invoice that this one replaces: "
        "matched with it when it is posted.",
    )
    urssaf_settled = fields.Boolean(
        compute="_compute_urssaf_settled",
        help="Urssaf has refused it, and it was put right since.",
    )
    urssaf_rebuilt_of = fields.Char(
        string="Made again from",
        readonly=True,
        copy=False,
        groups=READERS,
        index="btree_not_null",
        help="Identifier of the demande de paiement that Urssaf has of this invoice, "
        "which was made again from it.",
    )

    def _auto_init(self):
        """No invoice has a demande yet: spare a large database the computing."""
        for name, kind in (
            ("urssaf_request_id", "int4"),
            ("urssaf_state", "varchar"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    # -- computes --------------------------------------------------------------

    @api.depends("company_id.urssaf_configured")
    def _compute_home_service_shown(self):
        """Extends the trade: also where invoices go to Urssaf."""
        super()._compute_home_service_shown()
        for move in self.filtered("urssaf_configured"):
            move.home_service_shown = True

    @api.depends("urssaf_request_ids.state")
    def _compute_urssaf_request(self):
        for move in self:
            request = move._urssaf_current_request()
            move.urssaf_request_id = request
            # For the length of a call, it is still to leave.
            in_call = request.state == "sending"
            move.urssaf_state = "queued" if in_call else request.state

    @api.depends("urssaf_replaced_by_ids", "reversal_move_ids.state")
    def _compute_urssaf_put_right_by(self):
        for move in self:
            notes = move.reversal_move_ids.filtered(lambda m: m.state == "posted")
            new = move.urssaf_replaced_by_ids.filtered(lambda m: m.state != "cancel")
            made = new or notes
            move.urssaf_put_right_by_id = made.sorted("id")[-1:]

    @api.depends("urssaf_request_ids.invoice_settled")
    def _compute_urssaf_settled(self):
        for move in self:
            # sudo(): a colour of the list, for whoever sees the invoice.
            move.urssaf_settled = move.sudo().urssaf_request_id.invoice_settled

    @api.depends("urssaf_request_ids")
    def _compute_urssaf_request_count(self):
        for move in self:
            move.urssaf_request_count = len(move.urssaf_request_ids)

    @api.depends(
        "move_type",
        "state",
        "payment_state",
        "urssaf_state",
        "urssaf_excluded",
        # By the customer of the contact, which has an index; the invoice's has none.
        "partner_id.commercial_partner_id.urssaf_sending",
        "partner_id.commercial_partner_id.urssaf_enrolment_ids.state",
        "company_id.urssaf_sending",
    )
    @api.depends_context("uid")
    def _compute_urssaf_can_send(self):
        """Whether sending makes sense: the button shows, the checks come after it."""
        self.urssaf_can_send = False
        if not self.env.user.has_group(USER):
            return
        moves = self.filtered_domain(SENDABLE_INVOICE)
        pairs = sendable_pairs(moves.company_id, moves.commercial_partner_id._origin)
        for move in moves:
            pair = move.company_id.id, move.commercial_partner_id._origin.id
            move.urssaf_can_send = pair in pairs

    def _search_urssaf_can_send(self, operator, value):
        """What the compute says, over the companies that are ticked."""
        if operator != "in":
            return NotImplemented
        wanted = {bool(item) for item in value}
        if len(wanted) != 1:
            return Domain.TRUE if wanted else Domain.FALSE
        domain = self._urssaf_can_send_domain()
        return domain if True in wanted else ~domain

    @api.model
    def _urssaf_can_send_domain(self):
        user = self.env.user.has_group(USER)
        return self._urssaf_sendable_domain() if user else Domain.FALSE

    @api.model
    def _urssaf_sendable_domain(self, state=KNOWN_TO_URSSAF):
        """What can be sent, whoever looks at it, over the companies that are ticked.

        :param state: of the customers, see ``customers``
        """
        return SENDABLE_INVOICE & of_customers(self.env.companies, state)

    @api.depends("state", "payment_state", "urssaf_state")
    @api.depends_context("uid")
    def _compute_urssaf_can_correct(self):
        user = self.env.user.has_group(USER)
        for move in self:
            # sudo(): whoever sees the invoice need not see its demande.
            move.urssaf_can_correct = user and move.sudo().urssaf_request_id.can_correct

    def _urssaf_enrolment(self):
        """The enrolment of the customer under the habilitation of the invoice."""
        self.ensure_one()
        holder = self.company_id._urssaf_holder()
        # sudo(): the checks ask for it, whoever sees the invoice.
        enrolments = self.commercial_partner_id.sudo().urssaf_enrolment_ids
        return enrolments.filtered(lambda e: e.company_id == holder)[:1]

    def _urssaf_rebuilt(self):
        """Those of self that were made again from what Urssaf has, whose demande was
        not taken over yet: sent like another invoice, it would be collected twice.

        Kept on the invoice: the line of the comparison goes when it is made again.
        """
        # sudo(): whoever posts or sends an invoice need not see its demandes.
        return self.filtered(
            lambda move: move.sudo().urssaf_rebuilt_of
            and move.sudo().urssaf_rebuilt_of
            not in move.sudo().urssaf_request_ids.mapped("external_id")
        )

    # -- what core asks --------------------------------------------------------

    def _need_cancel_request(self):
        """Extends account: what Urssaf has, or may have, cannot change here."""
        return super()._need_cancel_request() or bool(
            self._urssaf_with_demande(AT_URSSAF)
        )

    @api.depends("urssaf_state")
    def _compute_need_cancel_request(self):
        return super()._compute_need_cancel_request()

    @api.depends("urssaf_state")
    def _compute_show_reset_to_draft_button(self):
        return super()._compute_show_reset_to_draft_button()

    def button_request_cancel(self):
        """Extends account: Urssaf has no method to cancel, only a mail address."""
        self.ensure_one()
        request = self.urssaf_request_id
        if request.state in AT_URSSAF:
            return request.action_request_cancel()
        return super().button_request_cancel()

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_send(self):
        """One invoice: send it now. Several: show first what can leave."""
        Request = self.env["urssaf.payment.request"]
        check_user(self.env)
        self.check_access("write")
        if len(self) > 1:
            return self._urssaf_open_send_wizard()
        blocking = self._urssaf_blocking()[self]
        if blocking:
            raise UserError("\n".join(f"- {message}" for message in blocking))
        request = Request._enqueue_move(self)
        if not request:
            raise UserError(
                self.env._("%s is being sent to Urssaf already.", self.display_name)
            )
        request._send()
        return self._urssaf_notify_sent(request)

    def _urssaf_notify_sent(self, request):
        label = dict(request._fields["state"]._description_selection(self.env))
        outage = request.connection_notice if request.state == "queued" else None
        message = (outage or request._trouble()) or self.env._(
            "%(invoice)s: %(state)s",
            invoice=self.name,
            state=label[request.state],
        )
        kind = {"waiting": "success", "rejected": "danger"}.get(
            request.state, "warning"
        )
        return notice(message, kind=kind)

    def _urssaf_open_send_wizard(self):
        wizard = self.env["urssaf.payment.request.send"]
        return wizard.create({"move_ids": self.ids})._reopen()

    def action_urssaf_preview(self):
        """What Urssaf and the customer would see, before anything leaves."""
        self.check_access("read")
        return self._urssaf_wizard_action(
            "urssaf.payment.request.preview", self.env._("Preview")
        )

    def action_urssaf_refresh(self):
        return self.urssaf_request_id.action_urssaf_refresh()

    def action_urssaf_view_requests(self):
        self.ensure_one()
        return self.urssaf_request_ids._get_records_action(
            name=self.env._("Demandes de paiement")
        )

    def _get_accounting_date(self, invoice_date, has_tax, lock_dates=None):
        """Extends account: what is undone because Urssaf took money back changes the
        VAT of that day, or of the first open one after it, never of a month before.
        """
        day = fields.Date.to_date(self.env.context.get(EVENT_DAY))
        # Whatever day somebody sends along, none to come.
        day = day and min(day, paris_today())
        if not day or self.move_type != "entry":
            return super()._get_accounting_date(invoice_date, has_tax, lock_dates)
        day = max(day, invoice_date)
        return first_open_day(self.company_id, day, self.journal_id, has_tax)

    def _message_post_after_hook(self, new_message, message_values):
        """Extends mail: a customer wrote about an invoice that Urssaf has, or soon."""
        result = super()._message_post_after_hook(new_message, message_values)
        if is_from_outside(new_message):
            # sudo(): whoever fetched the mail need not see the invoice.
            for move in self.sudo().filtered(
                lambda move: move.urssaf_request_ids or move.urssaf_to_send
            ):
                move.company_id._urssaf_customer_wrote(move, move.partner_id)
        return result

    def action_urssaf_correct(self):
        """Credit note and new invoice, after a refusal or a cancellation."""
        self.ensure_one()
        return self.urssaf_request_id.action_correct_invoice()

    def _urssaf_wizard_action(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "form"]],
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_move_id": self._origin.id,
                "dialog_size": "extra-large",
            },
        }

    def _urssaf_split_action(self):
        return self._urssaf_wizard_action(
            "urssaf.invoice.split", self.env._("Split the invoice")
        )
