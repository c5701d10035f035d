# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may say what a line of the bank pays, in which company, and which lines."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..models.bank import statement_line
from .bank import LABEL, BankCase
from .cases import NOW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBankLineWho(BankCase):
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

    def test_of_too_many_the_latest_are_looked_at(self):
        """By their date: an old statement may be imported last."""
        Line = self.env["account.bank.statement.line"].with_user(self.bookkeeper)
        self._request(96.0, "2026-02-05")
        ours = self._line(96.0, "2026-02-05", label="RECU 123")
        self._line(12.34, "2025-12-05", label="VIR M DUPONT")
        with patch.object(statement_line, "LOOKED_AT", 1):
            shown = Line.search([("urssaf_received", "=", True)])
        self.assertEqual(shown, ours)

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

    # -- who writes lines of the bank ------------------------------------------------

    def _call(self, records, method, *args, user=None):
        """As a client calls it."""
        model = records.with_user(user or self.bookkeeper).browse()
        ids = [records.ids] if records else []
        return call_kw(model, method, [*ids, *args], {"context": {}})

    def test_a_manager_writes_the_account_of_the_transfers_alone(self):
        other = self.company_data["default_journal_cash"]
        ours = self._line(10.0, "2026-02-05")
        theirs = self._line(20.0, "2026-02-05", journal_id=other.id)
        values = {"payment_ref": "x", "amount": 1.0, "date": "2026-02-05"}
        lines = ours.browse()
        made = self._call(lines, "create", {**values, "journal_id": self.journal.id})
        self._call(ours, "write", {"amount": 11.0})
        self._call(ours.browse(made), "unlink")
        for forged in (
            lambda: self._call(lines, "create", {**values, "journal_id": other.id}),
            lambda: self._call(theirs, "write", {"amount": 21.0}),
            lambda: self._call(theirs, "write", {"journal_id": self.journal.id}),
            lambda: self._call(ours, "write", {"journal_id": other.id, "name": "/"}),
            lambda: self._call(theirs, "unlink"),
        ):
            # Odoo itself refuses to move what is posted: an AccessError is one too.
            with self.assertRaises(UserError):
                forged()
            self.env.invalidate_all()
        answer = self._call(
            lines,
            "load",
            ["journal_id/.id", "date", "payment_ref", "amount"],
            [[str(other.id), "2026-02-05", "x", "1.0"]],
        )
        self.assertFalse(answer["ids"])
        self.assertEqual((ours.amount, theirs.amount), (11.0, 20.0))
        self.assertEqual((ours.journal_id, theirs.journal_id), (self.journal, other))

    def test_also_where_another_add_on_opens_all_lines(self):
        """Point of Sale has such a rule, for everybody who invoices."""
        self.env["ir.rule"].create(
            {
                "name": "Invented",
                "model_id": self.env["ir.model"]._get_id("account.bank.statement.line"),
                "groups": [
                    Command.set(self.env.ref("account.group_account_invoice").ids)
                ],
                "domain_force": "[(1, '=', 1)]",
            }
        )
        self.test_a_manager_writes_the_account_of_the_transfers_alone()
        self.test_odoo_s_own_right_to_the_bank_stays()

    def test_everybody_reads_what_odoo_shows(self):
        other = self.company_data["default_journal_cash"]
        lines = self._line(10.0, "2026-02-05")
        lines += self._line(20.0, "2026-02-05", journal_id=other.id)
        for user in (self.bookkeeper, self.user):
            rows = self._call(lines, "read", ["amount"], user=user)
            self.assertEqual([row["amount"] for row in rows], [10.0, 20.0])
        with self.assertRaises(AccessError):
            self._call(lines[0], "write", {"amount": 1.0}, user=self.user)

    def test_odoo_s_own_right_to_the_bank_stays(self):
        both = self._make_user(
            "bank", "account.group_account_manager,account.group_account_basic"
        )
        line = self._line(
            20.0,
            "2026-02-05",
            journal_id=self.company_data["default_journal_cash"].id,
        )
        self._call(line, "write", {"amount": 21.0}, user=both)
        self.assertEqual(line.amount, 21.0)
