# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ceiling of calls per second, and what an observer is shown of each call."""

import json
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    EnrolmentRequest,
    UrssafAmbiguous,
    UrssafRejected,
    bounded,
    forget_turns,
)
from ..lib.api.rate import WHEN_UNKNOWN, in_process
from .lib_support import (
    IBAN,
    SECRET,
    TransportMixin,
    enrolment_body,
)


@tagged("post_install", "-at_install")
class TestPace(TransportMixin, BaseCase):
    def setUp(self):
        super().setUp()
        self.now = 100.0
        forget_turns()
        self.addCleanup(forget_turns)

    def wait(self, key="us", per_second=2.0):
        """The seconds that one call has to wait."""
        return in_process(key, per_second, lambda: self.now)

    def test_calls_are_evenly_spaced(self):
        self.assertEqual([self.wait() for _call in range(3)], [0, 0.5, 1.0])

    def test_no_wait_when_nobody_called_for_a_while(self):
        self.wait()
        self.now += 0.5
        self.assertEqual(self.wait(), 0)

    def test_each_provider_has_its_own_turns(self):
        self.wait()
        self.assertEqual(self.wait("another"), 0)

    def test_no_ceiling(self):
        self.assertEqual([self.wait(per_second=0) for _call in range(3)], [0, 0, 0])

    def test_each_call_takes_a_turn_and_waits_for_it(self):
        turns = iter([0, 2.5, 0.5])
        client = self.client(
            *[(200, {"infoDemandePaiements": []})] * 2, turns=lambda: next(turns)
        )
        client.check_connection()
        # The token was the first call, the search had to wait.
        self.assertEqual(self.slept, [2.5])
        client.check_connection()
        self.assertEqual(self.slept, [2.5, 0.5])

    def test_a_pace_that_fails_costs_no_call(self):
        def broken():
            raise RuntimeError("no database")

        client = self.client((200, {"infoDemandePaiements": []}), turns=broken)
        with self.assertLogs(level="WARNING") as logs:
            client.check_connection()
        self.assertNotIn("no database", str(logs.output))
        self.assertEqual(self.slept, [WHEN_UNKNOWN] * 2, "nobody calls faster for it")


@tagged("post_install", "-at_install")
class TestObserver(TransportMixin, BaseCase):
    def setUp(self):
        super().setUp()
        self.seen = []

    def _enrol(self, *steps):
        client = self.client(*steps, observer=self.seen.append)
        return client.enrol_customer(EnrolmentRequest.model_validate(enrolment_body()))

    def test_each_call_is_shown_masked(self):
        self._enrol((200, {"idClient": "abc"}))
        token, enrolment = self.seen
        self.assertEqual((token.number, enrolment.number), ("token", "010"))
        self.assertEqual((enrolment.verb, enrolment.status), ("POST", 200))
        self.assertEqual(enrolment.subjects, ("abc",))
        self.assertTrue(enrolment.started_at.tzinfo)
        self.assertNotIn(SECRET, token.request)
        self.assertNotIn("token-1", token.response)
        body = enrolment_body()
        for private in (IBAN, body["nomNaissance"], body["adresseMail"]):
            self.assertNotIn(private, enrolment.request)
        self.assertEqual(set(json.loads(enrolment.request)), set(body))

    def test_a_lost_call_is_shown(self):
        with self.assertRaises(UrssafAmbiguous):
            self._enrol(requests.exceptions.ReadTimeout("x"))
        lost = self.seen[-1]
        self.assertEqual((lost.status, lost.outcome), (None, "ReadTimeout"))

    def test_a_quotation_of_urssaf_is_masked(self):
        name = enrolment_body()["nomNaissance"]
        error = {"code": "ERR", "message": f"{name} est inconnu", "description": ""}
        with self.assertRaises(UrssafRejected):
            self._enrol((400, [error]))
        self.assertNotIn(name, self.seen[-1].response)
        self.assertIn("est inconnu", self.seen[-1].response)

    def test_an_answer_is_read_once_for_the_trace_and_for_us(self):
        with patch.object(bounded, "read_json", wraps=bounded.read_json) as read:
            self._enrol((200, {"idClient": "abc"}))
        self.assertEqual(len(self.seen), 2)
        self.assertEqual(read.call_count, 2, "the token, and the customer")

    def test_a_page_of_a_gateway_is_kept_as_text(self):
        with self.assertRaises(UrssafAmbiguous):
            self._enrol("<html>jeanne.durand@example.com</html>")
        self.assertEqual(self.seen[-1].response, "<html>***</html>")

    def test_a_faulty_observer_loses_no_answer(self):
        def faulty(_exchange):
            raise RuntimeError("disk full")

        client = self.client((200, {"infoDemandePaiements": []}), observer=faulty)
        with self.assertLogs(level="WARNING") as logs:
            client.check_connection()
        self.assertNotIn("disk full", str(logs.output))
