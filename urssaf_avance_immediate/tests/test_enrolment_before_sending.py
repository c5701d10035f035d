# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An active customer is asked about when an invoice is about to leave."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

LATER = NOW + timedelta(days=2)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBeforeSending(UrssafCase):
    def setUp(self):
        super().setUp()
        self.enrolment = self._enrol()
        self.customer = self.fake.customers[self.enrolment.external_id]
        self.asked = len(self.fake.calls_of("020"))

    def _questions(self):
        return len(self.fake.calls_of("020")) - self.asked

    def test_not_asked_while_the_news_is_fresh(self):
        self._invoice().action_urssaf_send()
        self.assertEqual(self._questions(), 0)
        self.assertEqual(len(self.fake.demandes), 1)

    def test_asked_once_for_all_the_invoices_of_a_run(self):
        self.company.urssaf_batch_size = 1
        moves = [self._invoice() for _i in range(3)]
        with freeze_time(LATER):
            for move in moves:
                self.env["urssaf.payment.request"]._enqueue_move(move)
            self._run_cron("send")
        self.assertEqual(self._questions(), 1)
        self.assertEqual(len(self.fake.demandes), 3)
        self.assertEqual(self.enrolment.answered_at, LATER)

    def test_asked_at_each_sending_if_the_company_wants(self):
        self.company.urssaf_fresh_hours = 0
        with freeze_time(NOW + timedelta(hours=1)):
            self._invoice().action_urssaf_send()
        self.assertEqual(self._questions(), 1)

    def test_closed_customers_are_not_billed(self):
        for code, state in (
            ("PARTICULIER_BLOQUE", "blocked"),
            ("MANDAT_ECHU", "mandate"),
        ):
            with self.subTest(code=code), freeze_time(LATER):
                self.customer.activate()
                self.enrolment.action_urssaf_refresh()
                self.enrolment.sudo().answered_at = NOW
                self.customer.close(code, "Compte fermé")
                move = self._invoice()
                move.action_urssaf_send()
                self.assertEqual(self.enrolment.state, state)
                self.assertEqual(move.urssaf_state, "draft")
                request = move.urssaf_request_id
                self.assertIn("Compte fermé", request.last_error_message)
                self.assertTrue(request.activity_ids)
        self.assertFalse(self.fake.calls_of("050"))

    def test_customer_who_left_is_not_billed(self):
        del self.fake.customers[self.customer.id_client]
        move = self._invoice()
        with freeze_time(LATER):
            move.action_urssaf_send()
        self.assertEqual(self.enrolment.state, "ended")
        self.assertEqual(move.urssaf_state, "draft")
        self.assertFalse(self.fake.calls_of("050"))

    def test_others_of_the_same_call_leave(self):
        other = self._make_partner(name="Paul", email="paul@example.com")
        self._enrol(other)
        self.customer.close("PARTICULIER_BLOQUE")
        closed, good = self._invoice(), self._invoice(other)
        with freeze_time(LATER):
            self.env["urssaf.payment.request"]._enqueue_move(closed)
            self.env["urssaf.payment.request"]._enqueue_move(good)
            self._run_cron("send")
        self.assertEqual(closed.urssaf_state, "draft")
        self.assertEqual(good.urssaf_state, "waiting")

    def test_an_outage_of_the_question_leaves_it_to_the_sending(self):
        for fault in ("http_503", "http_500", "read_timeout_before", "refused"):
            with self.subTest(fault=fault), freeze_time(LATER):
                self.fake.fail("020", fault, count=3)
                move = self._invoice()
                move.action_urssaf_send()
                self.assertEqual(move.urssaf_state, "waiting")
                self.fake._faults.clear()

    def test_everything_is_closed(self):
        self.fake.fail("020", "http_503", count=9)
        self.fake.fail("050", "http_503")
        move = self._invoice()
        with freeze_time(LATER):
            move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "queued")
