# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each fault on each method and on the token: in the end the same state on both sides,
without a human and without a traceback. Then any JSON at all."""

from datetime import timedelta
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .fake_urssaf_faults import KINDS, answer
from .test_lib_reading import PAYLOADS, as_body
from .test_protocol import ProtocolCase

# A refusal with a reason is an answer, and a person's matter.
FAULTS = sorted(KINDS - {"reject", "reject_400"})
# Minutes at which the scheduled actions run. An answer without the demande is asked
# for again after six hours, "not now" with a Retry-After after a day at most.
MOMENTS = (0, 3, 6, 12, 25, 60, 130, 400, 1500, 3000)
ACTIONS = ("repair", "send", "follow")
ONE_LIST = ("050", "070")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFaultInjector(ProtocolCase):
    def _until(self, reached, actions=ACTIONS, moments=MOMENTS):
        """Run the scheduled actions as time goes by, without an error in the log."""
        with self.assertNoLogs("odoo", "ERROR"):
            for minutes in moments:
                with freeze_time(NOW + timedelta(minutes=minutes)):
                    for name in actions:
                        self._run_cron(name)
                if reached():
                    return True
        return False

    def _inject(self, method, kind):
        self.env["urssaf.service"]._of(self.company)._answered()
        if method == "token":
            self.fake.revoke_tokens()
        self.fake.fail(method, kind)

    def _customers(self, name):
        partners = self.env["res.partner"].union(
            *(self._make_partner(email=f"{name}{n}@example.com") for n in range(2))
        )
        enrolments = partners.sudo()._urssaf_enrolments()
        enrolments._enqueue()
        return enrolments

    def _faults_of(self, *methods):
        for method in methods:
            for kind in FAULTS:
                if kind != "missing_item" or method in ONE_LIST:
                    yield method, kind

    def test_enrolling(self):
        for method, kind in self._faults_of("010", "token"):
            with self.subTest(method=method, kind=kind):
                enrolments = self._customers(f"{method}.{kind}")
                self._inject(method, kind)
                self._until(lambda e=enrolments: set(e.mapped("state")) == {"pending"})
                self.assertEqual(set(enrolments.mapped("state")), {"pending"})
                for enrolment in enrolments:
                    there = [
                        customer.id_client
                        for customer in self.fake.customers.values()
                        if customer.email == enrolment.partner_id.email
                    ]
                    self.assertEqual(there, [enrolment.external_id])
                self.assertFalse(enrolments.activity_ids, "nobody had to do anything")

    def test_following_customers(self):
        enrolments = self._customers("followed")
        self._run_cron("send")
        for method, kind in self._faults_of("020", "token"):
            with self.subTest(method=method, kind=kind):
                for enrolment in enrolments:
                    self.fake.customers[enrolment.external_id].activate()
                enrolments._set_state("pending", next_call_at=NOW)
                self._inject(method, kind)
                self._until(
                    lambda: set(enrolments.mapped("state")) == {"active"}, ["follow"]
                )
                self.assertEqual(set(enrolments.mapped("state")), {"active"})
                self.assertFalse(enrolments.activity_ids)

    def test_sending(self):
        for method, kind in self._faults_of("050", "token"):
            with self.subTest(method=method, kind=kind):
                self.fake.demandes.clear()
                requests = self._queue(2)
                self._inject(method, kind)
                self._until(
                    lambda r=requests: set(r.mapped("state")) == {"waiting"},
                    ["repair", "send"],
                )
                self._assert_once_each(requests)
                self.assertFalse(requests.activity_ids)

    def test_searching_what_was_lost(self):
        for _method, kind in self._faults_of("070"):
            with self.subTest(kind=kind):
                self.fake.demandes.clear()
                requests = self._queue(2)
                self.env["urssaf.service"]._of(self.company)._answered()
                self.fake.fail("050", "reset_after")
                self.fake.fail("070", kind)
                self._until(
                    lambda r=requests: set(r.mapped("state")) == {"waiting"},
                    ["repair", "send"],
                )
                self._assert_once_each(requests)
                self.assertFalse(requests.activity_ids)

    def test_following_demandes(self):
        requests = self._queue(2)
        self._run_cron("send")
        for method, kind in self._faults_of("070", "token"):
            with self.subTest(method=method, kind=kind):
                requests._set_state("waiting", remote_code="20", next_call_at=NOW)
                for request in requests:
                    self._demande(request).move("30", "Validée")
                self._inject(method, kind)
                self._until(
                    lambda: set(requests.mapped("state")) == {"validated"}, ["follow"]
                )
                self.assertEqual(set(requests.mapped("state")), {"validated"})
                self.assertFalse(requests.activity_ids)

    def test_what_gets_lost_again_and_again_is_told(self):
        """Urssaf never takes it, and never says why: less and less often, then said."""
        request = self._queue(1)
        self.fake.fail("050", "html_200", 100)
        for minutes in range(0, 60 * 12, 5):
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_cron("repair")
                self._run_cron("send")
        self.assertLess(len(self.fake.calls_of("050")), 25, "not every five minutes")
        self.assertIn("5 times", request.activity_ids.note)
        self.fake._faults["050"].clear()
        self._until(lambda: request.state == "waiting", moments=(800, 900, 1000))
        self._assert_once_each(request)
        self.assertFalse(request.activity_ids)

    def test_one_search_that_spoils_the_others(self):
        """Urssaf refuses, or garbles, each search in which one demande is."""
        requests = self._queue(4)
        self._run_cron("send")
        guilty = requests[1]
        for request in requests:
            self._demande(request).move("30", "Validée")
        method_070 = self.fake._method_070
        for spoilt in ((400, None), (200, "<html>")):

            def spoils(call, fault, spoilt=spoilt):
                if guilty.external_id in (call.json.get("idDemandePaiements") or ()):
                    return spoilt
                return method_070(call, fault)

            requests._set_state("waiting", remote_code="20", next_call_at=NOW)
            with (
                self.subTest(spoilt=spoilt),
                patch.object(self.fake, "_method_070", spoils),
            ):
                self._run_cron("follow")
                others = requests - guilty
                self.assertEqual(set(others.mapped("state")), {"validated"})
                self.assertEqual(guilty.state, "waiting")
                self.assertGreater(guilty.next_call_at, NOW)

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        payload=PAYLOADS,
        method=st.sampled_from(["010", "020", "050", "070", "token"]),
        status=st.sampled_from([200, 200, 400]),
    )
    def test_any_json(self, payload, method, status):
        """Whatever Urssaf answers once: no error, nobody stuck."""
        requests, enrolments = self._live()
        handle, body = self.fake.handle, as_body(payload)
        spoilt = []

        def answers(request, **keywords):
            response = handle(request, **keywords)
            if self.fake.calls[-1].method == method and len(spoilt) < 3:
                spoilt.append(body)
                return answer(request, status, text=body)
            return response

        with patch.object(self.fake, "handle", answers):
            self._until(lambda: len(spoilt) == 3, moments=(0, 60, 1500))
        for request in requests.filtered(lambda r: r.state in ("waiting", "validated")):
            self._demande(request).move("50", "Prélevée")
        later = NOW + timedelta(days=3)
        with freeze_time(later), self.assertNoLogs("odoo", "ERROR"):
            for record in (*requests, *enrolments):
                self._make_due(record, later)
            self.env["urssaf.service"]._of(self.company)._answered()
            for name in ACTIONS:
                self._run_cron(name)
        # An answer that can be read is believed: only what it cannot say is left.
        stuck = requests.filtered(lambda r: r.state in ("sending", "queued"))
        self.assertFalse(stuck)
        self.assertNotIn("sending", enrolments.mapped("state"))

    def _live(self):
        """A demande of each kind, and customers in two states."""
        requests = self._queue(2)
        requests[0]._send()
        enrolments = self._customers(f"any{requests[0].id}")
        enrolments[0]._send()
        for record in (*requests, *enrolments):
            self._make_due(record)
        return requests, enrolments
