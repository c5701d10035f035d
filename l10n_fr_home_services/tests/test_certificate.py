# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The figures of annual certificates, from plain invoices and payments."""

from datetime import date

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .certificate_cases import CertificateCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificate(CertificateCase):
    def test_what_counts(self):
        """Card, transfer, cheque and CESU; never cash (D7233-3), nor what is written
        off, nor goods; aids and prefinanced CESU are received, and taken off.
        """
        cash = self.company_data["default_journal_cash"]
        self._pay(self._invoice(50), 50, journal=cash)
        self.assertEqual(self._figures(), None)
        for kind in ("card", "transfer", "cheque", "cesu", "debit"):
            self._pay(self._invoice(100), 100, kind=kind)
        self._pay(self._invoice(80), 80, kind="cesu_prefinanced")
        self._pay(self._invoice(40), 40, kind="aid")
        self._pay(self._invoice((self.goods, 70)), 70)
        self._pay(
            self._invoice(30),
            25,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(draft.amount_received, 645)
        self.assertEqual(draft.amount_prefinanced, 80)
        self.assertEqual(draft.amount_aid, 40)
        self.assertEqual(draft.amount_base, 525)
        self.assertEqual((draft.amount_advance, draft.amount_net), (0, 525))
        self.assertEqual(draft.state, "draft")
        self.assertEqual(sum(draft.line_ids.mapped("amount")), 645)

    def test_mixed_invoice(self):
        """160.80, of which 24.00 are goods: 100.00 received are 85.07 of services."""
        invoice = self._invoice(136.80, (self.goods, 24))
        self._pay(invoice, 100)
        self.assertEqual(self._figures(), (85.07, 85.07))
        self._pay(invoice, 60.80)
        self.assertEqual(self._figures(), (136.80, 136.80))

    def _credited(self, invoice, *prices):
        """A credit note of these prices, line by line, matched with its invoice."""
        credit = invoice._reverse_moves([{"invoice_date": "2026-03-10"}])
        for line, price in zip(credit.invoice_line_ids, prices, strict=True):
            line.price_unit = price
        credit.action_post()
        (credit + invoice).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()

    def test_credited_before_it_was_paid(self):
        """What is paid then is for the rest."""
        returned = self._invoice(136.80, (self.goods, 24))
        self._credited(returned, 0, 24)
        self._pay(returned, 136.80)
        self.assertEqual(self._figures(), (136.80, 136.80))
        less = self._invoice(136.80, (self.goods, 24))
        self._credited(less, 36.80, 0)
        self._pay(less, 124)
        self.assertEqual(self._figures(), (236.80, 236.80))

    def test_a_deposit_of_what_was_cancelled(self):
        invoice = self._invoice(320, day="2026-12-20")
        self._pay(invoice, 80, day="2026-12-07")
        self._credited(invoice, 320)
        self.assertFalse(self._figures(2026))

    def test_cents_of_several_invoices(self):
        invoices = self._invoice(33.35) + self._invoice(33.35) + self._invoice(33.35)
        self._pay(
            invoices,
            100,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertEqual(self._figures(), (100, 100))

    def test_activities(self):
        garden = self._make_service("Jardinage", 40, "70")
        housework = self.env.ref("l10n_fr_home_services.activity_ii_1")
        self.housework.home_service_nature_id.activity_id = housework
        self._pay(self._invoice(30, (garden, 60)), 45)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        by_activity = {
            line.activity_id: (line.amount, line.box, line.mode)
            for line in draft.line_ids
        }
        box = housework._box(2026)
        self.assertEqual(by_activity[housework], (15, box, "provider"))
        self.assertEqual(draft.amount_received, 45)
        self.assertEqual(len(by_activity), 2)

    def test_a_discount_is_of_everything(self):
        discount = self.env["product.product"].create(
            {"name": "Remise", "type": "service"}
        )
        invoice = self._invoice(90, (self.goods, 30), (discount, -20))
        self._pay(invoice, 100)
        self.assertEqual(self._figures(), (75, 75))

    def test_the_year_is_that_of_the_payment(self):
        """Not that of the invoice, nor of an entry that a lock date has shifted."""
        invoice = self._invoice(160, day="2026-03-10")
        self.company.fiscalyear_lock_date = "2026-05-31"
        payment = self._pay(invoice, 160, day="2026-05-07")
        self.assertEqual(payment.date, date(2026, 5, 7))
        self.assertGreater(payment.move_id.date, date(2026, 5, 31))
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(draft.line_ids.date, date(2026, 5, 7))
        self._pay(self._invoice(200, day="2026-12-20"), 200, day="2027-01-04")
        self.assertEqual(self._figures(2026), (160, 160))
        self.assertEqual(self._figures(2027), (200, 200))

    def test_a_deposit_counts_with_the_last_payment(self):
        invoice = self._invoice(320, day="2026-12-20")
        self._pay(invoice, 80, day="2026-12-01")
        self.assertEqual(self._figures(2026), None)
        self._pay(invoice, 240, day="2027-01-15")
        self.assertEqual(self._figures(2026), None)
        self.assertEqual(self._figures(2027), (320, 320))

    def test_one_payment_of_several_invoices_and_several_of_one(self):
        first, second = self._invoice(100), self._invoice(50, (self.goods, 50))
        self._pay(first + second, 150)
        self._pay((first + second).filtered("amount_residual"), 50)
        self.assertEqual(self._figures(), (150, 150))

    def test_line_of_the_bank_on_the_receivable(self):
        invoice = self._invoice(90)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-04-02",
                "payment_ref": "VIR DURAND",
                "amount": 90,
            }
        )
        owed = invoice.line_ids.filtered(lambda li: li.display_type == "payment_term")
        _cash, suspense, _other = line._seek_for_lines()
        suspense.write(
            {"account_id": owed.account_id.id, "partner_id": self.customer.id}
        )
        (suspense + owed).reconcile()
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(draft.amount_received, 90)
        self.assertEqual(draft.line_ids.date, date(2026, 4, 2))
        self.assertEqual(draft.line_ids.kind, "bank")

    def test_refund_of_a_credit_note(self):
        """What is given back is taken off the year in which it was paid."""
        invoice = self._invoice(100)
        self._pay(invoice, 100)
        credit = invoice._reverse_moves(
            [{"invoice_date": "2027-01-10", "date": "2027-01-10"}]
        )
        credit.invoice_line_ids.price_unit = 20
        credit.action_post()
        self.assertEqual(self._figures(2026), (100, 100))
        self._pay(credit, 20, day="2027-01-12")
        self.assertEqual(self._figures(2026), (80, 80))
        self.assertEqual(self._figures(2027), None)

    def test_credit_note_on_another_invoice(self):
        """What was paid stays paid: the credit pays the next invoice."""
        first, second = self._invoice(100), self._invoice(80)
        self._pay(first, 100)
        credit = first._reverse_moves([{"invoice_date": "2026-03-12"}])
        credit.invoice_line_ids.price_unit = 20
        credit.action_post()
        (credit + second).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self._pay(second, 60)
        self.assertEqual(self._figures(), (160, 160))

    def test_who_is_left_aside(self):
        """Companies have no tax credit; another currency is not counted."""
        firm = self.env["res.partner"].create({"name": "SARL", "is_company": True})
        self._pay(self._invoice(100, partner=firm), 100)
        self.assertEqual(self._figures(partner=firm), None)
        other = self._invoice(100)
        self.assertEqual(other.currency_id, self.company.currency_id)
        dollars = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        dollars.active = True
        foreign = other.copy({"currency_id": dollars.id, "invoice_date": "2026-03-10"})
        foreign.action_post()
        self._pay(foreign, 100)
        self.assertEqual(self._figures(), None)

    def test_contacts_and_archived_customers(self):
        """A contact's invoices are those of the customer whom he belongs to."""
        child = self.env["res.partner"].create(
            {"name": "Facturation", "parent_id": self.customer.id, "type": "invoice"}
        )
        self._pay(self._invoice(100, partner=child), 100)
        self.customer.active = False
        drafts = self.Certificate._prepare(self.company, child, 2026)
        self.assertEqual(drafts.partner_id, self.customer)
        self.assertEqual(drafts.amount_received, 100)
        # All customers at once, and nobody twice.
        again = self.Certificate._prepare(self.company, year=2026)
        self.assertEqual(
            again.filtered(lambda d: d.partner_id == self.customer), drafts
        )

    def test_no_customer_at_all_is_nobody(self):
        """An empty selection is not everybody, at any depth."""
        self._pay(self._invoice(100), 100)
        nobody = self.customer.browse()
        ours = self.Certificate.sudo().with_company(self.company)
        self.assertFalse(ours._prepare(self.company, nobody, 2026))
        self.assertFalse(ours._figures_now(self.company, nobody, 2026))
        self.assertFalse(ours._bring_up(self.company, nobody, 2026, new=True))
        self.assertTrue(ours._figures_now(self.company, None, 2026))
        ours._prepare(self.company, None, 2026)
        self.assertTrue(ours._known(self.company, None, 2026))
        self.assertFalse(ours._known(self.company, nobody, 2026))

    # -- rights --------------------------------------------------------------------

    def test_rights(self):
        self._pay(self._invoice(100), 100)
        clerk = new_test_user(
            self.env,
            "certificate_clerk",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        here = self.Certificate.with_user(clerk).with_company(self.company)
        draft = here._prepare(self.company, self.customer.with_user(clerk), 2026)
        self.assertEqual(draft.amount_received, 100)
        for forged in ({"amount_received": 1}, {"state": "sent"}, {"year": 2025}):
            with self.assertRaises(AccessError):
                draft.write(forged)
        with self.assertRaises(AccessError):
            draft.line_ids.write({"amount": 1})
        with self.assertRaises(AccessError):
            here.create({"partner_id": self.customer.id, "year": 2026})
        reader = new_test_user(
            self.env, "certificate_reader", "account.group_account_readonly"
        )
        reader.write(
            {
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        with self.assertRaises(AccessError):
            draft.with_user(reader).action_leave_out()
        other = self.env["res.company"].create({"name": "Une autre"})
        stranger = new_test_user(
            self.env,
            "certificate_stranger",
            "account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            draft.with_user(stranger).read(["amount_received"])
        with self.assertRaises(AccessError):
            self.Certificate.with_user(stranger)._prepare(
                self.company.with_user(stranger), None, 2026
            )

    def test_branch(self):
        """One certificate for all that the declaration covers."""
        branch = self.env["res.company"].with_user(SUPERUSER_ID)
        branch = branch.create({"name": "Agence", "parent_id": self.company.id})
        branch = branch.with_env(self.env)
        self.env.user.sudo().company_ids |= branch
        receivable = self.company_data["default_account_receivable"]
        self.customer.with_company(branch).property_account_receivable_id = receivable
        self._pay(self._invoice(100), 100)
        in_branch = self.env["account.move"].with_company(branch)
        move = in_branch.create(
            {
                "move_type": "out_invoice",
                "company_id": branch.id,
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "price_unit": 40,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        self.assertEqual(move.company_id, branch)
        move.action_post()
        self._pay(move, 40)
        draft = self.Certificate._prepare(branch, self.customer, 2026)
        self.assertEqual(draft.company_id, self.company)
        self.assertEqual(draft.amount_received, 140)
        # With a declaration of its own, a certificate of its own.
        branch.home_service_sap_number = "SAP552100554"
        self.assertEqual(
            self.Certificate._prepare(branch, self.customer, 2026).amount_received, 40
        )
        self.assertEqual(self._figures(), (100, 100))

    def test_queries_do_not_grow_with_the_customers(self):
        def count(customers):
            partners = self.env["res.partner"].create(
                [{"name": f"Client {n}"} for n in range(customers)]
            )
            for partner in partners:
                self._pay(self._invoice(100, partner=partner), 100)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            drafts = self.Certificate._prepare(self.company, partners, 2026)
            self.env.flush_all()
            self.assertEqual(len(drafts), customers)
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(3), count(12)
        self.assertLessEqual(many, few + 2)
