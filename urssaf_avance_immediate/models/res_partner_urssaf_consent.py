# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The customer's consent, recorded before anything is sent about him."""

from odoo import api, fields, models

from .res_partner import READERS


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

    def _urssaf_record_consent(self, origin):
        """Record, with the moment and the user, that these customers agree to be
        enrolled by the current company. A consent that is there already is kept.

        :param origin: ``office``, ``portal`` or ``import``
        """
        enrolments = self._urssaf_enrolments().filtered(lambda e: not e.consent_date)
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
