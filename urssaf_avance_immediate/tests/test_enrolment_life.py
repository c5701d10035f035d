# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of an enrolment: every status of Urssaf, the link, the resending."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

DAY = timedelta(days=1)
#: The statuses of docs/api.md, and what each makes of a customer who waits and of one
#: who was active.
STATUSES = [
    ("APPAREILLAGE_EC", "KO", "pending", "blocked"),
    ("APPAREILLAGE_VALIDE", "OK", "active", "active"),
    ("APPAREILLAGE_NF", "KO", "expired", "blocked"),
    ("PARTICULIER_BLOQUE", "KO", "blocked", "blocked"),
    ("MANDAT_ECHU", "KO", "mandate", "mandate"),
    ("TOUT_NOUVEAU", "KO", "pending", "blocked"),
    ("TOUT_NOUVEAU", "OK", "active", "active"),
    ("TOUT_NOUVEAU", "INCONNU", "pending", "blocked"),
]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentLife(UrssafCase):
    def _customer(self, enrolment):
        return self.fake.customers[enrolment.external_id]

    def _move(self, enrolment, code, etat="KO", description="Description"):
        customer = self._customer(enrolment)
        customer.status_code, customer.etat = code, etat
        customer.description = description

    # -- statuses --------------------------------------------------------------

    def test_each_status(self):
        for number, (code, etat, waiting, active) in enumerate(STATUSES):
            for was_active, expected in ((False, waiting), (True, active)):
                partner = self._make_partner(email=f"c{number}{was_active}@example.com")
                enrolment = self._enrol(partner, active=was_active)
                self._move(enrolment, code, etat)
                enrolment.action_urssaf_refresh()
                with self.subTest(code=code, etat=etat, was_active=was_active):
                    self.assertEqual(enrolment.state, expected)
                    self.assertEqual(enrolment.remote_status, code)
                    self.assertEqual(enrolment.remote_message, "Description")
                    self.assertTrue(enrolment.life)
                    self.assertEqual(partner.urssaf_stage, enrolment.stage)

    def test_each_closed_state_opens_again(self):
        enrolment = self._enrol()
        for code, state in (
            ("PARTICULIER_BLOQUE", "blocked"),
            ("MANDAT_ECHU", "mandate"),
        ):
            self._move(enrolment, code)
            self._make_due(enrolment)
            self._run_cron("follow")
            self.assertEqual(enrolment.state, state)
            self.assertEqual(len(enrolment.activity_ids), 1)
            self._customer(enrolment).activate()
            enrolment.action_urssaf_refresh()
            self.assertEqual(enrolment.state, "active")
            self.assertFalse(enrolment.activity_ids)

    def test_a_closed_customer_is_told_once(self):
        enrolment = self._enrol()
        self._move(enrolment, "MANDAT_ECHU")
        enrolment.action_urssaf_refresh()
        enrolment.activity_ids.action_done()
        enrolment.action_urssaf_refresh()
        self.assertFalse(enrolment.activity_ids)

    def test_the_customer_ends_the_association(self):
        for active in (True, False):
            partner = self._make_partner(email=f"ends{active}@example.com")
            enrolment = self._enrol(partner, active=active)
            del self.fake.customers[enrolment.external_id]
            enrolment.action_urssaf_refresh()
            self.assertEqual(enrolment.state, "ended")
            self.assertTrue(enrolment.activity_ids)

    def test_active_since_is_read_with_its_time(self):
        for text, expected in (
            ("Possible depuis le 01/07/2026 14:05", "2026-07-01 12:05:00"),
            ("Possible depuis le 01/07/2026 14:05:09", "2026-07-01 12:05:09"),
            ("Possible depuis le 01/02/2026", "2026-01-31 23:00:00"),
            ("Possible", "2026-03-16 10:00:00"),
            ("Possible depuis le 99/99/2026", "2026-03-16 10:00:00"),
        ):
            partner = self._make_partner(email=f"{abs(hash(text))}@example.com")
            enrolment = self._enrol(partner, active=False)
            self._move(enrolment, "APPAREILLAGE_VALIDE", "OK", text)
            enrolment.action_urssaf_refresh()
            with self.subTest(text=text):
                self.assertEqual(str(enrolment.active_since), expected)

    def test_faults_of_the_question_change_no_state(self):
        enrolment = self._enrol(active=False)
        faults = ("http_500", "http_503", "read_timeout_before", "html_200")
        for days, fault in enumerate(faults, start=1):
            # The day after: Urssaf is left alone for a while after each outage.
            with self.subTest(fault=fault), freeze_time(NOW + timedelta(days=days)):
                self.fake.fail("020", fault, count=3)
                enrolment.action_urssaf_refresh()
                self.assertEqual(enrolment.state, "pending")
                self.assertTrue(enrolment.last_error_message)
                self.fake._faults.clear()
        with freeze_time(NOW + timedelta(days=6)):
            enrolment.action_urssaf_refresh()
        self.assertFalse(enrolment.last_error_message)

    # -- stages ----------------------------------------------------------------

    def test_a_draft_is_to_complete_or_ready(self):
        enrolment = self.partner._urssaf_enrolments()
        self.assertEqual(enrolment.stage, "ready")
        self.partner.urssaf_birth_date = False
        enrolment.invalidate_recordset()
        self.assertEqual(enrolment.stage, "incomplete")
        self.assertIn("One detail", enrolment.life)

    def test_search_by_stage(self):
        Enrolment = self.env["urssaf.enrolment"]
        makers = {
            "ready": lambda p: p._urssaf_enrolments(),
            "incomplete": lambda p: p.write({"email": False})
            and p._urssaf_enrolments(),
            "activation": lambda p: self._enrol(p, active=False),
            "association": lambda p: self._enrol(
                p, active=False
            ).action_urssaf_toggle_account(),
            "active": self._enrol,
        }
        for stage, make in makers.items():
            make(self._make_partner(name=stage, email=f"{stage}@example.com"))
        self.partner.urssaf_enrolment_id.sudo().unlink()
        for stage in makers:
            found = Enrolment.search([("stage", "=", stage)])
            self.assertEqual(found.partner_id.mapped("name"), [stage])
            partners = self.env["res.partner"].search([("urssaf_stage", "=", stage)])
            self.assertEqual(partners, found.partner_id)
        self.assertEqual(len(Enrolment.search([("stage", "in", list(makers))])), 5)

    # -- the link --------------------------------------------------------------

    def test_the_link_expires(self):
        enrolment = self._enrol(active=False)
        self.assertEqual(enrolment.link_expires_at, NOW + 7 * DAY)
        self.assertIn("23/03/2026 11:00", enrolment.life)
        with freeze_time(NOW + 7 * DAY):
            self._make_due(enrolment)
            self._run_cron("follow")
        self.assertEqual(enrolment.state, "expired")
        self.assertEqual(enrolment.remote_status, "APPAREILLAGE_EC")
        self.assertTrue(enrolment.activity_ids)
        # He asked Urssaf for another link himself.
        self._customer(enrolment).activate()
        with freeze_time(NOW + 8 * DAY):
            self._make_due(enrolment)
            self._run_cron("follow")
        self.assertEqual(enrolment.state, "active")
        self.assertFalse(enrolment.activity_ids)

    def test_no_link_for_who_has_an_account(self):
        enrolment = self._enrol(active=False)
        enrolment.with_user(self.user).action_urssaf_toggle_account()
        self.assertEqual(enrolment.stage, "association")
        with freeze_time(NOW + 8 * DAY):
            enrolment.action_urssaf_refresh()
            self.assertEqual(enrolment.state, "pending")
            enrolment.action_urssaf_toggle_account()
            enrolment.action_urssaf_refresh()
            self.assertEqual(enrolment.state, "expired")

    def test_who_was_active_once_accepts_the_association(self):
        enrolment = self._enrol()
        self._customer(enrolment).email = "parti@example.com"
        del self.fake.customers[enrolment.external_id]
        enrolment.action_urssaf_refresh()
        self.assertEqual(enrolment.state, "ended")
        self.partner.action_urssaf_enrol()
        self.assertEqual(enrolment.stage, "association")
        self.assertFalse(enrolment.active_since)

    # -- resending -------------------------------------------------------------

    def test_resend_the_activation(self):
        enrolment = self._enrol(active=False)
        known = enrolment.external_id
        with freeze_time(NOW + 8 * DAY):
            enrolment.action_urssaf_refresh()
            self.partner.urssaf_mobile = "07 39 98 01 02"
            enrolment.with_user(self.user).action_urssaf_resend()
            self.assertEqual(enrolment.state, "pending")
            self.assertEqual(enrolment.link_expires_at, NOW + 15 * DAY)
            self.assertEqual(enrolment.registered_at, NOW + 8 * DAY)
        self.assertEqual(enrolment.external_id, known)
        self.assertFalse(enrolment.activity_ids)
        calls = self.fake.calls_of("010")
        self.assertEqual(len(calls), 2)
        self.assertEqual(calls[1].json["numeroTelephonePortable"], "0739980102")
        self.assertEqual(enrolment.attempt_ids.mapped("outcome"), ["enrolled"] * 2)

    def test_two_clicks_resend_once(self):
        enrolment = self._enrol(active=False)
        with freeze_time(NOW + DAY):
            enrolment.action_urssaf_resend()
            enrolment.action_urssaf_resend()
        self.assertEqual(len(self.fake.calls_of("010")), 2)

    def test_enrolling_does_not_resend(self):
        enrolment = self._enrol(active=False)
        with freeze_time(NOW + DAY):
            self.partner.action_urssaf_enrol()
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(len(self.fake.calls_of("010")), 1)

    def test_a_refused_resending_leaves_the_first_enrolment(self):
        enrolment = self._enrol(active=False)
        known = enrolment.external_id
        with freeze_time(NOW + DAY):
            self.fake.fail("010", "reject_400(ERR_CONTACT)")
            enrolment.action_urssaf_resend()
            self.assertEqual(enrolment.state, "pending")
            self.assertEqual(enrolment.external_id, known)
            self.assertTrue(enrolment.activity_ids)
            # The next news does not hide what is to be mended.
            enrolment.action_urssaf_refresh()
            self.assertEqual(enrolment.last_error_code, "ERR_CONTACT")
            self.fake.fail("020", "http_500", count=3)
            enrolment.action_urssaf_refresh()
            self.fake._faults.clear()
            self.assertEqual(enrolment.last_error_code, "ERR_CONTACT")
            self.assertEqual(enrolment.attempt_ids[0].outcome, "refused")
        self._customer(enrolment).activate()
        enrolment.action_urssaf_refresh()
        self.assertEqual(enrolment.state, "active")
        self.assertFalse(enrolment.last_error_code)
        self.assertFalse(enrolment.activity_ids)

    def test_a_resending_that_says_the_link_exists(self):
        enrolment = self._enrol(active=False)
        with freeze_time(NOW + DAY):
            self.fake.fail(
                "010", "reject_400(ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE)"
            )
            enrolment.action_urssaf_resend()
        self.assertEqual(enrolment.state, "pending")
        self.assertTrue(enrolment.resend_refused)

    def test_a_resending_meets_an_outage(self):
        enrolment = self._enrol(active=False)
        known = enrolment.external_id
        with freeze_time(NOW + DAY):
            self.fake.fail("010", "http_503")
            enrolment.action_urssaf_resend()
            self.assertEqual(enrolment.state, "queued")
            self.assertIn("11:0", enrolment.life)
        with freeze_time(NOW + DAY + timedelta(hours=2)):
            self._run_cron("send")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(enrolment.external_id, known)

    def test_the_answer_of_a_resending_is_lost(self):
        enrolment = self._enrol(active=False)
        with freeze_time(NOW + DAY):
            self.fake.fail("010", "read_timeout_after")
            enrolment.action_urssaf_resend()
            self.assertEqual(enrolment.state, "unknown")
            self._run_cron("repair")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(len(self.fake.customers), 1)

    # -- how often -------------------------------------------------------------

    def _asked_in(self, enrolment, moment):
        with freeze_time(moment):
            enrolment.action_urssaf_refresh()
            return enrolment.next_call_at - moment

    def test_asked_hourly_then_daily_and_when_the_link_expires(self):
        enrolment = self._enrol(active=False)
        hour = timedelta(hours=1)
        self.assertEqual(self._asked_in(enrolment, NOW + hour), hour)
        self.assertEqual(self._asked_in(enrolment, NOW + 3 * DAY), DAY)
        before = NOW + 7 * DAY - 5 * hour
        self.assertEqual(self._asked_in(enrolment, before), 5 * hour)
        self.assertEqual(self._asked_in(enrolment, NOW + 8 * DAY), DAY)
        self.assertEqual(self._asked_in(enrolment, NOW + 40 * DAY), 7 * DAY)

    def test_active_customers_are_hardly_asked_about(self):
        enrolment = self._enrol(active=False)
        self._customer(enrolment).activate("16/03/2026 10:00")
        self.assertEqual(self._asked_in(enrolment, NOW + DAY), 7 * DAY)
        self.assertEqual(self._asked_in(enrolment, NOW + 90 * DAY), 30 * DAY)

    def test_closed_customers_are_asked_about_daily(self):
        enrolment = self._enrol()
        self._move(enrolment, "PARTICULIER_BLOQUE")
        self.assertEqual(self._asked_in(enrolment, NOW), DAY / 2)
        self.assertEqual(self._asked_in(enrolment, NOW + 9 * DAY), DAY)
