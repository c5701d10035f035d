# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A line of the bank statement pays Urssaf's transfers: found, proposed, booked and
undone, by a manager, in plain Community.
"""

from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import UrssafCase

LABEL = "VIR SEPA URSSAF AVANCE IMMEDIATE 20260205"


class BankCase(UrssafCase):
    """Demandes as Urssaf’s answers leave them, made without the calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.action_urssaf_set_up_transfers()
        cls.transit = cls.company._urssaf_transit_account()
        cls.journal = cls.company.urssaf_payment_journal_id
        cls.bookkeeper = cls._make_user("bookkeeper", "account.group_account_manager")

    def _request(self, amount, day, state="paid", transfer=None, booked=True):
        """A demande whose transfer is of this day; by default Urssaf paid, and it is
        registered.
        """
        move = self._invoice(lines=[(1, amount / 1.1)])
        self.assertEqual(move.amount_total, amount)
        transfer = amount if transfer is None else transfer
        paid = state == "paid"
        request = (
            self.env["urssaf.payment.request"]
            .sudo()
            .create(
                {
                    "name": move.name,
                    "move_id": move.id,
                    "partner_id": move.partner_id.id,
                    "company_id": move.company_id.id,
                    "holder_id": move.company_id.id,
                    "currency_id": move.currency_id.id,
                    "environment": "sandbox",
                    "external_id": f"X{move.id}",
                    "state": state,
                    "amount_total": amount,
                    "transfer_amount": transfer if paid else 0.0,
                    "transfer_date": day if paid else False,
                    "transfer_effective": paid and booked,
                }
            )
        )
        if not paid:
            request.expected_transfer_date = day
        if paid and booked:
            request._register_transfers(by_hand=True)
            self.assertEqual(request.amount_booked, min(transfer, amount))
        return request

    def _line(self, amount, day, label=LABEL, **values):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": day,
                "amount": amount,
                "payment_ref": label,
                **values,
            }
        )

    def _wizard(self, line, user=None):
        action = line.with_user(user or self.bookkeeper).action_urssaf_reconcile()
        wizard = self.env[action["res_model"]].with_user(user or self.bookkeeper)
        return wizard.browse(action["res_id"])

    def _ticked(self, wizard):
        return wizard.line_ids.filtered("chosen").request_id

    def _transit_item(self, request):
        return request.payment_ids.move_id.line_ids.filtered(
            lambda line: line.account_id == self.transit
        )


