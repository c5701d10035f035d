# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one transition of a demande: what each change of state writes, closes, wakes and
tells, from each state to each other one, alone and in a batch of mixed records.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.payment_request.claiming import SAME_IN_THE_QUEUE
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

    def test_the_history_of_a_batch_is_written_once(self):
        """One note for each line, and copies of it by the database: in nothing else
        than their record do they differ, and the records show them at once.
        """
        requests = self._all()
        before = requests.message_ids
        requests._set_state("waiting", remote_label="En attente")
        paid = self.records["clean"] | self.records["lost"]
        paid._set_state("paid", transfer_amount=50.0, transfer_date="2026-03-27")
        create = type(before).create
        made = []
        with patch.object(
            type(before), "create", lambda *call: made.append(call) or create(*call)
        ):
            requests._write_history()
        self.assertEqual([len(values) for _model, values in made], [2])
        lines = requests.message_ids - before
        self.assertEqual(len(lines), len(requests), "one for each")
        self.assertEqual(lines, self._notes(requests) - before, "as the database says")
        for alike in (paid, requests - paid):
            first, *others = (request.message_ids - before for request in alike)
            for other in others:
                self.assertEqual(self._copied(other), self._copied(first))
        self.assertIn("Paid by Urssaf", (paid[0].message_ids - before).body)
        self.assertIn("En attente", (requests - paid)[0].message_ids[:1].body)
        self.assertEqual(lines.author_id, self.env.user.partner_id)

    def _all(self):
        return self.env["urssaf.payment.request"].sudo().union(*self.records.values())

    def _notes(self, requests):
        return self.env["mail.message"].search(
            [("model", "=", requests._name), ("res_id", "in", requests.ids)]
        )

    def _copied(self, note):
        """The row of a note, but for what tells it apart."""
        self.env.cr.execute("SELECT * FROM mail_message WHERE id = %s", (note.id,))
        [row] = self.env.cr.dictfetchall()
        return {name: row[name] for name in row if name not in ("id", "res_id")}

    def test_the_history_of_what_was_deleted_is_not_written(self):
        requests = self._all()
        requests._set_state("queued")
        requests[0]._set_state("draft")
        requests[0].unlink()
        before = requests[1:].message_ids
        requests[1:]._write_history()
        self.assertEqual(len(requests[1:].message_ids - before), len(requests) - 1)

    def test_a_claim_computes_nothing(self):
        """What is not computed when a demande is claimed would come out the same."""
        requests = self._all()
        requests._set_state("queued", next_call_at=EARLIER)
        self.env.flush_all()
        requests._set_state("sending", attempt_count=1, claimed_at=NOW)
        invoices = ("urssaf_request_id", "urssaf_state")
        for records, names in (
            (requests, SAME_IN_THE_QUEUE),
            (requests.move_id, invoices),
        ):
            computed = [records._fields[name] for name in names]
            for field in computed:
                self.assertFalse(records.env.records_to_compute(field), field)
            kept = records.read(names, load=None)
            for field in computed:
                self.env.add_to_compute(field, records)
            records._recompute_recordset(names)
            self.assertEqual(records.read(names, load=None), kept)
        self.assertEqual(set(requests.move_id.mapped("urssaf_state")), {"queued"})

    def test_the_same_state_is_not_written_again(self):
        """News that change no state leave the invoice alone."""
        requests = self._all()
        requests._set_state("waiting", remote_code="10")
        self.env.flush_all()
        requests._set_state("waiting", remote_code="20", remote_label="En attente")
        shown = self.env["account.move"]._fields["urssaf_state"]
        self.assertFalse(self.env.records_to_compute(shown))
        self.assertEqual(set(requests.mapped("remote_code")), {"20"})
        self.records["clean"]._set_state("validated")
        self.assertEqual(self.records["clean"].move_id.urssaf_state, "validated")

    def test_nothing_depends_on_what_is_written_one_by_one(self):
        for name in ("external_id", "next_call_at", "last_response"):
            field = self.env["urssaf.payment.request"]._fields[name]
            found = list(self.env.registry.get_dependent_fields(field))
            self.assertFalse(found, name)
