# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""While Urssaf collects an invoice, or has paid it, nobody asks the customer to pay.

``_urssaf_collecting`` is what the portal, the PDF, the e-mails, the reminders and the
dialogue of payments ask. Before the demande has left, the customer is told the same
where the company says so on its invoices (``_urssaf_not_to_pay``): the page that he
prints and the button that he sees never contradict each other.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..payment_request.payment_request import COLLECTING, SENDABLE
from ..payment_request.settling import aside_entries
from .account_move import UNPAID
from .ceiling import estimates
from .debit_words import debit_sentence

#: In the context of a write: it concerns all payment terms of the invoices.
ALL_TERMS = "urssaf_all_terms"

INVOICE_TEMPLATE = "urssaf_avance_immediate.mail_template_invoice"


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_collecting = fields.Boolean(
        string="Collected by Urssaf",
        compute="_compute_urssaf_collecting",
        search="_search_urssaf_collecting",
        help="Urssaf collects this invoice, or has paid it: the customer owes us "
        "nothing for it.",
    )
    urssaf_customer_notice = fields.Text(
        compute="_compute_urssaf_customer_notice",
        compute_sudo=True,
        help="What the customer is told about paying this invoice; empty where he pays "
        "us.",
    )
    urssaf_customer_estimates = fields.Text(
        compute="_compute_urssaf_customer_notice",
        compute_sudo=True,
        help="What Urssaf is likely to advance and to debit, as the PDF says it; empty "
        "where the PDF says nothing of it.",
    )
    urssaf_reminders_paused = fields.Boolean(
        readonly=True,
        copy=False,
        help="“No Follow-Up” was set because Urssaf collects this invoice, and goes "
        "when Urssaf does not collect it any more.",
    )

    # -- the predicate -----------------------------------------------------------

    def _urssaf_collecting(self):
        """Whether the customer must not pay this invoice to us: its demande waits to
        leave, is at Urssaf, or is paid. What Urssaf transfers less than expected is a
        matter between Urssaf and the company (article L133-8-8 of the code de la
        sécurité sociale): the customer owes nothing there either.
        """
        self.ensure_one()
        return bool(self._urssaf_with_demande(COLLECTING))

    def _urssaf_not_to_pay(self):
        """Whether the customer is told not to pay: Urssaf collects this invoice, or is
        about to, and the company says so on its invoices.
        """
        self.ensure_one()
        return (
            self._urssaf_collecting()
            or self._urssaf_replaces_collected()
            or self._urssaf_will_collect()
        )

    def _urssaf_replaces_collected(self):
        """Whether Urssaf collects the invoice that this one replaces, or has paid it:
        who pays this one too pays twice. What is left out is for the customer to pay.
        """
        move = self.sudo()  # sudo(): whoever reads the invoice is told who collects it
        return (
            move.state == "posted"
            and not move.urssaf_excluded
            and bool(move.urssaf_replaces_id._urssaf_with_demande(COLLECTING))
        )

    def _urssaf_check_not_collecting(self):
        """Before another way to collect begins, such as an order to debit.

        :raises UserError: Urssaf collects an invoice of self
        """
        collecting = self._urssaf_with_demande(COLLECTING)
        if collecting:
            raise UserError(
                self.env._(
                    "Urssaf collects %s: the customer must not pay it to us. Take it "
                    "out, or ask Urssaf to cancel the demande de paiement first.",
                    collecting._urssaf_names(),
                )
            )

    def _urssaf_will_collect(self):
        """Whether the invoice is still to leave for Urssaf, and nothing but the end of
        its services stands in the way. Asked anew each time: the customer, the company
        and the products have their say, and no cache would follow all of them. Pages
        keep the answer in a variable of theirs.
        """
        move = self.sudo()  # sudo(): whoever reads the invoice is told who collects it
        if (
            move.state != "posted"
            or move._urssaf_current_request().state not in (False, *SENDABLE)
            or move.payment_state not in UNPAID
            or not move.company_id._urssaf_holder().urssaf_invoice_mention
            or not move._urssaf_concerned()
        ):
            return False
        # Goods, or an invoice that Urssaf would not take: the customer pays us.
        return all(
            fault["level"] != "danger" or fault["code"] == "ERR_DATE_FUTUR"
            for fault in move._urssaf_sending_faults().values()
        )

    @api.depends("urssaf_request_ids.state")
    def _compute_urssaf_collecting(self):
        collecting = self._urssaf_with_demande(COLLECTING)
        for move in self:
            move.urssaf_collecting = move in collecting

    @api.model
    def _search_urssaf_collecting(self, operator, value):
        if operator != "in":
            return NotImplemented
        # “any!”: whoever sees the invoice need not see its demandes.
        return Domain("urssaf_request_ids", "any!", [("state", "in", COLLECTING)])

    # -- what is not for Urssaf ---------------------------------------------------

    def _urssaf_left_to_collect(self):
        """Those of self that Urssaf could collect: not a deposit invoice (the demande
        is of the whole price, and declares the deposit), nor what is paid already.
        Overridable: what is paid by other means that Odoo knows of.
        """
        return self.filtered(
            lambda move: (move.state != "posted" or move.payment_state in UNPAID)
            and not move._is_downpayment()
        )

    def _invoice_paid_hook(self):
        """Extends account: what is paid does not wait to leave any more, and nobody is
        asked to complete it.
        """
        result = super()._invoice_paid_hook()
        # sudo(): whoever registers the payment; only the code writes these marks.
        self.sudo().filtered("urssaf_to_send")._urssaf_waits_no_more()
        return result

    # -- what the customer is told ------------------------------------------------

    @api.depends("urssaf_request_ids.state", "payment_state", "urssaf_excluded")
    @api.depends_context("lang")
    def _compute_urssaf_customer_notice(self):
        for move in self:
            sentences = move._urssaf_notice_sentences()
            move.urssaf_customer_notice = "\n".join(sentences)
            shown = sentences and move._urssaf_shows_estimates()
            move.urssaf_customer_estimates = shown and move._urssaf_estimates_text()

    def _urssaf_notice_sentences(self):
        """Who debits what and when, in the language of the context; none where the
        customer pays us.
        """
        if not self._urssaf_not_to_pay():
            return []
        # sudo(): whoever reads the invoice; sentences, nothing else.
        request = self.sudo().urssaf_request_ids.filtered(
            lambda r: r.state in COLLECTING
        )[:1]
        if request.state == "paid":
            return [self._urssaf_paid_sentence(request)]
        collected = self.env._(
            "Collected by Urssaf (avance immédiate): do not pay this invoice to us."
        )
        if not request and self._urssaf_replaces_collected():
            return [collected]
        return [
            collected,
            debit_sentence(self, request),
            self.env._(
                "Estimates within your yearly ceiling, as far as our own invoices "
                "show: only Urssaf knows what is left of it."
            ),
        ]

    def _urssaf_estimates_text(self):
        """The two amounts below the sentences of the PDF, for the e-mail."""
        found = self._urssaf_estimates()
        money = self.currency_id.format
        return self.env._(
            "Tax credit (estimate): %(credit)s\nLeft to pay (estimate): %(net)s",
            credit=money(found["credit"]),
            net=money(found["net"]),
        )

    def _urssaf_shows_estimates(self):
        """Whether the PDF says what Urssaf advances and debits: once it has paid, its
        own space tells the customer what it was.
        """
        self.ensure_one()
        # sudo(): a choice of the company, for whoever prints the invoice.
        holder = self.sudo().company_id._urssaf_holder()
        # sudo(): as above.
        states = self.sudo().urssaf_request_ids.mapped("state")
        return holder.urssaf_invoice_mention and "paid" not in states

    def _urssaf_paid_sentence(self, request):
        if not request.transfer_effective:
            return self.env._(
                "Urssaf is about to pay us this invoice (avance immédiate): you have "
                "nothing to pay us."
            )
        return self.env._(
            "Urssaf paid us this invoice on %(date)s (avance immédiate): you have "
            "nothing to pay us.",
            date=format_date(self.env, request.transfer_date),
        )

    def _urssaf_portal_values(self):
        """``{move: values}`` for the portal, of those that the customer must not pay:
        ``credit`` and ``net``, the estimates in euros (None once Urssaf has paid, or
        where the company does not print them), ``paid``, and ``late``, whether Urssaf
        takes no refusal any more.
        """
        # sudo(): what is said to the customer of his own invoices, nothing else.
        moves = self.sudo().filtered(lambda move: move._urssaf_not_to_pay())
        shown = moves.filtered(lambda move: move._urssaf_shows_estimates())
        found, now = estimates(shown), fields.Datetime.now()
        values = {}
        for move in moves:
            request = move.urssaf_request_ids.filtered(lambda r: r.state in COLLECTING)
            request = request[:1]
            until = request.answer_until if request.state == "waiting" else False
            values[move] = {
                "credit": found.get(move, {}).get("credit"),
                "net": found.get(move, {}).get("net"),
                "paid": request.state == "paid",
                "late": request.state in ("validated", "debited", "paid")
                or bool(until and until <= now),
            }
        return values

    def _home_service_payer(self, payment):
        """Extends the trade: what Urssaf transferred, or set off against contributions
        (article L133-8-8 of the code de la sécurité sociale).
        """
        # sudo(): the customer reads who paid his invoice.
        move = self.sudo()
        paid = move.env["account.payment"].browse(payment["account_payment_id"] or ())
        set_off = move.urssaf_request_ids.set_off_move_id
        if paid.urssaf_request_id or payment["move_id"] in set_off.ids:
            return self.env._("by Urssaf (avance immédiate)")
        return super()._home_service_payer(payment)

    def _home_service_set_off(self, payment):
        """Extends the trade: tax credit that was put aside was paid to nobody."""
        # sudo(): see above.
        move = self.sudo()
        request = move.reversed_entry_id.urssaf_request_ids[:1]
        if request and payment["move_id"] in aside_entries(request, move).ids:
            return self.env._("Tax credit that Urssaf had advanced")
        return super()._home_service_set_off(payment)

    def _get_mail_template(self):
        """Extends account: Odoo's own e-mail asks to pay promptly."""
        # What the e-mail says of the payment is asked when it is written.
        self.invalidate_recordset(
            ["urssaf_customer_notice", "urssaf_customer_estimates"]
        )
        template = self.env.ref(INVOICE_TEMPLATE, raise_if_not_found=False)
        if template and self and all(move._urssaf_not_to_pay() for move in self):
            return template
        return super()._get_mail_template()

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """Extends account: no “due on …” at the head of the e-mails."""
        context = super()._notify_by_email_prepare_rendering_context(
            message, *args, **kwargs
        )
        # Not in what the office is told: that must arrive, whatever the checks meet.
        if message.message_type != "user_notification" and self._urssaf_not_to_pay():
            amount = format_amount(
                self.env,
                self.amount_total,
                self.currency_id,
                lang_code=context.get("lang"),
            )
            context["subtitles"] = [*context["subtitles"][:1], amount]
        return context

    def _get_invoice_portal_extra_values(self, custom_amount=None):
        """Extends account: no instalment, no early payment, nothing left to pay."""
        values = super()._get_invoice_portal_extra_values(custom_amount=custom_amount)
        if self._urssaf_not_to_pay():
            values |= {
                "installment_state": None,
                "payment_state": False,
                "not_reconciled_installments": [],
            }
        return values

    # -- reminders ------------------------------------------------------------------

    def _urssaf_pause_reminders(self):
        """Odoo's own mark “No Follow-Up” goes with the demande: reminders leave the
        invoice alone while Urssaf collects it, and take it up again afterwards. Who
        has set the mark himself keeps it.
        """
        if not self:
            return
        collecting = self._urssaf_with_demande(COLLECTING)
        # sudo(): whoever sends, or the scheduled action.
        paused = self.sudo().filtered("urssaf_reminders_paused")
        pause = (collecting - paused).sudo().filtered(lambda m: not m.no_followup)
        resume = paused - collecting
        for moves, value in ((pause, True), (resume, False)):
            # No amount changes: Odoo need not compute taxes and terms again.
            moves = moves.with_context(**{"skip_invoice_sync": True, ALL_TERMS: True})
            moves.urssaf_reminders_paused = value
            moves.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).no_followup = value


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _inverse_no_followup(self):
        """Extends account: where all terms of an invoice are written together, none is
        left to bring into line. Odoo would write each invoice for it, one by one,
        which was a third of what putting demandes in the queue costs.
        """
        if not self.env.context.get(ALL_TERMS):
            super()._inverse_no_followup()
