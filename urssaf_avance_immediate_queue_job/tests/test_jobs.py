# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs do what the scheduled actions do, and leave the same when they are killed."""

import base64
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.addons.urssaf_avance_immediate.lib.api import rate
from odoo.addons.urssaf_avance_immediate.models.enrolment import import_job
from odoo.addons.urssaf_avance_immediate.models.exchange import turns, work
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW
from odoo.addons.urssaf_avance_immediate.tests.test_protocol import ProtocolCase

from ..hooks import uninstall_hook
from ..models import jobs

CALLING = ("send", "follow", "repair")


class Killed(BaseException):
    """Nobody catches this one: the process is gone."""


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestJobs(ProtocolCase):
    def setUp(self):
        super().setUp()
        self.connection = self.env["urssaf.connection"]._of(self.company)
        self.jobs = self.env["queue.job"].sudo()
        # Turns are taken, and nobody waits for them.
        take = patch.object(
            rate, "wait_turn", side_effect=lambda turns, *_arguments: turns and turns()
        )
        self.startPatcher(take)
        runner = patch.object(jobs, "runner_is_there", return_value=True)
        self.runner = self.startPatcher(runner)

    def _waiting(self, company=None, what=None):
        """The jobs that wait, of this company and kind."""
        found = self.jobs.search(
            [("channel", "=", jobs.CHANNEL), ("state", "=", "pending")], order="id"
        )
        key = f"urssaf {what} res.company {company.id}" if company else None
        return found.filtered(lambda job: not key or job.identity_key == key)

    def _perform(self, record):
        """As the job runner would, in a transaction of its own."""
        with self.enter_registry_test_mode():
            job = Job.load(self.env, record.uuid)
            job.set_started()
            job.store()
            self.env.flush_all()
            try:
                job.perform()
            except RetryableJobError as error:
                job.postpone(result=str(error), seconds=error.seconds)
                job.set_pending(reset_retry=False)
                job.store()
                return error
            finally:
                self.env.invalidate_all()
            job.set_done()
            job.store()
        return None

    def _perform_all(self, most=50):
        """Until none waits. Return how many there were."""
        for count in range(most):
            waiting = self._waiting()
            if not waiting:
                return count
            self._perform(waiting[0])
        raise AssertionError("the jobs do not come to an end")

    def _run_by(self, way, action):
        """A scheduled action of the same database, by itself or by jobs."""
        if way == "cron":
            with patch.object(jobs, "nobody_works", lambda env: True):
                self._run_cron(action)
        else:
            self._run_cron(action)
            self._perform_all()

    # -- who gets one ----------------------------------------------------------

    def test_one_job_per_company_and_action(self):
        requests = self._queue(3)
        self._asked_about(self.other_company)
        for _run in range(2):
            self._run_cron("send")
            self._run_cron("follow")
            self._run_cron("digest")
        for company, what in (
            (self.company, "send"),
            (self.other_company, "follow"),
            (self.company, "digest"),
            (self.other_company, "digest"),
        ):
            job = self._waiting(company, what)
            self.assertEqual(len(job), 1)
            self.assertEqual((job.max_retries, job.method_name), (0, "_urssaf_job"))
        self.assertFalse(
            self._waiting(self.other_company, "send"), "it has nothing to send"
        )
        self.assertFalse(
            self._waiting(self.company, "follow"), "nothing of it is to be followed"
        )
        self.assertEqual(set(requests.mapped("state")), {"queued"})
        self._perform_all()
        self._assert_once_each(requests)
        name = "urssaf_avance_immediate_queue_job.job_function_company"
        function = self.env.ref(name).sudo()
        self.assertEqual((function.channel, function.allow_commit), (jobs.CHANNEL, 1))

    def _asked_about(self, company):
        """A customer of this company about whom Urssaf is to be asked now."""
        partner = self._make_partner(email=f"{company.id}@example.com").sudo()
        enrolment = partner.with_company(company)._urssaf_enrolments()
        enrolment._set_state(
            "pending",
            environment=company.sudo().urssaf_environment,
            external_id=f"CLIENT{company.id}",
            next_call_at=NOW,
        )
        return enrolment

    def test_no_job_for_a_company_that_has_nothing_to_do(self):
        for enrolment in self.env["urssaf.enrolment"].sudo().search([]):
            enrolment.write({"next_call_at": False, "companion_next_at": False})
        hourly = ("send", "follow", "repair", "companion", "invoices", "bank")
        for name in hourly:
            self._run_cron(name)
        self.assertFalse(self._waiting())
        self._asked_about(self.company)
        for name in hourly:
            self._run_cron(name)
        self.assertEqual(self._waiting(), self._waiting(self.company, "follow"))
        self.assertEqual(len(self._waiting()), 1)

    def test_all_scheduled_actions_come_to_an_end_as_jobs(self):
        self._queue(2)
        for name in ("send", "follow", "repair", "digest", "companion", "invoices"):
            self._run_cron(name)
        for name in ("bank", "crosscheck_monthly", "crosscheck"):
            self._run_cron(name)
        self._perform_all()
        self.assertFalse(self.jobs.search([("state", "=", "failed")]))

    def test_no_job_while_the_company_is_paused(self):
        requests = self._queue(1)
        self._asked_about(self.company)
        self._asked_about(self.other_company)
        self.connection._pause(NOW + timedelta(minutes=7))
        for name in CALLING:
            self._run_cron(name)
            self.assertFalse(self._waiting(self.company, name))
        self.assertTrue(self._waiting(self.other_company, "follow"))
        self._run_cron("digest")
        self.assertTrue(self._waiting(self.company, "digest"), "it calls nobody")
        with freeze_time(NOW + timedelta(minutes=8)):
            self._run_cron("send")
            self._perform_all()
        self._assert_once_each(requests)

    # -- outages ---------------------------------------------------------------

    def test_an_outage_has_the_job_wait_as_long_as_the_pause(self):
        self.company.urssaf_batch_size = 1
        requests = self._queue(3)
        self.fake.fail("050", "http_503")
        self._run_cron("send")
        job = self._waiting(self.company, "send")
        error = self._perform(job)
        left = (self.connection.paused_until - NOW).total_seconds()
        self.assertEqual((error.seconds, error.ignore_retry), (left, True))
        self.assertEqual((job.state, job.retry), ("pending", 0))
        self.assertEqual(job.eta, self.connection.paused_until)
        calls = len(self.fake.calls)
        # Whoever runs it too early waits, and calls nobody.
        for _try in range(20):
            self.assertEqual(self._perform(job).seconds, left)
        self.assertEqual((len(self.fake.calls), job.retry), (calls, 0))
        with freeze_time(self.connection.paused_until + timedelta(minutes=5)):
            self._perform_all()
        self._assert_once_each(requests)

    def test_somebody_has_tried_and_the_job_waits_no_more(self):
        requests = self._queue(1)
        self._run_cron("send")
        job = self._waiting(self.company, "send")
        self.connection.write({"failure_count": 1, "failure_kind": "unavailable"})
        self.connection._pause(NOW + timedelta(days=1))
        self._perform(job)
        self.assertEqual(job.eta, NOW + timedelta(days=1))
        self.connection.with_user(self.user).action_try_now()
        self._run_cron("send")
        self.assertEqual(self._waiting(self.company, "send"), job)
        self.assertFalse(job.eta)
        self._perform_all()
        self._assert_once_each(requests)

    def test_a_company_that_has_left_calls_nobody(self):
        requests = self._queue(1)
        self._run_cron("send")
        self.company.urssaf_sandbox_client_secret = False
        self._perform_all()
        self.assertEqual(requests.state, "queued")
        self.assertFalse(requests.last_error_kind)
        self.assertFalse(self.fake.calls_of("050"))

    def test_a_company_that_has_left_tells_nobody(self):
        self.company._urssaf_run_apart("companion")
        self.company.urssaf_sandbox_client_secret = False
        with patch.object(turns, "run") as run:
            self._perform(self._waiting(self.company, "companion"))
        run.assert_not_called()

    def test_what_waited_when_the_database_was_copied_is_not_done_there(self):
        self._queue(1)
        for name in ("send", "follow", "companion", "digest"):
            self.company._urssaf_run_apart(name)
            self.assertTrue(self._waiting(self.company, name))
        company = type(self.company)
        with (
            patch.object(company, "_urssaf_is_copy", return_value=True),
            patch.object(turns, "run") as run,
        ):
            self._perform_all()
        run.assert_not_called()

    def test_a_twin_waits(self):
        self._queue(1)
        self._run_cron("send")
        first = self._waiting(self.company, "send")
        first.write({"state": "started", "date_started": NOW - timedelta(seconds=1)})
        self._run_cron("send")
        second = self._waiting(self.company, "send")
        self.assertNotEqual(first, second, "what came since is not forgotten")
        self.assertEqual(self._perform(second).seconds, jobs.AGAIN)
        self.assertFalse(self.fake.calls_of("050"))

    # -- turns -----------------------------------------------------------------

    def test_while_others_wait_a_job_makes_one_call_and_goes_behind_them(self):
        self.company.urssaf_batch_size = 1
        requests = self._queue(3)
        self._run_cron("send")
        self._run_cron("digest")
        mine = self._waiting(self.company, "send")
        self._perform(mine)
        self.assertEqual(len(self.fake.calls_of("050")), 1)
        again = self._waiting(self.company, "send")
        self.assertTrue(again)
        self.assertEqual(self._waiting()[-1], again)
        self._perform_all()
        self._assert_once_each(requests)

    def test_a_long_job_makes_room(self):
        self.company.urssaf_batch_size = 1
        requests = self._queue(3)
        self._run_cron("send")
        with patch.object(jobs, "SECONDS", 0):
            self._perform(self._waiting(self.company, "send"))
        self.assertEqual(len(self._waiting(self.company, "send")), 1)
        self._perform_all()
        self._assert_once_each(requests)

    # -- killed ----------------------------------------------------------------

    @contextmanager
    def _killed_at(self, count, moment):
        """The process dies ``before`` or ``after`` its ``count``-th commit."""
        commit, done = work.checkpoint, []

        def checkpoint(env, *arguments, **keywords):
            if keywords:
                # The scheduled action alone notes how much is left.
                return commit(env, *arguments, **keywords)
            done.append(1)
            if len(done) == count and moment == "before":
                env.cr.rollback()
                raise Killed
            commit(env, *arguments, **keywords)
            if len(done) == count:
                raise Killed
            return None

        with patch.object(work, "checkpoint", checkpoint):
            yield done

    def _left_by(self, way, count, moment):
        """What is left in both places, and whether it came to be killed at all."""
        self.fake.demandes.clear()
        self.company.urssaf_batch_size = 2
        requests = self._queue(3)
        calls = len(self.fake.calls)
        if way == "job":
            self._run_cron("send")
        with self._killed_at(count, moment):
            try:
                if way == "cron":
                    self._run_by("cron", "send")
                else:
                    self._perform_all()
                killed = False
            except Killed:
                killed = True
        self.env.invalidate_all()
        left = [
            (request.state, request.attempt_count, bool(request.external_id))
            for request in requests
        ]
        sent = (len(self.fake.demandes), len(self.fake.calls) - calls)
        self._let_time_and_jobs_pass(requests)
        self._assert_once_each(requests)
        return left, sent, killed

    def _let_time_and_jobs_pass(self, requests):
        # What was killed is found by the runner, and made anew by the action anyway.
        self.jobs.search([]).unlink()
        for minutes in (6, 12, 25, 60):
            if set(requests.mapped("state")) == {"waiting"}:
                break
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_by("job", "repair")
                self._run_by("job", "send")

    def test_killed_at_each_step_it_leaves_what_the_scheduled_action_leaves(self):
        seen = set()
        for count in range(1, 20):
            for moment in ("before", "after"):
                with self.subTest(commit=count, moment=moment):
                    by_cron = self._left_by("cron", count, moment)
                    by_job = self._left_by("job", count, moment)
                    self.assertEqual(by_cron, by_job)
                    seen.add(by_cron[2])
            if not by_cron[2]:
                break
        self.assertEqual(seen, {True, False}, "each step, and none after the last")

    # -- other work ------------------------------------------------------------

    def test_an_import_goes_on_in_a_job(self):
        rows = "".join(f"id{n};client{n}@example.com\n" for n in range(4))
        text = f"idClient;mail\n{rows}"
        for number in range(4):
            self._make_partner(email=f"client{number}@example.com")
        with patch.object(import_job, "READ_AT_ONCE", 1):
            wizard = self.env["urssaf.enrolment.import"].with_user(self.user)
            wizard = wizard.create({"file": base64.b64encode(text.encode())})
            wizard.action_read()
        self.assertEqual(wizard.state, "reading")
        self._run_cron("import")
        self.assertEqual(wizard.state, "reading", "a job will")
        self.assertTrue(self._waiting(self.company, "import"))
        self._perform_all()
        self.assertEqual((wizard.state, len(wizard.line_ids)), ("report", 4))

    def test_certificates_are_made_in_a_job(self):
        run = self.env["home.service.certificate.run"].create({"year": 2025})
        run._set_state("looking")
        cron = self.env.ref("l10n_fr_home_services.cron_certificates")
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
        self.assertEqual(run.state, "looking")
        self.assertEqual(len(self._waiting()), 1)
        self._perform_all()
        self.assertEqual(run.state, "ready")

    def test_jobs_that_wait_go_with_the_add_on(self):
        self._queue(1)
        self._run_cron("send")
        self.assertTrue(self._waiting())
        uninstall_hook(self.env)
        self.assertFalse(self._waiting())

    # -- nobody runs jobs ------------------------------------------------------

    def test_where_nobody_runs_jobs_the_scheduled_action_works(self):
        requests = self._queue(1)
        self._run_cron("send")
        self.assertEqual(requests.state, "queued")
        with freeze_time(NOW + timedelta(hours=1)):
            self.assertIn("job runner", self.env["ir.cron"]._urssaf_notice())
            self.assertIsNone(self.env["ir.cron"]._urssaf_notice(essential=True))
            self._run_cron("send")
            self._assert_once_each(requests)
            self._perform_all()
            self.assertIsNone(self.env["ir.cron"]._urssaf_notice())
        self._assert_once_each(requests)

    def test_without_a_job_runner_the_scheduled_action_works_at_once(self):
        self.runner.return_value = False
        requests = self._queue(1)
        self._run_cron("send")
        self._assert_once_each(requests)
        self.assertFalse(self._waiting())
        notice = self.env["ir.cron"]._urssaf_notice()
        self.assertIn("No job runner", notice)
        self.assertIsNone(self.env["ir.cron"]._urssaf_notice(essential=True))
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.assertIsNone(self.env["ir.cron"]._urssaf_notice())
