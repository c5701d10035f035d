# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoice of somebody whom Urssaf has, and who stands under another card.

For Odoo such an invoice is the card's: the household's, or the employer's. Urssaf
collects from a person. The invoice does not leave, and it is said.
"""

from odoo import models

from ..enrolment.enrolment import FOLLOWED
from ..payment_request.payment_request import FROZEN


class AccountMove(models.Model):
    _inherit = "account.move"

    def _urssaf_person_below(self):
        """The customer at Urssaf whom this invoice is addressed to, if it counts as
        another contact's; empty else.
        """
        self.ensure_one()
        person = self.partner_id
        if (
            self.move_type != "out_invoice"
            or person == self.commercial_partner_id
            or self.urssaf_excluded
            or self.urssaf_state in FROZEN
            or person._urssaf_sending_for(self.company_id) == "never"
        ):
            return person.browse()
        holder = self.company_id._urssaf_holder()
        # Whoever may see the invoice is told why it does not leave.
        enrolment = person.sudo().urssaf_enrolment_ids.filtered(
            lambda e: e.company_id == holder and e.state in FOLLOWED
        )
        return person if enrolment._usable() else person.browse()

    def _urssaf_card_alerts(self, level="warning"):
        """The alert on such an invoice. As “danger” it forbids the sending: should the
        card be a customer of Urssaf too, it would be debited for somebody else.
        """
        person = self._urssaf_person_below()
        if not person:
            return {}
        message = self.env._(
            "%(person)s is enrolled at Urssaf, but the contact stands under "
            "“%(card)s”, whose invoice this is: it does not leave for Urssaf. Open the "
            "customer, take the contact out of “%(card)s”, then choose the customer of "
            "this invoice again (reset it to draft if it is posted).",
            person=person.name,
            card=self.commercial_partner_id.name,
        )
        return {
            "urssaf_card": self._urssaf_fault(
                message,
                level=level,
                action=person._get_records_action(),
                text=self.env._("Open the customer"),
            )
        }

    def _urssaf_tell_cards(self):
        """At posting, by whatever means: an activity on each such invoice."""
        for move in self:
            alerts = move._urssaf_card_alerts()
            # One that was to leave by itself has its activity.
            if alerts and not move.urssaf_to_send:
                move._urssaf_alert(alerts["urssaf_card"]["message"])
