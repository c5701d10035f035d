# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoice: what is told before sending, what is frozen after."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAccountMove(UrssafCase):
    def setUp(self):
        super().setUp()
        self.enrolment = self._enrol()

    def _assert_blocked(self, move, key, text=""):
        """The banner says it, the button refuses, and nothing leaves."""
        alerts = move._urssaf_sending_faults()
        self.assertIn(f"urssaf_{key}", alerts)
        self.assertIn(text, alerts[f"urssaf_{key}"]["message"])
        with self.assertRaises(UserError) as raised:
            move.action_urssaf_send()
        self.assertIn(text, str(raised.exception))
        self.assertFalse(move.urssaf_request_ids)
        self.assertFalse(self.fake.calls_of("050"))

    def test_ready(self):
        move = self._invoice()
        self.assertEqual(self._banners(move), {"urssaf_ready"})

    def test_period_missing(self):
        move = self._invoice()
        move.home_service_start = False
        self._assert_blocked(move, "period")
        self.assertEqual(move.urssaf_send_state, "dates")
        self.assertNotIn(
            "urssaf_period", move.alerts or {}, "the form asks right there"
        )
        with Form(move) as form:
            form.home_service_start = "2026-03-02"
            self.assertEqual(form.urssaf_send_state, "to_send", "before it is saved")

    def test_period_over_two_months(self):
        move = self._invoice(start="2026-02-25", end="2026-03-02")
        self._assert_blocked(
            move, "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE", "two calendar months"
        )

    def test_period_in_the_future(self):
        self._assert_blocked(self._invoice(end="2026-03-17"), "ERR_DATE_FUTUR")

    def test_today_is_not_the_future(self):
        move = self._invoice(start="2026-03-16", end="2026-03-16")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")

    @freeze_time("2026-03-16 23:30:00")
    def test_today_is_the_day_in_paris(self):
        """Half past midnight in Paris: the 17th has begun, and the dates stay."""
        move = self._invoice(start="2026-03-17", end="2026-03-17")
        move.action_urssaf_send()
        sent = self._demande(move.urssaf_request_id).payload
        self.assertEqual(sent["dateDebutEmploi"], "2026-03-17T00:00:00Z")

    def test_before_activation(self):
        move = self._invoice(start="2026-01-30", end="2026-01-31")
        self._assert_blocked(move, "ERR_LIEN_PARTICULIER_PRESTATAIRE", "2026")

    def test_customer_not_active(self):
        partner = self._make_partner(email="autre@example.com")
        self._enrol(partner, active=False)
        move = self._invoice(partner)
        self._assert_blocked(move, "enrolment", "not possible yet")
        self._assert_blocked(move, "enrolment", "ERR_LIEN_PARTICULIER_PRESTATAIRE")

    def test_customer_of_another_environment(self):
        self.enrolment.sudo().environment = "production"
        self._assert_blocked(self._invoice(), "enrolment", "not enrolled")

    def test_customer_not_enrolled_sees_nothing(self):
        move = self._invoice(self._make_partner(email="autre@example.com"))
        self.assertFalse(move.urssaf_can_send)
        self.assertFalse(self._banners(move))

    def test_the_button_follows_the_enrolment_at_once(self):
        """In one transaction, and for the search as for the button."""
        move = self._invoice()

        def shown():
            found = move.search([("id", "=", move.id), ("urssaf_can_send", "=", True)])
            self.assertEqual(bool(found), move.urssaf_can_send)
            return move.urssaf_can_send

        self.assertTrue(shown())
        self.enrolment.sudo().state = "draft"
        self.assertFalse(shown())
        self.enrolment.sudo().state = "active"
        self.assertTrue(shown())
        self.partner.urssaf_sending = "never"
        self.assertFalse(shown())

    def _copy_says(self, move, state):
        """The stored copy of the demande's state, whatever the demande says."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET urssaf_state = %s WHERE id = %s", (state, move.id)
        )
        move.invalidate_recordset()

    def test_the_copy_on_the_invoice_decides_nothing(self):
        self.company.urssaf_invoice_mention = True
        move = self._sent().move_id
        self._demande(move.urssaf_request_id).move("40", "Refusée")
        self._make_due(move.urssaf_request_id)
        self._run_cron("follow")
        self.assertEqual(move.urssaf_request_id.state, "refused")
        self._copy_says(move, None)
        self.assertFalse(move._urssaf_not_to_pay(), "he refused it: he pays us")
        self._copy_says(move, "waiting")
        self.partner.urssaf_sending = "automatic"
        move._urssaf_post_automatically()
        self.assertEqual(len(move.urssaf_request_ids), 2, "it leaves again")
        self._copy_says(move, None)
        self.assertEqual(move._urssaf_current_request().state, "queued")
        self.assertFalse(move._urssaf_will_collect(), "said by the demande itself")
        self.assertTrue(move._urssaf_not_to_pay())

    def test_product_without_nature(self):
        self.housework.home_service_nature_id = False
        self._assert_blocked(self._invoice(), "nature", "Ménage")

    def test_nature_that_urssaf_does_not_know(self):
        self.housework.home_service_nature_id.urssaf_code = False
        self._assert_blocked(self._invoice(), "nature", "Ménage")

    def test_partly_paid(self):
        move = self._invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 10.0})._create_payments()
        self._assert_blocked(move, "partial", "ERR_ACOMPTE_BLOQUE")

    def test_foreign_currency(self):
        move = self._invoice()
        move.button_draft()
        dollar = self.env.ref("base.USD")
        dollar.active = True
        move.currency_id = dollar
        move.action_post()
        self._assert_blocked(move, "currency")

    def test_credit_note(self):
        move = self._invoice()
        refund = move._reverse_moves()
        refund.action_post()
        self._assert_blocked(refund, "type", "ERR_VALEUR_NEGATIVE")

    def test_settings_missing(self):
        move = self._invoice()
        self.company.sudo().urssaf_sandbox_client_secret = False
        self._assert_blocked(move, "settings")

    def test_intervenant_missing(self):
        move = self._invoice()
        self.company.home_service_sap_number = False
        self._assert_blocked(move, "intervenant")

    def test_discount_is_in_the_net_price(self):
        move = self._invoice()
        move.button_draft()
        move.invoice_line_ids.discount = 10
        move.action_post()
        move.action_urssaf_send()
        [line] = self._demande(move.urssaf_request_id).payload["inputPrestations"]
        self.assertEqual(line["mntPrestationTTC"], 59.4)
        self.assertEqual(line["mntUnitaireTTC"], 29.7)

    def test_days_are_sent_as_hours(self):
        self.housework.uom_id = self.env.ref("uom.product_uom_day")
        self.housework.home_service_unit = "hour"
        move = self._invoice(lines=((1, 240.0),))
        move.action_urssaf_send()
        [line] = self._demande(move.urssaf_request_id).payload["inputPrestations"]
        self.assertEqual((line["quantite"], line["unite"]), (8, "HEURE"))
        self.assertEqual(line["mntUnitaireTTC"], 33)

    def test_notes_and_sections_stay_here(self):
        move = self._invoice()
        move.button_draft()
        move.invoice_line_ids = [
            Command.create({"display_type": "line_note", "name": "Merci"}),
            Command.create({"display_type": "line_section", "name": "Mars"}),
        ]
        move.action_post()
        move.action_urssaf_send()
        sent = self._demande(move.urssaf_request_id).payload
        self.assertEqual(len(sent["inputPrestations"]), 1)

    def test_lines_and_invoice_rounded_apart(self):
        """5.5 % in the price: Odoo's line is a cent below Odoo's invoice."""
        self.tax = self.tax.copy(
            {"name": "5,5 TTC", "amount": 5.5, "price_include_override": "tax_included"}
        )
        move = self._invoice(lines=((12.25, 26.50),))
        move.action_urssaf_send()
        sent = self._demande(move.urssaf_request_id).payload
        self.assertEqual(sent["mntFactureTTC"], move.amount_total)
        lines = sent["inputPrestations"]
        for total, field in (
            (move.amount_total, "mntPrestationTTC"),
            (move.amount_untaxed, "mntPrestationHT"),
        ):
            self.assertAlmostEqual(sum(line[field] for line in lines), total, 7)

    def test_paying_by_hand_is_warned_about(self):
        move = self._sent().move_id
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        self.assertIn("urssaf_collecting", wizard.actionable_errors)

    # -- after sending ---------------------------------------------------------

    def test_frozen_while_at_urssaf(self):
        move = self._sent().move_id
        self.assertTrue(move.need_cancel_request)
        self.assertFalse(move.show_reset_to_draft_button)
        for button in (move.button_draft, move.button_cancel):
            with self.assertRaises(UserError):
                button()
        action = move.button_request_cancel()
        self.assertEqual(action["res_model"], "urssaf.payment.request.cancel")
        self.assertEqual(move.state, "posted")

    def test_reset_to_draft_takes_out_of_the_queue(self):
        self.fake.fail("050", "refused")
        request = self._sent()
        self.assertEqual(request.state, "queued")
        request.move_id.button_draft()
        self.assertEqual(request.state, "draft")
        request.move_id.action_post()
        request.move_id.action_urssaf_send()
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.move_id.urssaf_request_count, 1)

    def test_what_was_sent_cannot_be_deleted(self):
        request = self._sent()
        with self.assertRaises(UserError):
            request.sudo().unlink()

    def test_selection(self):
        ready = self._invoice() | self._invoice()
        blocked = self._invoice(end="2026-03-17")
        action = (ready | blocked).action_urssaf_send()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.ready_count, wizard.blocked_count), (2, 1))
        [line] = wizard.line_ids - wizard.line_ids.filtered("ready")
        self.assertEqual(line.move_id, blocked)
        self.assertIn("ERR_DATE_FUTUR", line.reason)
        wizard.action_send()
        self.assertEqual(set(ready.mapped("urssaf_state")), {"queued"})
        self.assertFalse(self.fake.calls_of("050"), "nothing leaves from the wizard")
        self._run_cron("send")
        self.assertEqual(set(ready.mapped("urssaf_state")), {"waiting"})
        self.assertFalse(blocked.urssaf_request_ids)

    def test_selection_again_sends_nothing_twice(self):
        moves = self._invoice() | self._invoice()
        for _i in range(2):
            action = moves.action_urssaf_send()
            self.env[action["res_model"]].browse(action["res_id"]).action_send()
            self._run_cron("send")
        self.assertEqual(len(self.fake.demandes), 2)

    def test_invoices_that_wait_to_be_sent(self):
        ready, sent = self._invoice(), self._sent().move_id
        found = self.env["account.move"].search([("urssaf_can_send", "=", True)])
        self.assertIn(ready, found)
        self.assertNotIn(sent, found)

    def test_invoice_that_never_left_can_be_deleted(self):
        move = self._invoice()
        self.env["urssaf.payment.request"]._enqueue_move(move)
        move.button_draft()
        move.name = "/"
        move.unlink()
        self.assertFalse(move.exists())
