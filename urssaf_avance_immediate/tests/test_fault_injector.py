# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each fault on each method and on the token: in the end the same state on both sides,
without a human and without a traceback. Then any JSON at all.

The faults of a method come one after the other, a call each, while the scheduled
actions run as time goes by.
"""

import itertools
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
# Runs of the scheduled actions, at most, and how far they are apart.
RUNS, APART = 60, timedelta(hours=1)
ACTION_OF = {"010": "send", "020": "follow", "050": "send", "070": "follow"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFaultInjector(ProtocolCase):
    def setUp(self):
        super().setUp()
        self.now = NOW
        self.names = itertools.count()

    def _inject(self, method):
        for kind in FAULTS:
            self.fake.fail(method, kind)

    def _run(self, *actions):
        """An hour later, whoever was left alone is called again."""
        self.now += APART
        self.env["urssaf.connection"]._of(self.company)._answered()
        with freeze_time(self.now), self.assertNoLogs("odoo", "ERROR"):
            for name in actions:
                self._run_cron(name)

    def _until_all_faults_are_over(self, method, records, state, *actions, before=None):
        """Run the actions until each fault was met and all records are in ``state``."""
        for _run in range(RUNS):
            if before:
                before()
            self._run(*actions)
            left = self.fake._faults[method]
            if not left and set(records.mapped("state")) == {state}:
                break
        self.assertFalse(left, "each fault was met")
        for record in records:
            self.assertEqual(record.state, state, record.display_name)
        self.assertFalse(records.activity_ids, "nobody had to do anything")
        self.assertFalse(self.company.partner_id.activity_ids)

    def _customers(self, count):
        partners = self.env["res.partner"].union(
            *(
                self._make_partner(email=f"faults{next(self.names)}@example.com")
                for _customer in range(count)
            )
        )
        enrolments = partners.sudo()._urssaf_enrolments()
        enrolments._enqueue()
        return enrolments

    def test_enrolling(self):
        enrolments = self._customers(6)
        self._inject("010")
        renew = enrolments[:2]

        def more():
            """Customers whom Urssaf has taken are enrolled once more."""
            if set(renew.mapped("state")) == {"pending"}:
                renew._enqueue(("pending",))

        self._until_all_faults_are_over(
            "010", enrolments, "pending", "repair", "send", before=more
        )
        for enrolment in enrolments:
            there = [
                customer.id_client
                for customer in self.fake.customers.values()
                if customer.email == enrolment.partner_id.email
            ]
            self.assertEqual(there, [enrolment.external_id])

    def test_following_customers(self):
        enrolments = self._customers(4)
        self._run_cron("send")
        for enrolment in enrolments:
            self.fake.customers[enrolment.external_id].activate()
        self._inject("020")

        def ask_again():
            enrolments._set_state("pending", next_call_at=NOW)

        self._until_all_faults_are_over(
            "020", enrolments, "active", "follow", before=ask_again
        )

    def test_sending(self):
        self._send_with_faults("050")

    def test_the_token(self):
        customer = self.partner.urssaf_enrolment_id

        def expires():
            """Something is asked in each run, and needs a new token."""
            self.fake.revoke_tokens()
            self._make_due(customer)

        self._send_with_faults("token", "follow", before=expires)

    def test_searching_what_was_lost(self):
        self.fake.fail("050", "reset_after", 100)

        def found():
            if not self.fake._faults["070"]:
                self.fake._faults["050"].clear()

        self._send_with_faults("070", before=found)

    def _send_with_faults(self, method, *actions, before=None):
        self.company.urssaf_batch_size = 2
        requests = self._queue(len(FAULTS))
        self._inject(method)
        self._until_all_faults_are_over(
            method, requests, "waiting", "repair", "send", *actions, before=before
        )
        self._assert_once_each(requests)

    def test_following_demandes(self):
        requests = self._queue(12)
        self._run_cron("send")
        for request in requests:
            self._demande(request).move("30", "Validée")
        self._inject("070")

        def ask_again():
            requests._set_state("waiting", remote_code="20", next_call_at=NOW)

        self._until_all_faults_are_over(
            "070", requests, "validated", "follow", before=ask_again
        )

    def test_what_gets_lost_again_and_again_is_told(self):
        """Urssaf never takes it, and never says why: less and less often, then said."""
        request = self._queue(1)
        self.fake.fail("050", "html_200", 100)
        for minutes in range(0, 60 * 5, 10):
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_cron("repair")
                self._run_cron("send")
        self.assertLess(len(self.fake.calls_of("050")), 12, "not every ten minutes")
        self.assertIn("5 times", request.activity_ids.note)
        self.fake._faults["050"].clear()
        self.now += timedelta(hours=8)
        self._run("repair", "send")
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
        max_examples=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        payload=PAYLOADS,
        method=st.sampled_from(sorted(ACTION_OF)),
        status=st.sampled_from([200, 200, 400]),
    )
    def test_any_json(self, payload, method, status):
        """Whatever Urssaf answers once: no error, and the others are served."""
        bad, good = self._pair(method)
        handle = self.fake.handle

        def answers(request, **keywords):
            response = handle(request, **keywords)
            call = self.fake.calls[-1]
            if call.method == method and bad in f"{call.json}{call.query}":
                return answer(request, status, text=as_body(payload))
            return response

        with patch.object(self.fake, "handle", answers):
            self._run(ACTION_OF[method])
        self._run(ACTION_OF[method])
        self.assertIn(good.state, ("active", "pending", "waiting", "validated"))

    def _pair(self, method):
        """What is said of the one that Urssaf answers badly, and the other one."""
        self.company.urssaf_batch_size = 1
        if method in ("050", "070"):
            requests = self._queue(2)
            if method == "070":
                self._run("send")
                self._make_due(requests[0])
                self._make_due(requests[1])
                return requests[0].external_id, requests[1]
            return requests[0].name, requests[1]
        enrolments = self._customers(2)
        if method == "020":
            self._run("send")
            return enrolments[0].external_id, enrolments[1]
        return enrolments[0].partner_id.email, enrolments[1]
