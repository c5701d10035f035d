# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sales orders of customers of avance immédiate: down payments, online payments."""

from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.cases import NOW

from .down_payments import DownPaymentCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDownPayments(DownPaymentCase):
    def test_whole_price_and_deposit(self):
        order = self._order()
        order.action_confirm()
        deposit = self._deposit(order)
        self.assertEqual(deposit.amount_total, 198.0)
        self._pay(deposit)
        final = self._final(order)
        self.assertEqual(final.amount_total, 462.0)
        estimates = {"credit": 330.0, "deposit": 198.0, "net": 132.0}
        self.assertEqual(final._urssaf_estimates(), estimates)
        final.action_urssaf_send()
        request = final.urssaf_request_id
        sent = self._demande(request).payload
        self.assertEqual((sent["mntFactureTTC"], sent["mntFactureHT"]), (660, 600))
        self.assertEqual(sent["mntAcompte"], 198)
        self.assertEqual(sent["dateVersementAcompte"], "2026-03-10T00:00:00Z")
        [line] = sent["inputPrestations"]
        self.assertEqual((line["quantite"], line["mntPrestationTTC"]), (20, 660))
        self.assertEqual(request.transfer_expected, 462.0)
        self._demande(request).move(
            "70",
            "Payée",
            transfer={"mntVirement": 462.0, "dateVirement": "2026-03-15T00:00:00Z"},
        )
        request.action_urssaf_refresh()
        self.assertEqual(final.payment_state, "paid")
        self.assertFalse(request.activity_ids)
        self.assertEqual(request.transfer_gap, 0)

    def test_deposit_invoice_is_not_for_urssaf(self):
        self.partner.urssaf_sending = "automatic"
        order = self._order()
        order.action_confirm()
        deposit = self._deposit(order)
        self.assertFalse(deposit.urssaf_to_send)
        self.assertFalse(deposit.activity_ids)
        self.assertFalse(deposit.with_user(self.user).urssaf_can_send)
        self.assertFalse(deposit.with_user(self.user)._get_alerts())
        moves = self.env["account.move"].with_user(self.user)
        self.assertNotIn(deposit, moves.search([("urssaf_can_send", "=", True)]))
        self.assertIn("pays it directly", deposit._urssaf_blocking()[deposit][0])
        self._pay(deposit)
        final = self._final(order)
        self.assertEqual(final.urssaf_state, "queued")
        self.assertEqual(final.urssaf_request_id.amount_deposit, 198.0)
        self._run_cron("send")
        self.assertEqual(final.urssaf_state, "waiting")

    def test_deposits_are_not_declared(self):
        self.company.urssaf_declare_deposits = False
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order))
        final = self._final(order)
        fault = final._urssaf_sending_faults()["urssaf_partial"]
        self.assertEqual(fault["code"], "ERR_ACOMPTE_BLOQUE")
        self.assertIn("198", fault["message"])
        self.assertIn("settings", fault["message"])

    def test_more_than_half(self):
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order, 50.1))
        final = self._final(order)
        fault = final._urssaf_sending_faults()["urssaf_deposit"]
        self.assertEqual(fault["code"], "ERR_MONTANT_ACOMPTE")
        self.assertIn("660", fault["message"])

    def test_deposit_that_was_not_paid(self):
        order = self._order()
        order.action_confirm()
        deposit = self._deposit(order)
        final = self._final(order)
        fault = final._urssaf_sending_faults()["urssaf_down_payment"]
        self.assertIn(deposit.name, fault["message"])
        self._pay(deposit, 100.0)
        fault = final._urssaf_sending_faults()["urssaf_down_payment"]
        self.assertIn("98,00", fault["message"])
        self._pay(deposit, 98.0, "2026-03-12")
        self.assertFalse(final._urssaf_blocking()[final])
        found = final._urssaf_received()
        self.assertEqual((found.payments, str(found.date)), (198.0, "2026-03-12"))

    def _half(self, order):
        """A final invoice of ten hours, which takes half of the deposit off."""
        move = self._invoice_of(order, advance_payment_method="delivered")
        for line in move.invoice_line_ids.filtered("product_id"):
            line.quantity = -0.5 if line.is_downpayment else 10
        for line in move.invoice_line_ids.filtered("is_downpayment"):
            line.quantity = -0.5
        move.action_post()
        self.assertEqual(move.amount_total, 231.0)
        return move

    def test_one_deposit_over_two_invoices(self):
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order))
        halves = [self._half(order), self._half(order)]
        for move in halves:
            move.action_urssaf_send()
            sent = self._demande(move.urssaf_request_id).payload
            self.assertEqual((sent["mntFactureTTC"], sent["mntAcompte"]), (330, 99))

    def test_one_deposit_that_was_paid_in_part_over_two_invoices(self):
        """Never more is declared than was received: the second one waits."""
        order = self._order()
        order.action_confirm()
        deposit = self._deposit(order)
        self._pay(deposit, 100.0)
        first, second = self._half(order), self._half(order)
        # Whichever leaves first gets what there is.
        self.assertEqual(second._urssaf_received().payments, 1.0)
        first.action_urssaf_send()
        self.assertEqual(first.urssaf_request_id.amount_deposit, 99.0)
        self.assertEqual(second._urssaf_received().payments, 1.0)
        fault = second._urssaf_sending_faults()["urssaf_down_payment"]
        self.assertIn("98,00", fault["message"])
        self._pay(deposit, 98.0, "2026-03-12")
        second.action_urssaf_send()
        self.assertEqual(second.urssaf_request_id.amount_deposit, 99.0)

    def test_a_deposit_of_a_final_invoice_that_was_credited(self):
        """The one that takes its place declares it."""
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order))
        first = self._half(order)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=first.ids
        )
        new = first.browse(
            wizard.create({"journal_id": first.journal_id.id}).modify_moves()["res_id"]
        )
        new.action_post()
        self.assertEqual(new._urssaf_received().payments, 99.0)
        self.assertEqual(self._half(order)._urssaf_received().payments, 99.0)

    def test_declared_deposit_is_not_cancelled_silently(self):
        order = self._order()
        order.action_confirm()
        deposit = self._deposit(order)
        payment = self._pay(deposit)
        final = self._final(order)
        final.action_urssaf_send()
        payment.action_draft()
        payment.action_cancel()
        self.assertIn("198", final.urssaf_request_id.activity_ids.note)

    def test_paid_online_at_posting(self):
        """Odoo matches the online payment at the very end of the posting: the invoice
        does not leave by itself; by hand, what is paid in part leaves with its deposit.
        """
        self.partner.urssaf_sending = "automatic"
        for amount, payment_state in ((660.0, "paid"), (198.0, "partial")):
            order = self._order()
            order.action_confirm()
            self._pay_online(order, amount)
            move = self._final(order)
            with self.subTest(amount=amount):
                self.assertEqual(move.payment_state, payment_state)
                self.assertFalse(move.urssaf_state)
                self.assertFalse(move.activity_ids)
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_request_id.amount_deposit, 198.0)

    def _pay_online(self, order, amount):
        """What a provider leaves: the posted payment of a transaction."""
        bank = self.company_data["default_journal_bank"]
        provider = self.env["payment.provider"].create(
            {"name": "En ligne", "code": "none", "company_id": self.company.id}
        )
        methods = self.env["payment.method"].with_context(active_test=False)
        method = methods.search([], limit=1)
        payment = self.env["account.payment"].create(
            {
                "amount": amount,
                "date": "2026-03-10",
                "partner_id": self.partner.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "journal_id": bank.id,
            }
        )
        payment.action_post()
        order.transaction_ids += self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": order.name,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": self.partner.id,
                "payment_id": payment.id,
                "state": "done",
            }
        )

    def test_correcting_invoice_keeps_the_deposit(self):
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order))
        final = self._final(order)
        final.action_urssaf_send()
        request = final.urssaf_request_id
        self._demande(request).move("40", "Refusée")
        request.action_urssaf_refresh()
        new = final.browse(final.with_user(self.user).action_urssaf_correct()["res_id"])
        new.action_post()
        new.action_urssaf_send()
        sent = self._demande(new.urssaf_request_id).payload
        self.assertEqual((sent["mntFactureTTC"], sent["mntAcompte"]), (660, 198))

    def test_quotation_that_is_paid_online(self):
        order = self._order(require_payment=True, prepayment_percent=1.0)
        self.assertIn("Paid online, no avance immédiate", order.urssaf_notice)
        order.prepayment_percent = 2 / 3
        self.assertRegex(order.urssaf_notice, r"pays 66[.,]67 % of")
        with Form(order) as form:
            form.prepayment_percent = 0.3
            self.assertIn("declared to Urssaf", form.urssaf_notice)
        self.company.urssaf_declare_deposits = False
        order.invalidate_recordset()
        self.assertIn("does not declare deposits", order.urssaf_notice)
        seller = self._make_user("seller", "sales_team.group_sale_salesman_all_leads")
        self.assertTrue(order.with_user(seller).urssaf_notice)
        order.require_payment = False
        self.assertFalse(order.urssaf_notice)
        stranger = self._order(
            partner_id=self._make_partner().id,
            require_payment=True,
            prepayment_percent=1.0,
        )
        self.assertFalse(stranger.urssaf_notice)