@tagged("post_install", "-at_install")
@freeze_time(datetime(2026, 3, 16, 10, 0))
class TestBankLine(BankCase):
    # -- the examples of the design ----------------------------------------------

    def test_a_grouped_transfer(self):
        """1 767.60 of 5 February is all that Urssaf transferred that day."""
        amounts = (320.0, 182.4, 251.2, 256.0, 530.0, 228.0)
        requests = self.env["urssaf.payment.request"].union(
            *(self._request(amount, "2026-02-05") for amount in amounts)
        )
        other = self._request(96.0, "2026-02-06")
        line = self._line(1767.6, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), requests)
        self.assertEqual((wizard.amount_chosen, wizard.amount_left), (1767.6, 0.0))
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, requests)
        self.assertTrue(all(requests.payment_ids.mapped("is_matched")))
        self.assertFalse(other.payment_ids.is_matched)
        items = self._transit_item(requests)
        self.assertEqual(len(items), 6)
        self.assertEqual(len(items.full_reconcile_id), 1, "one lettering")
        booked = line.move_id.line_ids.filtered(lambda l: l.account_id == self.transit)
        self.assertEqual(booked.mapped("balance"), [-1767.6])
        self.assertEqual(booked.full_reconcile_id, items.full_reconcile_id)
        self.assertEqual(set(requests.move_id.mapped("payment_state")), {"paid"})

    def test_two_of_it_are_not_booked_yet(self):
        """1 040.00 are booked, 158.40 and 91.20 are not: the bank was first."""
        booked = self._request(1040.0, "2026-02-20")
        first = self._request(158.4, "2026-02-20", booked=False)
        second = self._request(91.2, "2026-02-20", state="debited")
        line = self._line(1289.6, "2026-02-20")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), booked + first + second)
        self.assertEqual(
            wizard.line_ids.sorted("amount").mapped("standing"),
            ["expected", "announced", "booked"],
        )
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(booked.payment_ids.is_matched)
        self.assertEqual(line.urssaf_request_ids, booked + first + second)
        received = line.line_ids.filtered("urssaf_received_request_id")
        self.assertEqual(sorted(received.mapped("balance")), [-158.4, -91.2])
        self.assertEqual(received.account_id, self.transit)
        # Not expected any more, and not on the invoice either.
        again = self._line(158.4, "2026-02-20")
        self.assertEqual(again.urssaf_suggestion, "none")
        self.assertEqual(first.move_id.amount_residual, 158.4)
        screens = self.env["urssaf.transit"].with_user(self.bookkeeper)
        screen = screens.browse(screens.action_open_screen()["res_id"])
        screen.action_show()
        self.assertEqual(screen.line_ids.mapped("kind"), ["received", "received"])
        # Urssaf says so at last.
        second.write(
            {
                "state": "paid",
                "transfer_amount": 91.2,
                "transfer_date": "2026-02-20",
            }
        )
        (first + second).transfer_effective = True
        (first + second)._register_transfers(by_hand=True)
        self.assertTrue(all((first + second).payment_ids.mapped("is_matched")))
        self.assertTrue(all(received.mapped("reconciled")))
        self.assertEqual(first.move_id.payment_state, "paid")
        self.assertEqual(line.urssaf_request_ids, booked + first + second)

    def test_twins_the_oldest_is_taken(self):
        older = self._request(96.0, "2026-02-05")
        younger = self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-06")
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertTrue(older.payment_ids.is_matched)
        self.assertFalse(younger.payment_ids.is_matched)

    def test_two_of_one_date(self):
        self._request(132.5, "2026-02-05")
        self._request(190.0, "2026-02-05")
        third = self._request(96.0, "2026-02-05")
        line = self._line(322.5, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertFalse(third.payment_ids.is_matched)
        self.assertEqual(len(line.urssaf_request_ids), 2)

    def test_nothing_fits_and_it_stays_in_suspense(self):
        self._request(320.0, "2026-02-05")
        self._request(182.4, "2026-02-05")
        line = self._line(150.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "none")
        self.assertIn("suspense", line.urssaf_suggestion_text)
        wizard = self._wizard(line)
        self.assertFalse(self._ticked(wizard))
        with self.assertRaisesRegex(UserError, "Tick what"):
            wizard.action_reconcile()
        self.assertFalse(line.is_reconciled)

    # -- the dialogue ------------------------------------------------------------

    def test_other_solution(self):
        first = self._request(96.0, "2026-02-04")
        self._request(50.0, "2026-02-04")
        second = self._request(96.0, "2026-02-05")
        self._request(60.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "several")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), first)
        self.assertIn("1 of 2", wizard.solution_text)
        wizard.action_other_solution()
        self.assertEqual(self._ticked(wizard), second)
        self.assertIn("2 of 2", wizard.solution_text)
        wizard.action_other_solution()
        self.assertEqual(self._ticked(wizard), first)

    def test_the_running_sum_follows_the_ticks(self):
        self._request(96.0, "2026-02-05")
        self._request(50.0, "2026-02-05")
        wizard = self._wizard(self._line(146.0, "2026-02-05"))
        with Form(wizard) as form:
            self.assertEqual(form.amount_left, 0.0)
            with form.line_ids.edit(0) as line:
                line.chosen = False
            self.assertEqual(form.amount_left, 96.0)
            self.assertIn("stay in suspense", form.left_text)

    def test_a_part_stays_in_suspense(self):
        """And is paid by what comes later."""
        request = self._request(96.0, "2026-02-05")
        line = self._line(118.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "difference")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), request)
        wizard.action_reconcile()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(abs(line.amount_residual), 22.0)
        self.assertTrue(request.payment_ids.is_matched)
        self.env.invalidate_all()
        self.assertEqual(line.urssaf_suggestion, "none")
        later = self._request(22.0, "2026-02-06")
        self.env.invalidate_all()
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual((wizard.amount, wizard.amount_left), (22.0, 0.0))
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request + later)

    def test_an_explained_remainder_has_a_line_of_its_own(self):
        request = self._request(96.0, "2026-02-05")
        line = self._line(100.0, "2026-02-05")
        account = self.company.urssaf_surplus_account_id
        wizard = self._wizard(line)
        wizard.write(
            {"remainder_account_id": account.id, "remainder_label": "Of last year"}
        )
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(request.payment_ids.is_matched)
        rest = line.line_ids.filtered(lambda l: l.account_id == account)
        self.assertRecordValues(rest, [{"balance": -4.0, "name": "Of last year"}])

    def test_set_off_that_only_the_bank_shows(self):
        """Urssaf announced 96.00, and kept 20.00 of it."""
        request = self._request(96.0, "2026-02-05")
        line = self._line(76.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "difference")
        wizard = self._wizard(line)
        self.assertTrue(wizard.can_set_off)
        with self.assertRaisesRegex(UserError, "more is chosen"):
            wizard.action_reconcile()
        wizard.action_set_off()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(request.payment_ids.is_matched)
        account = self.company.urssaf_set_off_account_id
        kept = line.line_ids.filtered(lambda l: l.account_id == account)
        self.assertRecordValues(kept, [{"balance": 20.0}])
        self.assertIn("L133-8-8", kept.name)
        self.assertEqual(request.move_id.payment_state, "paid")

    def test_no_set_off_of_what_urssaf_has_not_said(self):
        self._request(96.0, "2026-02-05", state="debited")
        line = self._line(76.0, "2026-02-05")
        wizard = self._wizard(line)
        with self.assertRaisesRegex(UserError, "has not said yet"):
            wizard.action_set_off()
        self.assertFalse(line.is_reconciled)

    def test_undo_leaves_the_payments(self):
        request = self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05")
        self._wizard(line).action_reconcile()
        line.with_user(self.bookkeeper).action_urssaf_undo()
        self.assertFalse(line.is_reconciled)
        self.assertFalse(line.urssaf_request_ids)
        self.assertEqual(request.move_id.payment_state, "paid")
        self.assertFalse(request.payment_ids.is_matched)
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertEqual(line.urssaf_request_ids, request)

    # -- who, and in which company -------------------------------------------------

    def test_only_a_manager(self):
        self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05").with_user(self.user)
        self.assertEqual(line.urssaf_suggestion, "one")
        for call in (line.action_urssaf_reconcile, line.action_urssaf_undo):
            with self.assertRaisesRegex(AccessError, "manager"):
                call()
        with self.assertRaises(AccessError):
            self._line(5.0, "2026-02-05").with_user(self.user).write({"amount": 6.0})

    def test_not_of_another_company(self):
        line = self._line(96.0, "2026-02-05").with_user(self.other_manager)
        with self.assertRaises(AccessError):
            line.action_urssaf_reconcile()
        with self.assertRaises(AccessError):
            self.env["urssaf.bank.reconcile"].with_user(self.other_manager).create(
                {"statement_line_id": line.id}
            )
        self.assertFalse(
            line.browse().search([("urssaf_received", "=", True)]),
        )

    def test_a_branch_is_paid_on_the_account_above(self):
        """Its demandes are expected where the money comes; by who may see them."""
        branch = self._make_branch(self.company)
        self.env.user.company_ids += branch
        request = self._request(96.0, "2026-02-05", state="debited")
        request.move_id.flush_recordset()
        line = self._line(96.0, "2026-02-05")
        self.env.cr.execute(
            "UPDATE urssaf_payment_request SET company_id = %s WHERE id = %s",
            [branch.id, request.id],
        )
        self.env.invalidate_all()
        self.assertEqual(line.with_user(self.bookkeeper).urssaf_suggestion, "none")
        both = (self.company + branch).ids
        self.assertEqual(
            line.with_context(allowed_company_ids=both).urssaf_suggestion, "one"
        )

    def test_what_is_not_expected_cannot_be_forged(self):
        """By RPC the dialogue’s lines may name any entry that one may read."""
        request = self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05")
        wizard = self._wizard(line)
        receivable = request.move_id.line_ids.filtered(
            lambda l: l.account_type == "asset_receivable"
        )
        wizard.line_ids.write({"move_line_id": receivable.id})
        with self.assertRaisesRegex(UserError, "not expected"):
            wizard.action_reconcile()
        self.assertFalse(line.is_reconciled)

    def test_two_people_at_once(self):
        request = self._request(96.0, "2026-02-05")
        line, same = self._line(96.0, "2026-02-05"), self._line(96.0, "2026-02-05")
        wizard, late, other = (
            self._wizard(line),
            self._wizard(line),
            self._wizard(same),
        )
        wizard.action_reconcile()
        with self.assertRaisesRegex(UserError, "reconciled already"):
            late.action_reconcile()
        with self.assertRaisesRegex(UserError, "not expected"):
            other.action_reconcile()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            same._urssaf_reconcile(self._transit_item(request))
        self.assertFalse(same.is_reconciled)

    def test_nothing_moves_in_a_locked_period(self):
        """Odoo locks no period with open bank lines; a reconciled one stays as it is,
        and Odoo says why.
        """
        request = self._request(96.0, "2026-02-05")
        line = self._line(96.0, "2026-02-05")
        self._wizard(line).action_reconcile()
        self.company.hard_lock_date = "2026-02-28"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            line.with_user(self.bookkeeper).action_urssaf_undo()
        self.env.invalidate_all()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)

    def test_a_transfer_of_a_locked_period_still_meets_its_line(self):
        """The lock came between: the entry is of March, Urssaf’s date of February."""
        self.company.fiscalyear_lock_date = "2026-02-28"
        request = self._request(96.0, "2026-02-27")
        self.assertGreater(str(request.payment_ids.move_id.date), "2026-02-28")
        line = self._line(96.0, "2026-03-02")
        self.assertEqual(line.urssaf_suggestion, "one")
        self._wizard(line).action_reconcile()
        self.assertTrue(request.payment_ids.is_matched)

    # -- which lines, and how they get there ---------------------------------------

    def test_which_lines_are_of_urssaf(self):
        """The label alone proposes nothing; an amount alone is enough to be shown."""
        Line = self.env["account.bank.statement.line"].with_user(self.bookkeeper)
        self._request(96.0, "2026-02-05")
        self._request(50.0, "2026-02-05")
        self._request(30.0, "2026-02-05")
        ours = self._line(96.0, "2026-02-05", label="RECU 123")
        foreign = self._line(12.34, "2026-02-05", label="VIR M DUPONT")
        late = self._line(96.0, "2026-02-20", label="VIR M DURAND")
        shown = Line.search([("urssaf_received", "=", True)])
        self.assertEqual(shown, ours)
        self.company.urssaf_bank_label = "urssaf avance"
        labelled = self._line(77.0, "2026-02-20")
        self.env.invalidate_all()
        self.assertEqual(labelled.urssaf_suggestion, "none")
        # Two of a date, from somebody else: by chance.
        chance = self._line(80.0, "2026-02-05", label="VIR MME PETIT")
        shown = Line.search([("urssaf_received", "=", True)])
        self.assertEqual(shown, ours + labelled)
        self.assertFalse((foreign + late + chance) & shown)

    def test_the_label_is_learnt_once(self):
        self._request(96.0, "2026-02-05")
        self._request(50.0, "2026-02-06")
        self.assertFalse(self.company.urssaf_bank_label)
        self._wizard(self._line(96.0, "2026-02-05")).action_reconcile()
        self.assertEqual(self.company.urssaf_bank_label, "urssaf avance immediate")
        self._wizard(self._line(50.0, "2026-02-06", label="ACOSS")).action_reconcile()
        self.assertEqual(self.company.urssaf_bank_label, "urssaf avance immediate")

    def test_typed_by_hand(self):
        request = self._request(96.0, "2026-02-05")
        Line = self.env["account.bank.statement.line"].with_user(self.bookkeeper)
        action = Line._urssaf_open_received()
        view = "urssaf_avance_immediate.account_bank_statement_line_view_form"
        with Form(Line.with_context(**action["context"]), view=view) as form:
            form.date = "2026-02-05"
            form.payment_ref = LABEL
            form.amount = 96.0
        line = form.record
        self.assertEqual(line.journal_id, self.journal)
        self._wizard(line).action_reconcile()
        self.assertEqual(line.urssaf_request_ids, request)

    def test_imported_from_the_csv_of_the_sandbox(self):
        """The columns that ``urssaf_sandbox`` exports, by the import of Odoo."""
        self._request(96.0, "2026-02-05")
        Line = self.env["account.bank.statement.line"].with_user(self.bookkeeper)
        context = Line._urssaf_open_received()["context"]
        result = Line.with_context(**context).load(
            ["date", "payment_ref", "partner_name", "amount", "ref"],
            [
                ["2026-02-05", LABEL, "URSSAF", "96.00", "AI20260205000000001"],
                ["2026-02-06", "PRLV EDF", "EDF", "-40.00", "X"],
            ],
        )
        self.assertFalse(result["messages"])
        lines = Line.browse(result["ids"])
        self.assertEqual(set(lines.move_id.mapped("state")), {"posted"})
        self.assertEqual(lines[0].urssaf_suggestion, "one")
        self._wizard(lines[0]).action_reconcile()
        self.assertTrue(lines[0].is_reconciled)

    def test_without_an_account_to_wait_on(self):
        self.company.urssaf_payment_method_line_id = False
        line = self._line(96.0, "2026-02-05")
        self.assertEqual(line.urssaf_suggestion, "none")
        with self.assertRaisesRegex(UserError, "Set up the accounts"):
            line.action_urssaf_reconcile()

    def test_another_currency_is_for_a_person(self):
        self._request(96.0, "2026-02-05")
        dollar = self.env.ref("base.USD")
        dollar.active = True
        line = self._line(
            96.0,
            "2026-02-05",
            foreign_currency_id=dollar.id,
            amount_currency=100.0,
        )
        self.assertEqual(line.urssaf_suggestion, "none")
        with self.assertRaisesRegex(UserError, "currency"):
            line.action_urssaf_reconcile()

    # -- what Urssaf takes back ----------------------------------------------------

    def _taken_back(self, amount, state="unpaid"):
        request = self._request(amount, "2026-02-05")
        request.write({"state": state, "remote_code": "60", "remote_label": "Refus"})
        return request

    def test_a_debit_opens_the_take_back(self):
        request = self._taken_back(96.0)
        self._taken_back(60.0)
        line = self._line(-96.0, "2026-03-10", label="PRLV URSSAF")
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), request)
        self.assertTrue(wizard.to_take_back)
        with self.assertRaisesRegex(UserError, "Take the payment back"):
            wizard.action_reconcile()
        action = wizard.action_take_back()
        reversal = (
            self.env[action["res_model"]]
            .with_user(self.bookkeeper)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(reversal.request_id, request)
        self.assertEqual(reversal.amount, 96.0)
        self.assertEqual(str(reversal.date), "2026-03-10")
        reversal.action_reverse()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)
        self.assertEqual(request.move_id.amount_residual, 96.0)
        back = request.payment_ids.filtered(lambda p: p.payment_type == "outbound")
        self.assertTrue(back.is_matched)
        # The first transfer is still to come at the bank.
        self.assertFalse((request.payment_ids - back).is_matched)

    def test_a_debit_of_the_half(self):
        request = self._taken_back(96.0)
        line = self._line(-48.0, "2026-03-10", label="PRLV URSSAF")
        self.assertEqual(line.urssaf_suggestion, "one")
        wizard = self._wizard(line)
        self.assertEqual(self._ticked(wizard), request)
        self.assertEqual(wizard.action_take_back()["context"]["default_amount"], 48.0)

    def test_a_debit_of_what_was_taken_back_before(self):
        request = self._taken_back(96.0)
        self.env["urssaf.payment.request.reversal"].create(
            {"request_id": request.id, "amount": 96.0, "date": "2026-03-09"}
        ).action_reverse()
        line = self._line(-96.0, "2026-03-10", label="PRLV URSSAF")
        wizard = self._wizard(line)
        self.assertFalse(wizard.to_take_back)
        self.assertEqual(wizard.amount_left, 0.0)
        wizard.action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)

    # -- by itself -----------------------------------------------------------------

    def test_by_itself_only_what_is_sure(self):
        """Off, nothing; on, all of a date or one transfer, with Urssaf’s label."""
        self._request(320.0, "2026-02-05")
        self._request(182.4, "2026-02-05")
        self._request(96.0, "2026-02-10")
        self._request(40.0, "2026-02-10")
        self._request(30.0, "2026-02-10")
        whole = self._line(502.4, "2026-02-05")
        part = self._line(136.0, "2026-02-10")
        unnamed = self._line(96.0, "2026-02-10", label="VIR M DUPONT")
        one = self._line(30.0, "2026-02-11")
        self.company.urssaf_bank_label = "urssaf avance"
        self._run_cron("bank")
        lines = whole + part + unnamed + one
        self.assertFalse(any(lines.mapped("is_reconciled")))
        self.company.urssaf_bank_automatic = True
        self._run_cron("bank")
        self.assertEqual(lines.filtered("is_reconciled"), whole + one)

    def test_by_itself_one_refused_line_stops_no_other(self):
        self._request(96.0, "2026-02-05")
        self._request(40.0, "2026-03-10")
        refused = self._line(96.0, "2026-02-05")
        free = self._line(40.0, "2026-03-10")
        self.company.write(
            {"urssaf_bank_label": "urssaf", "urssaf_bank_automatic": True}
        )
        # As an accountant leaves it, who has begun with the entry.
        refused.sudo().move_id.button_draft()
        self._run_cron("bank")
        self.assertFalse(refused.is_reconciled)
        self.assertTrue(free.is_reconciled)

    def test_by_itself_not_the_same_transfer_twice(self):
        self._request(96.0, "2026-02-05")
        lines = self._line(96.0, "2026-02-05") + self._line(96.0, "2026-02-05")
        self.company.write(
            {"urssaf_bank_label": "urssaf", "urssaf_bank_automatic": True}
        )
        self._run_cron("bank")
        self.assertEqual(len(lines.filtered("is_reconciled")), 1)
