# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An outage of Urssaf: one pause, one banner, one activity; it ends by itself."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time, new_test_user

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestConnection(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()
        self.connection = self.env["urssaf.connection"]._of(self.company)

    def _queue(self, count):
        moves = self.env["account.move"].union(
            *(self._invoice() for _i in range(count))
        )
        return self.env["urssaf.payment.request"]._enqueue_move(moves)

    def test_maintenance_stops_the_run_at_its_first_call(self):
        self.company.urssaf_batch_size = 1
        requests = self._queue(5)
        self.fake.fail("050", "http_503", 99)
        self._run_cron("send")
        self.assertEqual(len(self.fake.calls_of("050")), 1)
        self.assertEqual(self.connection.paused_until, NOW + timedelta(seconds=120))
        self._run_cron("send")
        self.assertEqual(len(self.fake.calls_of("050")), 1, "it is left alone")
        # What was not tried waits as it is: nothing was written on it.
        self.assertEqual(sum(requests.mapped("attempt_count")), 1)
        self.assertEqual(len(requests.filtered("last_error_message")), 1)

    def test_one_refused_connection_is_not_an_outage(self):
        self.company.urssaf_batch_size = 1
        requests = self._queue(3)
        self.fake.fail("050", "refused")
        self._run_cron("send")
        states = sorted(requests.mapped("state"))
        self.assertEqual(states, ["queued", "waiting", "waiting"])
        self.assertFalse(self.connection.failure_count)

    def test_two_in_a_row_are(self):
        self.company.urssaf_batch_size = 1
        self._queue(5)
        self.fake.fail("050", "refused", 9)
        self._run_cron("send")
        self.assertEqual(len(self.fake.calls_of("050")), 2)
        self.assertTrue(self.connection._paused())

    def _tried_at(self, minutes):
        with freeze_time(NOW + timedelta(minutes=minutes)):
            self._run_cron("send")
            return self.connection.paused_until - NOW

    def test_each_try_that_fails_waits_longer(self):
        self.company.urssaf_batch_size = 1
        self._queue(3)
        self.fake.fail("token", "refused", 99)
        self.fake.revoke_tokens()
        self.fake.fail("050", "unauthorized", 99)
        self._run_cron("send")
        first = self.connection.paused_until - NOW
        calls = len(self.fake.calls)
        second = self._tried_at(10) - timedelta(minutes=10)
        third = self._tried_at(20) - timedelta(minutes=20)
        self.assertLess(first, second)
        self.assertLess(second, third)
        self.assertGreater(len(self.fake.calls), calls)

    def test_sending_resumes_by_itself(self):
        requests = self._queue(3)
        self.fake.fail("050", "http_503", 2)
        self._run_cron("send")
        paused_until = self.connection.paused_until
        cron = self.env.ref("urssaf_avance_immediate.cron_send")
        woken = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn(paused_until, woken.mapped("call_at"))
        self.assertFalse(self.company.partner_id.activity_ids, "it may be short")
        with freeze_time(NOW + timedelta(minutes=3)):
            self._run_cron("send")
            self.assertEqual(len(self.company.partner_id.activity_ids), 1)
            self.assertGreater(self.connection.paused_until, paused_until)
        with freeze_time(NOW + timedelta(minutes=30)):
            self._run_cron("send")
        self.assertEqual(set(requests.mapped("state")), {"waiting"})
        self.assertFalse(self.company.partner_id.activity_ids)
        self.assertFalse(self.connection.paused_until)
        self.assertEqual(len(self.fake.demandes), 3)

    def test_following_is_paused_too(self):
        request = self._sent()
        self.fake.fail("070", "http_503")
        self._make_due(request)
        self._run_cron("follow")
        self.assertTrue(self.connection._paused())
        self.assertEqual(self._banners(request.move_id), {"urssaf_connection"})
        other = self._sent()
        self.assertEqual(other.state, "queued")
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_banner_of_an_invoice_that_waits(self):
        self.fake.fail("050", "http_503")
        move = self._sent().move_id
        self.assertEqual(self._banners(move), {"urssaf_connection"})
        self.assertIn("11:02", move.alerts["urssaf_connection"]["message"])
        fresh = self._invoice()
        self.assertIn("urssaf_connection", self._banners(fresh))
        fresh.is_move_sent = False
        self.assertEqual(self._banners(fresh), {"urssaf_handed"}, "one banner")
        self.assertIn("11:02", fresh.alerts["urssaf_handed"]["message"])
        self.assertTrue(self.partner.urssaf_enrolment_id.connection_notice)
        with freeze_time(NOW + timedelta(minutes=3)):
            self._run_cron("send")
        self.env.invalidate_all()
        self.assertNotIn("urssaf_connection", move.alerts or {})

    def test_a_click_during_an_outage_waits_and_says_so(self):
        self.fake.fail("050", "http_503")
        self._sent()
        action = self._invoice().action_urssaf_send()
        self.assertEqual(len(self.fake.calls_of("050")), 1)
        self.assertIn("Nothing is lost", action["params"]["message"])

    def test_new_settings_are_tried_at_once(self):
        self.fake.fail("050", "forbidden")
        request = self._sent()
        self.assertEqual(len(self.company.partner_id.activity_ids), 1)
        self.company.urssaf_sandbox_client_secret = "another"
        self.assertFalse(self.connection._paused())
        self.assertFalse(self.company.partner_id.activity_ids)
        self._make_due(request)
        self._run_cron("send")
        self.assertEqual(request.state, "waiting")

    def test_try_now(self):
        self.fake.fail("050", "http_503")
        self._sent()
        self.fake.fail("070", "http_503")
        connection = self.connection.with_user(self.user)
        self.assertEqual(connection.action_try_now()["params"]["type"], "warning")
        self.assertTrue(self.connection._paused())
        self.assertEqual(connection.action_try_now()["params"]["type"], "success")
        self.assertFalse(self.connection._paused())
        reader = new_test_user(
            self.env, "urssaf_invoicing", "account.group_account_invoice"
        )
        with self.assertRaises(AccessError):
            self.connection.with_user(reader).action_try_now()

    def test_test_of_the_connection_during_an_outage(self):
        self.fake.fail("070", "http_503")
        with self.assertRaises(UserError):
            self.company.action_urssaf_test_connection()
        self.company.action_urssaf_test_connection()
        self.assertFalse(self.connection._paused())

    def test_another_company_is_not_paused(self):
        other = self.env["res.company"].create({"name": "Another firm"})
        self.fake.fail("050", "http_503")
        self._sent()
        self.assertFalse(self.env["urssaf.connection"]._of(other)._paused())

    def test_cron_survives_a_long_outage(self):
        self._queue(2)
        self.fake.fail("050", "http_503", 99)
        # Once a day the state of the customer is asked before, and that is answered.
        for hours in range(0, 192, 12):
            with freeze_time(NOW + timedelta(hours=hours)):
                self._run_cron("send")
        cron = self.env.ref("urssaf_avance_immediate.cron_send")
        self.assertTrue(cron.active)
        self.assertFalse(cron.failure_count)
        self.assertEqual(len(self.company.partner_id.activity_ids), 1)
