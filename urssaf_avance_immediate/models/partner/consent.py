# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The customer's consent, recorded before anything is sent about him."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..enrolment.enrolment import SENDABLE
from ..groups import READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_consent_date = fields.Datetime(
        string="Consent of the customer",
        compute="_compute_urssaf_consent",
        compute_sudo=True,
        groups=READERS,
    )
    urssaf_consent_user_id = fields.Many2one(
        "res.users",
        string="Consent recorded by",
        compute="_compute_urssaf_consent",
        compute_sudo=True,
        groups=READERS,
    )

    @api.depends(
        "urssaf_enrolment_ids.consent_date", "urssaf_enrolment_ids.consent_user_id"
    )
    @api.depends_context("company")
    def _compute_urssaf_consent(self):
        for partner in self:
            enrolment = partner.urssaf_enrolment_id
            partner.urssaf_consent_date = enrolment.consent_date
            partner.urssaf_consent_user_id = enrolment.consent_user_id

    def action_urssaf_record_consent(self):
        """The office has the customer's word, or signature."""
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("write")
        self._urssaf_record_consent("office")

    def action_urssaf_withdraw_consent(self):
        """The customer changed his mind: nothing leaves without a new consent.

        :raises UserError: Urssaf has the customer, or is being told about him
        """
        self.ensure_one()
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("write")
        enrolment = self.urssaf_enrolment_id.sudo()._lock()
        if enrolment.state not in (*SENDABLE, "queued"):
            raise UserError(
                self.env._(
                    "Urssaf already has this customer: only the customer can end the "
                    "association, in the Urssaf space."
                )
            )
        if enrolment.state == "queued":
            enrolment._set_state("draft", next_call_at=False)
        enrolment._withdraw_consent()

    def _urssaf_record_consent(self, origin):
        """Record, with the moment and the user, that these customers agree to be
        enrolled by the current company. A consent that is there already is kept.

        :param origin: ``office``, ``portal`` or ``import``
        """
        enrolments = self._urssaf_enrolments().filtered(lambda e: not e.consent_date)
        # Somebody who left comes back.
        back = enrolments.partner_id.filtered("urssaf_forgotten_on")
        # Only the code writes it: the user has checked rights to the customer.
        back.sudo().urssaf_forgotten_on = False
        enrolments.write(
            {
                "consent_date": fields.Datetime.now(),
                "consent_user_id": self.env.uid,
                "consent_origin": origin,
            }
        )
        labels = dict(
            self.env["urssaf.enrolment"]
            ._fields["consent_origin"]
            ._description_selection(self.env)
        )
        for enrolment in enrolments:
            enrolment._message_log(
                body=self.env._(
                    "The consent of the customer is recorded (%s).", labels[origin]
                )
            )
