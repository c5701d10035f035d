# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The activation companion by SMS, where Odoo can send one."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_companion import ANNOUNCE, CompanionCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCompanionSms(CompanionCase):
    """Odoo’s ``sms`` may be there or not."""

    def test_without_the_module(self):
        self.company.urssaf_companion_sms = True
        enrolment = self._enrol(active=False)
        with (
            patch.object(type(enrolment), "_companion_has_sms", lambda self: False),
            patch.object(
                type(enrolment), "_message_sms", side_effect=AssertionError, create=True
            ),
        ):
            self.assertEqual(self._after(minutes=2), [ANNOUNCE])

    def test_with_the_module(self):
        Enrolment = self.env["urssaf.enrolment"]
        if not Enrolment._companion_has_sms():
            self.assertFalse(hasattr(Enrolment, "_message_sms"))
            self.skipTest("Odoo’s module sms is not installed")
        self.company.urssaf_companion_sms = True
        self._enrol(active=False)
        self._after(minutes=2)
        [sms] = self.env["sms.sms"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(sms.state, "outgoing")
        self.assertEqual(sms.number, "+33639980102")
        self.assertIn("Urssaf is writing to you", sms.body)
        self.assertEqual(len(self._mails()), 1)

    def test_off_by_default(self):
        enrolment = self._enrol(active=False)
        with patch.object(
            type(enrolment), "_message_sms", side_effect=AssertionError, create=True
        ):
            self.assertEqual(self._after(minutes=2), [ANNOUNCE])
