# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nobody pays online what Urssaf collects; what is paid online does not go there."""

from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException, freeze_time
from odoo.tools import mute_logger

from odoo.addons.payment import utils as payment_utils
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW, UrssafCase

COLLECTED = "do not pay this invoice to us"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestOnlinePayment(UrssafCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Carte bancaire (essai)",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(cls.method.ids)],
                "redirect_form_view_id": cls.env["ir.ui.view"]
                .create(
                    {
                        "name": "urssaf.test.redirect",
                        "type": "qweb",
                        "arch": '<form action="none" method="post" />',
                    }
                )
                .id,
            }
        )
        cls.method.active = True
        journal = cls.company_data["default_journal_bank"]
        cls._create_dummy_payment_method_for_provider(cls.provider, journal)
        lines = journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == cls.provider
        )
        lines.payment_account_id = journal.default_account_id

    def setUp(self):
        super().setUp()
        self._enrol()

    def _transaction(self, moves, state="draft"):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"tx {moves.ids}",
                "amount": sum(moves.mapped("amount_total")),
                "currency_id": moves.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "online_redirect",
                "invoice_ids": [Command.set(moves.ids)],
                "state": state,
            }
        )

    def _queued(self, **values):
        move = self._invoice(**values)
        return self.env["urssaf.payment.request"]._enqueue_move(move)

    # -- nobody pays what Urssaf collects ----------------------------------------------

    def test_no_button_from_the_queue_on(self):
        move = self._invoice()
        move.urssaf_excluded = True
        self.assertTrue(move._has_to_be_paid())
        move.urssaf_excluded = False
        self.env["urssaf.payment.request"]._enqueue_move(move)
        self.assertFalse(move._has_to_be_paid())
        self._run_cron("send")
        self.assertFalse(move._has_to_be_paid())
        self.assertIn(COLLECTED, move._get_online_payment_error())
        self._demande(move.urssaf_request_ids).move("60", "En refus de prélèvement")
        move.urssaf_request_ids.action_urssaf_refresh()
        self.assertTrue(move._has_to_be_paid())

    def _link(self, move):
        return (
            self.env["payment.link.wizard"]
            .with_context(active_model="account.move", active_id=move.id)
            .create({})
        )

    def test_no_payment_link(self):
        move = self._invoice()
        move.urssaf_excluded = True
        self.assertFalse(self._link(move).warning_message)
        move.urssaf_excluded = False
        move.action_urssaf_send()
        self.assertIn("Urssaf collects", self._link(move).warning_message)

    def _page(self, move):
        return self.url_open(move.get_portal_url()).text

    def test_the_portal_page(self):
        move = self._invoice()
        move.urssaf_excluded = True
        self.assertIn('data-bs-target="#pay_with"', self._page(move))
        move.urssaf_excluded = False
        move.action_urssaf_send()
        page = self._page(move)
        self.assertNotIn('data-bs-target="#pay_with"', page)
        # In the language of the visitor.
        self.assertIn('name="urssaf_notice"', page)

    def test_a_link_that_was_sent_before(self):
        """Neither its page nor a call from a page that was open takes money."""
        move = self._invoice()
        move.urssaf_excluded = True
        token = payment_utils.generate_access_token(
            self.partner.id, move.amount_total, move.currency_id.id, env=self.env
        )
        links = [
            self._link(move).link.removeprefix(f"{move.get_base_url()}/"),
            f"/payment/pay?invoice_id={move.id}&amount={move.amount_total}"
            f"&access_token={token}",
        ]
        for link in links:
            self.assertIn('data-amount="66', self.url_open(link).text)
        move.urssaf_excluded = False
        move.action_urssaf_send()
        for link in links:
            self.assertNotIn('data-amount="66', self.url_open(link).text)
        values = {
            "access_token": move._portal_ensure_token(),
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": move.amount_total,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": "/my",
        }
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "ValidationError"),
        ):
            self.make_jsonrpc_request(f"/invoice/transaction/{move.id}", values)
        self.assertFalse(move.transaction_ids)
        move.urssaf_request_ids.sudo()._set_state("cancelled")
        move.urssaf_excluded = True
        self.make_jsonrpc_request(f"/invoice/transaction/{move.id}", values)
        self.assertTrue(move.transaction_ids)

    def test_all_that_is_overdue(self):
        """The last one has left for Urssaf while the page was open."""
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
        request = self._sent()
        request.move_id.invoice_date_due = "2026-03-15"
        self.authenticate(login, login)
        home = self.url_open("/my/invoices").text
        self.assertNotIn("Pay overdue", home)
        page = self.url_open("/my/invoices/overdue")
        self.assertTrue(page.url.endswith("/my/invoices"))
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "ValidationError"),
        ):
            self.make_jsonrpc_request(
                "/invoice/transaction/overdue", {"payment_reference": "X"}
            )

    # -- a payment under way -----------------------------------------------------------

    def test_the_demande_waits_for_a_payment_under_way(self):
        request = self._queued()
        transaction = self._transaction(request.move_id, "pending")
        self._run_cron("send")
        self.assertEqual(request.state, "queued")
        self.assertFalse(self._demande(request))
        self.assertIn("is paying", request.activity_ids.note)
        transaction.state = "error"
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("send")
        self.assertEqual(request.state, "waiting")
        self.assertFalse(request.activity_ids)

    def test_the_demande_does_not_leave_once_it_is_paid(self):
        request = self._queued()
        move = request.move_id
        transaction = self._transaction(move, "pending")
        self._run_cron("send")
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(request.state, "draft")
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("send")
        self.assertFalse(self._demande(request))

    def test_paid_online_while_urssaf_collects(self):
        """The page was open before: told at once, with the hour."""
        request = self._sent()
        transaction = self._transaction(request.move_id, "pending")
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(request.matter, "money")
        self.assertIn("may refuse the demande until", request.activity_ids.note)

    def test_whoever_sends_by_hand_is_told(self):
        move = self._invoice()
        self._transaction(move, "pending")
        self.assertIn("urssaf_online", move._urssaf_sending_faults())
        self.assertFalse(move._urssaf_not_to_pay())

    # -- what is paid online is not for Urssaf

    def test_paid_online_before_it_is_posted(self):
        """As `sale` does it: no dates, and yet nobody is asked for them."""
        self.partner.urssaf_sending = "automatic"
        asked = self._invoice(start=False, end=False)
        self.assertTrue(asked.activity_ids)
        paid = self._invoice(start=False, end=False).copy(
            {"invoice_date": "2026-03-15"}
        )
        transaction = self._transaction(paid, "pending")
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(paid.payment_state, "paid")
        self.assertFalse(paid.urssaf_to_send)
        self.assertFalse(paid.activity_ids)

    def test_a_promise_to_transfer_is_no_payment(self):
        """“Wire transfer” stays pending for ever: the demande goes its way."""
        request = self._queued()
        self._transaction(request.move_id, "pending")
        self.env.cr.execute(
            "UPDATE payment_provider SET code = 'custom' WHERE id = %s",
            [self.provider.id],
        )
        self.env.invalidate_all()
        self._run_cron("send")
        self.assertEqual(request.state, "waiting")
