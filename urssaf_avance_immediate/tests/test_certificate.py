# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The annual certificate of a customer of avance immédiate: the examples of the year's
books, and the tax credit that was paid in advance.
"""

import base64
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificate(MoneyCase):
    def setUp(self):
        super().setUp()
        self.Certificate = self.env["home.service.certificate"]

    def _made(self, year=2026):
        return self.Certificate._prepare(self.company, self.partner, year)

    def _sent(self, year=2026):
        made = self._made(year)
        made._set_state("ready")
        made._set_state("sent")
        return made

    def _sums(self, year=2026):
        made = self._made(year)
        return made.amount_received, made.amount_advance, made.amount_net

    def _paid(self, amount, day, *lines, **values):
        request = self._collected(*(lines or [(amount, 10)]), **values)
        self._pays(request, amount, day)
        return request

    def _customer_pays(self, move, amount, day):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create({"amount": amount, "payment_date": day})._create_payments()

    def _unsent(self, amount, day="2026-02-03"):
        """An invoice that was not sent yet."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": day,
                "home_service_start": "2026-02-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.vat[10].ids)],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

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
        """256 - 128 + 240 = 368."""
        half = self._paid(256, date(2026, 2, 12))
        self._says(half, "60", date(2026, 3, 9))
        self._take_back(half, date(2026, 3, 10), share="half")
        self._paid(240, date(2026, 3, 12))
        self.assertEqual(self._sums(), (368, 184, 184))

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
        self.assertEqual(self._sums()[0], 66)

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

    # -- the true figure -----------------------------------------------------------

    def _type(self, certificate, amount, user=None):
        wizard = self.env["urssaf.advance"].with_user(user or self.env.user)
        form = Form(wizard.with_context(default_certificate_id=certificate.id))
        form.amount = amount
        action = form.save().action_keep()
        return self.Certificate.browse(action["res_id"])

    def test_typed(self):
        self._paid(320, date(2026, 2, 5))
        made = self._made()
        self.assertEqual(self._type(made, 150, self.user), made)
        self.assertEqual((made.amount_advance, made.amount_net), (150, 170))
        self.assertEqual((made.advance_origin, made.amount_estimated), ("typed", 160))
        # It stays as long as what it is about does.
        self._customer_pays(self._unsent(50), 50, "2026-02-20")
        self.assertEqual(self._sums(), (370, 150, 220))
        self._paid(100, date(2026, 2, 12))
        self.assertEqual(self._sums(), (470, 210, 260))
        self.assertEqual(self._made().advance_origin, "estimation")
        with self.assertRaisesRegex(UserError, "cannot be the tax credit"):
            self._type(made, 471)

    def test_typed_once_it_was_handed_over(self):
        self._paid(320, date(2026, 2, 5))
        first = self._sent()
        second = self._type(first, 150)
        self.assertEqual((first.state, first.amount_advance), ("replace", 160))
        self.assertEqual((second.version, second.replaces_id), (2, first))
        self.assertEqual((second.amount_advance, second.state), (150, "draft"))
        self.assertEqual(second.line_ids.mapped("amount"), [320])
        self.assertIn("150", second.change_note)
        # Nothing else changed, and it stays so.
        self.assertEqual(self._made(), second)
        self.assertEqual(second.amount_advance, 150)
        self.assertIn("150", second.change_note)
        second._set_state("ready")
        second._set_state("sent")
        self.assertEqual(first.state, "replaced")
        self.assertFalse(self._made())
        self.assertEqual(second.state, "sent")

    def _import(self, text, user=None):
        wizard = self.env["urssaf.advance.import"].with_user(user or self.env.user)
        wizard = wizard.create(
            {
                "company_id": self.company.id,
                "year": 2026,
                "file": base64.b64encode(text.encode("cp1252")),
            }
        )
        wizard.action_import()
        return wizard.report

    def test_imported(self):
        self._paid(320, date(2026, 2, 5))
        made = self._made()
        report = self._import(
            "Adresse électronique;Avance\n"
            f"{self.partner.email.upper()};1 50,50 €\n"
            "nobody@example.com;12,00\n"
            f"{self.partner.email};beaucoup\n"
        )
        self.assertEqual(
            (made.amount_advance, made.advance_origin), (150.5, "imported")
        )
        self.assertIn("1 figures", report)
        self.assertIn("3: no certificate of that year", report)
        self.assertIn("4: the amount cannot be read", report)
        number = self.partner.urssaf_enrolment_id.external_id
        self._import(f"{number},160.00\n", self.user)
        self.assertEqual(made.amount_advance, 160)
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self._import("rien")

    def test_rights(self):
        self._paid(320, date(2026, 2, 5))
        made = self._made()
        with self.assertRaises(AccessError):
            self._type(made, 150, self.other_user)
        with self.assertRaises(AccessError):
            made.with_user(self.user).write({"amount_advance": 1})

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
        self.assertLessEqual(count(8), count(2) + 2)
