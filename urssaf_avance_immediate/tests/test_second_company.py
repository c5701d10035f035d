# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A second company, and people of only that one: what each of them may see and do."""

from odoo.tests import tagged

from .cases import UrssafCase


@tagged("post_install", "-at_install")
class TestSecondCompany(UrssafCase):
    def test_works_while_the_first_is_current(self):
        partner = self._make_partner(consent=False).with_user(self.other_user)
        partner._urssaf_record_consent("office")
        enrolment = self._enrol(partner)
        self.assertEqual(enrolment.company_id, self.other_company)
        move = self._make_other_invoice(partner)
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
