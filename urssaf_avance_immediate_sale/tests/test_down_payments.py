# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sales orders of customers of avance immédiate: down payments, online payments."""

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDownPayments(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_salesman")
        cls.company.urssaf_declare_deposits = True
        cls.housework.invoice_policy = "order"

    def setUp(self):
        super().setUp()
        self._enrol()

    def _order(self, quantity=20, **values):
        """660.00 with tax by default; 640.00 of money.md have another rate."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "require_payment": False,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "product_uom_qty": quantity,
                            "price_unit": 30.0,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                ],
                **values,
            }
        )

    def _invoice_of(self, order, **values):
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        known = order.invoice_ids
        wizard.create(values).create_invoices()
        move = order.invoice_ids - known
        move.write(
            {
                "invoice_date": "2026-03-15",
                "home_service_start": "2026-03-02",
                "home_service_end": "2026-03-13",
            }
        )
        return move

    def _deposit(self, order, percent=30.0):
        move = self._invoice_of(
            order, advance_payment_method="percentage", amount=percent
        )
        move.action_post()
        return move

    def _final(self, order):
        move = self._invoice_of(order, advance_payment_method="delivered")
        move.action_post()
        return move

    def _pay(self, move, amount=None, date="2026-03-10"):
        values = {"payment_date": date} | ({"amount": amount} if amount else {})
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(values)._create_payments()
        return move.matched_payment_ids

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

    def test_annual_certificate(self):
        """192.00 of deposit and 448.00 of Urssaf, 251.20 paid directly: 891.20, of
        which 320.00 were advanced. Paid around the turn of the year, the deposit counts
        with the transfer.
        """
        order = self._order(quantity=1)
        order.order_line.write({"price_unit": 640.0, "tax_ids": [Command.clear()]})
        order.action_confirm()
        deposit = self._deposit(order)
        self.assertEqual(deposit.amount_total, 192.0)
        self._pay(deposit, date="2025-12-20")
        final = self._final(order)
        self.assertEqual(final.amount_total, 448.0)
        final.action_urssaf_send()
        request = final.urssaf_request_id
        self.assertEqual(request.amount_deposit, 192.0)
        certificates = self.env["home.service.certificate"]
        self.assertFalse(certificates._prepare(self.company, self.partner, 2025))
        self.assertFalse(certificates._prepare(self.company, self.partner, 2026))
        self._demande(request).move(
            "70",
            "Payée",
            transfer={"mntVirement": 448.0, "dateVirement": "2026-03-15T00:00:00Z"},
        )
        request.action_urssaf_refresh()
        direct = self._invoice(lines=((1, 251.20),))
        direct.button_draft()
        direct.invoice_line_ids.tax_ids = False
        direct.action_post()
        self._pay(direct)
        made = certificates._prepare(self.company, self.partner, 2026)
        self.assertEqual(
            (made.amount_received, made.amount_advance, made.amount_net),
            (891.20, 320.0, 571.20),
        )
        of_deposit = made.line_ids.filtered("is_deposit")
        self.assertEqual((of_deposit.amount, of_deposit.move_id), (192.0, final))
        self.assertFalse(certificates._prepare(self.company, self.partner, 2025))

    def _with_deposit(self):
        """Two services of 200.00, of which 200.00 were invoiced as a deposit."""
        order = self._order(quantity=2)
        order.order_line.write({"price_unit": 200.0, "tax_ids": [Command.clear()]})
        order.action_confirm()
        deposit = self._deposit(order, percent=50.0)
        self.assertEqual(deposit.amount_total, 200.0)
        return order, deposit

    def _received(self, *years):
        certificates = self.env["home.service.certificate"]
        made = [certificates._prepare(self.company, self.partner, y) for y in years]
        return [sum(one.mapped("amount_received")) for one in made]

    def test_deposit_that_two_invoices_take_off(self):
        """Of 150.00 that were paid of the deposit of 200.00, the first invoice gets the
        100.00 that it takes off, the one of the next year the other 50.00.
        """
        order, deposit = self._with_deposit()
        self._pay(deposit, 150.0, date="2026-10-20")
        first = self._invoice_of(order, advance_payment_method="delivered")
        taken_off = first.invoice_line_ids.filtered("is_downpayment")
        first.invoice_line_ids.filtered("product_id").quantity = 1
        taken_off.price_unit = 100.0
        second = first.copy({"invoice_date": "2027-02-10"})
        for line, same in zip(
            second.invoice_line_ids, first.invoice_line_ids, strict=True
        ):
            line.sale_line_ids = same.sale_line_ids
            line.is_downpayment = same.is_downpayment
        second.write({"home_service_start": "2027-02-02", "home_service_end": False})
        first.write(
            {
                "invoice_date": "2026-11-15",
                "home_service_start": "2026-11-02",
                "home_service_end": "2026-11-13",
            }
        )
        with freeze_time("2027-02-12 10:00:00"):
            for move, day in ((first, "2026-11-20"), (second, "2027-02-11")):
                move.action_post()
                self.assertEqual(move.amount_total, 100.0)
                self._pay(move, 100.0, date=day)
            self.assertEqual(self._received(2026, 2027), [200.0, 150.0])

    def test_deposit_of_an_invoice_that_was_made_anew(self):
        """It goes to the invoice that takes it off now, in whose year it counts."""
        order, deposit = self._with_deposit()
        self._pay(deposit, date="2025-12-20")
        wrong = self._final(order)
        wrong._reverse_moves([{"invoice_date": "2026-03-15"}], cancel=True)
        self.assertEqual(wrong.payment_state, "reversed")
        final = self._final(order)
        self.assertEqual(final.amount_total, 200.0)
        self._pay(final, date="2026-03-15")
        self.assertEqual(self._received(2025, 2026), [0, 400.0])
        made = self.env["home.service.certificate"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(made.line_ids.move_id, final)

    def test_deposit_that_was_partly_given_back(self):
        """50.00 of it in the next year: they are taken off where the deposit counts."""
        order, deposit = self._with_deposit()
        self._pay(deposit, date="2026-02-10")
        final = self._final(order)
        self._pay(final, date="2026-03-15")
        with freeze_time("2027-01-15 10:00:00"):
            credit = deposit._reverse_moves([{"invoice_date": "2027-01-10"}])
            credit.invoice_line_ids.price_unit = 50.0
            credit.action_post()
            self._pay(credit, date="2027-01-12")
            self.assertEqual(self._received(2026, 2027), [350.0, 0])

    def test_nova_counts_the_services_once(self):
        """The final invoice bears them as a whole; the deposit is no other turnover."""

        def turnovers():
            rows = self.env["home.service.nova"].search(
                [("company_id", "=", self.company.id)]
            )
            return (
                sum(rows.mapped("turnover")) - before[0],
                sum(rows.mapped("other_turnover")) - before[1],
            )

        before = (0, 0)
        before = turnovers()
        order = self._order()
        order.action_confirm()
        self._deposit(order)
        self.assertEqual(turnovers(), (0, 0))
        self._final(order)
        self.assertEqual(turnovers(), (600, 0))

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
        fault = final._urssaf_check_sendable()["urssaf_partial"]
        self.assertEqual(fault["code"], "ERR_ACOMPTE_BLOQUE")
        self.assertIn("198", fault["message"])
        self.assertIn("settings", fault["message"])

    def test_more_than_half(self):
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order, 50.1))
        final = self._final(order)
        fault = final._urssaf_check_sendable()["urssaf_deposit"]
        self.assertEqual(fault["code"], "ERR_MONTANT_ACOMPTE")
        self.assertIn("660", fault["message"])

    def test_deposit_that_was_not_paid(self):
        order = self._order()
        order.action_confirm()
        deposit = self._deposit(order)
        final = self._final(order)
        fault = final._urssaf_check_sendable()["urssaf_down_payment"]
        self.assertIn(deposit.name, fault["message"])
        self._pay(deposit, 100.0)
        fault = final._urssaf_check_sendable()["urssaf_down_payment"]
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
        fault = second._urssaf_check_sendable()["urssaf_down_payment"]
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
