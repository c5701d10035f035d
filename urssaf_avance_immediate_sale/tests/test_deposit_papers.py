# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deposits in the papers of a year: what the customer paid, in which year, once."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.models.invoice.replacing import (
    reversal_notice,
)
from odoo.addons.urssaf_avance_immediate.models.payment_request.set_aside import (
    left_on,
)
from odoo.addons.urssaf_avance_immediate.models.payment_request.settling import (
    collected_twice,
)
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW

from .down_payments import DownPaymentCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDepositPapers(DownPaymentCase):
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

    def _sent_with_deposit(self):
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order))
        final = self._final(order)
        final.action_urssaf_send()
        return final.urssaf_request_id

    def _credited(self, final):
        credit = final._reverse_moves([{"invoice_date": "2026-03-16"}])
        credit.action_post()
        self.assertEqual(credit.amount_total, 462.0)
        return credit

    def _transferred(self, request):
        self._demande(request).move(
            "70",
            "Payée",
            transfer={"mntVirement": 462.0, "dateVirement": "2026-03-15T00:00:00Z"},
        )
        request.action_urssaf_refresh()

    def test_final_invoice_that_is_credited(self):
        """Of 462.00 that Urssaf transfers, 330.00 are the tax credit of the whole price
        and 132.00 what it debited: he gets these back, and his deposit, no more. It is
        the same before and after the transfer.
        """
        request = self._sent_with_deposit()
        self.assertEqual(request.amount_credit_estimate, 330.0)
        self._credited(request.move_id)
        self._transferred(request)
        self.assertTrue(request.can_book_second)
        excess = collected_twice(request)
        self.assertEqual((excess.customers, excess.advanced), (132.0, 330.0))
        self.assertFalse(request.can_set_aside)
        request = self._sent_with_deposit()
        self._transferred(request)
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertIn("132", reversal_notice(request.move_id))
        credit = self._credited(request.move_id)
        self.assertEqual(left_on(request, credit), 330.0)

    def test_deposit_that_was_paid_in_another_year_than_its_invoice(self):
        """It counts on the day of the last payment, though nothing of the invoice that
        takes it off is of that year.
        """
        order, deposit = self._with_deposit()
        final = self._final(order)
        self._pay(final, date="2026-03-15")
        order, whole = self._with_deposit()
        second = self._deposit(order, percent=50.0)
        self._pay(whole | second, date="2025-12-20")
        all_paid = self._final(order)
        self.assertEqual(all_paid.amount_total, 0)
        with freeze_time("2027-01-12 10:00:00"):
            self._pay(deposit, date="2027-01-11")
            self.assertEqual(self._received(2025, 2026, 2027), [400.0, 200.0, 200.0])

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

    def test_services_that_down_payments_have_paid_as_a_whole(self):
        """The final invoice of 0.00 bears their hours and turnover in NOVA, and what
        was paid of the down payments counts with it.
        """
        counters = self.env["home.service.counters"]
        not_here = patch.object(
            type(counters), "_urssaf_declares", return_value=False, autospec=True
        )
        self.enterContext(not_here)
        before = counters._declared(self.company, 2026)

        def counted():
            return round(counters._declared(self.company, 2026) - before, 2)

        order = self._order()
        order.action_confirm()
        first = self._deposit(order, percent=50.0)
        second = self._deposit(order, percent=50.0)
        self.assertEqual((first | second).mapped("amount_total"), [330.0, 330.0])
        self._pay(first)
        self.assertEqual(counted(), 0, "a down payment alone is no service")
        final = self._final(order)
        self.assertEqual((final.amount_total, final.payment_state), (0, "paid"))
        self.assertEqual(counted(), 330.0)
        self._pay(second)
        self.assertEqual(counted(), 660.0)
        rows = self.env["home.service.nova"].search(
            [("company_id", "=", self.company.id), ("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(rows.customer_id, self.partner)
        self.assertEqual((sum(rows.mapped("hours")), rows.turnover), (20, 600))
        # Credited, nothing of it is a service any more.
        final._reverse_moves([{"invoice_date": "2026-03-16"}], cancel=True)
        self.assertEqual(counted(), 0)
        # A part of the price, and a part of what was left.
        order = self._order()
        order.action_confirm()
        self._pay(self._deposit(order))
        final = self._final(order)
        self.assertEqual(counted(), 198.0)
        self._pay(final, 231.0)
        self.assertEqual(counted(), 429.0)
