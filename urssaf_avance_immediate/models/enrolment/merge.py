# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two enrolments of one person, once two contacts turn out to be the same."""

from odoo import models

# The further somebody is, the more there is to keep.
FURTHER = {"draft": 0, "ended": 1, "error": 2, "queued": 3}


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    def _survivor(self, kept):
        """Which of these enrolments of one company stays: the one that Urssaf knows,
        then the one that is furthest.

        :param kept: the contact that stays, whose enrolment is preferred
        """
        return self.sorted(
            lambda e: (
                bool(e.external_id),
                FURTHER.get(e.state, len(FURTHER)),
                bool(e.consent_date),
                e.partner_id == kept,
            )
        )[-1:]

    def _absorb(self, others):
        """Take over what was exchanged under other enrolments of the same person and
        company, and what the customer agreed to; the others are deleted.
        """
        self.ensure_one()
        requests = self.env["urssaf.payment.request"].search(
            [("enrolment_id", "in", others.ids)]
        )
        requests.enrolment_id = self
        others.attempt_ids.enrolment_id = self
        self.env["mail.message"].search(
            [("model", "=", self._name), ("res_id", "in", others.ids)]
        ).res_id = self.id
        self.account_known = any((self | others).mapped("account_known"))
        first = (self | others).filtered("consent_date").sorted("consent_date")[:1]
        if first != self:
            self.write(
                {
                    name: first._fields[name].convert_to_write(first[name], first)
                    for name in ("consent_date", "consent_user_id", "consent_origin")
                }
            )
        # Nothing is left of them that would be evidence.
        others.filtered(lambda e: e.state != "draft")._set_state(
            "draft", next_call_at=False
        )
        others.unlink()
