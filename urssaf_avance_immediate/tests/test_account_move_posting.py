# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""At posting: amounts that cannot be said, invoices that leave by themselves."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ConcurrencyError, RedirectWarning, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..models.exchange import work
from ..models.invoice import posting as account_move_posting
from .cases import NOW, UrssafCase


class PostingCase(UrssafCase):
    def setUp(self):
        super().setUp()
        self.enrolment = self._enrol()
        # 37.5 h for 843.57 euros: no price of three decimals gives it.
        self.included = self.tax.copy(
            {"name": "10 TTC", "price_include_override": "tax_included"}
        )

    def _draft(self, lines=((37.5, 22.4952),), partner=None, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.partner).id,
                "invoice_date": "2026-03-15",
                "home_service_start": "2026-03-02",
                "home_service_end": "2026-03-13",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.included.ids)],
                            **(more[0] if more else {}),
                        }
                    )
                    for quantity, price, *more in lines
                ],
                **values,
            }
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestExactAmounts(PostingCase):
    def _wizard(self, move):
        """The correction that the stop at posting leads to."""
        with self.assertRaises(RedirectWarning) as raised:
            move.action_post()
        message, action, _button = raised.exception.args[:3]
        self.assertIn("ERR_MNT_PREST_TTC", message)
        self.assertEqual(move.state, "draft")
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        return Form(Wizard).save()

    def test_stopped_with_a_correction(self):
        move = self._draft()
        self.assertEqual(move.amount_total, 843.57)
        self.assertIn("urssaf_amount", move.alerts)
        wizard = self._wizard(move)
        [line] = wizard.line_ids
        self.assertAlmostEqual(line.total_before, 843.57)
        self.assertAlmostEqual(line.total_after, 843.56)
        self.assertEqual(move.amount_total, 843.57, "nothing has changed yet")
        wizard.action_correct()
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.amount_total, 843.56)
        self.assertEqual(move.invoice_line_ids.price_unit, 22.495)
        move.action_urssaf_send()
        [sent] = self._demande(move.urssaf_request_id).payload["inputPrestations"]
        self.assertEqual(sent["quantite"], 37.5)

    def test_correction_of_prices_without_tax_and_with_discount(self):
        move = self._draft(lines=((37.5, 25.4321), (45.25, 17.7777)))
        move.invoice_line_ids.tax_ids = self.tax
        move.invoice_line_ids.discount = 7
        before = move.amount_total
        self.assertTrue(move._urssaf_inexact())
        self._wizard(move).action_correct()
        self.assertEqual(move.state, "posted")
        self.assertLess(abs(move.amount_total - before), 0.1)
        self.assertFalse(move._urssaf_cut())

    def test_amounts_kept_and_sent_as_two_lines(self):
        move = self._draft()
        self._wizard(move).action_two_lines()
        self.assertEqual((move.state, move.amount_total), ("posted", 843.57))
        move.action_urssaf_send()
        sent = self._demande(move.urssaf_request_id).payload["inputPrestations"]
        self.assertEqual([line["quantite"] for line in sent], [36.5, 1])

    def test_left_out(self):
        move = self._draft()
        self._wizard(move).action_exclude()
        self.assertEqual(move.state, "posted")
        self.assertFalse(move.urssaf_can_send)
        self.assertIn("urssaf_left_out", move._urssaf_sending_faults())

    def test_only_invoices_for_urssaf_are_stopped(self):
        stranger = self._make_partner(email="autre@example.com")
        self._draft(partner=stranger).action_post()
        self.partner.urssaf_sending = "never"
        self._draft().action_post()
        self.partner.urssaf_sending = False
        self._draft(urssaf_excluded=True).action_post()
        self.housework.home_service_nature_id = False
        self._draft().action_post()
        self.assertFalse(self.fake.calls_of("050"))

    def test_several_at_once(self):
        moves = self._draft() | self._draft(lines=((2, 30.0),))
        with self.assertRaises(UserError) as raised:
            moves.action_post()
        self.assertIn("ERR_MNT_PREST_TTC", str(raised.exception))

    def test_an_invoice_clerk_can_correct(self):
        clerk = new_test_user(
            self.env, "clerk", groups="base.group_user,account.group_account_invoice"
        )
        clerk.write({"company_ids": self.company.ids, "company_id": self.company.id})
        move = self._draft().with_user(clerk).with_company(self.company)
        action = move._urssaf_correction_action()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(clerk)
            .with_context(**action["context"])
        ).save()
        wizard.action_correct()
        self.assertEqual(move.state, "posted")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAutomatic(PostingCase):
    def setUp(self):
        super().setUp()
        self.partner.urssaf_sending = "automatic"

    def _good(self, **values):
        move = self._draft(lines=((2, 30.0),), **values)
        move.action_post()
        return move

    def test_queued_at_posting_and_sent_by_the_scheduled_action(self):
        move = self._good()
        self.assertEqual(move.urssaf_state, "queued")
        self.assertFalse(self.fake.calls_of("050"), "nothing leaves at posting")
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "waiting")

    def test_the_company_decides_for_those_who_have_no_choice(self):
        self.partner.urssaf_sending = False
        self.assertFalse(self._good().urssaf_state)
        self.company.urssaf_sending = "automatic"
        self.assertEqual(self._good().urssaf_state, "queued")
        self.partner.urssaf_sending = "propose"
        self.assertFalse(self._good().urssaf_state)
        self.company.urssaf_sending = "never"
        self.partner.urssaf_sending = False
        move = self._good()
        self.assertFalse(move.urssaf_can_send)
        found = self.env["account.move"].search([("urssaf_can_send", "=", True)])
        self.assertNotIn(move, found)

    def test_services_to_come_leave_when_they_are_over(self):
        move = self._good(home_service_end="2026-03-20")
        self.assertTrue(move.urssaf_to_send)
        self.assertFalse(move.activity_ids, "nobody has anything to do")
        self._run_cron("invoices")
        self.assertFalse(move.urssaf_state)
        with freeze_time("2026-03-21 08:00:00"):
            self._run_cron("invoices")
        self.assertEqual(move.urssaf_state, "queued")
        self.assertFalse(move.urssaf_to_send)

    def test_what_somebody_must_mend_is_told(self):
        move = self._good(home_service_start="2026-02-25")
        self.assertIn("ERR_PERIODE_EMPLOI", move.activity_ids.note)
        move.home_service_start = "2026-03-02"
        self._run_cron("invoices")
        self.assertEqual(move.urssaf_state, "queued")
        self.assertFalse(move.activity_ids)

    def _customer_says(self, code):
        """What Urssaf answers about the customer from now on."""
        customer = self.fake.customers[self.enrolment.external_id]
        if code == "APPAREILLAGE_VALIDE":
            customer.activate("01/02/2026 09:30")
        else:
            customer.close(code)
        self.enrolment.action_urssaf_refresh()

    def _activities(self):
        kind = "urssaf_avance_immediate.activity_type_to_handle"
        return self.enrolment.activity_search([kind])

    def test_posted_while_the_customer_is_blocked(self):
        """One activity, of the customer; they leave when he is active again."""
        for code in ("PARTICULIER_BLOQUE", "MANDAT_ECHU"):
            with self.subTest(code):
                self._customer_says(code)
                moves = self._good() | self._good()
                self.assertEqual(moves.mapped("urssaf_to_send"), [True, True])
                self.assertFalse(moves.activity_ids, "nothing to do about them")
                activity = self._activities()
                self.assertEqual(len(activity), 1)
                for move in moves:
                    self.assertIn(move.name, activity.note)
                self._run_cron("invoices")
                self.assertFalse(moves.urssaf_request_ids)
                self._customer_says("APPAREILLAGE_VALIDE")
                self.assertFalse(self._activities())
                self._run_cron("invoices")
                self._run_cron("send")
                self.assertEqual(set(moves.mapped("urssaf_state")), {"waiting"})
                self.assertFalse(any(moves.mapped("urssaf_to_send")))

    def test_what_waited_in_the_sandbox_does_not_leave_for_real(self):
        """He has been active in production for long, with another software."""
        self.partner.urssaf_sending = "automatic"
        self._customer_says("PARTICULIER_BLOQUE")
        move = self._invoice()
        self.assertTrue(move.urssaf_to_send)
        self.company.urssaf_environment = "production"
        self.assertFalse(move.urssaf_to_send or move.activity_ids)
        self.fake.reset()
        enrolment = self._enrol()
        self.assertEqual(
            (enrolment.state, enrolment.environment), ("active", "production")
        )
        self._run_cron("invoices")
        self._run_cron("send")
        self.assertFalse(self.fake.demandes)
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")

    def test_found_blocked_when_it_was_about_to_leave(self):
        move = self._good()
        self._customer_says("PARTICULIER_BLOQUE")
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "draft")
        self.assertTrue(move.urssaf_to_send)
        self.assertIn(move.name, self._activities().note)
        self._customer_says("APPAREILLAGE_VALIDE")
        self._run_cron("invoices")
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "waiting")

    def test_urssaf_itself_finds_him_blocked(self):
        move = self._good()
        self.fake.fail("050", "reject", code="ERR_CMPT_BLOQUE")
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "rejected")
        self.assertTrue(move.urssaf_to_send)
        self._run_cron("invoices")
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "waiting")

    def test_another_reason_is_told_once_the_customer_is_back(self):
        self._customer_says("PARTICULIER_BLOQUE")
        move = self._good(home_service_start="2026-02-25")
        self.assertFalse(move.activity_ids)
        self._customer_says("APPAREILLAGE_VALIDE")
        for _day in range(2):
            self._run_cron("invoices")
            self.assertEqual(len(move.activity_ids), 1)
            self.assertIn("ERR_PERIODE_EMPLOI", move.activity_ids.note)
        move.activity_ids.action_done()
        self._run_cron("invoices")
        self.assertFalse(move.activity_ids, "somebody has seen it")

    def test_what_is_settled_otherwise_waits_no_more(self):
        moves = self.env["account.move"]
        for _i in range(4):
            moves |= self._good(home_service_start="2026-02-25")
        paid, left_out, back, proposed = moves
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        left_out.urssaf_excluded = True
        back.button_draft()
        self._run_cron("invoices")
        waiting = moves.filtered("urssaf_to_send")
        self.assertEqual(waiting, proposed)
        self.assertFalse((moves - proposed).activity_ids)
        self.partner.urssaf_sending = "propose"
        self._run_cron("invoices")
        self.assertFalse(proposed.urssaf_to_send or proposed.activity_ids)

    def test_one_bad_invoice_leaves_the_others(self):
        self.company.urssaf_responsible_id = self.user
        self.user.lang = "fr_FR" if "fr_FR" in self._langs() else "en_US"
        moves = [self._good(home_service_end="2026-03-20") for _i in range(3)]
        guilty = moves[1]
        guilty.invoice_user_id = self.user
        check = type(guilty)._urssaf_faults_by_move

        def fails(records):
            self.assertEqual(records.env.lang, self.user.lang, "who reads of it")
            if guilty in records:
                raise ZeroDivisionError
            return check(records)

        with (
            freeze_time("2026-03-21 08:00:00"),
            patch.object(type(guilty), "_urssaf_faults_by_move", fails),
            mute_logger("odoo.addons.urssaf_avance_immediate.models.exchange.work"),
        ):
            self._run_cron("invoices")
        self.assertEqual(
            [move.urssaf_state for move in moves], ["queued", False, "queued"]
        )
        self.assertTrue(guilty.urssaf_to_send)
        self.assertEqual(guilty.activity_ids.user_id, self.user)
        with freeze_time("2026-03-22 08:00:00"):
            self._run_cron("invoices")
        self.assertEqual(guilty.urssaf_state, "queued")
        self.assertFalse(guilty.activity_ids)

    def _langs(self):
        return [code for code, _name in self.env["res.lang"].get_installed()]

    def test_invoices_that_wait_stop_with_the_time(self):
        moves = [self._good(home_service_end="2026-03-20") for _i in range(3)]
        left = iter([True, True])
        with (
            freeze_time("2026-03-21 08:00:00"),
            patch.object(account_move_posting, "SENT_AT_ONCE", 1),
            patch.object(work, "time_left", lambda _env: next(left, False)),
            # Odoo runs it again at once, and there is no time at all.
            mute_logger("odoo.addons.base.models.ir_cron"),
        ):
            self._run_cron("invoices")
        self.assertEqual([bool(move.urssaf_state) for move in moves].count(True), 2)
        progress = self.env["ir.cron.progress"].search([], order="id desc", limit=1)
        self.assertEqual(progress.remaining, 1)

    def test_posted_by_somebody_without_the_urssaf_rights(self):
        clerk = new_test_user(
            self.env, "clerk", groups="base.group_user,account.group_account_invoice"
        )
        clerk.write({"company_ids": self.company.ids, "company_id": self.company.id})
        move = self._draft(lines=((2, 30.0),))
        move.with_user(clerk).with_company(self.company).action_post()
        self.assertEqual(move.urssaf_state, "queued")

    def test_what_was_sent_by_hand_is_not_sent_again_by_itself(self):
        """It waited for something, a person sent it, and the customer says no."""
        move = self._good(home_service_start="2026-02-25")
        self.assertTrue(move.activity_ids)
        move.home_service_start = "2026-03-02"
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertFalse(move.activity_ids, "nothing is to be mended any more")
        request = move.urssaf_request_id
        self._demande(request).move(
            "40", "Refusée", rejection={"code": "REGUL_AUTRE", "commentaire": ""}
        )
        request.action_urssaf_refresh()
        self.assertEqual(move.urssaf_state, "refused")
        self._run_cron("invoices")
        self._run_cron("send")
        self.assertEqual(move.urssaf_state, "refused")
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_a_click_at_the_same_moment_is_no_error(self):
        move = self._good(home_service_end="2026-03-20")
        Request = type(self.env["urssaf.payment.request"])
        with freeze_time("2026-03-21 08:00:00"):
            with (
                patch.object(Request, "_enqueue_move", side_effect=ConcurrencyError),
                # Odoo says that nothing was done this time, and runs it again at once.
                self.assertLogs("odoo.addons.base.models.ir_cron", "WARNING"),
            ):
                self._run_cron("invoices")
            self.assertFalse(move.activity_ids)
            self._run_cron("invoices")
        self.assertEqual(move.urssaf_state, "queued")

    def test_older_invoices_do_not_leave(self):
        self.partner.urssaf_sending = "propose"
        move = self._good()
        self.partner.urssaf_sending = "automatic"
        self._run_cron("invoices")
        self.assertFalse(move.urssaf_state)
