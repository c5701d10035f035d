# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is expected, by when; how often Urssaf is asked; any code after any code."""

from datetime import date, datetime, timedelta
from itertools import product
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import format_date

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..lib.api.codes import PAYMENT_STATUSES
from ..lib.api.schemas import PaymentInfo
from ..models.payment_request.following import REMOTE_STATES
from ..models.payment_request.payment_request import CLOSED, FOLLOWED
from ..models.payment_request.unchanged import FROM_THE_ANSWER
from .cases import NOW, UrssafCase

CODES = [*PAYMENT_STATUSES, "777", ""]


def pairs(codes):
    """A walk that makes each step from one code to another, or to itself, once."""
    left = {code: list(codes) for code in codes}
    path, stack = [], [codes[0]]
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            path.append(stack.pop())
    return path[::-1]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestDeadlines(CronMixinCase, UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()
        self.request = self._sent()

    def _news(self, status, when=NOW, **values):
        self._demande(self.request).move(status, f"Libellé {status}", **values)
        self._make_due(self.request, when)
        with freeze_time(when + timedelta(seconds=1)):
            self._run_cron("follow")

    def _transfer(self, day, amount=66.0):
        return {"mntVirement": amount, "dateVirement": f"{day}T00:00:00Z"}

    # -- expectations ----------------------------------------------------------

    def test_until_when_the_customer_may_answer(self):
        self.assertEqual(self.request.answer_until, NOW + timedelta(hours=48))
        # Wednesday 18 March, and four working days.
        self.assertEqual(self.request.expected_transfer_date, date(2026, 3, 24))
        later = NOW + timedelta(hours=5)
        self._news("10", later)
        self.assertEqual(
            self.request.answer_until,
            later + timedelta(hours=48, seconds=1),
            "Urssaf has not asked the customer yet",
        )
        self._news("20", later + timedelta(hours=2))
        self.assertEqual(
            self.request.answer_until, later + timedelta(hours=48, seconds=1)
        )

    def test_working_days_after_the_agreement(self):
        self._news("30", datetime(2026, 4, 2, 22, 30))  # half past midnight, Paris
        self.assertEqual(self.request.validated_on, date(2026, 4, 3))
        self.assertEqual(self.request.expected_transfer_date, date(2026, 4, 10))
        self._news("50", datetime(2026, 4, 7, 8))
        self.assertEqual(self.request.validated_on, date(2026, 4, 3))
        self._news("70", datetime(2026, 4, 8, 8), transfer=self._transfer("2026-04-14"))
        self.assertEqual(self.request.expected_transfer_date, date(2026, 4, 14))

    def test_nothing_is_expected_of_what_has_failed(self):
        for code in ("40", "60", "110"):
            self.request.sudo()._set_state("waiting", next_call_at=NOW)
            self._news(code)
            self.assertFalse(self.request.expected_transfer_date, code)

    def test_late_transfer_is_told_once(self):
        self._news("30")  # Monday: due on Friday 20 March
        for moment, late in (
            (datetime(2026, 3, 20, 20), False),  # it is due today
            (datetime(2026, 3, 21, 9), True),
        ):
            self._news("30", moment)
            with freeze_time(moment):
                self._run_cron("digest")
            self.assertEqual(self.request.late, late, moment)
            self.assertEqual(bool(self.request.activity_ids), late, moment)
        self.assertIn("66", self.request.activity_ids.note)
        self.assertIn("late", self.request.expectation)
        self._news("30", moment)
        self.assertTrue(self.request.activity_ids, "no news is no news")
        self.request.activity_ids.action_done()
        with freeze_time(moment):
            self._run_cron("digest")
        self.assertFalse(self.request.activity_ids, "it was told, and dealt with")
        when = datetime(2026, 3, 23, 9)
        self._news("70", when, transfer=self._transfer("2026-03-23"))
        self.assertFalse(self.request.late)

    def test_nothing_new_moves_no_deadline_on_the_same_day(self):
        self._news("20", NOW + timedelta(hours=1))
        Request = type(self.request)
        compute = Request._compute_deadlines
        for when, count in (
            (NOW + timedelta(hours=2), 0),
            (NOW + timedelta(days=1), 1),  # Urssaf's day may make it late
        ):
            with patch.object(
                Request, "_compute_deadlines", autospec=True, side_effect=compute
            ) as computed:
                self._news("20", when)
            self.assertEqual(self.request.remote_updated_at.date(), when.date())
            self.assertEqual(computed.call_count, count, when)

    def test_nothing_new_reads_no_column_that_it_does_not_need(self):
        self._news("20", NOW + timedelta(hours=1))
        Request, read = type(self.request), set()
        fetch_query, ask_batch = Request._fetch_query, Request._ask_batch

        def fetch(records, query, fields):
            read.update(field.name for field in fields)
            return fetch_query(records, query, fields)

        def ask(records, client):
            with patch.object(Request, "_fetch_query", fetch):
                return ask_batch(records, client)

        with patch.object(Request, "_ask_batch", ask):
            self._news("20", NOW + timedelta(hours=2))
        self.assertLess({"state", "last_error_kind", "last_response"}, read)
        self.assertFalse(read & {"told_at", "service_start", "payload"})

    def test_what_is_not_computed_is_what_computing_gives(self):
        request = self.request.sudo()
        transfer = self._transfer("2026-03-16")
        for code in ("10", "20", "30", "50", "60", "70", "120", "110"):
            request._set_state("waiting", next_call_at=NOW)
            for hours in (1, 2, 3):
                self._news(code, NOW + timedelta(hours=hours), transfer=transfer)
            kept = request.read(FROM_THE_ANSWER)
            for name in FROM_THE_ANSWER:
                self.env.add_to_compute(request._fields[name], request)
            request._recompute_recordset(FROM_THE_ANSWER)
            self.assertEqual(request.read(FROM_THE_ANSWER), kept, code)

    # -- its life in dated steps -----------------------------------------------

    def _steps(self):
        request = self.request.with_user(self.user).with_context(lang="en_US")
        return [(s["key"], s["state"], s["date"]) for s in request._timeline()]

    def _stands(self):
        request = self.request.with_user(self.user).with_context(lang="en_US")
        return request.next_step

    def test_timeline_of_what_goes_well(self):
        day = format_date(self.request.with_context(lang="en_US").env, "2026-03-18")
        self.assertEqual(self._stands(), f"Customer’s answer before {day}")
        self.assertEqual(
            self._steps(),
            [
                ("sent", "done", date(2026, 3, 16)),
                ("answer", "next", date(2026, 3, 18)),
                ("debit", "later", date(2026, 3, 20)),
                ("transfer", "later", date(2026, 3, 24)),
            ],
        )
        self._news("30")
        self.assertEqual(
            self._steps()[1:],
            [
                ("answer", "done", date(2026, 3, 16)),
                ("debit", "next", date(2026, 3, 18)),
                ("transfer", "later", date(2026, 3, 20)),
            ],
        )
        self.assertIn("debit", self._stands())
        self._news("30", datetime(2026, 3, 21, 9))
        self.assertIn("Transfer expected on", self._stands(), "late comes first")
        self.assertEqual(self._steps()[-1], ("transfer", "late", date(2026, 3, 20)))
        when = datetime(2026, 3, 23, 9)
        self._news("70", when, transfer=self._transfer("2026-03-23"))
        self.assertEqual(self._steps()[-1], ("transfer", "done", date(2026, 3, 23)))
        self.assertIn("Transferred by Urssaf", self._stands())
        shown = self.request.timeline[-1]["date"]
        self.assertEqual(
            shown, format_date(self.env, date(2026, 3, 23)), "as the user writes dates"
        )

    def test_timeline_of_a_refusal_offers_the_correction(self):
        self._news("40", datetime(2026, 3, 17, 8))
        self.assertEqual(
            self._steps(),
            [
                ("sent", "done", date(2026, 3, 16)),
                ("answer", "failed", date(2026, 3, 17)),
            ],
            "nothing follows a refusal",
        )
        self.assertIn("Refused by the customer", self._stands())
        request = self.request.with_user(self.user)
        action = request._timeline()[-1]["action"]
        self.assertEqual(action["method"], "action_correct_invoice")
        request.action_correct_invoice()
        steps = request._timeline()
        self.assertEqual([s["key"] for s in steps], ["sent", "answer", "settled"])
        self.assertNotIn("action", steps[1])
        self.assertIn("Put right since", self._stands())

    def test_timeline_of_what_the_bank_refused(self):
        day = datetime(2026, 3, 17, 8)
        self._news("70", day, transfer=self._transfer("2026-03-17"))
        self._news("60", datetime(2026, 4, 20, 8))
        self.assertEqual(
            self._steps()[2:],
            [
                ("transfer", "done", date(2026, 3, 17)),
                ("debit", "failed", date(2026, 4, 20)),
            ],
            "Urssaf had paid before",
        )
        self._news("110", datetime(2026, 4, 21, 8))
        self.assertEqual(
            self._steps(),
            [
                ("sent", "done", date(2026, 3, 16)),
                ("cancelled", "failed", date(2026, 4, 21)),
            ],
        )

    # -- how often -------------------------------------------------------------

    def _next(self):
        return self.request.next_call_at - self.request.remote_updated_at

    def test_pace_follows_the_state(self):
        end = self.request.answer_until
        self._news("20", end - timedelta(minutes=30))
        self.assertLess(self._next(), timedelta(minutes=17))
        self._news("30", end)
        self.assertAlmostEqual(
            self._next(), timedelta(hours=4), delta=timedelta(0, 1500)
        )
        self._news("70", end, transfer={"dateVirement": "2026-03-20T00:00:00Z"})
        self.assertLess(self._next(), timedelta(hours=27))
        self._news(
            "70", datetime(2026, 3, 20, 10), transfer=self._transfer("2026-03-20")
        )
        self.assertEqual(self.request.move_id.payment_state, "paid")
        self._news("70", datetime(2026, 4, 10, 10))
        self.assertGreater(self._next(), timedelta(days=2))
        self._news("60", datetime(2026, 4, 20, 10))
        self.assertLess(self._next(), timedelta(days=2))

    def test_the_scheduled_action_comes_earlier_around_a_deadline(self):
        cron = self.env.ref("urssaf_avance_immediate.cron_follow")
        with self.capture_triggers(cron.id) as captured:
            self._news("20", self.request.answer_until)
        self.assertEqual(len(captured.records), 1)
        self.assertLess(
            captured.records.call_at, self.request.answer_until + timedelta(minutes=25)
        )
        with self.capture_triggers(cron.id) as captured:
            self._news("30", self.request.answer_until)
        self.assertFalse(captured.records, "the hourly run is enough")

    def test_watched_for_a_while_and_longer_on_demand(self):
        self._news("70", transfer=self._transfer("2026-03-16"))
        end = date(2026, 3, 16) + timedelta(days=60)
        self.assertEqual(self.request.watch_until, end)
        self._news("70", datetime(2026, 5, 20, 10))
        self.assertFalse(self.request.next_call_at)
        with freeze_time(datetime(2026, 6, 1, 10)):
            self.request.with_user(self.user).action_keep_watching()
            self.assertTrue(self.request.next_call_at)
            self.assertEqual(self.request.watch_until, date(2026, 12, 1))
        self._news("70", datetime(2026, 11, 1, 10))
        self.assertTrue(self.request.next_call_at)
        self._news("70", datetime(2026, 12, 3, 10))
        self.assertFalse(self.request.next_call_at)

    # -- any code after any code -----------------------------------------------

    def test_any_code_may_follow_any_code(self):
        request = self.request.sudo().with_context(tracking_disable=True)
        self.company.urssaf_accountant_id = self.user
        seen, before = set(), None
        for code in pairs(CODES):
            was = request.state
            request._apply_remote(
                PaymentInfo.from_wire(
                    {
                        "idDemandePaiement": request.external_id,
                        "statut": {"code": code, "libelle": f"Libellé {code}"},
                    }
                ),
                None,
            )
            expected = REMOTE_STATES.get(code, was)
            self.assertEqual(request.state, expected, (before, code))
            self.assertEqual(request.remote_code or "", code)
            self.assertEqual(
                bool(request.next_call_at), expected in FOLLOWED, (before, code)
            )
            told = bool(request.activity_ids)
            quiet = code in REMOTE_STATES and expected in (
                *("waiting", "validated", "debited", "paid"),
            )
            self.assertEqual(told, not quiet, (before, code))
            self.assertEqual(request.active_request, expected not in CLOSED)
            seen.add((before, code))
            before = code
        self.assertLessEqual(set(product(CODES, CODES)), seen)
        self.assertFalse(request.payment_ids)
        self.assertEqual(request.move_id.payment_state, "not_paid")

    def test_an_old_demande_does_not_come_back_to_life(self):
        self._news("40")
        self.request.move_id.action_urssaf_send()
        second = self.request.move_id.urssaf_request_id
        self._demande(self.request).move("70", "Payée")
        info = PaymentInfo.from_wire(self._demande(self.request).as_wire())
        self.request.sudo()._apply_remote(info, None)
        self.assertEqual(self.request.state, "refused")
        self.assertIn(second.name, self.request.activity_ids.note)
        self.assertEqual(self.request.move_id.urssaf_request_id, second)
