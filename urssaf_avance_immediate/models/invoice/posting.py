# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""At posting: stop what could never be said to the cent, queue what may leave.

The invoices of automatic customers that cannot leave yet leave by themselves as soon
as nothing stands in the way any more. What has to be done about the invoice is an
activity on the invoice; about the customer, blocked or without a mandate for the
moment, it is the one activity of the enrolment. Services still to come need nobody.
Each closes by itself.

Local only: nothing here talks to Urssaf, the scheduled action does.
"""

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain

from ...lib.rules import paris_today
from ..enrolment.enrolment import CLOSED as PAUSED
from ..exchange import turns, work
from ..exchange.ir_cron import CRON_SEND, wake
from ..exchange.screen import check_user, notice
from ..groups import USER
from ..payment_request.lettering import EVENT_DAY
from ..payment_request.payment_request import CLOSED, FROZEN
from .account_move import UNPAID
from .card import card_fault
from .customers import ACTIVE
from .replacing import carry, credit_notes_posted, held_fault

# How an invoice waits for its customer, and nothing else.
CUSTOMER_ALONE = {"urssaf_enrolment"}
# Those that wait, in whichever company.
WAITING = Domain("urssaf_to_send", "=", True)
# Invoices queued in one transaction.
SENT_AT_ONCE = 50


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_excluded = fields.Boolean(
        string="Without avance immédiate",
        copy=False,
        help="The customer pays this invoice directly: it is not sent to Urssaf.",
    )
    urssaf_to_send = fields.Boolean(
        string="Leaves by itself",
        readonly=True,
        copy=False,
        help="Leaves for Urssaf as soon as nothing stands in the way.",
    )
    urssaf_waits_for = fields.Char(
        readonly=True,
        copy=False,
        help="What stood in the way when somebody was last told of it.",
    )
    urssaf_awaits_sending = fields.Boolean(
        compute="_compute_urssaf_awaits_sending",
        search="_search_urssaf_awaits_sending",
        help="Somebody has to send it: see _urssaf_to_send_domain.",
    )
    urssaf_can_resend = fields.Boolean(compute="_compute_urssaf_can_resend")
    # The few that wait, among all the invoices of all the years.
    _urssaf_to_send_index = models.Index("(company_id) WHERE urssaf_to_send IS TRUE")

    def _urssaf_concerned(self):
        """Invoices of customers whom Urssaf has activated, but those left out and what
        Urssaf has not to collect.
        """
        return self._urssaf_left_to_collect().filtered(
            lambda move: move.move_type == "out_invoice"
            and not move.urssaf_excluded
            and move._urssaf_enrolment()._usable().state == "active"
            and move.commercial_partner_id._urssaf_sending_for(move.company_id)
            != "never"
        )

    def action_post(self):
        """Extends account: the button leads to the correction.

        :raises RedirectWarning: see :meth:`_urssaf_stop_inexact`
        """
        for move in self if len(self) == 1 else ():
            fault = move._urssaf_concerned() and move._urssaf_inexact()
            if fault:
                raise RedirectWarning(
                    move._urssaf_inexact_text(fault),
                    move._urssaf_correction_action(),
                    self.env._("Correct it"),
                )
        return super().action_post()

    def _post(self, soft=True):
        """Extends account: see the module."""
        self._urssaf_stop_inexact()
        posted = super()._post(soft)
        carry(posted)
        credit_notes_posted(posted)
        posted._urssaf_letter_again()
        posted._urssaf_post_automatically()
        posted._urssaf_tell_cards()
        return posted

    def _urssaf_letter_again(self):
        """An entry of Urssaf's money was reset to draft, changed and posted again by
        Odoo's own form of entries: matched anew, on this day.
        """
        # sudo(): whoever posts may not read the demande.
        ours = self.sudo().origin_payment_id._urssaf_money()
        if ours and not self.env.context.get(EVENT_DAY):
            ours._urssaf_letter(paris_today())

    def _urssaf_stop_inexact(self):
        """Amounts can only be mended before posting. Scheduled actions of Odoo that
        post invoices show a UserError on the invoice, and go on with the next one.

        :raises UserError: the first of self that cannot be said to Urssaf
        """
        for move in self._urssaf_concerned():
            fault = move._urssaf_inexact()
            if fault:
                raise UserError(move._urssaf_inexact_text(fault))

    def _urssaf_tell_cards(self):
        """At posting, by whatever means: an activity on each such invoice."""
        for move in self._urssaf_left_to_collect():
            fault = card_fault(move)
            # One that was to leave by itself has its activity.
            if fault and not move.urssaf_to_send:
                move._urssaf_tell(fault["urssaf_card"]["message"])

    @api.depends("state", "urssaf_replaces_id", "urssaf_excluded", "partner_id")
    @api.depends_context("uid")
    def _compute_urssaf_can_resend(self):
        """A draft that takes the place of an invoice that Urssaf has no more."""
        user = self.env.user.has_group(USER)
        for move in self:
            move.urssaf_can_resend = bool(
                user
                and move.state == "draft"
                and move.urssaf_replaces_id
                and move._urssaf_concerned()
                and not list(held_fault(move))
            )

    def action_urssaf_post_and_resend(self):
        """Post the invoice that takes the place of another one, and send it: both or
        none.

        :raises UserError: what stands in the way of posting it, or of sending it
        """
        self.ensure_one()
        check_user(self.env)
        self.action_post()
        if self._urssaf_with_demande(FROZEN):
            # The customer’s invoices leave by themselves: it is in the queue.
            return self._urssaf_notify_sent(self.urssaf_request_id)
        return self.action_urssaf_send()

    @api.depends("state", "payment_state", "urssaf_state", "urssaf_to_send")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_urssaf_awaits_sending(self):
        waiting = self.search(
            self._urssaf_to_send_domain() & Domain("id", "in", self._origin.ids)
        )
        for move in self:
            move.urssaf_awaits_sending = move._origin in waiting

    @api.model
    def _search_urssaf_awaits_sending(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._urssaf_to_send_domain()
        return domain if True in value else ~domain

    def action_urssaf_send_all(self):
        """Show what can leave of self, or of all invoices that somebody has to send."""
        check_user(self.env)
        moves = self or self.search(
            self._urssaf_to_send_domain(), order="invoice_date, name"
        )
        if not moves:
            return notice(self.env._("No invoice is to be sent to Urssaf."), "info")
        return moves._urssaf_open_send_wizard()

    @api.model
    def _urssaf_to_send_domain(self):
        """Invoices of active customers that somebody has to send, in the companies
        that are ticked: posted, not paid, never sent (what Urssaf rejected is to be
        mended first), and not among those that leave by themselves.
        """
        free = [
            ("urssaf_state", "in", (False, "draft")),
            ("urssaf_to_send", "=", False),
        ]
        return self._urssaf_sendable_domain(ACTIVE) & Domain(free)

    # -- leave now, or later -----------------------------------------------------

    def _urssaf_automatic(self):
        """Invoices that leave by themselves: of customers who are active, or who were
        and cannot be debited for the moment.
        """
        return self._urssaf_left_to_collect().filtered(
            lambda move: move.move_type == "out_invoice"
            and not move.urssaf_excluded
            and move._urssaf_enrolment()._usable().state in ("active", *PAUSED)
            and move.commercial_partner_id._urssaf_sending_for(move.company_id)
            == "automatic"
        )

    def _urssaf_post_automatically(self):
        """Queue the invoices of customers who want it so; one that must wait says why
        and leaves later.
        """
        automatic = self._urssaf_automatic().filtered(
            lambda move: move._urssaf_current_request().state
            in (False, "draft", *CLOSED)
        )
        # What a lost backup had sent is at Urssaf: it is taken over, not sent.
        automatic -= automatic._urssaf_rebuilt()
        if automatic:
            # sudo(): whoever posts the invoice may not write this mark himself.
            automatic.sudo().urssaf_to_send = True
            automatic._urssaf_send_ready()

    def _urssaf_send_ready(self):
        """Queue those of self that nothing stops any more; say on the others what they
        are waiting for.
        """
        # sudo(): the automatic sending is the company's choice, whoever posts.
        faults = self.sudo()._urssaf_faults_by_move()
        ready, customers = self.browse(), self.env["urssaf.enrolment"]
        for move in self:
            blocking = {
                key: fault
                for key, fault in faults[move].items()
                if fault["level"] == "danger"
            }
            if not blocking:
                ready += move
            elif move._urssaf_tell_waiting(blocking):
                customers |= move._urssaf_enrolment()
        customers._tell_waiting_invoices()
        if ready:
            # sudo(): as above.
            (self.env["urssaf.payment.request"].sudo()._enqueue_move(ready.sudo()))
            wake(self.env, CRON_SEND)
        return ready

    def _urssaf_waits_no_more(self):
        """It has left, or somebody has decided otherwise."""
        # sudo(): only the code writes these marks.
        marked = self.sudo().filtered(lambda m: m.urssaf_to_send or m.urssaf_waits_for)
        marked.write({"urssaf_to_send": False, "urssaf_waits_for": False})
        self.env["urssaf.alert"]._settled(self)

    def _urssaf_tell_waiting(self, blocking):
        """Say once what this invoice waits for. Return whether the customer is to be
        told of, who is said apart.

        :param blocking: ``{key: fault}``, see ``_urssaf_faults_by_move``
        """
        reason = ",".join(sorted(blocking))
        if reason == self.urssaf_waits_for:
            return False
        # sudo(): only the code writes this mark.
        self.sudo().urssaf_waits_for = reason
        paused = self._urssaf_enrolment()._usable().state in PAUSED
        if set(blocking) <= CUSTOMER_ALONE and paused:
            self.env["urssaf.alert"]._settled(self)
            self._message_log(
                body=self.env._(
                    "Leaves for Urssaf by itself, as soon as the customer can be "
                    "debited again."
                )
            )
            return True
        if {fault["code"] for fault in blocking.values()} == {"ERR_DATE_FUTUR"}:
            self.env["urssaf.alert"]._settled(self)
            self._message_log(
                body=self.env._("Leaves for Urssaf once the services are over.")
            )
            return False
        note = "\n".join(fault["message"] for fault in blocking.values())
        self._urssaf_tell(self.env._("Not sent to Urssaf yet: %s", note))
        return False

    def _urssaf_alert_candidates(self):
        """Extends: whose invoice it is."""
        return self.invoice_user_id

    def _urssaf_tell(self, note):
        """One activity per invoice."""
        self.env["urssaf.alert"]._tell(self.company_id, {self: note})

    def _urssaf_wait_for_customer(self):
        """The customer of these was found blocked when they were about to leave: the
        automatic ones leave by themselves later. Return them.
        """
        waiting = self._urssaf_automatic()
        # sudo(): only the code writes this mark.
        waiting.sudo().write(
            {"urssaf_to_send": True, "urssaf_waits_for": ",".join(CUSTOMER_ALONE)}
        )
        return waiting

    def _urssaf_waiting_domain(self, company):
        return Domain("company_id", "in", company._urssaf_served().ids) & WAITING

    @api.model
    def _urssaf_with_waiting(self, holders):
        """Those of these habilitations that serve a company with such invoices."""
        # sudo(): of all companies.
        groups = self.sudo()._read_group(WAITING, ["company_id"])
        return holders & self.env["res.company"].union(
            *(company._urssaf_holder() for [company] in groups)
        )

    @api.model
    def _cron_urssaf_send_waiting(self):
        """Daily, and when a customer is active again: what was waiting for its services
        to be over, for its customer, or for a correction.
        """
        turns.each_company(self.env, "invoices")

    @api.model
    def _urssaf_send_waiting_of(self, company):
        """Each invoice apart from the others."""
        marked = self.search(self._urssaf_waiting_domain(company))
        # One that was rejected waits too: Urssaf itself found the customer blocked.
        waiting = marked - marked._urssaf_with_demande(FROZEN)
        work.report_more(self.env, len(waiting))
        work.take_each(
            waiting,
            lambda moves: moves._urssaf_send_waiting(),
            size=SENT_AT_ONCE,
            put_off=lambda move, error: move._urssaf_tell_unforeseen(),
        )

    def _urssaf_tell_unforeseen(self):
        """It is tried again every day; meanwhile somebody knows."""
        self._urssaf_tell(
            self.env._(
                "Not sent to Urssaf: Odoo met an error that was not foreseen with this "
                "invoice. The others went on, and it is tried again every day. If it "
                "comes back, tell who looks after your Odoo: the server’s log says "
                "where."
            )
        )

    def _urssaf_send_waiting(self):
        """Those of self that were paid, taken back or left out since wait no more."""
        wanted = self._urssaf_automatic().filtered(
            lambda move: move.state == "posted" and move.payment_state in UNPAID
        )
        (self - wanted)._urssaf_waits_no_more()
        wanted._urssaf_send_ready()
