# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070: Urssaf's statuses reach Odoo, whatever they are."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.payment_request.following import REMOTE_STATES
from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestFollow(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _news(self, request, status, label="", **values):
        """Urssaf moves the demande; the scheduled action sees it when it is due."""
        self._demande(request).move(status, label, **values)
        with freeze_time(request.next_call_at + timedelta(seconds=1)):
            self._run_cron("follow")

    def test_every_known_code(self):
        request = self._sent()
        for code, state in REMOTE_STATES.items():
            request.sudo()._set_state("waiting", next_call_at=NOW)
            self._news(request, code, f"Libellé {code}")
            self.assertEqual((request.remote_code, request.state), (code, state))
            self.assertEqual(request.remote_label, f"Libellé {code}")
            self.assertEqual(request.move_id.urssaf_state, state)

    def test_usual_life(self):
        request = self._sent()
        for code, state in (("20", "waiting"), ("30", "validated"), ("50", "debited")):
            self._news(request, code)
            self.assertEqual(request.state, state)
            self.assertFalse(request.activity_ids)

    def test_states_may_be_missed(self):
        request = self._sent()
        self._news(request, "70", "Payée")
        self.assertEqual(request.state, "paid")

    def test_unknown_code_is_shown_and_told(self):
        request = self._sent()
        self._news(request, "777", "Mystère")
        self.assertEqual(request.state, "waiting")
        self.assertEqual(
            (request.remote_code, request.remote_label), ("777", "Mystère")
        )
        self.assertEqual(len(request.activity_ids), 1)
        self.assertTrue(request.next_call_at, "it is still followed")

    def test_refused_by_the_customer(self):
        request = self._sent()
        reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Deux heures, pas trois"}
        self._news(request, "40", "Refusée", rejection=reason)
        move = request.move_id
        self.assertEqual(request.state, "refused")
        self.assertEqual(request.rejection_comment, "Deux heures, pas trois")
        self.assertIn("quantités", request.rejection_label)
        self.assertIn("Deux heures", move.alerts["urssaf_request"]["message"])
        self.assertEqual(request.activity_ids.user_id, move.invoice_user_id)
        self.assertFalse(request.next_call_at, "nothing can happen any more")
        self.assertFalse(move.need_cancel_request)
        move.button_draft()

    def test_sent_again_under_another_number(self):
        first = self._sent()
        self._news(first, "40", "Refusée")
        move = first.move_id
        self.assertTrue(move.urssaf_can_send)
        move.action_urssaf_send()
        second = move.urssaf_request_id
        self.assertNotEqual(first, second)
        self.assertEqual(second.name, f"{move.name}-2")
        self.assertEqual(second.state, "waiting")
        self.assertEqual(move.urssaf_request_count, 2)

    def test_unpaid_after_payment_is_never_booked_silently(self):
        request = self._sent()
        transfer = {"mntVirement": 66.0, "dateVirement": "2026-03-16"}
        self._news(request, "70", "Payée", transfer=transfer)
        self.assertEqual(request.move_id.payment_state, "paid")
        self._news(request, "60", "En refus de prélèvement")
        self.assertEqual(request.state, "unpaid")
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertTrue(request.activity_ids)

    def test_ten_ids_per_search(self):
        requests = self.env["urssaf.payment.request"]
        for _i in range(12):
            requests |= self._sent()
        requests.action_urssaf_refresh()
        before = len(self.fake.calls_of("070"))
        self._run_cron("follow")
        asked = [
            len(call.json["idDemandePaiements"])
            for call in self.fake.calls_of("070")[before:]
        ]
        self.assertEqual(asked, [10, 2])

    def test_only_due_ones(self):
        self._sent()
        self._run_cron("follow")
        self.assertFalse(self.fake.calls_of("070"))

    def test_missing_in_the_answer(self):
        request = self._sent()
        self.fake.fail("070", "missing_item")
        self._news(request, "30")
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.last_error_kind, "protocol")
        self.assertTrue(request.next_call_at)

    def test_outage_keeps_the_state(self):
        request = self._sent()
        for kind in ("refused", "http_503", "http_500", "html_200", "forbidden"):
            self.fake.fail("070", kind, 3)
            self._news(request, "30")
            self.assertEqual(request.state, "waiting", kind)
            self.fake._faults.clear()
            cron = self.env.ref("urssaf_avance_immediate.cron_follow")
            self.assertTrue(cron.active)
            self.assertEqual(cron.failure_count, 0, kind)
        self._news(request, "30")
        self.assertEqual(request.state, "validated")
        self.assertFalse(request.last_error_message)

    def test_watched_after_payment_for_a_while(self):
        request = self._sent()
        transfer = {"mntVirement": 66.0, "dateVirement": "2026-03-16"}
        self._news(request, "70", "Payée", transfer=transfer)
        self.assertTrue(request.next_call_at)
        later = NOW + timedelta(days=self.company.urssaf_watch_days + 2)
        self._make_due(request, later)
        self._news(request, "70", "Payée")
        self.assertFalse(request.next_call_at)

    def test_stored_answer_is_masked(self):
        request = self._sent()
        self._news(request, "20")
        self.assertIn(request.name, request.last_response)
        self.assertNotIn("1980", request.last_response)

    def test_button_on_one(self):
        request = self._sent()
        self._demande(request).move("30", "Validée")
        action = request.move_id.action_urssaf_refresh()
        self.assertEqual(request.state, "validated")
        self.assertEqual(action["params"]["message"], "Validée")

    def test_button_on_what_is_over_says_that_urssaf_was_not_asked(self):
        """The last status is no news."""
        request, other = self._sent(), self._sent()
        self._news(request, "40", "Refusée")
        self._news(other, "110", "Annulée")
        before = len(self.fake.calls_of("070"))
        for requests in (request, request + other):
            action = requests.action_urssaf_refresh()
            self.assertIn("not asked", action["params"]["message"])
            self.assertNotIn("Refusée", action["params"]["message"])
        self.assertEqual(len(self.fake.calls_of("070")), before)

    def test_stuck_is_told_once(self):
        request = self._sent()
        with freeze_time(NOW + timedelta(hours=self.company.urssaf_stuck_hours + 1)):
            self._run_cron("digest")
            self._run_cron("digest")
            self.assertEqual(len(request.activity_ids), 1)
            request.activity_ids.action_done()
            self._run_cron("digest")
        self.assertFalse(request.activity_ids, "it was told, and dealt with")

    def test_long_outage_is_told(self):
        """Each try writes on the demande; it is stuck all the same."""
        self.fake.fail("050", "http_503", 50)
        request = self._sent()
        for hours in range(0, self.company.urssaf_stuck_hours + 4, 2):
            with freeze_time(NOW + timedelta(hours=hours)):
                self._run_cron("send")
        self.assertEqual(request.state, "queued")
        with freeze_time(NOW + timedelta(hours=self.company.urssaf_stuck_hours + 4)):
            self._run_cron("digest")
        self.assertEqual(len(request.activity_ids), 1)

    def test_credit_note_closes_the_matter(self):
        request = self._sent()
        self._news(request, "40", "Refusée")
        self.assertTrue(request.activity_ids)
        move = request.move_id
        move._reverse_moves(cancel=True)
        self.assertEqual(move.payment_state, "reversed")
        self.assertNotIn("urssaf_request", move.alerts or {})
        self._run_cron("digest")
        self.assertFalse(request.activity_ids)

    def test_other_environment_is_left_alone(self):
        request = self._sent()
        request.sudo().environment = "test"
        with freeze_time(NOW + timedelta(days=1)):
            self._run_cron("follow")
        self.assertFalse(self.fake.calls_of("070"))
