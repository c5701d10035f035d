# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A contact whom Urssaf has, and that somebody changes in Odoo."""

from odoo import models

from ..enrolment.enrolment import WAITING
from .enrolment import PLACE, TOLD


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    def _contact_changed(self, names):
        """Tell the office of this company, in its language, what it has to do now.

        :param names: fields of the contact that have another value now
        """
        self.ensure_one()
        # The company's own records, whoever changed the contact that it shares.
        enrolment = self.sudo()._for_company(self.company_id)
        partner = enrolment.partner_id
        found = partner._urssaf_obstacles()
        notes = [found[name] for name in names if name in found]
        if self.env.user.share:
            labels = [
                partner._urssaf_label_of_field(name) for name in names if name in TOLD
            ]
            notes += labels and [enrolment._told_otherwise(", ".join(labels))]
        if notes:
            note = "\n".join(notes)
            enrolment._message_log(body=note)
            enrolment._alert(note)
        elif not found and enrolment._only_waits() and set(names) & set(PLACE):
            # What was said of the contact's place is put right.
            enrolment._alert_done()

    def _only_waits(self):
        """Nothing but the contact can have been the matter: Urssaf is content."""
        return self.state in ("active", "pending") and not self.last_error_kind

    def _told_otherwise(self, labels):
        """The customer has changed what Urssaf has of him."""
        if self.state in WAITING:
            what = self.env._("Check the sheet, then resend the activation.")
        else:
            what = self.env._(
                "Check the sheet. What Urssaf has, only the customer can change, in "
                "the Urssaf space."
            )
        note = self.env._(
            "The customer changed on the portal: %(what)s. Urssaf still has what it "
            "was told.",
            what=labels,
        )
        return f"{note} {what}"
