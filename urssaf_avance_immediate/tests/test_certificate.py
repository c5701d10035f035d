# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The annual certificate of a customer of avance immédiate: the examples of the year's
books, and the tax credit that was paid in advance.
"""

from datetime import date

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .certificate_cases import CertificateCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificate(CertificateCase):
    # -- the examples of the year's books --------------------------------------------

    def test_a_year_and_what_changed_in_february(self):
        """320 + 96 + (80 deposit + 240) + 160, of which a first version said 992."""
        self._paid(320, date(2026, 2, 5))
        self._paid(96, date(2026, 2, 12))
        wrong = self._paid(96, date(2026, 2, 20))
        self.company.urssaf_declare_deposits = True
        move = self._unsent(320)
        self._customer_pays(move, 80, "2026-02-10")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_request_id.amount_deposit, 80)
        self._pays(move.urssaf_request_id, 240, date(2026, 3, 12))
        last = self._collected((160, 10))
        with freeze_time("2026-06-10 10:00:00"):
            self.company.fiscalyear_lock_date = "2026-05-31"
        self._pays(last, 160, date(2026, 5, 7), date(2026, 6, 10))
        self.assertGreater(last.payment_ids.move_id.date, date(2026, 5, 31))
        with freeze_time("2027-01-15 10:00:00"):
            first = self._sent()
        self.assertEqual(
            (first.amount_received, first.amount_advance, first.amount_net),
            (992, 496, 496),
        )
        self.assertEqual(first.advance_origin, "estimation")
        deposit = first.line_ids.filtered("is_deposit")
        self.assertEqual((deposit.amount, deposit.date), (80, date(2026, 3, 12)))
        in_may = first.line_ids.filtered(lambda line: line.move_id == last.move_id)
        self.assertEqual((in_may.date, in_may.kind), (date(2026, 5, 7), "urssaf"))
        self._says(wrong, "110", date(2027, 2, 3), "Annulée")
        self._take_back(wrong, date(2027, 2, 4))
        self.assertTrue(first.to_check)
        with freeze_time("2027-02-05 10:00:00"):
            self.Certificate._cron_watch()
            self.assertEqual(first.state, "replace")
            self.assertIn(wrong.move_id.name, first.stale_note)
            second = self._made()
        self.assertEqual(
            (second.amount_received, second.amount_advance, second.amount_net),
            (896, 448, 448),
        )
        self.assertEqual((second.version, second.replaces_id), (2, first))
        # The sums of the customer are the money that came for him, to the cent.
        self.assertEqual(sum(second.line_ids.mapped("amount")), 896)
        self.assertFalse(self._made(2027))

    def test_half_taken_back(self):
        """256 - 128 + 240 = 368. The customer's half alone was taken back: the tax
        credit of 128 stays advanced, also once he has paid his half by card.
        """
        half = self._paid(256, date(2026, 2, 12))
        self._says(half, "60", date(2026, 3, 9))
        wizard = self._take_back(half, date(2026, 3, 10), share="half")
        self.assertTrue(half._live_payments().filtered("urssaf_customers_half"))
        self._paid(240, date(2026, 3, 12))
        self.assertEqual(self._sums(), (368, 248, 120))
        uses = self.env["urssaf.ceiling.use"]
        counter = uses._counters(self.company, self.partner, wizard.date)
        self.assertEqual(counter[self.partner].total("advance"), 24800)
        self._customer_pays(half.move_id, 128, "2026-03-14")
        self.assertEqual(self._sums(), (496, 248, 248))

    def test_whole_taken_back(self):
        whole = self._paid(256, date(2026, 2, 12))
        self._says(whole, "60", date(2026, 3, 9))
        self._take_back(whole, date(2026, 3, 10), share="whole")
        self._customer_pays(whole.move_id, 256, "2026-03-14")
        self.assertEqual(self._sums(), (256, 0, 256))

    def test_half_that_the_bank_shows(self):
        """The line of the bank is his half to the cent: that is what is proposed."""
        request = self._paid(256, date(2026, 2, 12))
        self._says(request, "60", date(2026, 3, 9))
        debit = self._bank(-128, date(2026, 3, 10))
        values = {"request_id": request.id, "statement_line_id": debit.id}
        wizard = self.env["urssaf.payment.request.reversal"].with_user(self.manager)
        wizard = wizard.create(values)
        self.assertEqual((wizard.share, wizard.amount), ("half", 128))
        other = self._bank(-100, date(2026, 3, 10))
        wizard = wizard.create({**values, "statement_line_id": other.id})
        self.assertEqual((wizard.share, wizard.amount), ("whole", 100))

    def test_paid_partly_by_urssaf_and_partly_directly(self):
        self._paid(448, date(2026, 2, 5))
        self._customer_pays(self._unsent(251.20), 251.20, "2026-02-20")
        self.assertEqual(self._sums(), (699.20, 224, 475.20))

    def test_a_deposit_that_was_declared_counts_with_the_transfer(self):
        """Paid in December when the services were done already, transferred in
        January.
        """
        self.company.urssaf_declare_deposits = True
        with freeze_time("2026-12-21 10:00:00"):
            move = self._unsent(320, "2026-12-18")
            self._customer_pays(move, 80, "2026-12-20")
            move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.amount_deposit, 80)
        self.assertFalse(self._made())
        self._pays(request, 240, date(2027, 1, 5))
        self.assertFalse(self._made())
        self.assertEqual(self._sums(2027), (320, 160, 160))

    def _credited(self, move, amount):
        """Credited on 10 March, after Urssaf has paid it."""
        credit = move._reverse_moves(
            [{"invoice_date": "2026-03-10", "date": "2026-03-10"}]
        )
        credit.invoice_line_ids.price_unit = amount
        credit.action_post()
        return credit

    def test_credited_is_on_the_list(self):
        """What is open of the credit note is not all the customer's."""
        request = self._paid(256, date(2026, 2, 12))
        credit = self._credited(request.move_id, 32)
        rows = self.Certificate._missing(self.company, 2026)
        [row] = [row for row in rows if row["kind"] == "give_back"]
        self.assertEqual((row["res_id"], row["amount"]), (credit.id, 16))

    def test_credited_after_urssaf_has_paid(self):
        """The customer gets his half back; the other half was never his expense."""
        whole, part = self._collected((256, 10)), self._collected((256, 10))
        self._pays(whole, 256, date(2026, 2, 12))
        self._pays(part, 256, date(2026, 2, 12))
        price = whole.move_id.invoice_line_ids.price_unit
        self._customer_pays(self._credited(whole.move_id, price), 128, "2026-03-12")
        self.assertEqual(self._sums(), (256, 128, 128))
        self._customer_pays(self._credited(part.move_id, price / 8), 16, "2026-03-12")
        self.assertEqual(self._sums(), (224, 112, 112))

    def test_credited_after_a_deposit_and_a_transfer(self):
        """He gets back the 80 that he had paid and the 80 that Urssaf debited: nothing
        of the invoice was his expense.
        """
        self._paid(256, date(2026, 2, 12))
        self.company.urssaf_declare_deposits = True
        move = self._unsent(320)
        self._customer_pays(move, 80, "2026-02-10")
        move.action_urssaf_send()
        self._pays(move.urssaf_request_id, 240, date(2026, 3, 9))
        self.assertEqual(self._sums(), (576, 288, 288))
        price = move.invoice_line_ids.price_unit
        self._customer_pays(self._credited(move, price), 160, "2026-03-12")
        self.assertEqual(self._sums(), (256, 128, 128))

    def test_tax_credit_that_the_bank_shows(self):
        """Urssaf debits what it had advanced of a cancelled invoice. Though it is as
        much as the customer's half was, nothing of it stays advanced.
        """
        self._paid(256, date(2026, 2, 12))
        request = self._paid(256, date(2026, 2, 13))
        price = request.move_id.invoice_line_ids.price_unit
        credit = self._credited(request.move_id, price)
        request.invalidate_recordset()
        request.with_user(self.manager).action_set_aside()
        self._customer_pays(credit, 128, "2026-03-12")
        self._says(request, "60", date(2026, 3, 13))
        debit = self._bank(-128, date(2026, 3, 14))
        values = {"request_id": request.id, "statement_line_id": debit.id}
        wizard = self.env["urssaf.payment.request.reversal"].with_user(self.manager)
        wizard = wizard.create(values)
        self.assertEqual((wizard.share, wizard.amount), ("whole", 128))
        # Whatever somebody chooses.
        wizard.share = "half"
        wizard.amount = 128
        wizard.action_reverse()
        self.assertFalse(request.payment_ids.filtered("urssaf_customers_half"))
        self.assertEqual(self._balance(self.surplus), 0)
        self.assertEqual(self._sums(), (256, 128, 128))
        # All of it is available again, and not half.
        uses = self.env["urssaf.ceiling.use"]
        counter = uses._counters(self.company, self.partner, date(2026, 3, 14))
        self.assertEqual(counter[self.partner].total("advance"), 12800)

    def _credited_and_set_aside(self, move):
        request = move.urssaf_request_ids
        price = move.invoice_line_ids.price_unit
        credit = self._credited(move, price)
        request.invalidate_recordset()
        request.with_user(self.manager).action_set_aside()
        return credit

    def test_set_aside_where_he_bore_nothing(self):
        """No refund says that the tax credit is none any more: the entry does."""
        self._paid(256, date(2026, 2, 12))
        half = self._paid(256, date(2026, 2, 13))
        self._says(half, "60", date(2026, 3, 2))
        self._take_back(half, date(2026, 3, 9), share="half")
        self.assertEqual(self._sums(), (384, 256, 128))
        held = self._sent()
        credit = self._credited_and_set_aside(half.move_id)
        self.assertEqual(credit.amount_residual, 0)
        self.assertEqual(self._sums(), (256, 128, 128))
        # Nobody gave him anything back.
        self.assertIn("tax credit of 128,00", held.stale_note)
        self.assertNotIn("given back", held.stale_note)
        # His deposit was all his share, and is given back.
        self.company.urssaf_declare_deposits = True
        move = self._unsent(320)
        self._customer_pays(move, 160, "2026-02-10")
        move.action_urssaf_send()
        self._pays(move.urssaf_request_id, 160, date(2026, 2, 16))
        self.assertEqual(self._sums(), (576, 288, 288))
        credit = self._credited_and_set_aside(move)
        self._customer_pays(credit, 160, "2026-03-12")
        self.assertEqual(self._sums(), (256, 128, 128))

    def test_set_off(self):
        """What Urssaf keeps for contributions paid the invoice, on its own day."""
        request = self._collected((66, 10))
        self._pays(request, 60, date(2026, 2, 5))
        request.with_user(self.manager).action_book_set_off()
        made = self._made()
        self.assertEqual((made.amount_received, made.amount_advance), (66, 33))
        line = made.line_ids.filtered(lambda one: one.kind == "set_off")
        self.assertEqual((line.amount, line.date), (6, date(2026, 2, 5)))

    def test_collected_twice_counts_once(self):
        request = self._collected((66, 10))
        self._customer_pays(request.move_id, 66, "2026-02-04")
        self._pays(request, 66, date(2026, 2, 5))
        request.with_user(self.manager).action_book_second_collection()
        # Of his 99.00 he gets 66.00 back: 33.00 are his, 33.00 were advanced.
        self.assertEqual(self._sums(), (66, 33, 33))
        credit = request.payment_ids.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        back = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_id": self.partner.id,
                "amount": 66,
                "date": "2026-02-20",
            }
        )
        back.action_post()
        owed = back.move_id.line_ids.filtered(
            lambda line: line.account_id == credit.account_id
        )
        (credit + owed).reconcile()
        self.assertEqual(self._sums(), (66, 33, 33))

    def test_no_more_than_the_ceiling_that_was_left(self):
        request = self._paid(320, date(2026, 2, 5))
        uses = request.ceiling_use_ids.filtered(lambda use: use.kind == "advance")
        uses.sudo().amount = 100
        self.assertEqual(self._sums(), (320, 100, 220))

    def test_which_date_counts(self):
        """Around the turn of the year, the setting decides; both are said by name."""
        with freeze_time("2026-12-28 10:00:00"):
            request = self._collected((160, 10), invoice_date="2026-12-28")
        self._says(request, "30", date(2026, 12, 30), "Validée")
        self._pays(request, 160, date(2027, 1, 5))
        self.assertEqual(request.validated_on, date(2026, 12, 30))
        rows = self.Certificate._missing(self.company, 2026)
        [text] = [row["sentence"] for row in rows if row["kind"] == "straddle"]
        self.assertIn(self.partner.name, text)
        self.assertFalse(self._made(2026))
        self.assertEqual(self._sums(2027), (160, 80, 80))
        self.company.home_service_certificate_basis = "validation"
        made = self._made(2026)
        self.assertEqual((made.amount_received, made.date_basis), (160, "validation"))
        self.assertFalse(
            self.Certificate.search([("year", "=", 2027)]) & self._made(2027)
        )

    # -- what is missing -----------------------------------------------------------

    def test_missing(self):
        self._paid(160, date(2026, 2, 5))
        self.company.urssaf_surplus_account_id = False
        request = self._collected((66, 10))
        self._pays(request, 70, date(2026, 2, 6))
        self.assertTrue(request.to_book)
        rows = self.Certificate._missing(self.company, 2026)
        found = {row["kind"]: row for row in rows}
        self.assertEqual(found["not_booked"]["res_id"], request.id)
        self.assertIn("not checked", found["transit"]["sentence"])
        screen = self.env["home.service.certificate.missing"]
        screen._show(self.company, 2026)
        transit = screen.search([("kind", "=", "transit")])
        self.assertEqual(transit.action_open()["res_model"], "urssaf.transit")
        account = self.company._urssaf_transit_account()
        self.env["urssaf.transfer.statement"].sudo().create(
            {
                "company_id": self.company.id,
                "account_id": account.id,
                "date_from": "2026-12-01",
                "date": "2026-12-31",
                "signed_by_id": self.env.uid,
                "signed_on": NOW,
            }
        )
        rows = self.Certificate._missing(self.company, 2026)
        self.assertNotIn("transit", [row["kind"] for row in rows])

    def test_queries_do_not_grow_with_the_demandes(self):
        def count(demandes):
            for _each in range(demandes):
                self._paid(100, date(2026, 2, 5))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._made()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few = count(1)
        self.assertLessEqual(count(5), few + 2)
