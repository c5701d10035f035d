# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..exchange.messages import is_from_outside
from ..exchange.screen import check_user, notice
from ..groups import PERSONAL


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

    # -- what customers write ------------------------------------------------------

    def _message_post_after_hook(self, message, msg_vals):
        """Extends mail: a customer wrote to us without a document. Each company that
        has him is told on his enrolment.
        """
        result = super()._message_post_after_hook(message, msg_vals)
        if is_from_outside(message):
            # Of every company: who fetched the mail may be in another one.
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
        """Mail the customer a link to the form; an earlier link is dead then."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        form = self.env["urssaf.customer.form"]._send_to(self)
        self.invalidate_recordset(["urssaf_form_ids", "urssaf_form_id"])
        return notice(self.env._("The form is on its way to %s.", form.email))

    def action_urssaf_review_form(self):
        """Open the last form of this customer."""
        self.ensure_one()
        return self.urssaf_form_id._get_records_action()

    def action_urssaf_revoke_form(self):
        self.ensure_one()
        return self.urssaf_form_id.action_revoke()
