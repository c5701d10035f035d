# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The scheduled actions: fresh install, several companies, switched off."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.exchange import work
from .cases import NOW, UrssafCase

CRONS = (
    "send",
    "follow",
    "repair",
    "digest",
    "companion",
    "invoices",
    "import",
    "crosscheck",
    "crosscheck_monthly",
    "bank",
)
STOPPED = "urssaf_avance_immediate.activity_type_actions"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCron(UrssafCase):
    def test_all_are_on(self):
        for name in CRONS:
            self.assertTrue(self.env.ref(f"urssaf_avance_immediate.cron_{name}").active)

    def test_silent_without_configuration(self):
        self.env["res.company"].search([]).write(
            {"urssaf_sandbox_client_id": False, "urssaf_sandbox_client_secret": False}
        )
        with self.assertNoLogs("odoo.addons.urssaf_avance_immediate", "INFO"):
            for name in CRONS:
                self._run_cron(name)
        self.assertFalse(self.fake.calls)

    def test_silent_with_nothing_to_do(self):
        for name in CRONS:
            self._run_cron(name)
        self.assertFalse(self.fake.calls)

    def test_the_company_speaks_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        self.company._urssaf_responsibles()[:1].lang = "fr_FR"
        seen = {}
        model = self.env.registry["urssaf.enrolment"]

        def watch(_model, company):
            seen[company.id] = company.env.lang

        with patch.object(model, "_daily_watch", watch):
            self._run_cron("digest")
        self.assertEqual(seen[self.company.id], "fr_FR")

    def test_a_company_in_trouble_does_not_stop_the_others(self):
        self._enrol()
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        broken = self.env["res.company"].create(
            {
                "name": "A en panne",
                "urssaf_sandbox_client_id": "x",
                "urssaf_sandbox_client_secret": "y",
                "urssaf_sandbox_url": False,
            }
        )
        partner = self._make_partner(email="panne@example.com")
        self.env.user.company_ids |= broken
        enrolment = partner.with_company(broken)._urssaf_enrolments()
        enrolment._enqueue()
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertEqual(enrolment.state, "queued")
        self.assertEqual(enrolment.last_error_kind, "config")
        self.assertTrue(broken.partner_id.activity_ids)

    def test_each_call_uses_the_credentials_of_its_company(self):
        self._enrol()
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        self.company.urssaf_environment = "sandbox"
        self.company.urssaf_sandbox_url = "http://localhost:8090"
        self._run_cron("send")
        self.assertEqual(self.fake.calls[-1].host, "localhost:8090")

    # -- actions that do not run -----------------------------------------------

    def _action(self, name):
        return self.env.ref(f"urssaf_avance_immediate.cron_{name}").sudo()

    def _told(self, company=None):
        partner = (company or self.company).partner_id.sudo()
        return partner.activity_search([STOPPED])

    def _named(self, action):
        """As those in charge read it, the sign before the colon apart."""
        lang = work.in_office(self.company).env.lang
        return action.with_context(lang=lang).name.split(":")[1].strip()

    def _queued(self):
        self._enrol()
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        return move

    def test_each_action_looks_after_the_others(self):
        actions = self.env["ir.cron"]._urssaf_actions()
        self.assertEqual(len(actions), len(CRONS))
        names = [
            xml_id.split(".cron_")[1]
            for xml_ids in actions._get_external_ids().values()
            for xml_id in xml_ids
        ]
        for name in names:
            other = self._action("follow" if name == "send" else "send")
            other.active = False
            with self.subTest(looks_after=name):
                for _run in range(2):
                    self._run_cron(name)
                    for company in (self.company, self.other_company):
                        self.assertEqual(len(self._told(company)), 1)
                self.assertIn(self._named(other), self._told().note)
            other.active = True
            self._run_cron(name)
            self.assertFalse(self._told())

    def test_told_once_to_somebody_who_does_nothing(self):
        self._action("send").active = False
        self._run_cron("follow")
        self._told().action_done()
        self._run_cron("follow")
        self.assertFalse(self._told())
        self._action("repair").active = False
        self._run_cron("follow")
        self.assertIn(self._named(self._action("repair")), self._told().note)

    def test_switched_off_is_said_where_invoices_wait(self):
        move = self._queued()
        self._action("send").active = False
        self._run_cron("digest")
        user = move.with_user(self.user)
        self.assertIn("Switched off", user.alerts["urssaf_connection"]["message"])
        self.assertIn("Switched off", user.urssaf_request_id.connection_notice)
        fresh = self._invoice().with_user(self.user)
        self.assertIn("urssaf_connection", fresh.alerts)
        action = (fresh | self._invoice()).with_user(self.user).action_urssaf_send()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        self.assertIn("Switched off", wizard.create({}).actions_notice)
        settings = self.env["res.config.settings"].create({})
        self.assertIn(self._action("send").name, settings.urssaf_actions_notice)
        connection = self.env["urssaf.connection"]._of(self.company)
        with self.assertRaises(AccessError):
            connection.with_user(self.user).action_switch_on()
        self.assertFalse(self._action("send").active)
        manager = self._make_user("manager", "urssaf_avance_immediate.group_manager")
        connection.with_user(manager).action_switch_on()
        self.assertTrue(self._action("send").active)
        self.assertFalse(self._told())
        self.env.invalidate_all()
        self.assertNotIn("urssaf_connection", move.with_user(self.user).alerts or {})
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "waiting")

    def test_no_news_names_the_cause_once(self):
        moves = self._queued() | self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(moves[1:])
        self._action("send").active = False
        with freeze_time(NOW + timedelta(hours=97)):
            self._run_cron("digest")
            self.assertFalse(moves.urssaf_request_id.activity_ids)
            self.assertEqual(len(self._told()), 1)
            self._action("send").active = True
            self._run_cron("digest")
        self.assertEqual(len(moves.urssaf_request_id.activity_ids), 2)
        self.assertFalse(self._told())

    def test_failing_and_a_server_that_runs_nothing(self):
        action = self._action("send")
        action.write({"failure_count": 3, "first_failure_date": NOW})
        self.assertIsNone(self.env["ir.cron"]._urssaf_notice())
        with freeze_time(NOW + timedelta(days=2)):
            self.assertIn("Failing since", self.env["ir.cron"]._urssaf_notice())
            action.write({"failure_count": 0, "first_failure_date": False})
            self.assertIsNone(self.env["ir.cron"]._urssaf_notice())
            action.nextcall = NOW
            self.assertIn("standstill", self.env["ir.cron"]._urssaf_notice())
        with freeze_time(NOW + timedelta(hours=1)):
            self.assertIsNone(self.env["ir.cron"]._urssaf_notice())

    def test_two_that_look_after_the_others_at_once_disturb_nobody(self):
        """An action that has done its work does not fail for what another one tells."""
        self._action("send").active = False
        connection = self.env.registry["urssaf.connection"]
        held = patch.object(
            connection, "try_lock_for_update", lambda records, **_how: records.browse()
        )
        with held:
            self._run_cron("digest")
        self.assertFalse(self._told(), "the one that holds it tells it")

        def told_meanwhile(_actions):
            raise SerializationFailure

        cron = self.env.registry["ir.cron"]
        with (
            patch.object(cron, "_urssaf_watch", told_meanwhile),
            self.assertNoLogs("odoo.addons.urssaf_avance_immediate", "WARNING"),
        ):
            self._run_cron("digest")
        self.assertFalse(self._told())
        self._run_cron("digest")
        self.assertEqual(len(self._told()), 1)

    def test_what_may_be_off_on_purpose_disturbs_nobody_who_waits(self):
        move = self._queued()
        self._action("crosscheck_monthly").active = False
        self._run_cron("digest")
        self.assertEqual(len(self._told()), 1)
        self.assertNotIn("urssaf_connection", move.with_user(self.user).alerts or {})
        with freeze_time(NOW + timedelta(hours=97)):
            self._run_cron("digest")
        self.assertTrue(move.urssaf_request_id.activity_ids)

    def test_a_neutralised_copy_is_meant_to_be_silent(self):
        self._action("send").active = False
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("database.is_neutralized", True)
        self.assertIsNone(self.env["ir.cron"]._urssaf_notice())
