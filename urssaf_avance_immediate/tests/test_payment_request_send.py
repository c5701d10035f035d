# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050 through the buttons and the scheduled actions: once, never twice."""

import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..lib.api import PaymentRequest
from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestSend(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _queue(self, count):
        moves = self.env["account.move"].union(
            *(self._invoice() for _i in range(count))
        )
        requests = self.env["urssaf.payment.request"]
        for move in moves:
            requests |= requests._enqueue_move(move)
        return requests

    def test_button_sends_once(self):
        move = self._invoice()
        self.assertTrue(move.urssaf_can_send)
        action = move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.name, move.name)
        self.assertEqual(
            (request.remote_code, request.remote_label), ("10", "Intégrée")
        )
        self.assertEqual(request.external_id, self._demande(request).request_id)
        self.assertFalse(move.urssaf_can_send)
        with self.assertRaises(UserError):
            move.action_urssaf_send()
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_payload(self):
        request = self._sent(lines=((2.5, 30.0), (1, 12.34)))
        sent = self._demande(request).payload
        self.assertEqual(
            {key: sent[key] for key in sent if key != "inputPrestations"},
            {
                "idTiersFacturation": self.company.name[:30],
                "idClient": self.partner.urssaf_enrolment_id.external_id,
                "dateNaissanceClient": "1980-03-29T00:00:00Z",
                "numFactureTiers": request.move_id.name,
                "dateFacture": "2026-03-15T00:00:00Z",
                "dateDebutEmploi": "2026-03-02T00:00:00Z",
                "dateFinEmploi": "2026-03-13T00:00:00Z",
                "mntFactureTTC": 96.07,
                "mntFactureHT": 87.34,
            },
        )
        first, second = sent["inputPrestations"]
        self.assertEqual(
            {key: first[key] for key in first if key != "complement1"},
            {
                "codeNature": "60",
                "quantite": 2.5,
                "unite": "HEURE",
                "mntUnitaireTTC": 33,
                "mntPrestationTTC": 82.5,
                "mntPrestationHT": 75,
                "mntPrestationTVA": 7.5,
                "complement2": "SAP732829320",
            },
        )
        self.assertEqual(second["mntPrestationTTC"], 13.57)

    def test_frozen_payload_has_no_birth_date(self):
        request = self._sent()
        self.assertNotIn("1980", request.payload)
        self.assertEqual(json.loads(request.payload)["numFactureTiers"], request.name)

    def test_batches_of_ten(self):
        requests = self._queue(12)
        self._run_cron("send")
        sizes = [len(call.json) for call in self.fake.calls_of("050")]
        self.assertEqual(sizes, [10, 2])
        self.assertEqual(set(requests.mapped("state")), {"waiting"})

    def test_batch_size_of_the_company(self):
        self.company.urssaf_batch_size = 5
        self._queue(6)
        self._run_cron("send")
        self.assertEqual([len(c.json) for c in self.fake.calls_of("050")], [5, 1])

    def test_one_rejected_leaves_the_others(self):
        requests = self._queue(3)
        guilty = requests[1]
        self.fake.fail("050", "reject", code="ERR_CMPT_BLOQUE", number=guilty.name)
        self._run_cron("send")
        self.assertEqual(guilty.state, "rejected")
        self.assertEqual(guilty.last_error_code, "ERR_CMPT_BLOQUE")
        self.assertTrue(guilty.activity_ids)
        self.assertEqual(set((requests - guilty).mapped("state")), {"waiting"})

    def test_rejected_is_mended_and_sent_with_its_number(self):
        self.fake.fail("050", "reject(ERR_DATE_FUTUR)")
        request = self._sent()
        self.assertEqual(request.state, "rejected")
        request.move_id.action_urssaf_send()
        self.assertEqual(request.state, "waiting")
        self.assertEqual(self._demande(request).number, request.move_id.name)
        self.assertFalse(request.activity_ids)
        self.assertFalse(request.last_error_message)

    def test_missing_item_is_searched(self):
        requests = self._queue(2)
        self.fake.fail("050", "missing_item")
        self._run_cron("send")
        self.assertEqual(requests.mapped("state"), ["waiting", "waiting"])
        self.assertEqual(len(self.fake.calls_of("050")), 1)
        self.assertEqual(len(self.fake.demandes), 2)

    def _assert_back_in_queue(self, kind):
        request = self._sent()
        self.assertEqual(request.state, "queued")
        self.assertEqual(request.last_error_kind, kind)
        self.assertGreater(request.next_call_at, fields.Datetime.now())
        with freeze_time(request.next_call_at + timedelta(seconds=1)):
            self._run_cron("send")
        self.assertEqual(request.state, "waiting")
        self.assertEqual(len(self.fake.demandes), 1)

    def test_refused_connection(self):
        self.fake.fail("050", "refused")
        self._assert_back_in_queue("unreachable")

    def test_closed_for_maintenance(self):
        self.fake.fail("050", "http_503")
        self._assert_back_in_queue("unavailable")

    def test_too_many_calls_waits_as_long_as_told(self):
        self.fake.fail("050", "http_429")
        request = self._sent()
        self.assertEqual(request.next_call_at, NOW + timedelta(seconds=120))

    def test_credentials_refused_tell_the_person_in_charge(self):
        """Until they are accepted again: then nothing is left to do."""
        self.fake.fail("050", "forbidden")
        self._sent()
        self._sent()
        partner = self.company.partner_id
        self.assertEqual(len(partner.activity_ids), 1)
        with freeze_time(NOW + timedelta(hours=1)):
            self._run_cron("send")
        self.assertFalse(partner.activity_ids)

    def test_token_expired_in_the_middle(self):
        move = self._invoice()
        self.fake.revoke_tokens()
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertEqual(len(self.fake.demandes), 1)

    # -- unknown outcomes ------------------------------------------------------

    def _assert_recorded_once(self, kind):
        self.fake.fail("050", kind)
        request = self._sent()
        self.assertEqual(request.state, "waiting", kind)
        self.assertEqual(len(self.fake.calls_of("050")), 1)
        self.assertEqual(len(self.fake.demandes), 1)

    def test_answer_lost_after_recording(self):
        self._assert_recorded_once("reset_after")

    def test_time_out_after_recording(self):
        self._assert_recorded_once("read_timeout_after")

    def test_unreadable_answer_after_recording(self):
        self._assert_recorded_once("html_200_after")

    def _assert_sent_after_the_quiet_period(self, kind):
        self.fake.fail("050", kind)
        request = self._sent()
        self.assertEqual(request.state, "unknown", kind)
        self.assertIn("urssaf_request", request.move_id.alerts)
        self._run_cron("repair")
        self._run_cron("send")
        self.assertEqual(request.state, "unknown", "too early to tell")
        with freeze_time(NOW + timedelta(minutes=6)):
            self._run_cron("repair")
            self.assertEqual(request.state, "queued")
            self._run_cron("send")
        self.assertEqual(request.state, "waiting")
        self.assertEqual(len(self.fake.demandes), 1)

    def test_cut_before_recording(self):
        self._assert_sent_after_the_quiet_period("reset_before")

    def test_time_out_before_recording(self):
        self._assert_sent_after_the_quiet_period("read_timeout_before")

    def test_technical_error(self):
        self._assert_sent_after_the_quiet_period("http_500")

    def test_search_that_fails_settles_nothing(self):
        self.fake.fail("050", "reset_before")
        self.fake.fail("070", "http_503", 9)
        request = self._sent()
        with freeze_time(NOW + timedelta(hours=1)):
            self._run_cron("repair")
            self._run_cron("send")
        self.assertEqual(request.state, "unknown")
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_killed_worker(self):
        """The claim is committed, then Odoo dies: the repair looks it up."""
        move = self._invoice()
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        request._claim()
        self.assertEqual(request.state, "sending")
        self._run_cron("repair")
        self.assertEqual(request.state, "sending", "the worker may still be alive")
        with freeze_time(NOW + timedelta(minutes=2)):
            self._run_cron("repair")
            self.assertEqual(request.state, "unknown")
        with freeze_time(NOW + timedelta(minutes=8)):
            self._run_cron("repair")
            self._run_cron("send")
        self.assertEqual(request.state, "waiting")
        self.assertEqual(len(self.fake.demandes), 1)

    def test_replayed_click_finds_the_claim(self):
        move = self._invoice()
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        request._claim()
        request._send()
        with self.assertRaises(UserError):
            move.action_urssaf_send()
        self.assertFalse(self.fake.calls_of("050"))

    # -- refusals of the whole call --------------------------------------------

    def test_refused_batch_goes_one_by_one(self):
        requests = self._queue(3)
        self.fake.fail("050", "reject_400(ERREUR_VALIDATION)")
        self._run_cron("send")
        self.assertEqual([len(c.json) for c in self.fake.calls_of("050")], [3, 1, 1, 1])
        self.assertEqual(set(requests.mapped("state")), {"waiting"})
        self.assertFalse(any(requests.mapped("send_alone")))

    def test_refused_alone_is_rejected(self):
        self.fake.fail("050", "reject_400(ERREUR_VALIDATION)")
        request = self._sent()
        self.assertEqual(request.state, "rejected")
        self.assertEqual(request.last_error_code, "ERREUR_VALIDATION")

    def test_refused_without_a_word(self):
        """An empty 400 may be a fault of the moment; three of them are not."""
        self.fake.fail("050", "empty_400", 3)
        request = self._sent()
        self.assertEqual(request.state, "queued")
        self.assertFalse(request.activity_ids)
        for minutes in (10, 30):
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_cron("send")
        self.assertEqual(request.state, "rejected")
        self.assertTrue(request.last_error_message)
        self.assertTrue(request.activity_ids)
        self.assertEqual(len(self.fake.calls_of("070")), 3)

    # -- duplicates ------------------------------------------------------------

    def _known_number(self, amount, id_client=None):
        move = self._invoice()
        sent = PaymentRequest.model_validate(move._urssaf_prepare_payload()).to_wire()
        sent |= {"mntFactureTTC": amount}
        sent["idClient"] = id_client or sent["idClient"]
        self.fake.record(sent)
        move.action_urssaf_send()
        return move.urssaf_request_id

    def test_duplicate_with_the_same_amount_is_ours(self):
        request = self._known_number(66.0)
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.external_id, self._demande(request).request_id)

    def test_duplicate_of_another_customer_takes_the_next_number(self):
        other = self.fake.add_customer()
        request = self._known_number(66.0, id_client=other.id_client)
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.name, f"{request.move_id.name}-2")
        self.assertEqual(self._demande(request).request_id, request.external_id)
        theirs = self.fake.by_number(request.move_id.name)
        self.assertNotEqual(theirs.request_id, request.external_id)

    def test_duplicate_that_urssaf_does_not_show_is_not_sent_again(self):
        self.fake.fail("050", "reject(ERR_FACTURE_DOUBLON)")
        request = self._sent()
        self.assertEqual(request.state, "unknown")
        self.assertTrue(request.activity_ids)
        for hours in (1, 24, 48):
            with freeze_time(NOW + timedelta(hours=hours, minutes=1)):
                self._run_cron("repair")
                self._run_cron("send")
        self.assertEqual(request.state, "unknown")
        self.assertTrue(request.move_id.need_cancel_request)
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_an_identifier_with_errors_is_searched(self):
        """Urssaf took it with a remark: it is alive, whatever the remark says."""
        record = self.fake.record

        def remark(sent, fault=None):
            return {**record(sent, fault), "errors": [{"code": "REMARQUE"}]}

        with patch.object(self.fake, "record", remark):
            request = self._sent()
        self.assertEqual(request.state, "waiting")
        self.assertTrue(request.external_id)

    def test_paid_by_cheque_while_it_waited(self):
        self.fake.fail("050", "http_503")
        request = self._sent()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({})._create_payments()
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("send")
        self.assertEqual(request.state, "draft")
        self.assertTrue(request.activity_ids)
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_customer_corrected_after_a_rejection(self):
        self.fake.fail("050", "reject(ERR_PARTICULIER_INCONNU)")
        request = self._sent()
        other = self._make_partner(
            email="autre@example.com", urssaf_birth_date="1975-05-05"
        )
        self._enrol(other)
        move = request.move_id
        move.button_draft()
        move.partner_id = other
        move.action_post()
        move.action_urssaf_send()
        self.assertEqual((request.state, request.partner_id), ("waiting", other))
        self.assertEqual(
            self._demande(request).payload["dateNaissanceClient"],
            "1975-05-05T00:00:00Z",
        )

    def test_answer_survives_an_edit_of_the_invoice(self):
        """Somebody saves the invoice while Urssaf answers: the write is made again."""
        Request = type(self.env["urssaf.payment.request"])
        record_answers, tries = Request._record_answers, []

        def disturbed(records, answers):
            tries.append(1)
            if len(tries) == 1:
                raise SerializationFailure()
            return record_answers(records, answers)

        request = self._queue(1)
        with patch.object(Request, "_record_answers", disturbed):
            self._run_cron("send")
        self.assertEqual(len(tries), 2)
        self.assertEqual(request.state, "waiting")
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_contact_that_lost_the_birth_date(self):
        request = self._queue(1)
        self.partner.urssaf_birth_date = False
        self._run_cron("send")
        self.assertEqual(request.state, "rejected")
        self.assertTrue(request.activity_ids)
        self.assertFalse(self.fake.calls_of("050"))

    @mute_logger("odoo.sql_db")
    def test_second_active_request_is_impossible(self):
        """Whoever made it at the same moment is played again by Odoo."""
        move = self._sent().move_id
        with self.assertRaises(ConcurrencyError) as raised, self.cr.savepoint():
            self.env["urssaf.payment.request"]._create_for(move, {move: "X"})
        self.assertIn("Somebody else", str(raised.exception))
