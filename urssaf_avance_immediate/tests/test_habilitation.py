# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf does not know a customer: he has left, or the credentials are others."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestHabilitation(UrssafCase):
    def setUp(self):
        super().setUp()
        partners = self.env["res.partner"].union(
            *(self._make_partner(email=f"c{rank}@example.com") for rank in range(4))
        )
        self.enrolments = self.env["urssaf.enrolment"].union(
            *(self._enrol(partner) for partner in partners)
        )
        self.there = dict(self.fake.customers)
        self.connection = self.env["urssaf.connection"]._of(self.company)

    def _follow(self, when):
        for enrolment in self.enrolments:
            self._make_due(enrolment, when)
        with freeze_time(when):
            self._run_cron("follow")

    def _states(self):
        return set(self.enrolments.mapped("state"))

    def test_credentials_of_another_habilitation_end_nobody(self):
        self.fake.customers.clear()
        before = len(self.fake.calls_of("020"))
        self._follow(NOW + DAY)
        self.assertEqual(self._states(), {"active"})
        self.assertEqual(len(self.fake.calls_of("020")) - before, 3, "then it stops")
        note = self.company.partner_id.activity_ids.note
        self.assertIn("another habilitation", note)
        self.assertFalse(self.enrolments.activity_ids, "one person, once")
        # Every hour one try; nothing is sent, whatever else is answered.
        self._invoice(self.enrolments[0].partner_id).action_urssaf_send()
        with freeze_time(NOW + 2 * DAY):
            self._run_cron("send")
            self._run_cron("follow")
        self.assertFalse(self.fake.calls_of("050"))
        self.assertEqual(len(self.company.partner_id.activity_ids), 1)
        # The right ones are back.
        self.fake.customers.update(self.there)
        self.company.urssaf_sandbox_client_secret = "the right one"
        self.assertFalse(self.company.partner_id.activity_ids)
        self._follow(NOW + 3 * DAY)
        self.assertEqual(self._states(), {"active"})
        self.assertFalse(self.enrolments.filtered("last_error_kind"))

    def test_one_who_left_among_others(self):
        left = self.enrolments[0]
        del self.fake.customers[left.external_id]
        self._follow(NOW + DAY)
        self.assertEqual(left.state, "ended")
        self.assertEqual(set((self.enrolments - left).mapped("state")), {"active"})
        self.assertFalse(self.connection._paused())

    def test_one_who_ended_is_asked_again(self):
        left = self.enrolments[0]
        customer = self.fake.customers.pop(left.external_id)
        self._follow(NOW + DAY)
        self.assertEqual(left.state, "ended")
        self.fake.customers[customer.id_client] = customer
        with freeze_time(NOW + 3 * DAY):
            self._run_cron("follow")
        self.assertEqual(left.state, "active", "one false answer does not last")
        self.assertFalse(left.activity_ids)

    def test_one_who_ended_is_asked_by_refresh_and_not_for_ever(self):
        left = self.enrolments[0]
        customer = self.fake.customers.pop(left.external_id)
        self._follow(NOW + DAY)
        for days in (2, 9, 20, 40, 56, 64, 80):
            with freeze_time(NOW + days * DAY):
                self._run_cron("follow")
        self.assertFalse(left.next_call_at)
        self.assertEqual(left.state, "ended")
        self.fake.customers[customer.id_client] = customer
        left.action_urssaf_refresh()
        self.assertEqual(left.state, "active")

    def test_in_doubt_a_person_may_say_who_has_left(self):
        self.fake.customers.clear()
        self._follow(NOW + DAY)
        left = self.enrolments[0]
        with freeze_time(NOW + DAY):
            left.action_urssaf_refresh()
        self.assertEqual(left.state, "ended")
        self.assertEqual(set((self.enrolments - left).mapped("state")), {"active"})

    def test_try_now_asks_about_a_customer(self):
        self.fake.customers.clear()
        self._follow(NOW + DAY)
        with freeze_time(NOW + DAY):
            self.connection.with_user(self.user).action_try_now()
            self.assertTrue(self.connection._paused())
            self.fake.customers.update(self.there)
            self.connection.with_user(self.user).action_try_now()
        self.assertFalse(self.connection._paused())
        self.assertFalse(self.company.partner_id.activity_ids)

    def test_refresh_while_paused_says_that_nobody_was_asked(self):
        request = self._sent(partner=self.enrolments[0].partner_id)
        self.fake.fail("020", "http_503", 9)
        self.enrolments[0].action_urssaf_refresh()
        self.assertTrue(self.connection._paused())
        calls = len(self.fake.calls)
        for records in (self.enrolments[1], self.enrolments, request):
            notice = records.action_urssaf_refresh()["params"]
            self.assertIn("was not asked", notice["message"])
            self.assertEqual(notice["type"], "warning")
        self.assertEqual(len(self.fake.calls), calls)

    # -- before new credentials are saved --------------------------------------

    def _to_production(self):
        """As if these customers had been enrolled there."""
        self.company.write(
            {
                "urssaf_production_client_id": "ours",
                "urssaf_production_client_secret": "secret",
            }
        )
        self.env.cr.execute(
            "UPDATE res_company SET urssaf_environment = 'production' WHERE id = %s",
            [self.company.id],
        )
        self.env.cr.execute("UPDATE urssaf_enrolment SET environment = 'production'")
        self.env.invalidate_all()

    def _settings(self, **values):
        return self.env["res.config.settings"].create(
            {"company_id": self.company.id, **values}
        )

    def test_credentials_that_know_nobody_are_not_saved(self):
        self._to_production()
        self.fake.customers.clear()
        pair = {
            "urssaf_production_client_id": "others",
            "urssaf_production_client_secret": "others' secret",
        }
        for save in (self.company.write, lambda values: self._settings(**values)):
            with self.assertRaisesRegex(UserError, "another habilitation"):
                save(pair)
            self.assertEqual(self.company.urssaf_production_client_id, "ours")
        self.fake.fail("token", "unauthorized", 9)
        with self.assertRaisesRegex(UserError, "refuses these credentials"):
            self.company.urssaf_production_client_secret = "mistyped"

    def test_credentials_that_know_a_customer_are_saved_together(self):
        self._to_production()
        before = len(self.fake.calls_of("020"))
        self._settings(
            urssaf_production_client_id="new", urssaf_production_client_secret="pair"
        )
        self.assertEqual(self.company.urssaf_production_client_secret, "pair")
        self.assertEqual(len(self.fake.calls_of("020")) - before, 1, "tried once")

    def test_an_outage_does_not_forbid_to_save(self):
        self._to_production()
        self.fake.fail("token", "http_503", 9)
        self.company.urssaf_production_client_secret = "renewed"
        self.assertEqual(self.company.urssaf_production_client_secret, "renewed")
