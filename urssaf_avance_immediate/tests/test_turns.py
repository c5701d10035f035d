# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several companies in one scheduled action: none waits for another one's trouble."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..lib.api import rate
from ..models.exchange import turns, work
from .cases import NOW, credentials
from .test_protocol import ProtocolCase

#: Seconds after which our client gives a call up, see ``UrssafClient``.
DEADLINE = 20
OURS, SECOND, THIRD = "127.0.0.1:8090", "localhost:8090", "api-edi.urssaf.fr"


class TurnsCase(ProtocolCase):
    """Each company has a host of its own, by which its calls are told apart."""

    def setUp(self):
        super().setUp()
        self.company.write({"urssaf_environment": "sandbox", "urssaf_batch_size": 1})
        # Turns are taken, and nobody waits for them.
        take = patch.object(
            rate, "wait_turn", side_effect=lambda turns, *_arguments: turns and turns()
        )
        self.startPatcher(take)
        self.seconds = {}
        self.begun = []
        self.asked = len(self.fake.calls_of("020"))
        self.startPatcher(patch.object(self.fake, "handle", self._handle))

    def _handle(self, request, **keywords):
        """Each call takes as long as ``seconds`` says of its host."""
        host = request.url.split("/")[2]
        if not request.url.endswith("/token"):
            self.begun.append((host, self.frozen.time_to_freeze))
            self.frozen.tick(self.seconds.get(host, 0))
        return type(self.fake).handle(self.fake, request, **keywords)

    def _agencies(self, customers=3):
        """Two more companies with customers to enrol, one call each."""
        agencies = self.env["res.company"].create(
            [
                {
                    "name": name,
                    "urssaf_environment": environment,
                    "urssaf_sandbox_url": "http://localhost:8090",
                    **credentials(name, "secret"),
                }
                for name, environment in (("Nord", "sandbox"), ("Sud", "test"))
            ]
        )
        self.env.user.company_ids |= agencies
        enrolments = self.env["urssaf.enrolment"].sudo()
        for agency in agencies:
            for number in range(customers):
                partner = self._make_partner(email=f"{agency.id}.{number}@example.com")
                enrolments |= partner.with_company(agency)._urssaf_enrolments()
        enrolments._enqueue()
        return agencies, enrolments

    def _run_until(self, done, action="send", most=40):
        """Odoo runs the action again whenever it is woken."""
        cron = self.env.ref(f"urssaf_avance_immediate.cron_{action}")
        with freeze_time(NOW) as self.frozen:
            for _run in range(most):
                self._run_cron(action)
                if done():
                    return
                woken = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
                self.assertTrue(woken, "it would wait for a quarter of an hour")
                self.frozen.tick(1)
        raise AssertionError("it does not come to an end")

    def _hosts(self):
        return [host for host, _moment in self.begun]

    def _sent(self, enrolments):
        return all(state != "queued" for state in enrolments.mapped("state"))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTurns(TurnsCase):
    def test_one_call_each_in_turn(self):
        requests = self._queue(3)
        _agencies, enrolments = self._agencies()
        self._run_until(lambda: self._sent(enrolments) and self._sent(requests))
        self.assertEqual(self._hosts(), [OURS, SECOND, THIRD] * 3)
        self._assert_once_each(requests)

    def test_an_outage_of_one_delays_the_others_by_one_call(self):
        requests = self._queue(4)
        _agencies, enrolments = self._agencies()
        self.seconds[OURS] = DEADLINE
        self.fake.fail("050", "read_timeout_before", 99)
        self.fake.fail("070", "read_timeout_before", 99)
        self._run_until(lambda: self._sent(enrolments))
        first = {host: moment for host, moment in reversed(self.begun)}
        limit = NOW + timedelta(seconds=DEADLINE + 2)
        for host in (SECOND, THIRD):
            self.assertLessEqual(first[host], limit)
        hosts = self._hosts()
        self.assertEqual(hosts[:3], [OURS, SECOND, THIRD])
        self.assertLessEqual(hosts.count(OURS), 2, "then it is left alone")
        self.assertTrue(self.env["urssaf.connection"]._of(self.company)._paused())
        self.assertEqual(set(requests.mapped("state")), {"queued", "unknown"})
        # It comes back by itself.
        self.fake.reset_faults()
        self.seconds.clear()
        self._let_time_pass(requests)
        self._assert_once_each(requests)

    def test_slow_answers_of_one_come_one_at_a_time(self):
        requests = self._queue(4)
        _agencies, enrolments = self._agencies()
        self.seconds[OURS] = DEADLINE - 1
        self._run_until(
            lambda: self._sent(enrolments)
            and set(requests.mapped("state")) == {"waiting"}
        )
        text = "".join("a" if host == OURS else "b" for host in self._hosts())
        self.assertNotIn("aa", text.rstrip("a"), "never twice while others wait")
        self._assert_once_each(requests)

    def test_questions_before_a_sending_take_turns_too(self):
        requests = self._queue(2)
        _agencies, enrolments = self._agencies()
        requests.enrolment_id.answered_at = NOW - timedelta(days=30)
        self.seconds[OURS] = DEADLINE
        self.fake.fail("020", "read_timeout_before", 99)
        self._run_until(
            lambda: self._sent(enrolments)
            and set(requests.mapped("state")) == {"waiting"}
        )
        text = "".join("a" if host == OURS else "b" for host in self._hosts())
        self.assertNotIn("aa", text.rstrip("a"), "never twice while others wait")
        self._assert_once_each(requests)

    def test_an_outage_of_the_questions_leaves_it_to_the_sending(self):
        requests = self._queue(2)
        _agencies, enrolments = self._agencies()
        requests.enrolment_id.answered_at = NOW - timedelta(days=30)
        self.fake.fail("020", "http_503", 99)
        self._run_until(
            lambda: self._sent(enrolments)
            and set(requests.mapped("state")) == {"waiting"}
        )
        self._assert_once_each(requests)

    @mute_logger("odoo.addons.urssaf_avance_immediate.models.exchange.work")
    def test_a_question_that_raises_takes_one_turn(self):
        requests = self._queue(2)
        _agencies, enrolments = self._agencies()
        requests.enrolment_id.answered_at = NOW - timedelta(days=30)
        model = self.env.registry["urssaf.enrolment"]
        with patch.object(model, "_apply_remote", side_effect=ZeroDivisionError):
            self._run_until(lambda: self._sent(enrolments) and self._sent(requests))
        self.assertEqual(len(self.fake.calls_of("020")) - self.asked, 1)
        self._assert_once_each(requests)

    def test_all_unknown_outcomes_are_asked_about_at_once(self):
        _agencies, enrolments = self._agencies()
        enrolments._set_state(
            "unknown", claimed_at=NOW - timedelta(hours=1), next_call_at=NOW
        )
        self._run_until(lambda: set(enrolments.mapped("state")) == {"queued"}, "repair")
        self.assertEqual(self._hosts(), [SECOND, THIRD] * 3)

    def test_who_makes_no_call_waits_behind_the_others(self):
        agencies, _enrolments = self._agencies()
        pace = self.env["urssaf.pace"].sudo()
        holders = pace._longest_first(self.company | agencies, "follow")
        model = self.env.registry["res.company"]
        with (
            patch.object(model, "_urssaf_run_apart", lambda company, action: None),
            patch.object(work, "time_left", side_effect=[True, False]),
        ):
            turns._take_turns(self.env, "follow", holders, holders[1:])
        after = pace._longest_first(holders, "follow")
        self.assertEqual(list(after), [*holders[1:], holders[0]])

    def test_who_is_not_asked_about_any_more_holds_no_money_up(self):
        requests = self._queue(1)
        _agencies, enrolments = self._agencies(customers=1)
        self._run_until(lambda: self._sent(enrolments) and self._sent(requests))
        gone = self._make_partner(email="gone@example.com")._urssaf_enrolments().sudo()
        gone._set_state(
            "ended",
            environment="sandbox",
            external_id="GONE",
            last_error_code="ERR_OTHER",
            next_call_at=NOW,
        )
        paid = {
            "dateVirement": "2026-03-16T00:00:00Z",
            "mntVirement": requests.amount_total,
        }
        self._demande(requests).move("70", "Payée", transfer=paid)
        self._make_due(requests)
        self._make_due(enrolments)
        with freeze_time(NOW) as self.frozen:
            self._run_cron("follow")
        self.assertFalse(gone.next_call_at)
        self.assertTrue(requests.amount_booked)

    def test_news_take_turns_and_the_money_is_booked(self):
        requests = self._queue(2)
        _agencies, enrolments = self._agencies(customers=2)
        self._run_until(lambda: self._sent(enrolments) and self._sent(requests))
        for request in requests:
            paid = {
                "dateVirement": "2026-03-16T00:00:00Z",
                "mntVirement": request.amount_total,
            }
            self._demande(request).move("70", "Payée", transfer=paid)
        self._make_due(requests)
        self._make_due(enrolments)
        self.begun.clear()
        self._run_until(lambda: all(requests.mapped("amount_booked")), "follow")
        self.assertEqual(self._hosts(), [OURS, SECOND, THIRD, SECOND, THIRD])

    def test_who_waited_longest_comes_first_after_a_restart_too(self):
        self._queue(2)
        agencies, _enrolments = self._agencies()
        pace = self.env["urssaf.pace"].sudo()
        companies = self.company | agencies
        for company in (agencies[1], self.company):
            pace._begin_turn(company, "send")
        self.assertEqual(
            list(pace._longest_first(companies, "send")),
            [agencies[0], agencies[1], self.company],
        )

    def test_alone_a_company_goes_on_as_before(self):
        requests = self._queue(5)
        with freeze_time(NOW) as self.frozen:
            self._run_cron("send")
        self._assert_once_each(requests)
        turns = self.env["urssaf.pace"].sudo().search([("last_turns", "!=", False)])
        self.assertFalse(turns, "nobody waits")

    def test_nobody_is_served_who_has_no_calls_to_make(self):
        seen = []
        model = self.env.registry["res.company"]
        apart = model._urssaf_run_apart

        def run(company, action):
            seen.append(company)
            return apart(company, action)

        self._queue(1)
        agencies, _enrolments = self._agencies(customers=0)
        with patch.object(model, "_urssaf_run_apart", run):
            with freeze_time(NOW) as self.frozen:
                self._run_cron("send")
        self.assertEqual(seen, [self.company])
        self.assertTrue(agencies)
