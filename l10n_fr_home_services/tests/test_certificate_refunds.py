# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was given back and what came without an entry, on the annual certificate."""

from datetime import date

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .certificate_cases import CertificateCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificateRefunds(CertificateCase):
    def _credit(self, invoice, *amounts, day="2026-03-20", match=False):
        """A credit note of this invoice, of its whole by default."""
        credit = invoice._reverse_moves([{"invoice_date": day, "date": day}])
        if amounts:
            for line in credit.invoice_line_ids:
                line.price_unit = dict(amounts).get(line.product_id, 0)
        credit.action_post()
        if match:
            self._owed(credit + invoice).reconcile()
        return credit

    def _owed(self, moves):
        return moves.line_ids.filtered(lambda li: li.display_type == "payment_term")

    def _on_the_bank(self, invoice, amount, day, **values):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": day,
                "payment_ref": "REMISE",
                "amount": amount,
                **values,
            }
        )
        owed = self._owed(invoice)
        _cash, suspense, _other = line._seek_for_lines()
        suspense.write(
            {"account_id": owed.account_id.id, "partner_id": self.customer.id}
        )
        (suspense + owed).reconcile()
        return line

    # -- refunds -------------------------------------------------------------------

    def test_in_cash_of_what_was_paid_by_card(self):
        cash = self.company_data["default_journal_cash"]
        invoice = self._invoice(100)
        self._pay(invoice, 100, kind="card")
        self._pay(self._invoice(60), 60)
        self._pay(self._credit(invoice), 100, journal=cash)
        self.assertEqual(self._figures(), (60, 60))

    def test_of_what_was_paid_in_cash(self):
        cash = self.company_data["default_journal_cash"]
        invoice = self._invoice(50)
        self._pay(invoice, 50, journal=cash)
        self._pay(self._invoice(60), 60)
        self._pay(self._credit(invoice), 50)
        self.assertEqual(self._figures(), (60, 60))

    def test_of_prefinanced_cesu(self):
        """What somebody else financed is given back as such."""
        invoice = self._invoice(100)
        self._pay(invoice, 100, kind="cesu_prefinanced")
        self._pay(self._invoice(300), 300)
        self._pay(self._credit(invoice), 100)
        self.assertEqual(self._figures(), (300, 300))

    def test_goods_that_came_back_before_the_payment(self):
        invoice = self._invoice(136.80, (self.goods, 24))
        self._credit(invoice, (self.goods, 24), match=True)
        self._pay(invoice, 136.80)
        self.assertEqual(self._figures(), (136.80, 136.80))

    def test_services_that_were_credited_before_the_payment(self):
        invoice = self._invoice(136.80, (self.goods, 24))
        self._credit(invoice, (self.housework, 36.80), match=True)
        self._pay(invoice, 124)
        self.assertEqual(self._figures(), (100, 100))

    def test_nothing_for_a_total_of_zero(self):
        invoice = self._invoice(100)
        self._pay(invoice, 100)
        self._pay(self._credit(invoice), 100)
        self.assertEqual(self._figures(), None)
        self.assertFalse(
            self.Certificate.search([("partner_id", "=", self.customer.id)])
        )

    def test_zero_after_a_paper_was_handed_over(self):
        invoice = self._invoice(100)
        self._pay(invoice, 100)
        sent = self._sent()
        self._pay(self._credit(invoice), 100)
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((second.version, second.amount_received), (2, 0))
        self.assertEqual(second.replaces_id, sent)
        self.assertFalse(second._figures()["count"])

    def test_more_given_back_than_paid(self):
        credit = self._invoice(40, kind="out_refund")
        self._pay(credit, 40)
        self.assertEqual(self._figures(), None)
        rows = self.Certificate._missing(self.company, 2026)
        [row] = [row for row in rows if row["kind"] == "negative"]
        self.assertEqual((row["res_id"], row["amount"]), (self.customer.id, -40))

    # -- what the books do not say -------------------------------------------------

    def test_settled_by_an_entry(self):
        invoice = self._invoice(100)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": "2026-03-12",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (self._owed(invoice).account_id, -100),
                        (self.company_data["default_account_expense"], 100),
                    )
                ],
            }
        )
        entry.action_post()
        both = self._owed(invoice) + entry.line_ids.filtered(lambda li: li.credit)
        both.reconcile()
        self.assertEqual(self._figures(), None)
        rows = self.Certificate._missing(self.company, 2026)
        [row] = [row for row in rows if row["kind"] == "entry"]
        self.assertEqual((row["res_id"], row["amount"]), (entry.id, 100))
        self.assertIn(invoice.name, row["sentence"])

    def _pay_without_entry(self, invoice, amount, day, kind):
        """As with Odoo's accounting and a means without outstanding account."""
        moves = self.env.registry["account.move"]
        self.patch(moves, "_get_invoice_in_payment_state", lambda move: "in_payment")
        method = self.bank.inbound_payment_method_line_ids[:1]
        method = method.copy({"home_service_kind": kind, "name": kind})
        method.payment_account_id = False
        payment = self._pay(invoice, amount, day, payment_method_line_id=method.id)
        self.assertFalse(payment.move_id)
        return payment

    def test_payment_without_an_entry(self):
        """The cheque of December that the bank shows in January; prefinanced CESU."""
        invoice = self._invoice(90)
        self._pay_without_entry(invoice, 90, "2026-12-29", "cesu_prefinanced")
        self._on_the_bank(invoice, 90, "2027-01-04")
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((draft.amount_received, draft.amount_prefinanced), (90, 90))
        self.assertEqual(draft.line_ids.paid_on, date(2026, 12, 29))
        self.assertEqual(self._figures(2027), None)
        rows = self.Certificate._missing(self.company, 2026)
        self.assertNotIn("means", [row["kind"] for row in rows])

    def test_payment_without_an_entry_that_the_bank_does_not_show(self):
        invoice = self._invoice(90)
        payment = self._pay_without_entry(invoice, 50, "2026-12-29", "aid")
        self._on_the_bank(invoice, 90, "2026-12-30")
        rows = self.Certificate._missing(self.company, 2026)
        [row] = [row for row in rows if row["kind"] == "means"]
        self.assertEqual((row["model"], row["res_id"]), ("account.payment", payment.id))

    def test_paid_by_somebody_else(self):
        """Prefinanced CESU that its issuer transfers."""
        issuer = self.env["res.partner"].create({"name": "CRCESU", "is_company": True})
        mine, theirs = self._invoice(60), self._invoice(80)
        self._on_the_bank(mine, 60, "2026-05-12", partner_id=self.customer.id)
        self._on_the_bank(theirs, 80, "2026-05-12", partner_id=issuer.id)
        rows = self.Certificate._missing(self.company, 2026)
        [row] = [row for row in rows if row["kind"] == "means"]
        self.assertEqual(row["amount"], 80)
        self.assertIn(theirs.name, row["sentence"])
        self.assertIn("CRCESU", row["sentence"])
        # Said once, on who pays; on the journal for what says nothing of its payer.
        issuer.home_service_kind = "cesu_prefinanced"
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((draft.amount_received, draft.amount_prefinanced), (140, 80))
        self.assertEqual(draft.amount_base, 60)
        rows = self.Certificate._missing(self.company, 2026)
        self.assertNotIn("means", [row["kind"] for row in rows])
        self.bank.home_service_kind = "aid"
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((draft.amount_prefinanced, draft.amount_aid), (80, 60))

    def test_by_transfer_of_somebody_else(self):
        """How the money came says less than who paid: a département pays by transfer,
        and that is the name of the means too.
        """
        payer = self.env["res.partner"].create(
            {"name": "Département", "is_company": True, "home_service_kind": "aid"}
        )
        invoice = self._invoice(60)
        method = self.bank.inbound_payment_method_line_ids[:1]
        method = method.copy({"name": "Transfer", "home_service_kind": "transfer"})
        payment = self.env["account.payment"].create(
            {
                "partner_id": payer.id,
                "amount": 60,
                "date": "2026-03-12",
                "journal_id": self.bank.id,
                "payment_method_line_id": method.id,
            }
        )
        payment.action_post()
        lines = self._owed(invoice) + payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self._owed(invoice).account_id
        )
        lines.reconcile()
        self.assertEqual(self._figures(), (60, 0))

    def _booked_on_another(self, amount, day):
        """A payment that was booked on Mrs A by mistake, and its line there."""
        other = self.env["res.partner"].create({"name": "Mme A"})
        payment = self.env["account.payment"].create(
            {
                "partner_id": other.id,
                "amount": amount,
                "date": day,
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        lines = payment.move_id.line_ids
        return payment, lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _moved_to(self, invoice, amount, day, other):
        """The entry that moves it to the customer of the invoice, who has paid with it;
        the line that it takes from the other one.
        """
        account = self._owed(invoice).account_id
        moved = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "balance": balance,
                        }
                    )
                    for partner, balance in ((other, amount), (self.customer, -amount))
                ],
            }
        )
        moved.action_post()
        debit = moved.line_ids.filtered("debit")
        (self._owed(invoice) + moved.line_ids - debit).reconcile()
        return debit

    def test_moved_long_after_the_year(self):
        """Paid in February 2026 for December 2025, booked on Mrs A, and moved in May
        2027: what was handed over for 2026 is followed by another version.
        """
        self._pay(self._invoice(80, day="2026-06-10"), 80, day="2026-06-10")
        invoice = self._invoice(300, day="2025-12-20")
        payment, received = self._booked_on_another(300, "2026-02-03")
        first = self._sent()
        self.assertEqual(first.amount_received, 80)
        debit = self._moved_to(invoice, 300, "2027-05-12", payment.partner_id)
        (received + debit).reconcile()
        self._watch()
        self.assertEqual(first.state, "replace")
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((second.version, second.amount_received), (2, 380))
        self.assertIn(payment.move_id, second.line_ids.entry_id)
        self.assertEqual(self._figures(2025), None)
        self.assertEqual(self._figures(2027), None)

    def test_paid_long_after_the_year(self):
        """December's invoice, paid in May: of the year in which the money came."""
        self._pay(self._invoice(300, day="2025-12-20"), 300, day="2026-05-12")
        self.assertEqual(self._figures(2025), None)
        self.assertEqual(self._figures(2026), (300, 300))

    def test_moved_from_another_customer(self):
        """300.00 that were booked on Mrs A by mistake, and moved to Mr D: his payment,
        on its own day; what was moved beyond it stays an entry.
        """
        payment, received = self._booked_on_another(300, "2026-12-30")
        invoice = self._invoice(320, day="2026-12-20")
        debit = self._moved_to(invoice, 320, "2027-01-12", payment.partner_id)
        self.assertEqual(self._figures(), None)
        (received + debit).reconcile()
        self.assertEqual(self._figures(), (300, 300))
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(draft.line_ids.entry_id, payment.move_id)
        self.assertEqual(draft.line_ids.paid_on, date(2026, 12, 30))
        rows = self.Certificate._missing(self.company, 2027)
        [row] = [row for row in rows if row["kind"] == "entry"]
        self.assertEqual((row["res_id"], row["amount"]), (debit.move_id.id, 20))
        # A certificate that was handed over is looked at again.
        draft._set_state("ready")
        draft._set_state("sent")
        (received + debit).remove_move_reconcile()
        self.assertTrue(draft.to_check)
