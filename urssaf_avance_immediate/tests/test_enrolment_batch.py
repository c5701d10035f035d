# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several customers enrolled in one action."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentBatch(UrssafCase):
    def setUp(self):
        super().setUp()
        self.partners = self.partner.union(
            *(
                self._make_partner(name=f"Client {i}", email=f"client{i}@example.com")
                for i in range(3)
            )
        )

    def _start(self, partners=None):
        action = (partners or self.partners).with_user(self.user).action_urssaf_enrol()
        self.assertEqual(action["res_model"], "urssaf.enrolment.batch")
        return self.env[action["res_model"]].browse(action["res_id"])

    def _read_again(self, batch):
        self.env.invalidate_all()
        return batch.line_ids.mapped("stage")

    def test_from_the_selection_to_the_result(self):
        incomplete = self._make_partner(name="Sans date", urssaf_birth_date=False)
        batch = self._start(self.partners | incomplete)
        self.assertFalse(self.fake.calls)
        self.assertEqual(batch.leaving_count, 4)
        self.assertEqual(batch.left_count, 1)
        self.assertEqual(batch.progress, 0)
        self.assertIn("Birth date", batch.line_ids[-1].reason)
        self.assertEqual(incomplete.urssaf_enrolment_state, "draft")
        self.fake.fail("010", "reject_400(ERR_CONTACT)")
        self._run_cron("send")
        self._run_cron("follow")
        stages = self._read_again(batch)
        self.assertEqual(sorted(set(stages)), ["activation", "error", "incomplete"])
        self.assertEqual(batch.waiting_count, 3)
        self.assertEqual(batch.refused_count, 1)
        self.assertEqual(batch.progress, 80)
        refused = batch.line_ids.filtered(lambda line: line.stage == "error")
        self.assertIn("ERR_CONTACT", refused.reason)
        self.assertEqual(refused.action_open()["res_model"], "urssaf.enrolment.mend")
        self.assertEqual(len(self.fake.calls_of("010")), 4)

    def test_retry_those_left(self):
        incomplete = self._make_partner(
            name="Sans date", email="x@example.com", urssaf_birth_date=False
        )
        batch = self._start(self.partners | incomplete)
        self.fake.fail("010", "reject_400(ERR_CONTACT)")
        self._run_cron("send")
        incomplete.urssaf_birth_date = "1980-01-01"
        self.env.invalidate_all()
        batch.with_user(self.user).action_retry()
        self._run_cron("send")
        self.assertEqual(set(self._read_again(batch)), {"activation"})
        # One call more for the refused and for the completed one, none for the others.
        self.assertEqual(len(self.fake.calls_of("010")), 6)

    def test_enrolled_customers_are_left_alone(self):
        self._enrol(active=False)
        batch = self._start()
        self.assertEqual(batch.leaving_count, 3)
        self.assertEqual(batch.waiting_count, 1)
        self._run_cron("send")
        self.assertEqual(len(self.fake.calls_of("010")), 4)

    def test_resumes_after_an_outage_and_a_killed_server(self):
        batch = self._start()
        self.fake.fail("010", "http_503")
        self._run_cron("send")
        self.assertEqual(batch.leaving_count, 4)
        killed = self.partners[1].urssaf_enrolment_id.sudo()
        killed._claim()
        with freeze_time(NOW + timedelta(hours=2)):
            batch.with_user(self.user).action_reload()
            self._run_cron("send")
            self.assertEqual(killed.state, "sending")
            self._run_cron("repair")
            self._run_cron("send")
            self.assertEqual(set(self._read_again(batch)), {"activation"})
        # Each person exactly once, whatever was tried.
        self.assertEqual(len(self.fake.customers), 4)
        self.assertEqual(batch.progress, 100)

    def test_asking_what_became_of_them(self):
        batch = self._start()
        self._run_cron("send")
        for customer in self.fake.customers.values():
            customer.activate()
        batch.with_user(self.user).action_ask()
        self._run_cron("follow")
        self.assertEqual(set(self._read_again(batch)), {"active"})
        self.assertEqual(batch.active_count, 4)

    def test_rights(self):
        batch = self._start()
        biller = self._make_user("biller", "account.group_account_invoice")
        for button in ("action_retry", "action_reload"):
            with self.assertRaises(AccessError):
                getattr(batch.with_user(biller), button)()
        with self.assertRaises(AccessError):
            batch.with_user(self.user).write({"user_id": self.user.id})
        other = self.env["res.company"].create({"name": "Autre"})
        foreign = self._make_user("foreign", "urssaf_avance_immediate.group_user")
        foreign.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        self.assertFalse(batch.with_user(foreign).search([]))
