# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever goes wrong: in the end one demande per invoice at Urssaf, the same state on
both sides, and nobody had to do anything.
"""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.exchange import work
from .cases import NOW, UrssafCase

# What may happen to a call of method 050, see ``fake_urssaf_faults``.
FAULTS = (
    "refused",
    "reset_before",
    "reset_after",
    "read_timeout_before",
    "read_timeout_after",
    "http_500",
    "http_502",
    "http_503",
    "http_429",
    "empty_400",
    "html_200",
    "html_200_after",
    "malformed_json",
    "unauthorized",
    "forbidden",
    "missing_item",
)
TOKEN_FAULTS = ("refused", "http_500", "http_503", "html_200", "unauthorized")
SEARCH_FAULTS = ("refused", "http_500", "http_503", "html_200", "malformed_json")

# Minutes at which the scheduled actions run in these tests.
MOMENTS = (0, 3, 6, 12, 25, 60, 130, 200)


class _Conflict(SerializationFailure):
    pgcode = "40001"  # as the server gives it


class ProtocolCase(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _queue(self, count):
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner.id,
            "invoice_date": "2026-03-15",
            "home_service_start": "2026-03-02",
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.housework.id,
                        "quantity": 2,
                        "tax_ids": [Command.set(self.tax.ids)],
                    }
                )
            ],
        }
        moves = self.env["account.move"].create([dict(values) for _i in range(count)])
        moves.action_post()
        return self.env["urssaf.payment.request"]._enqueue_move(moves)

    def _let_time_pass(self, requests, moments=MOMENTS):
        """The scheduled actions run as time goes by, until all is settled."""
        for minutes in moments:
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_cron("repair")
                self._run_cron("send")
            if set(requests.mapped("state")) == {"waiting"}:
                break

    def _assert_once_each(self, requests):
        """The same on both sides: nothing lost, nothing twice. Of each invoice one
        demande, and no number posted again while Urssaf might have had it.
        """
        self.assertEqual(set(requests.mapped("state")), {"waiting"})
        self.assertEqual(requests.move_id.urssaf_request_ids, requests)
        self.assertEqual(len(requests.move_id), len(requests))
        self.assertFalse(self.fake.numbers.blind, "posted again blindly")
        sent = sorted(d.number for d in self.fake.demandes.values())
        self.assertEqual(sent, sorted(requests.mapped("name")))
        for request in requests:
            self.assertEqual(request.external_id, self._demande(request).request_id)
            self.assertEqual(request.move_id.urssaf_state, "waiting")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestProtocol(ProtocolCase):
    def _check(self, method, kind, count=1):
        with self.subTest(method=method, kind=kind):
            self.fake.demandes.clear()
            self.env["urssaf.connection"]._of(self.company)._answered()
            requests = self._queue(2)
            self.fake.fail(method, kind, count)
            if method == "token":
                self.fake.revoke_tokens()
            self._let_time_pass(requests)
            self._assert_once_each(requests)
            self.assertFalse(requests.activity_ids, "nobody had to do anything")

    def test_faults_of_the_sending(self):
        for kind in FAULTS:
            self._check("050", kind)

    def test_faults_that_last(self):
        for kind in ("refused", "http_500", "http_503", "read_timeout_after"):
            self._check("050", kind, count=3)

    def test_faults_of_the_token(self):
        for kind in TOKEN_FAULTS:
            self._check("token", kind, count=3)

    def test_faults_of_the_search_after_a_lost_answer(self):
        for kind in SEARCH_FAULTS:
            self.fake.fail("070", kind, 3)
            self._check("050", "reset_after")

    def test_half_a_batch_rejected(self):
        requests = self._queue(10)
        refused = requests[::2]
        record = self.fake.record

        def half(sent, fault=None):
            if sent["numFactureTiers"] in refused.mapped("name"):
                errors = [{"code": "ERR_CMPT_BLOQUE", "message": "", "description": ""}]
                return {"numFactureTiers": sent["numFactureTiers"], "errors": errors}
            return record(sent, fault)

        with patch.object(self.fake, "record", half):
            self._run_cron("send")
        self.assertEqual(set(refused.mapped("state")), {"rejected"})
        self._assert_once_each(requests - refused)
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_a_401_in_the_middle_of_a_run(self):
        self.company.urssaf_batch_size = 1
        requests = self._queue(3)
        method_050 = self.fake._method_050

        def expires_after_one(call, fault):
            self.fake.revoke_tokens()
            return method_050(call, fault)

        with patch.object(self.fake, "_method_050", expires_after_one):
            self._run_cron("send")
        self._assert_once_each(requests)

    def test_a_whole_click_is_replayed(self):
        """Odoo replays a request whose transaction conflicts: before the claim is
        committed nothing has left, and the replay does it all.
        """
        move = self._invoice()
        Request = type(self.env["urssaf.payment.request"])
        claim, tries = Request._claim, []

        def disturbed(records):
            tries.append(1)
            if len(tries) == 1:
                raise _Conflict
            return claim(records)

        # The real rollback would undo the test's own invoice.
        with (
            self.env.cr.savepoint() as before_the_click,
            patch.object(Request, "_claim", disturbed),
            patch.object(work, "commits", lambda env: True),
            patch.object(self.env.cr, "rollback", before_the_click.rollback),
            patch.object(self.env.cr, "commit", self.env.flush_all),
            patch("odoo.service.model.time.sleep"),
        ):
            retrying(move.action_urssaf_send, self.env)
        self.assertEqual(len(tries), 2)
        self._assert_once_each(move.urssaf_request_id)

    def test_sql_of_a_demande_does_not_depend_on_their_number(self):
        counts = []
        for size in (20, 60):
            requests = self._queue(size)
            self.env.flush_all()
            before = self.cr.sql_log_count
            requests._send()
            counts.append((self.cr.sql_log_count - before) / size)
        self._assert_once_each(self.env["urssaf.payment.request"].search([]))
        self.assertLess(counts[1], counts[0] * 1.1)
        self.assertLess(counts[1], 5)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestStorm(ProtocolCase):
    def test_one_fault_in_three_calls(self):
        requests = self._queue(80)
        self.company.urssaf_batch_size = 2
        self.fake.storm(
            1 / 3,
            [
                *("refused", "reset_before", "reset_after", "read_timeout_after"),
                *("http_500", "http_503", "html_200_after", "malformed_json"),
                *("unauthorized", "missing_item"),
            ],
        )
        self._let_time_pass(requests, range(0, 60 * 24, 4))
        self._assert_once_each(requests)
        self.assertGreater(self.fake.spoilt, 15, "there was a storm")
