# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A number found at Urssaf is taken over only if it is the same demande.

Two agencies with one habilitation, or a restored backup, number their invoices alike.
"""

import json
from datetime import datetime, timedelta, timezone

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..lib.api import PaymentRequest
from .cases import NOW, UrssafCase
from .fake_urssaf import Demande

PAID = {"mntVirement": 66.0, "dateVirement": "2026-03-20T00:00:00Z"}


class AdoptionCase(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _taken(self, move, **changes):
        """Urssaf has the number of this invoice already, sent by somebody else."""
        sent = PaymentRequest.model_validate(move._urssaf_prepare_payload()).to_wire()
        result = self.fake.record(sent | changes)
        return self.fake.demandes[result["idDemandePaiement"]]

    def _check(self):
        check = self.env["urssaf.crosscheck"].create(
            {"date_from": "2026-01-01", "date_to": "2026-03-31"}
        )
        check.action_start()
        return check


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAdoption(AdoptionCase):
    # -- after a sending -------------------------------------------------------

    def test_the_same_demande_is_taken_over(self):
        move = self._invoice()
        theirs = self._taken(move)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.external_id, theirs.request_id)
        self.assertEqual((request.name, request.state), (move.name, "waiting"))
        self.assertFalse(request.number_note)

    def test_other_dates_are_another_demande(self):
        """Same customer, same total, same number: paid for work of another month."""
        for field in ("dateFacture", "dateDebutEmploi", "dateFinEmploi"):
            move = self._invoice()
            theirs = self._taken(move, **{field: "2026-03-01T00:00:00Z"})
            theirs.move("70", "Payée", transfer=PAID)
            with self.subTest(field=field):
                move.action_urssaf_send()
                request = move.urssaf_request_id
                self.assertNotEqual(request.external_id, theirs.request_id)
                self.assertEqual(request.name, f"{move.name}-2")
                self.assertEqual(request.state, "waiting")
                self.assertIn(f"{move.name} ", request.number_note)
                self.assertEqual(
                    json.loads(request.payload)["numFactureTiers"], request.name
                )
                ours = self.fake.by_number(request.name)
                self.assertEqual(ours.request_id, request.external_id)
                self._make_due(request)
                self._run_cron("follow")
                self.assertEqual(move.payment_state, "not_paid")

    def test_another_customers_number_is_left_at_once(self):
        other = self.fake.add_customer().id_client
        moves = self.env["account.move"].union(*(self._invoice() for _i in range(12)))
        for move in moves[:10]:
            self._taken(move, idClient=other)
        self._taken(moves[0], idClient=other, numFactureTiers=f"{moves[0].name}-2")
        self.env["urssaf.payment.request"]._enqueue_move(moves)
        self._run_cron("send")
        self.assertEqual(set(moves.mapped("urssaf_state")), {"waiting"})
        names = moves.mapped("urssaf_request_id.name")
        self.assertEqual(names[0], f"{moves[0].name}-3")
        self.assertEqual(names[1:10], [f"{move.name}-2" for move in moves[1:10]])
        self.assertEqual(names[10:], moves[10:].mapped("name"))
        self.assertEqual(len(self.fake.demandes), 11 + 12, "each once")

    def _two_taken(self, move, **changes):
        """Urssaf has two demandes under the number of this invoice; the first one is
        as it would be sent, but for the changes.
        """
        theirs = self._taken(move, **changes)
        twin = Demande(
            "twin", theirs.payload | {"idClient": self.fake.add_customer().id_client}
        )
        self.fake.demandes[twin.request_id] = twin

    def test_one_of_two_demandes_under_one_number_may_be_ours(self):
        """None is taken over, nothing is sent, and a person is told."""
        move = self._invoice()
        self._two_taken(move)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual((request.name, request.state), (move.name, "unknown"))
        self.assertFalse(request.external_id)
        self.assertIn("several demandes", request.activity_ids.note)
        self._make_due(request)
        self._run_cron("repair")
        self.assertEqual(request.state, "unknown")
        self.assertGreater(request.next_call_at, NOW)
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_two_other_demandes_under_one_number(self):
        """As one of them: ours leaves under the next number."""
        move = self._invoice()
        self._two_taken(move, dateFacture="2026-02-15T00:00:00Z")
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual((request.name, request.state), (f"{move.name}-2", "waiting"))
        self.assertEqual(len(self.fake.demandes), 3)

    def test_a_lost_answer_is_searched_before_another_number_is_taken(self):
        move = self._invoice()
        self._taken(move, idClient=self.fake.add_customer().id_client)
        self.fake.fail("050", "reset_before")
        self.fake.fail("070", "http_500", 5)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual((request.name, request.state), (move.name, "unknown"))
        self.assertEqual(len(self.fake.calls_of("050")), 1)
        with freeze_time(NOW + timedelta(hours=1)):
            self.fake.reset_faults()
            self._run_cron("repair")
            self._run_cron("send")
        self.assertEqual((request.name, request.state), (f"{move.name}-2", "waiting"))

    def test_after_five_numbers_it_is_a_persons_matter(self):
        move = self._invoice()
        other = self.fake.add_customer().id_client
        for rank in range(1, 8):
            number = f"{move.name}-{rank}" if rank > 1 else move.name
            self._taken(move, idClient=other, numFactureTiers=number)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.state, "rejected")
        self.assertIn(f"{move.name}-5", request.last_error_message)
        self.assertTrue(request.activity_ids)
        self.assertEqual(len(self.fake.calls_of("050")), 5)

    def test_a_number_of_somebody_else_is_never_tried_again(self):
        move = self._invoice()
        self._taken(move, idClient=self.fake.add_customer().id_client)
        move.action_urssaf_send()
        first = move.urssaf_request_id
        self._demande(first).move("40", "Refusée")
        self._make_due(first)
        self._run_cron("follow")
        before = len(self.fake.calls_of("050"))
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_request_id.name, f"{move.name}-3")
        self.assertEqual(len(self.fake.calls_of("050")), before + 1)

    # -- cross-check -----------------------------------------------------------

    def test_a_crosscheck_adopts_only_the_same_dates(self):
        move = self._invoice()
        self._taken(move, dateDebutEmploi="2026-03-01T00:00:00Z")
        check = self._check()
        line = check.line_ids
        self.assertEqual((line.kind, line.move_id), ("remote", move))
        with self.assertRaisesRegex(UserError, "Services from"):
            line.action_adopt()
        self.assertFalse(move.urssaf_request_ids)

    def test_a_crosscheck_tells_other_dates_of_a_known_number(self):
        self.fake.fail("050", "refused")
        request = self._sent()
        request.sudo()._withdraw()
        theirs = self._taken(request.move_id, dateFacture="2026-02-15T00:00:00Z")
        line = self._check().line_ids.filtered(
            lambda x: x.external_id == theirs.request_id
        )
        self.assertEqual(line.kind, "differs")
        self.assertIn("Invoice date", line.detail)
        line.action_update()
        self.assertEqual((request.state, request.external_id), ("draft", False))
        self.assertFalse(line.outcome)

    # -- Urssaf's own clock ----------------------------------------------------

    def test_the_transfer_of_an_adopted_demande_is_judged_by_urssafs_clock(self):
        """Ours is late by a week: the transfer of the 20th has been made."""
        self.fake.clock = datetime(2026, 3, 23, 9, tzinfo=timezone.utc)
        sent, found, updated = (self._invoice() for _i in range(3))
        for move in (sent, found, updated):
            self._taken(move).move("70", "Payée", transfer=PAID)
        sent.action_urssaf_send()
        request = self.env["urssaf.payment.request"]._create_for(
            updated, {updated: updated.name}
        )
        lines = self._check().line_ids
        lines.filtered("adoptable").action_adopt()
        lines.filtered(lambda line: line.request_id == request).action_update()
        for move in (sent, found, updated):
            self.assertTrue(move.urssaf_request_id.transfer_effective, move.name)
            self.assertEqual(str(move.urssaf_request_id.remote_date), "2026-03-23")

    # -- customers -------------------------------------------------------------

    def test_the_husbands_identifier_is_not_hers(self):
        """They share e-mail and name: the first names tell them apart."""
        partner = self._make_partner(email="couple@example.com")
        names = {"nomNaissance": "Durand", "prenoms": "Paul André"}
        self.fake.add_customer(email="couple@example.com", payload=names)
        self.fake.fail("010", "reset_before")
        partner.action_urssaf_enrol()
        enrolment = partner.urssaf_enrolment_id
        self._run_cron("repair")
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(enrolment.external_id)
        wizard = self.env["urssaf.enrolment.adopt"].create({"partner_id": partner.id})
        wizard.action_ask()
        with self.assertRaises(UserError):
            wizard.action_adopt()
        wizard.confirmed = True
        wizard.action_adopt()
        self.assertEqual(enrolment.external_id, wizard.found_id)
