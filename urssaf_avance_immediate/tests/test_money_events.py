# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands on which account on which day, for each event of Urssaf's money; and the
VAT on collection, month by month, whatever is locked.
"""

from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools import format_date

from .cases import NOW, UrssafCase

FEBRUARY = {
    "invoice_date": "2026-02-03",
    "home_service_start": "2026-02-02",
    "home_service_end": "2026-02-03",
}


class MoneyCase(UrssafCase):
    """A company on VAT on collection, with accounts for Urssaf's transfers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("money", "urssaf_avance_immediate.group_manager")
        cls.company.write(
            {
                "urssaf_accountant_id": cls.manager.id,
                "urssaf_responsible_id": cls.manager.id,
            }
        )
        cls.company.action_urssaf_set_up_transfers()
        cls.transit = cls.company._urssaf_transit_account()
        cls.set_off = cls.company.urssaf_set_off_account_id
        cls.surplus = cls.company.urssaf_surplus_account_id
        cls.receivable = cls.company_data["default_account_receivable"]
        taxes = cls.env["account.tax"].with_context(active_test=False)
        cls.vat = {
            rate: taxes.search(
                [
                    *taxes._check_company_domain(cls.company),
                    ("type_tax_use", "=", "sale"),
                    ("amount", "=", rate),
                    ("tax_exigibility", "=", "on_payment"),
                    ("country_id.code", "=", "FR"),
                    ("price_include_override", "=", "tax_included"),
                ],
                limit=1,
            )
            for rate in (10, 20)
        }
        for tax in cls.vat.values():
            tax.active = True
        cls.company.tax_exigibility = True
        cls.vat_accounts = cls.env["account.account"].search(
            [
                *cls.env["account.account"]._check_company_domain(cls.company),
                ("code", "=like", "4457%"),
            ]
        ) - cls.env["account.account"].search([("code", "=like", "44574%")])

    def setUp(self):
        super().setUp()
        self._enrol()

    # -- makers ---

    def _collected(self, *lines, **values):
        """A demande for an invoice of ``(price with VAT, rate)``, VAT on collection."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                **FEBRUARY,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": 1,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.vat[rate].ids)],
                        }
                    )
                    for price, rate in lines
                ],
                **values,
            }
        )
        move.action_post()
        move.action_urssaf_send()
        return move.urssaf_request_id

    def _says(self, request, status, day, label=None, **values):
        """Urssaf says so, and Odoo asks, on that day."""
        self._demande(request).move(status, label or status, **values)
        when = datetime.combine(day, NOW.time())
        self._make_due(request, when)
        with freeze_time(when + timedelta(seconds=1)):
            self._run_cron("follow")

    def _pays(self, request, amount, day, seen=None):
        transfer = {
            "mntVirement": amount,
            "dateVirement": f"{day}T00:00:00Z",
        }
        self._says(request, "70", seen or day, "Payée", transfer=transfer)

    def _take_back(self, request, day, booked=None, **values):
        """In the dialogue, as the manager; ``day`` of the debit, ``booked`` when."""
        with freeze_time(datetime.combine(booked or day, NOW.time())):
            request.invalidate_recordset()
            action = request.with_user(self.manager).action_reverse_payment()
            form = Form(
                self.env[action["res_model"]]
                .with_user(self.manager)
                .with_context(**action["context"])
            )
            for name, value in {"date": day, **values}.items():
                setattr(form, name, value)
            wizard = form.save()
            wizard.action_reverse()
        return wizard

    def _bank(self, amount, day, label="VIR URSSAF", partner=None):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company.urssaf_payment_journal_id.id,
                "amount": amount,
                "date": day,
                "payment_ref": label,
                "partner_id": partner and partner.id,
            }
        )

    # -- what stands where ---

    def _lines(self, account, upto=None):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "in", account.ids),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )
        return lines.filtered(lambda line: not upto or line.date <= upto)

    def _balance(self, account, upto=None):
        lines = self._lines(account, upto)
        return self.company.currency_id.round(sum(lines.mapped("balance")))

    def _vat_of(self, month):
        """VAT that is due for this month of 2026."""
        lines = self._lines(self.vat_accounts).filtered(
            lambda line: line.date.month == month
        )
        return self.company.currency_id.round(-sum(lines.mapped("balance")))

    def _open(self, account):
        lines = self._lines(account)
        return [line.amount_residual for line in lines if not line.reconciled]

    def _months(self, *months):
        return {month: self._vat_of(month) for month in months}

    def _month(self, month):
        return format_date(self.env, date(2026, month, 1), date_format="MMMM y")

    def _notes(self, request):
        return " ".join(str(note) for note in request.activity_ids.mapped("note"))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMoneyEvents(MoneyCase):
    def test_paid_on_the_day_of_the_transfer(self):
        request = self._collected((251.20, 10))
        self._pays(request, 251.20, date(2026, 2, 5), date(2026, 2, 9))
        before, day = date(2026, 2, 4), date(2026, 2, 5)
        self.assertEqual(self._balance(self.transit, before), 0.0)
        self.assertEqual(self._balance(self.transit, day), 251.20)
        self.assertEqual(self._balance(self.receivable, day), 0.0)
        self.assertEqual(
            set(request.payment_ids.move_id.line_ids.mapped("name")),
            {f"{request.name} Urssaf {request.external_id} 05/02/2026"},
        )
        self.assertFalse(request.activity_ids)

    # -- more than the balance ---

    def test_a_surplus_is_nobody_s(self):
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(self._balance(self.transit), 70.0)
        self.assertEqual(self._balance(self.receivable), 0.0)
        [line] = self._lines(self.surplus)
        self.assertEqual((line.balance, bool(line.partner_id)), (-4.0, False))
        self.assertFalse(self._open(self.receivable))
        self.assertEqual((request.amount_booked, request.surplus_amount), (70.0, 4.0))
        self.assertIn("4,00", self._notes(request))
        self.assertIn("467200", self._notes(request))
        # Nor is it a deposit of his next invoice.
        self.company.urssaf_declare_deposits = True
        following = self._invoice()
        self.assertFalse(following.invoice_has_outstanding)
        following.action_urssaf_send()
        self.assertEqual(following.urssaf_request_id.amount_deposit, 0.0)

    def test_no_surplus_without_its_account(self):
        self.company.urssaf_surplus_account_id = False
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self.assertFalse(request.payment_ids)
        self.assertEqual(request.state, "paid")
        self.assertIn("Set up the accounts", self._notes(request))
        self.company.urssaf_surplus_account_id = self.surplus
        request.action_register_transfer()
        self.assertEqual(self._balance(self.surplus), -4.0)
        self.assertEqual(self._balance(self.receivable), 0.0)

    def test_paid_in_part_then_collected_twice(self):
        request = self._collected((66, 10))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"amount": 20.0, "payment_date": "2026-02-04"})._create_payments()
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertEqual(self._balance(self.surplus), -20.0)
        self.assertEqual(self._balance(self.receivable), 0.0)
        self.assertIn("Collected twice", self._notes(request))
        request.with_user(self.manager).action_book_second_collection()
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertFalse(self._open(self.surplus))
        self.assertEqual(self._open(self.receivable), [-20.0])
        credit = self._lines(self.receivable).filtered(lambda line: not line.reconciled)
        self.assertEqual(credit.partner_id, self.partner)
        self.assertEqual(credit.date, date(2026, 2, 5))
        self.assertIn(request.external_id, credit.name)
        self.assertFalse(request.activity_ids or request.surplus_amount)
        with self.assertRaises(UserError):
            request.with_user(self.manager).action_book_second_collection()

    def test_all_collected_twice(self):
        request = self._collected((66, 10))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"payment_date": "2026-02-04"})._create_payments()
        self._pays(request, 66.0, date(2026, 2, 5))
        self.assertFalse(request.payment_ids)
        self.assertIn("Collected twice", self._notes(request))
        self.assertTrue(request.can_book_second)
        vat = self._months(2)
        with self.assertRaises(AccessError):
            request.with_user(self.user).action_book_second_collection()
        request.with_user(self.manager).action_book_second_collection()
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertEqual(self._open(self.receivable), [-66.0])
        self.assertEqual(request.payment_ids.urssaf_request_id, request)
        self.assertEqual(request.amount_booked, 66.0)
        self.assertEqual(self._months(2), vat)
        self.assertFalse(request.activity_ids or request.matter)
        # It is no deposit of his next invoice.
        self.company.urssaf_declare_deposits = True
        following = self._invoice()
        following.action_urssaf_send()
        self.assertEqual(following.urssaf_request_id.amount_deposit, 0.0)

    # -- less: set off ---

    def test_set_off(self):
        request = self._collected((256, 10))
        self._pays(request, 200.0, date(2026, 2, 12))
        self.assertEqual(request.move_id.amount_residual, 56.0)
        self.assertIn("Set off by Urssaf", self._notes(request))
        with self.assertRaises(AccessError):
            request.with_user(self.user).action_book_set_off()
        request.with_user(self.manager).action_book_set_off()
        self.assertEqual(self._balance(self.set_off), 56.0)
        self.assertEqual(self._balance(self.set_off, date(2026, 2, 11)), 0.0)
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual((request.set_off_amount, request.transfer_gap), (56.0, 0.0))
        self.assertEqual(self._months(2, 3), {2: 23.27, 3: 0.0})
        self.assertFalse(request.activity_ids)
        for line in request.set_off_move_id.line_ids:
            self.assertIn("L133-8-8", line.name)
            self.assertIn(request.external_id, line.name)
        with self.assertRaises(UserError):
            request.with_user(self.manager).action_book_set_off()
        # Taken back by the accountant: the difference is there again.
        request.set_off_move_id._reverse_moves(cancel=True)
        self.assertEqual((request.set_off_amount, request.transfer_gap), (0.0, -56.0))
        self.assertTrue(request.can_set_off)

    def test_all_of_it_set_off(self):
        request = self._collected((66, 10))
        self._pays(request, 0.0, date(2026, 2, 12))
        self.assertFalse(request.payment_ids)
        self.assertIn("Set off by Urssaf", self._notes(request))
        request.with_user(self.manager).action_book_set_off()
        self.assertEqual(self._balance(self.set_off), 66.0)
        self.assertFalse(self._open(self.receivable))
        self.assertFalse(request.to_book or request.activity_ids)
        self._pays(request, 0.0, date(2026, 2, 12), date(2026, 2, 13))
        self.assertFalse(request.activity_ids)

    # -- the bank line came first ---

    def _bank_first(self, request, amount, label="VIR URSSAF", day="2026-02-06"):
        line = self._bank(amount, day, label, self.partner)
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.receivable
        owed = request.move_id.line_ids.filtered(
            lambda one: one.account_id == self.receivable
        )
        (suspense + owed).reconcile()
        self.assertEqual(request.move_id.amount_residual, 66.0 - amount)
        return line

    def _assert_adopted(self, request):
        [payment] = request.payment_ids
        self.assertTrue(payment.is_matched)
        self.assertEqual(self._balance(self.transit), 0.0)
        self.assertFalse(self._open(self.transit) or self._open(self.receivable))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(payment.date, date(2026, 2, 5))
        self.assertFalse(request.activity_ids)
        self.assertEqual(self._months(2, 3, 4), {2: 6.0, 3: 0.0, 4: 0.0})

    def test_the_bank_line_came_first(self):
        request = self._collected((66, 10))
        line = self._bank_first(request, 66.0)
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 2, 9))
        self._assert_adopted(request)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line._seek_for_lines()[2].account_id, self.transit)

    def test_the_bank_line_came_first_and_is_locked(self):
        request = self._collected((66, 10))
        line = self._bank_first(request, 66.0)
        self.company.fiscalyear_lock_date = "2026-02-28"
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 2))
        [payment] = request.payment_ids
        self.assertTrue(payment.is_matched)
        self.assertFalse(self._open(self.transit) or self._open(self.receivable))
        self.assertEqual(line._seek_for_lines()[2].account_id, self.receivable)
        self.assertEqual(self._balance(self.receivable, date(2026, 2, 28)), 0.0)
        self.assertEqual(self._months(2, 3, 4), {2: 6.0, 3: 0.0, 4: 0.0})
        self.assertFalse(request.activity_ids)

    def test_the_bank_line_of_a_customer_is_his(self):
        """A person says whose it is: two buttons."""
        request = self._collected((66, 10))
        line = self._bank_first(request, 66.0, "VIR MME MARTIN")
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 2, 9))
        self.assertFalse(request.payment_ids)
        self.assertIn("Collected twice", self._notes(request))
        self.assertEqual(line._seek_for_lines()[2].account_id, self.receivable)
        request.action_register_transfer()
        self._assert_adopted(request)

    # -- 70 again, cancelled, deleted ---

    def test_seventy_again_after_a_partial_take_back(self):
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        self._take_back(request, date(2026, 3, 10), amount=33.0)
        self.assertEqual(
            (request.amount_booked, request.transfer_missing), (33.0, 33.0)
        )
        self.assertFalse(request.transfer_bookable, "Urssaf has it")
        # The same transfer date: it cannot have come before it was taken back.
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 20))
        self.assertEqual(request.amount_booked, 33.0)
        self.assertIn("33,00", self._notes(request))
        self.assertIn("Register the payment again", self._notes(request))
        request.action_register_transfer()
        last = request.payment_ids.sorted("id")[-1]
        self.assertEqual((last.amount, last.date), (33.0, date(2026, 3, 20)))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(self._balance(self.transit), 66.0)
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(self._months(2, 3), {2: 6.0, 3: 0.0})
        said = request.action_register_transfer()["params"]["message"]
        self.assertIn("Nothing was done", said)
        self.assertEqual(request.amount_booked, 66.0)

    def test_a_higher_amount_afterwards(self):
        request = self._collected((66, 10))
        self._pays(request, 60.0, date(2026, 2, 5))
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 2, 6))
        self.assertEqual(request.amount_booked, 60.0, "nothing by itself")
        self.assertIn("6,00", self._notes(request))
        request.action_register_transfer()
        self.assertEqual(request.payment_ids.mapped("amount"), [6.0, 60.0])
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(request.transfer_gap, 0.0)

    def test_a_deleted_payment_never_comes_back_by_itself(self):
        """Whatever Urssaf says afterwards."""
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        self._says(request, "60", date(2026, 3, 2))
        with freeze_time("2026-03-05 10:00:00"):
            request.payment_ids.action_draft()
            request.payment_ids.unlink()
        self.assertEqual(self._months(2, 3), {2: 6.0, 3: -6.0})
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 3, 9))
        self.assertEqual(request.state, "paid")
        self.assertFalse(request.payment_ids)
        request.action_register_transfer()
        self.assertEqual(request.amount_booked, 66.0)

    def test_a_payment_cancelled_later_leaves_the_month_that_was_filed(self):
        request = self._collected((66, 10))
        self._pays(request, 66.0, date(2026, 2, 5))
        with freeze_time("2026-04-03 10:00:00"):
            request.payment_ids.action_cancel()
        self.assertEqual(self._months(2, 3, 4), {2: 6.0, 3: 0.0, 4: -6.0})
        self._pays(request, 66.0, date(2026, 2, 5), date(2026, 4, 9))
        self.assertFalse(request.amount_booked)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTakeBack(MoneyCase):
    """money.md §2: 251.20 and 256.00, with the VAT of each month."""

    def setUp(self):
        super().setUp()
        self.first = self._collected((160, 10), (91.20, 20))
        self.second = self._collected((256, 10))
        self.third = self._collected((268.29, 10))
        self._pays(self.first, 251.20, date(2026, 2, 5))
        self._pays(self.second, 256.0, date(2026, 2, 12))
        self._pays(self.third, 268.29, date(2026, 2, 20))
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: 0.0})

    def test_all_of_it_without_a_lock(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10), date(2026, 4, 2))
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -29.75, 4: 0.0})
        self.assertEqual(self.first.move_id.amount_residual, 251.20)
        self.assertEqual(self._balance(self.transit), 524.29)
        self.assertEqual(self._balance(self.receivable, date(2026, 3, 9)), 0.0)
        self.assertEqual(self._balance(self.receivable), 251.20)
        self.assertEqual(self._open(self.receivable), [251.20])
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertEqual(
            set(back.move_id.line_ids.mapped("name")),
            {
                f"{self.first.name} Urssaf {self.first.external_id} 05/02/2026 "
                "taken back on 10/03/2026 (Annulée)"
            },
        )
        self.assertEqual(back.outstanding_account_id, self.transit)

    def test_half_of_it_booked_in_another_month(self):
        self._says(self.second, "60", date(2026, 3, 9))
        wizard = self._take_back(
            self.second, date(2026, 3, 10), date(2026, 4, 2), share="half"
        )
        self.assertEqual(wizard.amount, 128.0)
        self.assertIn(self._month(3), wizard.vat_note)
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -11.63, 4: 0.0})
        self.assertEqual(self.second.move_id.amount_residual, 128.0)
        self.assertEqual(self._open(self.receivable), [128.0])
        # The customer pays his half directly: all the VAT is due again.
        with freeze_time("2026-04-20 10:00:00"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=self.second.move_id.ids
            ).create({})._create_payments()
        self.assertEqual(self._months(2, 3, 4), {2: 77.41, 3: -11.63, 4: 11.63})

    def test_whatever_is_locked(self):
        """Each kind of lock, over February, which is filed, then over March too."""
        locks = ("tax_lock_date", "fiscalyear_lock_date", "hard_lock_date")
        sale = ("sale_lock_date",)
        for lock in (*locks, *sale):
            for upto, month in (("2026-02-28", 3), ("2026-03-31", 4)):
                with self.subTest(lock=lock, upto=upto), self.env.cr.savepoint() as sp:
                    self._locked_take_back(lock, upto, 3 if lock in sale else month)
                    sp.rollback()
                self.env.invalidate_all()

    def _locked_take_back(self, lock, upto, month):
        self._says(self.second, "60", date(2026, 3, 9))
        self.company[lock] = upto
        wizard = self._take_back(
            self.second, date(2026, 3, 10), date(2026, 5, 4), amount=128.0
        )
        expected = {2: 77.41, 3: 0.0, 4: 0.0, 5: 0.0, month: -11.63}
        self.assertEqual(self._months(2, 3, 4, 5), expected)
        self.assertIn(f"taken off in {self._month(month)}", wizard.vat_note)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertEqual(back.date, date(2026, 3, 10))
        # The lock of the VAT return closes no month for the entry itself.
        moved = month == 4 and lock != "tax_lock_date"
        day = date(2026, 4, 1) if moved else date(2026, 3, 10)
        self.assertEqual(back.move_id.date, day)
        self.assertEqual(self.second.move_id.amount_residual, 128.0)
        # Undone in May: nothing that was closed changes.
        with freeze_time("2026-05-06 10:00:00"):
            self.second.with_user(self.manager).action_undo_take_back()
        self.assertEqual(self._months(2, 3, 4, 5), {**expected, 5: 11.63})
        self.assertEqual(self._open(self.receivable), [])
        self.assertEqual(self._balance(self.transit), 775.49)

    def test_undone(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        self.assertTrue(self.first.can_undo_take_back)
        with self.assertRaises(AccessError):
            self.first.with_user(self.user).action_undo_take_back()
        with freeze_time("2026-03-12 10:00:00"):
            self.first.with_user(self.manager).action_undo_take_back()
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: 0.0})
        self.assertEqual(self.first.move_id.payment_state, "paid")
        self.assertEqual(self.first.amount_booked, 251.20)
        self.assertEqual(self._balance(self.transit), 775.49)
        self.assertFalse(self._open(self.receivable))
        with self.assertRaises(UserError):
            self.first.with_user(self.manager).action_undo_take_back()

    def test_cancelled_in_odoo_s_own_form(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        back.action_cancel()
        self.assertEqual(self.first.move_id.payment_state, "paid")
        self.assertFalse(self._open(self.receivable))
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: 0.0})

    def test_deleted_in_odoo_s_own_form(self):
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        back.action_draft()
        back.unlink()
        self.assertEqual(self.first.move_id.payment_state, "paid")
        self.assertFalse(self._open(self.receivable))
        self.assertFalse(self.first.matter, "Urssaf's payment is there")

    def test_the_bank_shows_it(self):
        """What is matched at the bank, both ways, stays; a debit that the bank shows is
        no mistake.
        """
        paid = self.first.payment_ids._seek_for_lines()[0]
        line = self._bank(251.20, "2026-02-06")
        counterpart = line._seek_for_lines()[1]
        counterpart.account_id = self.transit
        (counterpart + paid).reconcile()
        self._says(self.first, "110", date(2026, 3, 9), "Annulée")
        self._take_back(self.first, date(2026, 3, 10))
        back = self.first.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        debit = self._bank(-251.20, "2026-03-10")
        counterpart = debit._seek_for_lines()[1]
        counterpart.account_id = self.transit
        (counterpart + back._seek_for_lines()[0]).reconcile()
        self.assertTrue(paid.reconciled and line.is_reconciled)
        with self.assertRaisesRegex(UserError, "bank statement shows"):
            self.first.with_user(self.manager).action_undo_take_back()
        self.assertEqual(self._balance(self.transit), 524.29)

    def test_from_the_line_of_the_bank(self):
        """Its amount and day, and reconciled by the same click."""
        self._says(self.second, "60", date(2026, 3, 9))
        debit = self._bank(-128.0, "2026-03-10", "PRLV URSSAF")
        wizard = (
            self.env["urssaf.payment.request.reversal"]
            .with_user(self.manager)
            .with_context(
                default_request_id=self.second.id,
                default_amount=128.0,
                default_date="2026-03-10",
                default_statement_line_id=debit.id,
            )
        )
        wizard = Form(wizard).save()
        self.assertEqual((wizard.amount, wizard.date), (128.0, date(2026, 3, 10)))
        wizard.action_reverse()
        self.assertTrue(debit.is_reconciled)
        back = self.second.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertTrue(back.is_matched)
        self.assertEqual(self.second.move_id.amount_residual, 128.0)
        self.assertEqual(self._months(2, 3), {2: 77.41, 3: -11.63})

    def test_the_surplus_is_taken_back_too(self):
        request = self._collected((66, 10))
        self._pays(request, 70.0, date(2026, 2, 5))
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        self._take_back(request, date(2026, 3, 10), amount=4.0)
        self.assertEqual(request.surplus_amount, 0.0)
        self.assertEqual(request.move_id.payment_state, "paid")
        self._take_back(request, date(2026, 3, 11))
        self.assertEqual(self._balance(self.surplus), 0.0)
        self.assertEqual(request.move_id.amount_residual, 66.0)
        self.assertEqual(self._open(self.receivable), [66.0])

    def test_what_was_refunded_stays_matched(self):
        """Only what is Urssaf's is undone: a credit that was refunded is not."""
        request = self._collected((66, 10))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"payment_date": "2026-02-04"})._create_payments()
        self._pays(request, 66.0, date(2026, 2, 5))
        request.with_user(self.manager).action_book_second_collection()
        credit = self._lines(self.receivable).filtered(lambda line: not line.reconciled)
        refund = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 66.0,
                "date": "2026-02-20",
                "journal_id": self.company.urssaf_payment_journal_id.id,
            }
        )
        refund.action_post()
        (credit + refund._seek_for_lines()[1]).reconcile()
        self._says(request, "110", date(2026, 3, 9), "Annulée")
        self._take_back(request, date(2026, 3, 10))
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertEqual(self._open(self.receivable), [66.0], "the customer owes it")
        self.assertTrue(credit.reconciled)
