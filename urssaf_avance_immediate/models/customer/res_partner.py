# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..enrolment.enrolment import SENDABLE
from ..exchange.messages import is_from_outside
from ..exchange.screen import check_user, notice
from ..groups import PERSONAL, READERS
from ..payment_request.payment_request import COLLECTING

# So many demandes answer a call; the button leads to all of them.
LAST_REQUESTS = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_no_companion = fields.Boolean(
        string="No activation messages",
        copy=False,
        help="This customer wants no message from you about the activation at Urssaf.",
    )
    urssaf_form_ids = fields.One2many(
        "urssaf.customer.form", "partner_id", readonly=True, groups=PERSONAL
    )
    urssaf_form_id = fields.Many2one(
        "urssaf.customer.form",
        string="Form for the customer",
        compute="_compute_urssaf_form_id",
        groups=PERSONAL,
        help="The last one that was sent in this company.",
    )
    urssaf_form_state = fields.Selection(
        selection=lambda self: self.env["urssaf.customer.form"]
        ._fields["state"]
        ._description_selection(self.env),
        string="State of the form",
        compute="_compute_urssaf_form_id",
        groups=PERSONAL,
    )
    urssaf_form_sent_at = fields.Datetime(
        compute="_compute_urssaf_form_id", groups=PERSONAL
    )
    urssaf_form_expires_at = fields.Datetime(
        compute="_compute_urssaf_form_id", groups=PERSONAL
    )
    urssaf_form_submitted_at = fields.Datetime(
        compute="_compute_urssaf_form_id", groups=PERSONAL
    )
    urssaf_form_mail_failed = fields.Boolean(
        compute="_compute_urssaf_form_id", groups=PERSONAL
    )

    urssaf_last_request_ids = fields.Many2many(
        "urssaf.payment.request",
        string="Last demandes de paiement",
        compute="_compute_urssaf_requests",
        groups=READERS,
    )
    urssaf_request_count = fields.Integer(
        string="Demandes", compute="_compute_urssaf_requests", groups=READERS
    )
    urssaf_request_expected = fields.Char(
        string="Expected from Urssaf",
        compute="_compute_urssaf_requests",
        groups=READERS,
        help="What Urssaf is still going to transfer for this customer.",
    )
    urssaf_step = fields.Char(
        compute="_compute_urssaf_step",
        groups=PERSONAL,
        help="Which button of the contact is the next one: start, enrol, review, mend, "
        "resend or remind. None for who cannot be enrolled, or needs nothing.",
    )
    urssaf_details = fields.Boolean(
        string="Details", store=False, help="Show the codes that are sent to Urssaf."
    )

    @api.depends("urssaf_form_ids.state", "urssaf_form_ids.mail_failed")
    @api.depends_context("company")
    def _compute_urssaf_form_id(self):
        for partner in self:
            form = partner.urssaf_form_ids.filtered(
                lambda f: f.company_id == self.env.company
            )[:1]
            partner.urssaf_form_id = form
            partner.urssaf_form_state = form.state
            partner.urssaf_form_sent_at = form.sent_at
            partner.urssaf_form_expires_at = form.expires_at
            partner.urssaf_form_submitted_at = form.submitted_at
            partner.urssaf_form_mail_failed = form.mail_failed

    @api.depends(
        "is_company",
        "parent_id",
        "urssaf_birth_name",
        "urssaf_form_ids.state",
        "urssaf_enrolment_ids.state",
    )
    @api.depends_context("company", "uid")
    def _compute_urssaf_step(self):
        later = {"error": "mend", "expired": "resend", "pending": "remind"}
        for partner in self:
            state = partner.urssaf_enrolment_state
            if not state and (partner.is_company or partner.parent_id):
                partner.urssaf_step = False
            elif partner.urssaf_form_state == "submitted":
                partner.urssaf_step = "review"
            elif state in (False, *SENDABLE) and state != "error":
                touched = state or partner.urssaf_birth_name
                partner.urssaf_step = "enrol" if touched else "start"
            else:
                partner.urssaf_step = later.get(state)

    @api.depends("urssaf_enrolment_ids")
    @api.depends_context("company", "allowed_company_ids", "lang", "uid")
    def _compute_urssaf_requests(self):
        """Of one contact on the screen, hence one after the other; what the rights of
        the user let him see, under the habilitation of the current company.
        """
        Request = self.env["urssaf.payment.request"]
        # sudo(): a branch’s user may not open the company above it.
        currency = self.env.company._urssaf_holder().sudo().currency_id
        for partner in self:
            domain = partner._origin._urssaf_requests_domain()
            found = Request.search(domain, limit=LAST_REQUESTS)
            coming = found and Request.search(
                domain
                & Domain("state", "in", COLLECTING)
                & Domain("transfer_effective", "=", False)
            )
            amount = sum(coming.mapped("transfer_expected")) if coming else 0
            partner.urssaf_last_request_ids = found
            partner.urssaf_request_count = Request.search_count(domain) if found else 0
            partner.urssaf_request_expected = (
                currency.format(amount) if amount else False
            )

    def _urssaf_requests_domain(self):
        company = self.env.company._urssaf_holder()
        return Domain("partner_id", "in", self.ids) & company._urssaf_here()

    # -- what customers write ------------------------------------------------------

    def _message_post_after_hook(self, message, msg_vals):
        """Extends mail: a customer wrote to us without a document. Each company that
        has him is told on his enrolment.
        """
        result = super()._message_post_after_hook(message, msg_vals)
        if is_from_outside(message):
            # sudo(): of every company: who fetched the mail may be in another one.
            enrolments = self.env["urssaf.enrolment"].sudo()
            for enrolment in enrolments.search(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "not in", ("draft", "ended")),
                ]
            ):
                enrolment.company_id._urssaf_customer_wrote(
                    enrolment, enrolment.partner_id
                )
        return result

    def _urssaf_forget_forms(self, companies):
        """Part of an erasure: nothing that the customer typed is kept."""
        own = [("partner_id", "in", self.ids), ("company_id", "in", companies.ids)]
        forms = self.env["urssaf.customer.form"].search(own)
        forms.filtered(lambda form: form.state in ("sent", "submitted"))._revoke()
        # The address and the word of the office, of forms that were closed too.
        forms.write({"email": False, "refusal_note": False})

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_send_form(self):
        """Mail the customer a link to the form, and show it: an earlier link is dead
        then.
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        form, link = self.env["urssaf.customer.form"]._offer_to(self)
        self.invalidate_recordset(["urssaf_form_ids", "urssaf_form_id"])
        return self.env["urssaf.customer.new"]._show_link(form, link)

    def action_urssaf_confirm_enrol(self):
        """Show what leaves, ask whether the customer agrees, then enrol. Where details
        are missing, the sheet says which: from now on in red.
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        self.env.company._urssaf_check_real()
        faults = self._urssaf_detail_faults()
        if faults:
            return self._urssaf_not_ready(faults)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrol %s at Urssaf", self.display_name),
            "res_model": "urssaf.enrolment.confirm",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def _urssaf_not_ready(self, faults):
        """Somebody wants to enrol and cannot yet: the enrolment is begun."""
        if "is_company" in faults:
            raise UserError(faults["is_company"])
        self._urssaf_enrolments()
        if len(faults) == 1:
            [text] = faults.values()
        else:
            text = self.env._(
                "%s details are missing or to be mended: they stand in red on the tab "
                "“Avance immédiate”.",
                len(faults),
            )
        return notice(text, kind="warning", title=self.env._("Not enrolled yet"))

    def action_urssaf_remind(self):
        """Remind this customer, who has not activated yet."""
        self.ensure_one()
        return self.urssaf_enrolment_id.action_urssaf_remind()

    def action_urssaf_write(self):
        """Open a letter to Urssaf about this customer in the user's own mail program:
        it names the company and the customer’s identifier, and the user writes the
        rest.

        :raises UserError: no address is known, or this is no real customer
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        enrolment = self.urssaf_enrolment_id
        # sudo(): a branch's user may not open the company whose habilitation serves it.
        holder = self.env.company._urssaf_holder().sudo()
        if enrolment.environment != "production":
            raise UserError(
                self.env._(
                    "Urssaf knows this customer in a test only: there is nothing to "
                    "write about."
                )
            )
        if not holder.urssaf_cancel_email:
            raise UserError(
                self.env._("Fill in Urssaf’s address in the settings first.")
            )
        subject = self.env._(
            "Avance immédiate, %(company)s (SIRET %(siret)s): customer %(number)s",
            company=holder.name,
            siret=holder.company_registry or "?",
            number=enrolment.external_id or "?",
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"mailto:{quote(holder.urssaf_cancel_email, '@')}"
            f"?subject={quote(subject)}",
            "target": "self",
        }

    def action_urssaf_view_requests(self):
        """All demandes of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "urssaf_avance_immediate.urssaf_payment_request_action"
        )
        action["domain"] = list(self._urssaf_requests_domain())
        action["context"] = {}
        return action

    def action_urssaf_open_customer(self):
        """Open the contact on our tab."""
        self.ensure_one()
        return self._urssaf_customer_screen()

    def _urssaf_customer_screen(self):
        view = self.env.ref("urssaf_avance_immediate.urssaf_customer_view_form")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "current",
            "context": {"urssaf_customer": True},
        }

    def action_urssaf_review_form(self):
        """Open the last form of this customer."""
        self.ensure_one()
        return self.urssaf_form_id._get_records_action(
            context={"urssaf_from_contact": True}
        )

    def action_urssaf_revoke_form(self):
        self.ensure_one()
        return self.urssaf_form_id.action_revoke()
