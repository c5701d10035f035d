# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nothing starves: neither a company, nor what shares the turns of one."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..models.exchange.pace import TROUBLED_WAIT
from .cases import NOW
from .test_turns import DEADLINE, OURS, SECOND, THIRD, TurnsCase

WORK = "odoo.addons.urssaf_avance_immediate.models.exchange.work"


class SharedCase(TurnsCase):
    def setUp(self):
        super().setUp()
        self.pace = self.env["urssaf.pace"].sudo()
        self.Connection = self.env["urssaf.connection"]

    def _customers(self, count):
        """More customers of our company, who may be enrolled."""
        partners = [self._make_partner(email=f"{n}@example.org") for n in range(count)]
        enrolments = self.env["urssaf.enrolment"].sudo()
        for partner in partners:
            enrolments |= partner._urssaf_enrolments()
        return enrolments

    def _waiting(self, count):
        """Demandes that have left, about which Urssaf is to be asked."""
        self.company.urssaf_batch_size = 10
        requests = self._queue(count)
        with freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        for request in requests:
            self._demande(request).move("30", "Validée")
        self._make_due(requests)
        self._forget_calls()
        return requests

    def _forget_calls(self):
        self.begun.clear()
        self.fake.calls.clear()

    def _methods(self):
        """What was asked of Urssaf for our company, in order."""
        calls = [call for call in self.fake.calls if call.method != "token"]
        return [
            call.method
            for call, (host, _moment) in zip(calls, self.begun, strict=True)
            if host == OURS
        ]

    def _assert_in_turn(self):
        text = "".join("a" if host == OURS else "b" for host in self._hosts())
        self.assertIn("b", text)
        self.assertNotIn("aa", text.rstrip("a"), "never twice while others wait")

    def _served(self, ago):
        """When each company had its last turn to send, in seconds before now."""
        for company, seconds in ago.items():
            self.pace._begin_turn(company, "send")
            row = self.pace.search([("company_id", "=", company.id)])
            row.invalidate_recordset()
            row.last_turns = {"send": row.last_turns["send"] - seconds}
        self.env.flush_all()


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWithinACompany(SharedCase):
    def test_a_batch_leaves_once_its_customers_were_asked(self):
        self.company.write({"urssaf_batch_size": 10, "urssaf_fresh_hours": 0})
        with freeze_time(NOW) as self.frozen:
            for enrolment in self._customers(2):
                self._enrol(enrolment.partner_id)
        customers = self.env["urssaf.enrolment"].search(
            [("company_id", "=", self.company.id), ("state", "=", "active")]
        )
        moves = self.env["account.move"]
        for partner in customers.partner_id:
            moves |= self._invoice(partner)
        requests = self.env["urssaf.payment.request"]._enqueue_move(moves)
        customers.sudo().answered_at = NOW - timedelta(days=30)
        _agencies, enrolments = self._agencies(customers=8)
        self._forget_calls()
        # The first answer is older than a quarter of an hour before the third comes.
        self.seconds = {OURS: 1, SECOND: 500}
        self._run_until(lambda: self._sent(requests))
        self.assertEqual(self._methods(), ["020"] * 3 + ["050"])
        self.assertFalse(self._sent(enrolments), "others waited all the time")
        self._assert_once_each(requests)

    def _questions_before(self, **hours):
        """How many there are if all of this was so many hours ago."""
        self.company.urssaf_fresh_hours = 0
        request = self._queue(1)
        then = {name: NOW - timedelta(hours=ago) for name, ago in hours.items()}
        request.enrolment_id.sudo().answered_at = then.pop("answered_at")
        request.sudo().write(then)
        self._forget_calls()
        with freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        self._assert_once_each(request)
        return len(self.fake.calls_of("020"))

    def test_what_was_asked_for_it_counts_for_a_day(self):
        asked = self._questions_before(state_since=3, answered_at=2)
        self.assertEqual(asked, 0, "asked since it was queued")

    def test_news_from_before_it_was_queued_are_old(self):
        self.assertEqual(self._questions_before(state_since=2, answered_at=3), 1)

    def test_news_from_before_an_outage_of_days_are_old(self):
        self.assertEqual(self._questions_before(state_since=60, answered_at=50), 1)

    def test_news_from_before_the_last_try_are_old(self):
        asked = self._questions_before(state_since=4, answered_at=3, claimed_at=2)
        self.assertEqual(asked, 1)

    def test_customers_and_demandes_share_the_turns(self):
        requests = self._queue(3)
        customers = self._customers(3)
        customers._enqueue()
        self._agencies(customers=6)
        self._forget_calls()
        self._run_until(lambda: self._sent(requests) and self._sent(customers))
        self.assertEqual(self._methods()[:5], ["010", "050", "010", "050", "010"])
        self.assertTrue(self._sent(customers))
        self._assert_once_each(requests)

    def test_they_share_the_runs_of_a_company_that_is_alone(self):
        requests = self._queue(2)
        customers = self._customers(4)
        customers._enqueue()
        self._forget_calls()
        self.seconds[OURS] = 12
        with freeze_time(NOW) as self.frozen:
            for _run in range(4):
                self._run_cron("send")
        self.assertEqual(self._methods(), ["010", "050", "010", "050"])
        self._assert_once_each(requests)

    def test_they_share_the_questions_too(self):
        requests = self._waiting(3)
        customers = self._customers(3)
        customers._enqueue()
        with freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        for action, method in (("follow", "070"), ("repair", "070")):
            with self.subTest(action):
                if action == "repair":
                    for records in (requests, customers):
                        records.sudo()._set_state(
                            "unknown", claimed_at=NOW - timedelta(hours=1)
                        )
                self._make_due(requests)
                self._make_due(customers)
                self._forget_calls()
                self.seconds[OURS] = 12
                with freeze_time(NOW) as self.frozen:
                    for _run in range(2):
                        self._run_cron(action)
                self.assertEqual(self._methods(), ["020", method])

    @mute_logger(WORK)
    def test_what_there_was_no_time_for_is_still_to_be_done(self):
        """Odoo runs the action again at once for what it is told of."""
        self.company.urssaf_batch_size = 10
        requests = self._queue(4)
        guilty = requests[0]
        model = self.env.registry["urssaf.payment.request"]
        bodies = model._bodies

        def broken(batch):
            if guilty in batch:
                raise ZeroDivisionError
            return bodies(batch)

        self.seconds[OURS] = 12
        progress = self.env["ir.cron.progress"].sudo()
        with patch.object(model, "_bodies", broken), freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        due = requests.filtered(lambda r: r.state == "queued") - guilty
        self.assertEqual(len(due), 2, "the time of a run is over after one call")
        self.assertEqual(progress.search([], order="id desc", limit=1).remaining, 2)

    def test_each_action_has_its_own_order(self):
        first = [self.pace._demandes_first(self.company, "send") for _n in range(4)]
        self.assertEqual(first, [False, True, False, True])
        self.assertFalse(self.pace._demandes_first(self.company, "follow"))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAmongCompanies(SharedCase):
    def test_a_search_that_failed_goes_on_alone_turn_by_turn(self):
        requests = self._waiting(4)
        _agencies, enrolments = self._agencies(customers=6)
        with freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        self._make_due(enrolments)
        self._forget_calls()
        self.fake.fail("070", "reject_400", code="ERR_INCONNUE")
        self._run_until(
            lambda: set(requests.mapped("state")) == {"validated"}, "follow"
        )
        self._assert_in_turn()
        self.assertEqual(self._methods(), ["070"] * 5, "each once, by itself")
        self.assertFalse(any(requests.mapped("ask_alone")))

    def test_so_does_a_search_for_what_became_of_lost_calls(self):
        requests = self._waiting(4)
        requests._set_state(
            "unknown", claimed_at=NOW - timedelta(hours=1), next_call_at=NOW
        )
        _agencies, enrolments = self._agencies(customers=6)
        enrolments._set_state(
            "unknown", claimed_at=NOW - timedelta(hours=1), next_call_at=NOW
        )
        self.fake.fail("070", "reject_400", code="ERR_INCONNUE")
        self._run_until(
            lambda: set(requests.mapped("state")) == {"validated"}, "repair"
        )
        self._assert_in_turn()
        self.assertEqual(self._methods(), ["070"] * 5, "each once, by itself")
        self.assertFalse(any(requests.mapped("ask_alone")))

    @mute_logger(WORK)
    def test_news_that_raise_are_taken_one_by_one_turn_by_turn(self):
        requests = self._waiting(4)
        guilty = requests[1]
        _agencies, enrolments = self._agencies(customers=6)
        with freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        self._make_due(enrolments)
        self._forget_calls()
        model = self.env.registry["urssaf.payment.request"]
        changes = model._changes

        def broken(request, *arguments):
            if request == guilty:
                raise ZeroDivisionError
            return changes(request, *arguments)

        with patch.object(model, "_changes", broken):
            self._run_until(
                lambda: set((requests - guilty).mapped("state")) == {"validated"},
                "follow",
            )
        self._assert_in_turn()
        self.assertEqual(guilty.state, "waiting")
        self.assertEqual(guilty.last_error_kind, "unforeseen")

    @mute_logger(WORK)
    def test_demandes_that_raise_leave_one_by_one_turn_by_turn(self):
        self.company.urssaf_batch_size = 10
        requests = self._queue(4)
        guilty = requests[1]
        _agencies, enrolments = self._agencies(customers=6)
        model = self.env.registry["urssaf.payment.request"]
        bodies = model._bodies

        def broken(batch):
            if guilty in batch:
                raise ZeroDivisionError
            return bodies(batch)

        with patch.object(model, "_bodies", broken):
            self._run_until(lambda: self._sent(requests - guilty))
        self._assert_in_turn()
        self._assert_once_each(requests - guilty)
        self.assertEqual(guilty.state, "queued")

    def test_who_is_in_trouble_lets_the_others_go_first(self):
        agencies, _enrolments = self._agencies(customers=0)
        companies = self.company | agencies
        connection = self.Connection._of(self.company)
        connection.failure_count = 1
        self._served({self.company: 200, agencies[0]: 100, agencies[1]: 50})
        after = self.pace._longest_first(companies, "send")
        self.assertEqual(list(after), [*agencies, self.company])
        self._served({self.company: TROUBLED_WAIT + 101})
        after = self.pace._longest_first(companies, "send")
        self.assertEqual(list(after), [self.company, *agencies], "not for ever")
        connection.failure_count = 0
        self._served({self.company: 75})
        after = self.pace._longest_first(companies, "send")
        self.assertEqual(list(after), [agencies[0], self.company, agencies[1]])

    def test_several_in_trouble_hold_the_others_by_one_deadline(self):
        self._queue(4)
        _agencies, enrolments = self._agencies(customers=4)
        self.seconds = {OURS: DEADLINE, SECOND: DEADLINE}
        self.fake.fail("050", "read_timeout_before", 99)
        self.fake.fail("070", "read_timeout_before", 99)
        handle = self._handle

        def failing(request, **keywords):
            if request.url.split("/")[2] == SECOND and "token" not in request.url:
                self.fake.fail("010", "read_timeout_before")
            return handle(request, **keywords)

        with patch.object(self.fake, "handle", failing):
            third = enrolments.filtered(lambda e: e.company_id.name == "Sud")
            self._run_until(lambda: self._sent(third))
        text = "".join("t" if host == THIRD else "x" for host in self._hosts())
        self.assertEqual(text.count("t"), 4)
        once_known = text[text.index("t") :]
        self.assertNotIn("xx", once_known.rstrip("x"))

    def test_the_clock_may_be_set_back(self):
        agencies, _enrolments = self._agencies(customers=0)
        companies = self.company | agencies
        self._served({self.company: -86400, agencies[0]: -7200, agencies[1]: 10})
        for company in (self.company, agencies[0]):
            after = self.pace._longest_first(companies, "send")
            self.assertEqual(after[0], company, "it would wait for a day")
            self.pace._begin_turn(company, "send")
        after = self.pace._longest_first(companies, "send")
        self.assertEqual(list(after), [agencies[1], self.company, agencies[0]])

    def test_turns_to_send_are_not_turns_to_ask(self):
        agencies, _enrolments = self._agencies(customers=0)
        companies = self.company | agencies
        for company in reversed(companies):
            self.pace._begin_turn(company, "follow")
        self.pace._begin_turn(agencies[1], "send")
        after = self.pace._longest_first(companies, "follow")
        self.assertEqual(list(after), list(reversed(companies)))
