# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.api.codes import REJECTION_REASONS
from ..models.exchange.screen import notice
from ..models.payment_request.incidents import CANCEL_REASONS

TEMPLATE = "urssaf_avance_immediate.mail_template_cancel"
# Urssaf reads French, whoever writes.
LANGUAGE = "fr_FR"


class UrssafPaymentRequestCancel(models.TransientModel):
    """The e-mail that asks Urssaf to cancel a demande, with all it wants to know."""

    _name = "urssaf.payment.request.cancel"
    _inherit = ["urssaf.wizard"]
    _description = "Ask Urssaf to Cancel a Demande de Paiement"

    request_id = fields.Many2one(
        "urssaf.payment.request", string="Demande", required=True, readonly=True
    )
    production = fields.Boolean(compute="_compute_recipient")
    requested_on = fields.Datetime(
        related="request_id.cancel_requested_on", related_sudo=False
    )
    reason = fields.Selection(CANCEL_REASONS, required=True)
    comment = fields.Text(string="Explanation")
    email_to = fields.Char(string="To", compute="_compute_recipient")
    subject = fields.Char(
        compute="_compute_mail",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
    )
    body = fields.Html(
        string="Message",
        compute="_compute_mail",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
    )

    @api.depends("request_id")
    def _compute_recipient(self):
        for wizard in self:
            request, company = wizard.request_id, wizard.request_id.company_id
            # Both: a copy of the database has production's demandes in the sandbox.
            here = bool(request._is_here())
            wizard.production = here and request.environment == "production"
            wizard.email_to = company._urssaf_holder().urssaf_cancel_email

    @api.depends("request_id", "reason", "comment")
    def _compute_mail(self):
        installed = dict(self.env["res.lang"].get_installed())
        lang = LANGUAGE if LANGUAGE in installed else self.env.lang
        for wizard in self:
            request = wizard.request_id
            # sudo(): a template of ours, filled in for a demande that the user reads.
            template = (
                self.env.ref(TEMPLATE)
                .sudo()
                .with_context(
                    lang=lang,
                    urssaf_reason=REJECTION_REASONS.get(wizard.reason, ""),
                    urssaf_reason_code=wizard.reason or "",
                    urssaf_comment=wizard.comment or "",
                )
            )
            mail = template._generate_template(request.ids, ("subject", "body_html"))
            wizard.subject = mail[request.id]["subject"]
            wizard.body = mail[request.id]["body_html"]

    def action_send(self):
        """Write to Urssaf, note it on the demande; its state waits for Urssaf's word.

        Outside production nothing leaves: the letter is kept on the demande.

        :raises UserError: the demande is over, or something that Urssaf wants to
            know is missing
        """
        self.ensure_one()
        # The same rights and the same conditions as when the letter was opened.
        self.request_id.action_request_cancel()
        self._check_complete()
        request = self.request_id.sudo()
        if self.production:
            request._watch_cancellation(self._queue_mail())
            note = self.env._("Urssaf was asked to cancel this demande.")
        else:
            note = self.env._(
                "Cancellation prepared. Nothing was sent to %s: this demande is not in "
                "production.",
                self.email_to,
            )
            request._message_log(
                body=Markup("<p>%s</p><p><b>%s</b></p>%s")
                % (note, self.subject, self.body)
            )
        request._cancellation_requested(self.reason)
        action = notice(note, kind="success" if self.production else "warning")
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def _check_complete(self):
        # sudo(): only whether the SIRET is there.
        company = self.request_id.company_id
        missing = [
            label
            for label, value in (
                (self.env._("SIRET of the company"), company.sudo().company_registry),
                (self.env._("Address for cancellations"), self.email_to),
                (self.env._("your e-mail address"), self._sender()),
            )
            if not value
        ]
        if missing:
            raise UserError(
                self.env._("Urssaf wants to know more: fill in %s.", ", ".join(missing))
            )

    def _sender(self):
        user, company = self.env.user, self.request_id.company_id
        return user.email and user.email_formatted or company.email_formatted

    def _queue_mail(self):
        """In Odoo's queue, and in the chatter of the demande, where it stays."""
        # sudo(): users may not write in Odoo's queue, nor wake its scheduled action.
        mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "model": self.request_id._name,
                    "res_id": self.request_id.id,
                    "message_type": "email_outgoing",
                    "author_id": self.env.user.partner_id.id,
                    "email_from": self._sender(),
                    "reply_to": self._sender(),
                    "email_to": self.email_to,
                    "subject": self.subject,
                    "body": self.body,
                    "body_html": self.body,
                    "auto_delete": False,
                }
            )
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return mail
