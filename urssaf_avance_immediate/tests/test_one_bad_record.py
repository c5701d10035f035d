# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One record that fails, whatever the reason, never stops the others; a person is told
and the scheduled action succeeds."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_protocol import ProtocolCase

EACH = "odoo.addons.urssaf_avance_immediate.models.exchange.work"


class Nobody(Exception):
    """No code was written for this one; it quotes what nobody may read."""

    def __init__(self):
        super().__init__("Jeanne Durand, born on 1980-03-29")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestOneBadRecord(ProtocolCase):
    def setUp(self):
        super().setUp()
        self.Request = type(self.env["urssaf.payment.request"])
        self.Enrolment = type(self.env["urssaf.enrolment"])

    @contextmanager
    def _broken(self, model, method, guilty, blow=None):
        """``method`` of ``model`` fails for each record of ``guilty``."""
        original = getattr(model, method)

        def failing(records, *arguments, **keywords):
            if set(records.ids) & set(guilty.ids):
                if blow:
                    blow(records)
                raise Nobody
            return original(records, *arguments, **keywords)

        with (
            patch.object(model, method, failing),
            self.assertLogs(EACH, "ERROR") as log,
        ):
            yield
        self.assertNotIn("Durand", "".join(log.output))
        self.assertIn("test_one_bad_record.py", "".join(log.output), "it says where")

    def _database_error(self, records):
        # A value that no column takes: the transaction is broken.
        name = self.partner.urssaf_birth_name
        records.env.cr.execute("SELECT %s::integer", [name], log_exceptions=False)

    def _assert_told(self, record):
        self.assertEqual(record.last_error_kind, "unforeseen")
        self.assertIn("not foreseen", record.activity_ids.note)
        self.assertNotIn("Durand", record.activity_ids.note)
        self.assertGreater(record.next_call_at, NOW)

    def _waiting(self, count):
        requests = self._queue(count)
        self._run_cron("send")
        self._make_due(requests)
        for request in requests:
            self._demande(request).move("30", "Validée")
        return requests

    # -- method 050 ------------------------------------------------------------

    def test_an_answer_that_cannot_be_written_down(self):
        for blow in (None, self._database_error):
            with self.subTest(blow=blow):
                requests = self._queue(5)
                guilty = requests[2]
                with self._broken(self.Request, "_record_answers", guilty, blow):
                    self._run_cron("send")
                self.assertEqual(set((requests - guilty).mapped("state")), {"waiting"})
                self.assertEqual(guilty.state, "unknown", "never back in the queue")
                self._assert_told(guilty)
                self._make_due(guilty)
                self._run_cron("repair")
                self.assertEqual(guilty.state, "waiting")
                self.assertFalse(guilty.activity_ids)
                self.assertEqual(len(self.fake.demandes), len(requests))
                self.fake.demandes.clear()

    def test_a_call_that_raises_what_nobody_foresaw(self):
        requests = self._queue(3)
        client = "odoo.addons.urssaf_avance_immediate.lib.api.client.payment_results"
        with (
            patch(client, side_effect=Nobody),
            self.assertLogs(EACH, "ERROR"),
        ):
            self._run_cron("send")
            self.assertEqual(set(requests.mapped("state")), {"unknown"})
        self._let_time_pass(requests)
        self._assert_once_each(requests)
        self.assertEqual(len(self.fake.calls_of("050")), 1, "searched, not sent again")

    def test_a_demande_that_cannot_be_prepared(self):
        requests = self._queue(4)
        guilty = requests[0]
        with self._broken(self.Request, "_request", guilty):
            self._run_cron("send")
        self.assertEqual(set((requests - guilty).mapped("state")), {"waiting"})
        self.assertEqual(guilty.state, "queued", "it never left")
        self._assert_told(guilty)

    # -- method 070 ------------------------------------------------------------

    def test_news_that_cannot_be_written_down(self):
        for blow in (None, self._database_error):
            with self.subTest(blow=blow):
                requests = self._waiting(4)
                guilty = requests[1]
                with self._broken(self.Request, "_changes", guilty, blow):
                    self._run_cron("follow")
                self.assertEqual(
                    set((requests - guilty).mapped("state")), {"validated"}
                )
                self.assertEqual(guilty.state, "waiting")
                self._assert_told(guilty)
                self._make_due(guilty)
                self._run_cron("follow")
                self.assertEqual(guilty.state, "validated")
                self.assertFalse(guilty.activity_ids)

    def test_an_unknown_outcome_that_cannot_be_settled(self):
        requests = self._queue(3)
        guilty = requests[1]
        self.fake.fail("050", "reset_after")
        self.fake.fail("070", "refused", 3)
        self._run_cron("send")
        self.assertEqual(set(requests.mapped("state")), {"unknown"})
        self.env["urssaf.connection"]._of(self.company)._answered()
        self._make_due(requests)
        with self._broken(self.Request, "_adopt", guilty):
            self._run_cron("repair")
        self.assertEqual(set((requests - guilty).mapped("state")), {"waiting"})
        self.assertEqual(guilty.state, "unknown")
        self._assert_told(guilty)

    # -- methods 010 and 020 ---------------------------------------------------

    def _three(self):
        partners = self.env["res.partner"].concat(
            *(self._make_partner(email=f"client{n}@example.com") for n in range(3))
        )
        return partners

    def test_an_enrolment_that_cannot_be_written_down(self):
        enrolments = self._queued_enrolments(self._three())
        guilty = enrolments[0]
        with self._broken(self.Enrolment, "_enrolled", guilty, self._database_error):
            self._run_cron("send")
        self.assertEqual(set((enrolments - guilty).mapped("state")), {"pending"})
        self.assertEqual(guilty.state, "unknown")
        self._assert_told(guilty)
        self._make_due(guilty)
        self._run_cron("repair")
        self.assertEqual(guilty.state, "pending")
        self.assertEqual(len(self.fake.calls_of("010")), 4, "one per customer")

    def test_an_account_that_cannot_be_written_down(self):
        enrolments = self._queued_enrolments(self._three())
        self._run_cron("send")
        self._make_due(enrolments)
        for enrolment in enrolments:
            self.fake.customers[enrolment.external_id].activate()
        guilty = enrolments[1]
        with self._broken(self.Enrolment, "_apply_remote", guilty):
            self._run_cron("follow")
        self.assertEqual(set((enrolments - guilty).mapped("state")), {"active"})
        self._assert_told(guilty)

    def test_a_customer_who_cannot_be_asked_about_stops_no_demande(self):
        requests = self._queue(2)
        enrolment = requests.enrolment_id
        enrolment.answered_at = False
        with self._broken(self.Enrolment, "_apply_remote", enrolment):
            self._run_cron("send")
        self.assertEqual(set(requests.mapped("state")), {"waiting"})
        self._assert_told(enrolment)

    # -- what is left alone in the other scheduled actions ---------------------

    def test_a_claim_of_a_dead_worker_that_cannot_be_settled(self):
        requests = self._queue(3)
        hour_ago = NOW - timedelta(hours=1)
        requests._set_state("sending", claimed_at=hour_ago)
        guilty = requests[0]
        with self._broken(self.Request, "_set_state", guilty):
            self._run_cron("repair")
        self.assertEqual(guilty.state, "sending")
        self.assertTrue(guilty.activity_ids, "told although nothing could be written")
        self.assertEqual(set((requests - guilty).mapped("state")), {"queued"})

    def test_a_transfer_that_cannot_be_booked(self):
        requests = self._waiting(3)
        for request in requests:
            transfer = {"mntVirement": 66.0, "dateVirement": "2026-03-14"}
            self._demande(request).move("70", "Payée", transfer=transfer)
        guilty = requests[0]
        with self._broken(
            self.Request, "_register_transfer", guilty, self._database_error
        ):
            self._run_cron("follow")
        self.assertEqual(set((requests - guilty).mapped("amount_booked")), {66.0})
        self.assertEqual(guilty.matter, "booking")
        self.assertIn("not foreseen", guilty.activity_ids.note)
        guilty.action_register_transfer()
        self.assertEqual(guilty.amount_booked, 66.0)

    def test_the_daily_watch(self):
        requests = self._waiting(3)
        guilty = requests[0]
        with (
            freeze_time(NOW + timedelta(days=30)),
            self._broken(self.Request, "_tell_stuck", guilty, self._database_error),
        ):
            self._run_cron("digest")
        for request in requests:
            self.assertEqual(len(request.activity_ids), 1)

    def test_a_message_that_cannot_be_written(self):
        enrolments = self._queued_enrolments(self._three())
        self._run_cron("send")
        guilty = enrolments[0]
        with (
            freeze_time(NOW + timedelta(hours=1)),
            self._broken(self.Enrolment, "_companion_remind_or_call", guilty),
        ):
            self._run_cron("companion")
        others = enrolments - guilty
        self.assertTrue(all(others.mapped("companion_told_at")))
        self.assertFalse(guilty.companion_told_at)
        self.assertTrue(guilty.activity_ids)
        self.assertGreater(guilty.companion_next_at, NOW + timedelta(hours=20))

    def test_a_selection_that_fails_is_told_to_the_company(self):
        requests = self._queue(2)
        failing = patch.object(self.Enrolment, "_send_due", side_effect=Nobody)
        with failing, self.assertLogs(EACH, "ERROR") as log:
            self._run_cron("send")
        self.assertNotIn("Durand", str(log.output))
        self.assertEqual(set(requests.mapped("state")), {"waiting"})
        self.assertIn("not foreseen", self.company.partner_id.activity_ids.note)

    def test_credentials_out_of_reach_for_one_company_stop_no_other(self):
        """A hook may fetch them from a vault that does not answer for one of them."""
        requests = self._queue(1)
        Company = self.env.registry["res.company"]
        known = Company._urssaf_get_credentials
        broken = self.other_company

        def from_the_vault(company):
            if company == broken:
                raise Nobody
            return known(company)

        with (
            patch.object(Company, "_urssaf_get_credentials", from_the_vault),
            self.assertLogs(EACH, "ERROR") as log,
        ):
            self._run_cron("send")
        self.assertIn(f"credentials of company {broken.id}", str(log.output))
        self.assertEqual(requests.state, "waiting")
        told = broken.sudo().partner_id.activity_ids
        self.assertIn("could not be read", told.note)

    # -- and it costs the same, however many wait --------------------------------

    def test_what_waits_behind_is_not_read_again(self):
        """After each commit Odoo reads again what belongs to the same record set."""
        read = []
        execute = Cursor.execute

        def counting(cr, query, *arguments, **keywords):
            result = execute(cr, query, *arguments, **keywords)
            read.append(max(cr._obj.rowcount, 0))
            return result

        per_customer = []
        for size in (10, 40):
            partners = self.env["res.partner"].union(
                *(
                    self._make_partner(email=f"many{size}.{rank}@example.com")
                    for rank in range(size)
                )
            )
            self._queued_enrolments(partners)
            read.clear()
            with patch.object(Cursor, "execute", counting):
                self._run_cron("send")
            per_customer.append(sum(read) / size)
        few, many = per_customer
        self.assertLess(many, few, "what a run costs anyway is shared by more")

    def _queued_enrolments(self, partners):
        enrolments = partners.sudo()._urssaf_enrolments()
        self.assertEqual(enrolments._enqueue(), enrolments)
        return enrolments
