# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the invoice shows at its head: what to do now about its demande de paiement.

What is shown is a banner, though Odoo’s method is named ``_get_alerts``; an alert is
an activity, which somebody has to do.
"""

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.l10n_fr_home_services.models.paper_faults import BANNER as PAPER

from ...lib.api.codes import MAX_NUMBER
from ...lib.rules import paris_date
from ..exchange.exchange import OUTAGE_KINDS
from ..groups import READERS, USER
from ..payment_request.following import TO_HANDLE
from ..payment_request.payment_request import (
    FOLLOWED,
    OTHER_MONEY,
    SENDABLE,
)
from .card import card_fault
from .ceiling import warnings
from .one_banner import one_banner
from .replacing import credited_banner, held_fault, settled_banner
from .send_state import SEND_STATES, send_states

# The customer has not paid yet.
BEFORE_DEBIT = ("queued", "sending", "waiting", "validated")


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_send_state = fields.Selection(
        SEND_STATES,
        string="Avance immédiate",
        compute="_compute_urssaf_send_state",
        help="Where its demande de paiement is; before there is one, whether it can be "
        "sent, or what it waits for.",
    )
    urssaf_timeline = fields.Json(
        string="Steps of the demande",
        compute="_compute_urssaf_timeline",
        groups=READERS,
        help="The steps of its last demande de paiement, dated.",
    )

    @api.depends(
        "urssaf_can_send",
        "urssaf_state",
        "home_service_start",
        "home_service_end",
        "commercial_partner_id",
        "invoice_line_ids.home_service_start",
        "invoice_line_ids.price_total",
    )
    @api.depends_context("uid")
    def _compute_urssaf_send_state(self):
        states = send_states(self)
        for move in self:
            move.urssaf_send_state = states[move]

    @api.depends("urssaf_request_ids.timeline")
    @api.depends_context("uid", "lang")
    def _compute_urssaf_timeline(self):
        for move in self:
            steps = move.urssaf_request_id.timeline or []
            for step in steps:
                if step.get("action"):
                    # The button of the invoice, for the form that shows it.
                    step["action"]["method"] = "action_urssaf_correct"
            move.urssaf_timeline = steps

    @api.depends(
        "urssaf_state",
        "home_service_start",
        "home_service_end",
        "urssaf_excluded",
        "commercial_partner_id",
        "payment_state",
        "is_move_sent",
        "invoice_line_ids.home_service_start",
        "invoice_line_ids.price_total",
    )
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        """Extends account: what to do now about the demande de paiement, and what the
        trade says of the paper, in one banner.
        """
        banners = super()._get_alerts()
        if self.env.user.has_group(USER):
            names = sorted(name for name in banners if name.startswith(PAPER))
            papers = {name: banners.pop(name) for name in names}
            ours = card_fault(self)
            outage = self._urssaf_connection_banner()
            if not outage or self.urssaf_state != "queued":
                ours |= self._urssaf_banners()
            banners.update(one_banner(papers, ours | outage))
        return banners

    def _urssaf_banners(self):
        """``{name: banner}`` of what to do now about the demande."""
        self.ensure_one()
        request = self.urssaf_request_id
        forgotten = request.state == "cancelled" and not request.remote_code
        if self.state == "draft":
            banners = self._urssaf_draft_banners()
        elif self.urssaf_can_send and (
            request.state in (*SENDABLE, False) or forgotten
        ):
            banners = self._urssaf_sending_banners(request)
        elif request.invoice_settled:
            banners = {"urssaf_settled": settled_banner(request)}
        elif self.payment_state == "reversed":
            banners = {"urssaf_credited": credited_banner(request)}
        elif self._urssaf_request_troubled(request):
            banners = {"urssaf_request": self._urssaf_request_banner(request)}
        elif request.state in BEFORE_DEBIT:
            banners = self._urssaf_handed_banner()
        else:
            banners = {}
        return {name: banner for name, banner in banners.items() if banner}

    def _urssaf_sending_banners(self, request):
        """What stands in the way of sending it, or that nothing does."""
        faults = self._urssaf_sending_faults()
        if request.state == "rejected":
            rejected = {"urssaf_rejected": self._urssaf_request_banner(request)}
            faults = rejected | faults
        if faults.get("urssaf_period", {}).get("level") == "danger":
            # The form asks for the dates right there.
            del faults["urssaf_period"]
        elif all(fault["level"] != "danger" for fault in faults.values()):
            faults |= self._urssaf_handed_banner()
            faults["urssaf_ready"] = {
                "level": "info",
                "message": self.env._("Ready to be sent to Urssaf."),
            }
        return faults

    def _urssaf_request_troubled(self, request):
        """Whether the demande itself has something to say."""
        # No news because of an outage: the banner of the connection says that.
        passing = request.state in FOLLOWED and request.last_error_kind in OUTAGE_KINDS
        return (
            request.state in ("unknown", *TO_HANDLE)
            or request.matter
            or (request.last_error_message and not passing)
        )

    def _urssaf_handed_banner(self):
        """The invoice is not in the customer's hands yet; nothing stops."""
        if self.is_move_sent:
            return {}
        banner = self._urssaf_fault(
            self._urssaf_not_handed_text(),
            level="warning",
            action={
                "type": "ir.actions.act_window",
                "name": self.env._("Send"),
                "res_model": "account.move.send.wizard",
                "views": [[False, "form"]],
                "target": "new",
                "context": {"active_model": "account.move", "active_ids": self.ids},
            },
            text=self.env._("Hand it over"),
        )
        return {"urssaf_handed": banner}

    def _urssaf_not_handed_text(self):
        """An invoice is handed over before it is paid (article 8 of the arrêté of 17
        March 2015). What Odoo knows of it is its own dialogue.
        """
        if self.urssaf_request_id.state in BEFORE_DEBIT:
            return self.env._(
                "The demande leaves or has left, and this invoice was neither sent nor "
                "printed with “Send”: hand it over before the customer is debited "
                "(article 8 of the arrêté of 17 March 2015)."
            )
        return self.env._(
            "This invoice was neither sent nor printed with “Send”: hand it over "
            "before its demande leaves, for the customer gets it before he pays "
            "(article 8 of the arrêté of 17 March 2015)."
        )

    def _urssaf_draft_banners(self):
        """What is easier to mend before posting, for a customer of avance immédiate."""
        if not self._urssaf_concerned() or not self._home_service_lines():
            return {}
        banners = self._urssaf_replacing_banner()
        banners |= {f"urssaf_{key}": fault for key, fault in held_fault(self)}
        banners |= self._urssaf_draft_number_banner() | {
            f"urssaf_{key}": fault for key, fault in self._urssaf_invoice_date_faults()
        }
        if self._home_service_period()[0]:
            banners |= {
                f"urssaf_{key}": fault
                for key, fault in self._urssaf_period_faults()
                if fault.get("action") or key == "ERR_DATE_FIN_AVANT_DATE_DEB"
            }
        vouchers = self._urssaf_vouchers()
        if vouchers:
            banners["urssaf_voucher"] = self._urssaf_fault(
                self._urssaf_voucher_text(vouchers), level="warning"
            )
        # While lines are being edited, the totals of the invoice are those before.
        saved = self if self.id else self.browse()
        for sentence in warnings(saved).values():
            banners["urssaf_ceiling"] = self._urssaf_fault(sentence, level="warning")
        inexact = self.id and self._urssaf_inexact()
        if inexact:
            banners["urssaf_amount"] = self._urssaf_fault(
                inexact,
                level="warning",
                action=self._urssaf_correction_action(),
                text=self.env._("Correct it"),
            )
        return banners

    def _urssaf_replacing_banner(self):
        """On the invoice that takes the place of another one: what was wrong there."""
        replaced = self.urssaf_replaces_id
        # sudo(): whoever makes the new invoice need not see the demande.
        request = replaced.sudo().urssaf_request_id
        if not replaced or not self.urssaf_can_resend:
            return {}
        message = self.env._("This invoice corrects %s.", replaced.name)
        if request.state == "refused":
            message = self.env._(
                "This invoice corrects %(invoice)s, which the customer refused on "
                "%(day)s: %(reason)s.",
                invoice=replaced.name,
                day=format_date(self.env, paris_date(request.remote_changed_at)),
                reason=(
                    request.rejection_label or self.env._("no reason given")
                ).rstrip("."),
            )
            if request.rejection_comment:
                message += "\n" + self.env._(
                    "In the customer’s words: “%s”", request.rejection_comment
                )
        message += "\n" + self.env._(
            "Put right what was wrong, then press “Post and resend”."
        )
        return {"urssaf_replacing": {"level": "warning", "message": message}}

    def _urssaf_draft_number_banner(self):
        """Before posting: the number that the invoice is about to get."""
        number = self.name or self.name_placeholder or ""
        if len(number) <= MAX_NUMBER:
            return {}
        return {"urssaf_number": self._urssaf_long_number(number, level="warning")}

    def _urssaf_connection_banner(self):
        """Urssaf does not answer: said where somebody waits for it."""
        request = self.urssaf_request_id
        waiting = request.state in ("queued", "sending", *FOLLOWED, "unknown")
        notice = request.connection_notice if waiting else None
        if not waiting and self.urssaf_can_send:
            notice = self._urssaf_enrolment().connection_notice
        if not notice:
            return {}
        connection = self.env["urssaf.connection"]._of(self.company_id)
        copied = self.company_id.urssaf_copy_notice
        return {
            "urssaf_connection": {
                "level": "danger" if copied else "warning",
                "message": notice,
                "action_text": self.env._("Details"),
                "action": connection._get_records_action(),
            }
        }

    def _urssaf_request_banner(self, request):
        if request.state == "unknown":
            message = self.env._(
                "Urssaf did not answer. Odoo looks it up and will not send it twice: "
                "nothing to do."
            )
        elif request.state == "rejected":
            message = self.env._(
                "Rejected by Urssaf: %s", request.last_error_message or ""
            )
            if request.can_correct:
                message += "\n" + self.env._(
                    "This invoice can no longer be reset to draft: “Correct the "
                    "invoice” makes the credit note and a new invoice, to be put right "
                    "and sent."
                )
        elif request.state in TO_HANDLE:
            message = request._handle_note(request.state)
        else:
            message = request._trouble()
        waiting = request.state in ("unknown", "queued")
        cancel = request.matter == OTHER_MONEY and request.state in FOLLOWED
        return {
            "level": "info" if waiting and not request.matter else "danger",
            "message": message,
            "action_text": self.env._("Ask Urssaf to cancel")
            if cancel
            else self.env._("Demande de paiement"),
            "action": request._cancel_action()
            if cancel
            else request._get_records_action(),
        }
