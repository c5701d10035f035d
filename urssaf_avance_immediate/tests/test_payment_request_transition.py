# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one transition of a demande: what each change of state writes, closes, wakes and
tells, from each state to each other one, alone and in a batch of mixed records.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.payment_request.payment_request import STATES
from .cases import NOW, UrssafCase

EARLIER = NOW - timedelta(hours=3)
LATER = NOW + timedelta(hours=3)
NAMES = [state for state, _label in STATES]
FOLLOWED = {"waiting", "validated", "debited", "paid", "unpaid", "recovered"}
CLOSED = {"refused", "cancelled"}
NOT_TAKEN = {"draft", "rejected"}
QUEUE = {"queued", "sending"}
# What was said of the former state is settled.
SETTLED = {"queued", "waiting", "validated", "debited"}
NO_ERROR = {"last_error_kind": False, "last_error_message": False}
NO_MATTER = {"matter": False, "matter_message": False}
TROUBLE = {"last_error_kind": "rejected", "last_error_message": "Refused"}
# What each record of the batch has before the change.
BEFORE = {
    "clean": {},
    "trouble": TROUBLE,
    "booking": {"matter": "booking", "matter_message": "No journal"},
    "amount": {**TROUBLE, "matter": "amount", "matter_message": "70,00"},
    "lost": {"lost_count": 5},
}
# What people were told of these still holds.
OPEN = {"booking", "amount", "lost"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestTransition(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()
        moves = self.env["account.move"].union(*(self._invoice() for _ in BEFORE))
        requests = self.env["urssaf.payment.request"].sudo()._create_for(moves)
        self.records = dict(zip(BEFORE, requests, strict=True))
        self.company.urssaf_notify_sent = True
        self.follow = self.env.ref("urssaf_avance_immediate.cron_follow")

    def _set_state(self, states, state, **values):
        """One change of state of these together. What it closed, woke and told, by the
        names of the records.

        :param states: ``{name: former state}``
        """
        for name, former in states.items():
            self.records[name].write(
                {
                    "state": former,
                    "state_since": EARLIER,
                    "next_call_at": EARLIER,
                    "send_alone": True,
                    "lost_count": 0,
                    **NO_ERROR,
                    **NO_MATTER,
                    **BEFORE[name],
                }
            )
        requests = self.env["urssaf.payment.request"].sudo()
        requests = requests.union(*(self.records[name] for name in states))
        requests.flush_recordset()
        self.env.cr.precommit.clear()
        known = {request: request.message_ids for request in requests}
        closed, woken = [], []
        Request = type(requests)
        with (
            patch.object(Request, "_told_done", lambda self: closed.append(self)),
            patch.object(
                type(self.follow), "_trigger", lambda *call: woken.append(call)
            ),
        ):
            requests._set_state(state, **values)
        requests._write_history()
        names = {request: name for name, request in self.records.items()}
        return (
            {names[request] for request in requests.browse().union(*closed)},
            woken,
            {
                names[request]
                for request in requests
                if request.message_ids - known[request]
            },
        )

    def _assert_written(self, states, state):
        """What stands on the records after the change."""
        begins = any(
            former != state and {former, state} - QUEUE for former in states.values()
        )
        for name in states:
            expected = {
                "state": state,
                "state_since": NOW if begins else EARLIER,
                "next_call_at": False if state in CLOSED | NOT_TAKEN else EARLIER,
                "send_alone": state not in FOLLOWED,
                **NO_ERROR,
                **NO_MATTER,
                **BEFORE[name],
            }
            if state in FOLLOWED:
                expected |= NO_ERROR
            if name == "amount" and state in CLOSED:
                expected |= NO_MATTER
            self.assertRecordValues(self.records[name], [expected])

    def _woken(self):
        return [(self.follow, None)]

    def _assert_change(self, states, state):
        closed, woken, told = self._set_state(states, state)
        self._assert_written(states, state)
        moved = {name for name in states if states[name] != state}
        self.assertEqual(closed, moved - OPEN if state in SETTLED else set())
        self.assertEqual(woken, self._woken() if moved and state == "waiting" else [])
        silent = {name for name in moved if {states[name], state} <= QUEUE}
        # A claim remembers nothing: it is nobody's business.
        self.assertEqual(told, set() if state == "sending" else moved - silent)

    def test_alone(self):
        for name in ("clean", "booking"):
            for former in NAMES:
                for state in NAMES:
                    with self.subTest(name=name, former=former, state=state):
                        self._assert_change({name: former}, state)

    def test_mixed_batch(self):
        """Each record comes from another state, and each has other errors."""
        for shift in range(0, len(NAMES), 3):
            states = {
                name: NAMES[(shift + 3 * rank) % len(NAMES)]
                for rank, name in enumerate(BEFORE)
            }
            for state in NAMES:
                with self.subTest(states=states, state=state):
                    self._assert_change(states, state)

    def test_batch_of_one_state(self):
        for former in NAMES:
            for state in NAMES:
                with self.subTest(former=former, state=state):
                    self._assert_change(dict.fromkeys(BEFORE, former), state)

    def test_what_the_caller_says_wins(self):
        values = {"next_call_at": LATER, "send_alone": True, "silent_refusals": 2}
        error = {"last_error_kind": "protocol", "last_error_message": "Garbled"}
        for state in NAMES:
            with self.subTest(state=state):
                self._set_state({"trouble": "unknown"}, state, **values, **error)
                self.assertRecordValues(
                    self.records["trouble"], [{"state": state, **values, **error}]
                )

    def test_the_following_is_woken_once_and_only_if_the_customer_is_told(self):
        self.company.urssaf_notify_sent = False
        _closed, woken, _told = self._set_state({"clean": "sending"}, "waiting")
        self.assertFalse(woken)
        self.company.urssaf_notify_sent = True
        _closed, woken, _told = self._set_state({"clean": "sending"}, "waiting")
        self.assertEqual(woken, self._woken())
        self.env.cr.precommit.clear()
        with patch.object(type(self.follow), "_trigger") as trigger:
            self.records["lost"]._set_state("queued")
            self.records["lost"]._set_state("waiting")
            self.records["trouble"]._set_state("waiting")
        trigger.assert_called_once_with(None)

    def test_the_history_has_one_line_for_a_transaction(self):
        """From the first state to the last one, whatever came between."""
        request = self.records["clean"]
        request._set_state("queued")
        self.env["urssaf.payment.request"]._write_history()
        before = request.message_ids
        for state in ("sending", "unknown", "waiting", "paid"):
            request._set_state(state, remote_label="Payée")
        self.env["urssaf.payment.request"]._write_history()
        [line] = request.message_ids - before
        self.assertIn("Paid by Urssaf", line.body)
        self.assertIn("Payée", line.body)
        request._set_state("debited")
        request._set_state("paid")
        before = request.message_ids
        self.env["urssaf.payment.request"]._write_history()
        self.assertEqual(request.message_ids, before, "as it was")
