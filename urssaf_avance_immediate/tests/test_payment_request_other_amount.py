# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf has the number of the invoice, for another amount: a person decides."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..lib.api import PaymentRequest
from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestOtherAmount(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()
        move = self._invoice()
        sent = PaymentRequest.model_validate(move._urssaf_prepare_payload()).to_wire()
        self.fake.record(sent | {"mntFactureTTC": 70.0})
        move.action_urssaf_send()
        self.request = move.urssaf_request_id

    def _follow(self, hours):
        self._make_due(self.request)
        with freeze_time(NOW + timedelta(hours=hours)):
            self._run_cron("follow")

    def _assert_said(self):
        self.assertIn("70,00", self.request.matter_message)
        self.assertIn("70,00", self.request.activity_ids.note)
        alert = self.request.move_id.alerts["urssaf_request"]
        self.assertIn("70,00", alert["message"])

    def test_followed_and_frozen(self):
        """Urssaf has it, so it is followed and the invoice stays as it is."""
        self.assertEqual(self.request.state, "waiting")
        demande = self._demande(self.request)
        self.assertEqual(self.request.external_id, demande.request_id)
        self.assertTrue(self.request.move_id.need_cancel_request)
        self._assert_said()

    def test_said_until_somebody_has_settled_it(self):
        self._follow(1)  # nothing new
        self._assert_said()
        self._demande(self.request).move("30", "Validée")
        self._follow(2)
        self.assertEqual(self.request.state, "validated")
        self._assert_said()
        self.fake.fail("070", "http_503")
        self._follow(3)
        self._assert_said()
        self.request.action_amount_settled()
        self.assertFalse(self.request.matter_message)
        self.assertFalse(self.request.activity_ids)
        self.assertNotIn("urssaf_request", self.request.move_id.alerts)
        self.assertEqual(self.request.state, "validated")

    def test_cancelled_by_urssaf(self):
        self._demande(self.request).move("110", "Annulée")
        self._follow(1)
        self.assertEqual(self.request.state, "cancelled")
        self.assertFalse(self.request.matter_message)
