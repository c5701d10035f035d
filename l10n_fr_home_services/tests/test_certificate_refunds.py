# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was given back, what came without an entry, and what was handed over, on the
annual certificate.
"""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_certificate import CertificateCase


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

    # -- what was handed over ------------------------------------------------------

    def test_left_out_and_taken_in_after_it_was_handed_over(self):
        """The customer holds it: it is neither written over nor deleted."""
        payment = self._pay(self._invoice(96), 96)
        sent = self._sent()
        payment.action_draft()
        self.Certificate._prepare(self.company, self.customer, 2026)
        sent.action_leave_out()
        with self.assertRaisesRegex(UserError, "cannot become"):
            sent._set_state("draft")
        sent.action_take_in()
        self.assertEqual((sent.exists().state, sent.amount_received), ("replace", 96))
        self.assertIn("no longer counts", sent.stale_note)
        self._pay(self._invoice(40), 40)
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((second.version, second.replaces_id), (2, sent))
        self.assertEqual(sent.amount_received, 96)

    def test_the_day_in_paris(self):
        self._pay(self._invoice(96), 96)
        self.env.user.tz = "America/Guadeloupe"
        with freeze_time("2027-01-31 23:30:00"):
            sent = self._sent()
        self.assertEqual(sent.sent_on, date(2027, 2, 1))

    def test_contact_that_got_a_parent(self):
        self._pay(self._invoice(96), 96)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self._pay(self._invoice(40), 40)
        parent = self.env["res.partner"].create({"name": "M. Durand"})
        self.customer.parent_id = parent
        draft.action_refresh()
        self.assertFalse(draft.exists())
        found = self.Certificate.search([("partner_id", "=", parent.id)])
        self.assertEqual(found.amount_received, 136)

    def test_branch_that_was_closed(self):
        branch = self.env["res.company"].sudo()
        branch = branch.create({"name": "Agence", "parent_id": self.company.id})
        branch.active = False
        self.assertIn(branch, self.company._home_service_certified())

    def test_found_by_the_name_of_the_customer(self):
        self._pay(self._invoice(96), 96)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        found = self.Certificate.name_search("Camille Dur")
        self.assertIn(draft.id, [one[0] for one in found])

    def test_payments_go_on_without_the_scheduled_action(self):
        self.env.ref("l10n_fr_home_services.ir_cron_certificate_watch").unlink()
        self._pay(self._invoice(96), 96)
        sent = self._sent()
        self._pay(self._invoice(40), 40)
        self.assertTrue(sent.to_check)

    def test_note_on_a_certificate(self):
        self._pay(self._invoice(96), 96)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(draft._mail_post_access, "read")
