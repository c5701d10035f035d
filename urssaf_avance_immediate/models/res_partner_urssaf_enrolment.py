# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a customer shows of his enrolment: life, refusal, next step."""

from odoo import models
from odoo.exceptions import UserError

from ..lib.rules import same_name


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _urssaf_name_differences(self, status):
        """Names that method 020 tells and that are not those of the sheet:
        ``[(field, theirs, ours)]``. What Urssaf does not tell differs from nothing.
        """
        self.ensure_one()
        told = [
            ("urssaf_birth_name", status.birth_name),
            ("urssaf_first_names", status.first_names),
            ("urssaf_usage_name", status.usage_name),
        ]
        if same_name(status.usage_name, status.birth_name):
            told.pop()
        return [
            (name, theirs, self[name])
            for name, theirs in told
            if theirs and not same_name(theirs, self[name])
        ]

    def _urssaf_is(self, status):
        """Whether the person that method 020 describes can be this customer: the birth
        name agrees, accents and case apart, or one of the two does not tell it.
        """
        self.ensure_one()
        theirs, ours = status.birth_name, self.urssaf_birth_name
        return not theirs or not ours or same_name(theirs, ours)

    def _urssaf_check_sheet(self):
        """:raises UserError: something is missing; each field is named"""
        self.ensure_one()
        faults = self._urssaf_enrolment_faults()
        if faults:
            raise UserError(
                self.env._("Before enrolling %s at Urssaf:", self.display_name)
                + "".join(f"\n- {sentence}" for _field, sentence in faults)
            )

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_enrol(self):
        """Enrol one customer now; several one after the other, in a list that shows
        where each one is.
        """
        Enrolment = self.env["urssaf.enrolment"]
        Enrolment._check_urssaf_user()
        self.check_access("write")
        if len(self) == 1:
            self._urssaf_check_sheet()
            return self._urssaf_enrolments()._enrol_now()
        ready = self.filtered(lambda p: not p._urssaf_enrolment_faults())
        queued = ready._urssaf_enrolments()._enqueue()
        queued._trigger("send")
        left = self - queued.partner_id
        return Enrolment._notify(
            self.env._(
                "%(queued)s customers will be enrolled in a moment. Left out, to be "
                "completed or enrolled already: %(left)s.",
                queued=len(queued),
                left=", ".join(left.mapped("display_name")) or self.env._("none"),
            ),
            kind="warning" if left else "success",
        )

    def action_urssaf_resend(self):
        """Let Urssaf write again to this customer, who has not activated yet."""
        self.ensure_one()
        return self.urssaf_enrolment_id.action_urssaf_resend()
