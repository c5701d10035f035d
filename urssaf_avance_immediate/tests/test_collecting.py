# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nobody pays what Urssaf collects: what the customer is told, on every way to pay."""

import re
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

COLLECTED = "do not pay this invoice to us"


class CollectingCase(UrssafCase, HttpCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _says(self, request, code, label="", **news):
        self._demande(request).move(code, label, **news)
        request.action_urssaf_refresh()

    def _paid(self, request, amount=66.0, day="2026-03-16"):
        transfer = {"dateVirement": f"{day}T00:00:00Z", "mntVirement": amount}
        self._says(request, "70", "Payée", transfer=transfer)

    def _register(self, moves, **values):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create(values)
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCollecting(CollectingCase):
    def _overdue(self, move):
        move.invoice_date_due = "2026-03-15"
        return move

    def _printed(self, move, report="account.report_invoice"):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(report, move.ids)
        return html.decode()

    # -- the predicate -------------------------------------------------------------

    def test_from_the_queue_to_the_payment(self):
        move = self._invoice()
        self.assertFalse(move._urssaf_collecting())
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        self.assertTrue(move._urssaf_collecting())
        self._run_cron("send")
        for code in ("20", "30", "50"):
            self._says(request, code)
            self.assertTrue(move._urssaf_collecting(), code)
        self._paid(request)
        self.assertTrue(move._urssaf_collecting())
        self._says(request, "60", "En refus de prélèvement")
        self.assertFalse(move._urssaf_collecting())

    def test_the_checks_are_made_once_for_a_page(self):
        self.company.urssaf_invoice_mention = True
        move = self._invoice()
        model = self.env.registry["account.move"]
        checks = model._urssaf_sending_faults
        with patch.object(
            model, "_urssaf_sending_faults", autospec=True, side_effect=checks
        ) as made:
            page, _kind = self.env["ir.actions.report"]._render_qweb_html(
                "account.report_invoice", move.ids
            )
            # A row, for wkhtmltopdf cuts other blocks between two pages.
            [row] = etree.HTML(page).xpath("//table[@name='urssaf_mention']/tr")
            self.assertIn("page-break-inside: avoid", row.get("style"))
            self.assertEqual(made.call_count, 1)
        # What changes is seen at once, on the invoice, its customer or the company.
        told = move._get_mail_template()
        for record, field, value in (
            (move, "urssaf_excluded", True),
            (self.partner, "urssaf_sending", "never"),
            (self.company, "urssaf_invoice_mention", False),
        ):
            before = record[field]
            self.assertTrue(move._urssaf_not_to_pay())
            self.assertTrue(move.urssaf_customer_notice)
            record[field] = value
            self.assertFalse(move._urssaf_not_to_pay(), field)
            self.assertNotEqual(move._get_mail_template(), told)
            self.assertFalse(move.urssaf_customer_notice, field)
            record[field] = before
            move._get_mail_template()

    def test_found_by_a_filter_as_it_is_computed(self):
        sent, other = self._sent().move_id, self._invoice()
        Move = self.env["account.move"]
        both = [("id", "in", (sent | other).ids)]
        found = Move.search([*both, ("urssaf_collecting", "=", True)])
        self.assertEqual(found, sent)
        found = Move.search([*both, ("urssaf_collecting", "=", False)])
        self.assertEqual(found, other)

    # -- PDF and e-mail --------------------------------------------------------------

    def _term(self):
        return self.env["account.payment.term"].create(
            {
                "name": "Twice, or at once with 2 % off",
                "note": "Half now, half in a month",
                "early_discount": False,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 30)
                ],
            }
        )

    def test_the_pdf_asks_for_nothing(self):
        """No due date, no instalments, no communication, no QR code; who debits what,
        and when.
        """
        move = self._invoice()
        self.company.write({"qr_code": True, "link_qr_code": True})
        asks = (
            "Due Date",
            "Installment of",
            "Half now",
            "Payment Communication",
            'id="qrcode"',
            'id="payment_link_qrcode"',
        )
        move.button_draft()
        move.invoice_payment_term_id = self._term()
        move.action_post()
        move.urssaf_excluded = True
        page = self._printed(move)
        for words in asks:
            self.assertIn(words, page)
        self.assertNotIn(COLLECTED, page)
        move.urssaf_excluded = False
        move.action_urssaf_send()
        page = self._printed(move)
        for words in asks:
            self.assertNotIn(words, page)
        self.assertIn(COLLECTED, page)
        self.assertIn("debits about", page)
        self.assertIn("33", page)

    def _pay_a_part(self, move, amount):
        wizard = self._register(
            move,
            amount=amount,
            journal_id=self.company_data["default_journal_cash"].id,
        )
        return wizard._create_payments()

    def test_nothing_is_due_after_a_deposit(self):
        """Neither on the invoice nor on the receipt of the deposit."""
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        payment = self._pay_a_part(move, 20)
        due, receipt = "Amount Due", "Due Amount for"
        invoice = "account.report_invoice_with_payments"
        paper = "account.report_payment_receipt"
        move.urssaf_excluded = True
        self.assertIn(due, self._printed(move, invoice))
        self.assertIn(receipt, self._printed(payment, paper))
        move.urssaf_excluded = False
        move.action_urssaf_send()
        self.assertTrue(move.amount_residual)
        page = self._printed(move, invoice)
        self.assertIn("Paid on", page)
        self.assertIn(COLLECTED, page)
        self.assertNotIn(due, page)
        self.assertNotIn(receipt, self._printed(payment, paper))

    def test_nothing_is_debited_after_a_deposit_of_half(self):
        """Neither the invoice nor the e-mail speaks of a debit of 0.00."""
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        self._pay_a_part(move, 33)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual((request.amount_deposit, request.amount_net_estimate), (33, 0))
        template = self.env.ref("urssaf_avance_immediate.mail_template_sent")
        body = template._render_field("body_html", request.ids)[request.id]
        self.assertIn("it should ask you for nothing more", body)
        for said in (move.urssaf_customer_notice, body):
            self.assertIn("covers your share", said)
            self.assertNotRegex(said, r"(?<!\d)0[.,]00|debits")
        for state in ("validated", "debited"):
            request.sudo()._set_state(state)
            notice = move.urssaf_customer_notice
            self.assertIn("should debit nothing", notice)
            self.assertNotIn("You may refuse", notice)

    def test_nothing_is_due_after_a_part_of_the_transfer_and_a_credit_note(self):
        request = self._sent()
        move = request.move_id
        refund = move._reverse_moves([{}])
        refund.invoice_line_ids.price_unit = 5
        refund.action_post()
        page = self._printed(move, "account.report_invoice_with_payments")
        self.assertIn("Reversed on", page)
        self.assertNotIn("Amount Due", page)
        self._paid(request, 20.0)
        self.assertTrue(move.amount_residual)
        page = self._printed(move, "account.report_invoice_with_payments")
        self.assertIn("you have nothing to pay us", page)
        self.assertIn("Paid on", page)
        self.assertNotIn("Amount Due", page)

    def test_the_early_payment_discount_is_not_offered(self):
        move = self._invoice()
        move.button_draft()
        move.invoice_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        move.action_post()
        move.urssaf_excluded = True
        self.assertIn("due if paid before", self._printed(move))
        self.assertTrue(move._get_invoice_portal_extra_values()["installment_state"])
        move.urssaf_excluded = False
        move.action_urssaf_send()
        self.assertNotIn("due if paid before", self._printed(move))
        self.assertFalse(move._get_invoice_portal_extra_values()["installment_state"])

    def test_the_pdf_says_that_urssaf_paid(self):
        request = self._sent()
        self._paid(request)
        page = self._printed(request.move_id)
        self.assertIn("Urssaf paid us this invoice on 16/03/2026", page)
        self.assertNotIn("(estimate)", page)
        self.assertNotIn("Payment Communication", page)

    def test_announced_is_not_paid(self):
        request = self._sent()
        self._paid(request, day="2026-03-20")
        notice = request.move_id.urssaf_customer_notice
        self.assertIn("is about to pay us", notice)

    def test_what_comes_next_in_the_words_of_each_state(self):
        request = self._sent()
        move = request.move_id
        self.assertIn("You may refuse it until about", move.urssaf_customer_notice)
        with freeze_time(NOW + timedelta(days=3)):
            move.invalidate_recordset()
            self.assertNotIn("until about", move.urssaf_customer_notice)
        self._says(request, "30")
        self.assertIn("You have agreed", move.urssaf_customer_notice)
        self._says(request, "50")
        self.assertIn("is debiting about", move.urssaf_customer_notice)

    def test_once_it_collects_the_company_cannot_ask_to_pay(self):
        self.company.urssaf_invoice_mention = False
        move = self._invoice()
        self.assertFalse(move._urssaf_not_to_pay())
        move.action_urssaf_send()
        page = self._printed(move)
        self.assertIn(COLLECTED, page)
        self.assertNotIn("(estimate)", page)

    def test_the_standard_e_mail(self):
        request = self._sent()
        move = request.move_id
        wizard = (
            self.env["account.move.send.wizard"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        self.assertIn(COLLECTED, wizard.body)
        self.assertNotIn("remit payment", wizard.body)
        wizard.sending_methods = ["email"]
        wizard.action_send_and_print()
        mail = self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", move.id)], limit=1
        )
        self.assertIn(COLLECTED, mail.body_html)
        self.assertNotIn("due", mail.body_html)
        self._says(request, "60", "En refus de prélèvement")
        template = self.env.ref("account.email_template_edi_invoice")
        self.assertEqual(move._get_mail_template(), template)

    # -- the portal ----------------------------------------------------------------

    def _log_in(self):
        login = "urssaf_portal_customer"
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": "Jeanne Martin",
                "login": login,
                "password": login,
                "partner_id": self.partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.authenticate(login, login)

    def test_the_portal_lists_nothing_overdue(self):
        direct = self._overdue(self._invoice())
        direct.urssaf_excluded = True
        collected = self._overdue(self._sent().move_id)
        self._log_in()
        page = self.url_open("/my/invoices?filterby=overdue_invoices").text
        self.assertIn(direct.name, page)
        self.assertNotIn(collected.name, page)
        page = self.url_open("/my/invoices").text
        self.assertIn(collected.name, page)
        self.assertIn("invoice_status_urssaf", page)
        asked = re.findall(r'name="invoice_amount".*?</td>', page, flags=re.S)
        self.assertEqual(
            sorted("66" in amount for amount in asked), [False, True], asked
        )
        counted = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["overdue_invoice_count"]}
        )
        self.assertEqual(counted["overdue_invoice_count"], 1)
        page = self.url_open(collected.get_portal_url()).text
        self.assertIn('name="urssaf_notice"', page)

    # -- the office ----------------------------------------------------------------

    def test_pay_is_not_the_first_button(self):
        request = self._sent()
        view = self.env["account.move"].get_view(view_type="form")
        header = etree.fromstring(view["arch"]).find("header")
        shown = {
            button.get("id"): button
            for button in header.iter("button")
            if button.get("name") == "action_register_payment"
        }
        for name in (
            "account_invoice_payment_btn",
            "account_invoice_payment_secondary_btn",
        ):
            self.assertIn("urssaf_collecting", shown[name].get("invisible"))
        self.assertNotIn("oe_highlight", shown["urssaf_payment_btn"].get("class", ""))
        wizard = self._register(request.move_id)
        self.assertTrue(wizard.urssaf_collecting)
        self.assertTrue(wizard.urssaf_can_cancel)
        message = wizard.actionable_errors["urssaf_collecting"]["message"]
        self.assertIn("Until 18/03/2026 11:00", message)
        self.assertEqual(
            wizard.action_urssaf_request_cancel()["res_model"],
            "urssaf.payment.request.cancel",
        )

    def test_to_create_a_payment_is_not_the_first_thing_to_do(self):
        view = self.env["account.payment.register"].get_view(view_type="form")
        footer = etree.fromstring(view["arch"]).find("footer")
        buttons = list(footer.iter("button"))
        self.assertEqual(buttons[0].get("name"), "action_urssaf_request_cancel")
        for button in buttons:
            if button.get("name") == "action_create_payments":
                last = button is buttons[-1]
                self.assertEqual("oe_highlight" in button.get("class"), not last)

    def test_one_of_a_grouped_payment(self):
        sent, other = self._sent().move_id, self._invoice()
        wizard = self._register(sent | other)
        self.assertTrue(wizard.urssaf_collecting)
        self.assertIn(
            sent.name, wizard.actionable_errors["urssaf_collecting"]["message"]
        )

    def test_who_registers_payments_need_not_know_demandes(self):
        move = self._sent().move_id
        clerk = self._make_user("clerk_of_payments", "account.group_account_invoice")
        wizard = (
            self.env["account.payment.register"]
            .with_user(clerk)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        self.assertTrue(wizard.urssaf_collecting)
        self.assertFalse(wizard.urssaf_can_cancel)
        wizard._create_payments()
        self.assertEqual(move.urssaf_request_ids.matter, "money")
