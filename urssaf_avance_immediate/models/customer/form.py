# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The form that a customer fills in: its link, and how long what he typed is kept."""

import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_datetime, plaintext2html

from ...lib.rules import PARIS
from ..company.empty_lists import next_form
from ..exchange.alerts import REVIEW_ACTIVITY
from ..exchange.messages import PATIENCE
from ..exchange.screen import check_user

TEMPLATE = "urssaf_avance_immediate.mail_template_customer_form"
PATH = "/urssaf/fiche/"
# 256 bits: nobody guesses a link, whatever the throttle lets through.
TOKEN_BYTES = 32
KEEP_DAYS = "30"


class UrssafCustomerForm(models.Model):
    """What a customer types himself, until the office has reviewed it.

    The link opens an empty form: it shows nothing of what Odoo knows, and it is dead
    once used, replaced or too old. Only a digest of it is kept. What was typed
    waits in lines of its own, is copied to the contact by the office, and is erased
    then, or after some days.
    """

    _name = "urssaf.customer.form"
    _description = "Urssaf Form of a Customer"
    _inherit = ["urssaf.followed"]
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    state = fields.Selection(
        [
            ("sent", "Sent to the customer"),
            ("submitted", "To review"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("revoked", "Replaced or revoked"),
            ("expired", "Expired"),
        ],
        default="sent",
        required=True,
        readonly=True,
        index=True,
    )
    email = fields.Char(string="Sent to", readonly=True)
    token_digest = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    sent_at = fields.Datetime(string="Sent on", readonly=True)
    expires_at = fields.Datetime(string="Link valid until", readonly=True)
    submitted_at = fields.Datetime(string="Filled in on", readonly=True)
    consented_at = fields.Datetime(
        string="Consent given on",
        readonly=True,
        help="When the customer ticked the boxes: asked to be enrolled, and for these "
        "data to be sent to Urssaf.",
    )
    reviewed_at = fields.Datetime(string="Reviewed on", readonly=True)
    reviewed_by_id = fields.Many2one(
        "res.users",
        string="Reviewed by",
        readonly=True,
        index="btree_not_null",
    )
    refusal_note = fields.Text(string="Word to the customer", readonly=True)
    line_ids = fields.One2many("urssaf.customer.form.line", "form_id")
    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
    )
    mail_failed = fields.Boolean(compute="_compute_mail_failed", compute_sudo=True)

    _token_digest_unique = models.UniqueIndex(
        "(token_digest) WHERE token_digest IS NOT NULL"
    )

    @api.model
    def get_empty_list_help(self, help_message):
        """Extends: what the form needs, while it is missing."""
        help_message = next_form(self.env, help_message)
        return super().get_empty_list_help(help_message)

    @api.depends("partner_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for form in self:
            form.display_name = self.env._("Form for %s", form.partner_id.display_name)

    @api.depends("mail_id.state")
    def _compute_mail_failed(self):
        """A mail that has left is deleted; one that could not leave stays."""
        stuck = fields.Datetime.now() - PATIENCE
        for form in self:
            state = form.mail_id.state
            form.mail_failed = state in ("exception", "cancel") or (
                state == "outgoing" and form.sent_at < stuck
            )

    def _creation_message(self):
        """Extends mail: Odoo’s own sentence has a gender that French does not fit."""
        return self.env._("Opened")

    def _mail_outcome(self):
        """What became of the e-mail with the link: ``none`` (there is no address),
        ``failed``, ``queued`` or ``sent``.
        """
        self.ensure_one()
        mail = self.sudo().mail_id  # sudo(): nobody may read it: it holds the link
        if not self.email:
            return "none"
        # Odoo deletes an e-mail whose address is none, as if it had left.
        if self.mail_failed or not email_normalize(self.email):
            return "failed"
        return "queued" if mail.state == "outgoing" else "sent"

    # -- the link --------------------------------------------------------------

    @api.model
    def _send_to(self, partner, note=None):
        """Make a form for this customer in the current company and mail its link.

        :param note: a word of the office that stands above the link
        :raises UserError: he has no e-mail
        """
        if not partner._urssaf_email():
            raise UserError(
                self.env._("Fill in the e-mail of %s first.", partner.display_name)
            )
        form, _link = self._offer_to(partner, note)
        return form

    @api.model
    def _offer_to(self, partner, note=None):
        """``(form, link)``: a form for this customer in the current company. The link
        is mailed where he has an e-mail; it is kept nowhere, so whoever wants to hand
        it over otherwise has to do so now.
        """
        company = self.env.company
        company._urssaf_check_real()
        # sudo(): forms are made by the code; nobody may create or change one by hand.
        forms = self.sudo()
        forms.search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", company.id),
                ("state", "=", "sent"),
            ]
        )._revoke()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = fields.Datetime.now()
        form = forms.create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "email": partner._urssaf_email(),
                "token_digest": self._digest(token),
                "sent_at": now,
                "expires_at": now
                + timedelta(days=company._urssaf_holder().urssaf_form_link_days),
            }
        )
        link = f"{form.get_base_url()}{PATH}{token}"
        if form.email:
            form._mail_link(link, note)
        form._log_offered()
        return form, link

    def _mail_link(self, url, note):
        """Write the e-mail, which leaves once this transaction stands: an e-mail with a
        link that a rollback undid would be a dead one. It holds the link, so it is kept
        in no chatter, and it is deleted once it has left.
        """
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template:
            raise UserError(
                self.env._(
                    "The e-mail template with the form was deleted: update the add-on "
                    "to have it again."
                )
            )
        self.mail_id = template.with_context(
            urssaf_link=url, urssaf_note=note and plaintext2html(note)
        ).send_mail(
            self.id,
            force_send=False,
            email_values={
                "model": False,
                "res_id": False,
                "auto_delete": True,
                "email_to": self.email,
                "recipient_ids": [],
            },
        )
        self._mail_leaves()

    def _mail_leaves(self):
        """Send it when this transaction stands; if Odoo stops before, the e-mail is in
        its queue.
        """
        self.mail_id.send_after_commit()

    def _log_offered(self):
        until = format_datetime(
            self.env, self.expires_at, tz=PARIS.key, dt_format="short"
        )
        if self.email:
            text = self.env._(
                "Form to fill in sent to %(email)s. The link is valid until %(date)s.",
                email=self.email,
                date=until,
            )
        else:
            text = self.env._(
                "A link to the form to fill in was made, to be handed over. It is "
                "valid until %s.",
                until,
            )
        self._log_on_partner(text)

    def _log_on_partner(self, text, author=None):
        author = author or self.env.user.partner_id
        self.partner_id._message_log(body=text, author_id=author.id)

    @api.model
    def _digest(self, token):
        # A stranger's address may hold what is no text at all.
        return hashlib.sha256(token.encode(errors="replace")).hexdigest()

    @api.model
    def _find_open(self, token):
        """The form that this link opens; none whether the link is wrong, used, revoked
        or too old: who asks cannot tell which. As superuser: a visitor sees no form.
        """
        return self.sudo().search(
            [
                ("token_digest", "=", self._digest(token)),
                ("state", "=", "sent"),
                ("expires_at", ">", fields.Datetime.now()),
                ("company_id.active", "=", True),
                ("partner_id.active", "=", True),
            ],
            limit=1,
        )

    # -- state -----------------------------------------------------------------

    def _close(self, state, **values):
        """The link is dead and what was typed is erased; a mail that still waits does
        not bring a dead link.
        """
        self.line_ids.unlink()
        self.mail_id.filtered(lambda mail: mail.state != "sent").unlink()
        self.env["urssaf.alert"]._settled(self, REVIEW_ACTIVITY)
        self.write({"state": state, "token_digest": False, **values})

    def _revoke(self):
        self._close("revoked")

    def _ask_for_review(self):
        """Somebody of the office looks at what the customer has typed."""
        self.env["urssaf.alert"]._tell(self.company_id, {self: ""}, REVIEW_ACTIVITY)

    def _urssaf_alert_candidates(self):
        """Extends: whose customer it is."""
        return self.partner_id.user_id

    def _review_user(self):
        self.ensure_one()
        return self.company_id._urssaf_reader_of(self, self._urssaf_alert_candidates())

    @api.autovacuum
    def _gc_forms(self):
        """Links that are too old, and forms that nobody has reviewed in time."""
        now = fields.Datetime.now()
        # sudo(): for the whole database: it is a daily cleaning.
        keep = self.env["ir.config_parameter"].sudo()
        days = int(keep.get_param("urssaf_avance_immediate.form_keep_days", KEEP_DAYS))
        forms = self.sudo()
        dead_links = Domain("state", "=", "sent") & Domain("expires_at", "<", now)
        forms.search(dead_links)._close("expired")
        limit = now - timedelta(days=days)
        unread = Domain("state", "=", "submitted") & Domain("submitted_at", "<", limit)
        for form in forms.search(unread):
            form._close("expired")
            form._log_on_partner(
                self.env._(
                    "The form that the customer filled in was erased: nobody reviewed "
                    "it within %s days.",
                    days,
                )
            )

    # -- buttons ---------------------------------------------------------------

    def action_revoke(self):
        """Make the link useless, before or after it was used."""
        self._check_reviewer()
        # sudo(): only the code changes a form: the right to review it was checked.
        for form in self.sudo().filtered(lambda f: f.state in ("sent", "submitted")):
            form._revoke()
            form._log_on_partner(self.env._("The form to fill in was revoked."))

    def _check_reviewer(self):
        """:raises AccessError: the user may not handle personal data of customers"""
        check_user(self.env)
        self.check_access("read")
        self.partner_id.check_access("write")
