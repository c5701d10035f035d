# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever the door: what the code alone writes, what is frozen, what may leave."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

# How a field of ours on another's model is named: the protocol's, and the trade's.
OURS = ("urssaf_", "home_service_")
# These at least: they are copies of what is in the demande or the enrolment, or marks
# of what the code has done.
ONLY_THE_CODE = {
    "account.move": {
        "urssaf_state",
        "urssaf_request_id",
        "urssaf_request_ids",
        "urssaf_to_send",
        "urssaf_two_lines",
    },
    "account.move.line": {"home_service_nature_id", "home_service_unit"},
    "account.payment": {"urssaf_customers_half", "urssaf_request_id"},
    "res.partner": {
        "urssaf_consent_date",
        "urssaf_consent_user_id",
        "urssaf_enrolment_ids",
        "urssaf_enrolment_state",
        "urssaf_forgotten_on",
        "urssaf_form_ids",
        "urssaf_street_source",
    },
    "res.company": {"urssaf_configured"},
}


class GuardsCase(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._make_user(
            "accountant",
            "account.group_account_manager,base.group_system,base.group_partner_manager,"
            "base.group_multi_currency,account.group_cash_rounding,"
            "account.group_account_basic",
        )
        cls.biller = cls._make_user("biller", "account.group_account_invoice")

    def setUp(self):
        super().setUp()
        self.enrolment = self._enrol()


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoiceGuards(GuardsCase):
    def _rpc(self, records, method, *args, **context):
        """As a client of an accounting administrator calls it, context included."""
        model = records.with_user(self.accountant).browse()
        ids = [records.ids] if records else []
        return call_kw(model, method, [*ids, *args], {"context": context})

    def _forged(self, field):
        """A value that is not the one of the record, in the field's own type."""
        if field.type == "selection":
            values = [v for v in field.get_values(self.env) if v]
            return values[-1]
        if field.type == "many2one":
            return self.env[field.comodel_name].sudo().search([], limit=1).id
        return {
            "boolean": True,
            "date": "2020-01-01",
            "datetime": "2020-01-01 00:00:00",
            "one2many": [Command.clear()],
            "many2many": [Command.clear()],
            "json": ["forged"],
        }.get(field.type, "1")

    # -- fields of the code ----------------------------------------------------

    def _ours(self):
        """``(model, field)``: fields of ours on the models of others."""
        for name in self.registry:
            model = self.env[name]
            if name.startswith("urssaf.") or model._transient or model._abstract:
                continue
            for field in model._fields.values():
                if field.name.startswith(OURS) and not field.inherited:
                    yield name, field

    def test_only_the_code_writes_what_no_screen_may(self):
        move, free = self._sent().move_id, self._invoice()
        payment = self.env["account.payment"].create({"amount": 1, "date": NOW.date()})
        journal = self.company.urssaf_payment_journal_id
        received = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "amount": 1, "date": NOW.date()}
        )
        needed = {
            "account.move.line": {"move_id": free.id},
            "account.bank.statement.line": {"journal_id": journal.id},
            "account.journal": {"name": "Another bank", "type": "bank"},
        }
        samples = {
            "account.bank.statement.line": received,
            "account.journal": journal,
            "account.move": move,
            "account.move.line": free.invoice_line_ids,
            "account.payment": payment,
            "res.partner": self.partner,
            "res.company": self.company,
            "product.template": self.housework.product_tmpl_id,
        }
        found = {}
        for name, field in self._ours():
            if not field.readonly:
                continue
            found.setdefault(name, set()).add(field.name)
            values = {field.name: self._forged(field)}
            record, more = samples[name], needed.get(name, {})
            for doing, call in (
                ("write", lambda r=record, v=values: self._rpc(r, "write", v)),
                (
                    "create",
                    lambda r=record, v={**more, **values}: self._rpc(
                        r[:0], "create", v
                    ),
                ),
                (
                    "context",
                    lambda r=record, v=values, m=more: self._rpc(
                        r[:0],
                        "create",
                        m,
                        **{f"default_{key}": value for key, value in v.items()},
                    ),
                ),
            ):
                with (
                    self.subTest(f"{name}.{field.name}, {doing}"),
                    self.assertRaisesRegex(AccessError, field.name),
                ):
                    call()
        for name, fields in ONLY_THE_CODE.items():
            self.assertLessEqual(fields, found.get(name, set()), name)
        self.assertEqual(move.urssaf_state, "waiting")

    def test_nor_an_import_nor_a_default_of_ones_own(self):
        move = self._sent().move_id
        answer = self._rpc(
            move.browse(), "load", [".id", "urssaf_state"], [[str(move.id), "refused"]]
        )
        self.assertFalse(answer["ids"])
        self.assertIn("urssaf_state", answer["messages"][0]["message"])
        self.assertEqual(move.urssaf_state, "waiting")
        self._rpc(
            self.env["ir.default"], "set", "account.move", "urssaf_state", "paid", True
        )
        new = self._rpc(
            move.browse(),
            "create",
            {"move_type": "out_invoice", "partner_id": self.partner.id},
        )
        self.assertFalse(move.browse(new).urssaf_state)

    def test_nor_by_a_record_that_contains_the_invoice(self):
        journal = self.company_data["default_journal_bank"]
        values = {
            "journal_id": journal.id,
            "payment_ref": "x",
            "amount": 1,
            "urssaf_state": "paid",
        }
        with self.assertRaisesRegex(AccessError, "urssaf_state"):
            self._rpc(self.env["account.bank.statement.line"], "create", values)

    def test_the_office_may_still_write_and_copy(self):
        move = self._invoice()
        self._rpc(move, "write", {"home_service_end": "2026-03-12"})
        self.assertEqual(move.home_service_end, date(2026, 3, 12))
        for record in (move, self.partner, self.housework.product_tmpl_id):
            self.assertTrue(self._rpc(record, "copy"))

    # -- what Urssaf was told --------------------------------------------------

    def test_the_demande_is_asked_not_its_copy_on_the_invoice(self):
        move = self._sent().move_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET urssaf_state = NULL, urssaf_request_id = NULL "
            "WHERE id = %s",
            [move.id],
        )
        self.env.invalidate_all()
        self.assertFalse(move.urssaf_state)
        self.assertTrue(move.need_cancel_request)
        self.assertFalse(move.show_reset_to_draft_button)
        self.assertTrue(move.urssaf_frozen)
        for door in ("button_draft", "button_cancel"):
            with self.subTest(door), self.assertRaisesRegex(UserError, move.name):
                self._rpc(move, door)
        for values in ({"state": "draft"}, {"invoice_date": "2026-03-14"}):
            with self.assertRaisesRegex(UserError, move.name):
                self._rpc(move, "write", values)

    def _payload(self, move):
        """What would be sent now, with the total of the invoice."""
        payload = move.with_user(self.accountant).sudo()._urssaf_prepare_payload()
        return {**payload, "total": move.amount_total, "state": move.state}

    def test_frozen_whatever_the_door(self):
        move, other = self._sent().move_id, self._sent().move_id
        draft = self._invoice()
        draft.button_draft()
        line, tax = move.invoice_line_ids, move.line_ids.filtered("tax_line_id")
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 c",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        product = self._make_service("Jardin", 40.0, "70")
        before = self._payload(move)
        new_line = {"product_id": product.id, "quantity": 1, "move_id": move.id}
        forged = {
            "skip_readonly_check": True,
            "force_delete": True,
            "dynamic_unlink": True,
            "check_move_validity": False,
            "skip_invoice_sync": True,
            "skip_account_move_synchronization": True,
        }
        doors = [
            (move, "write", {"state": "draft"}),
            (move, "write", {"state": "cancel"}),
            (move, "write", {"name": "FAC/2026/99999"}),
            (move, "write", {"amount_total": 1.0}),
            (move, "write", {"commercial_partner_id": self.env.user.partner_id.id}),
            (move, "write", {"partner_id": self.env.user.partner_id.id}),
            (move, "write", {"invoice_date": "2026-03-14"}),
            (move, "write", {"invoice_cash_rounding_id": rounding.id}),
            (move, "write", {"currency_id": self.env.ref("base.USD").id}),
            (move, "write", {"company_id": self.other_company.id}),
            (move, "write", {"home_service_end": "2026-03-14"}),
            (move, "write", {"urssaf_excluded": True}),
            (move, "write", {"invoice_line_ids": [Command.create(new_line)]}),
            (move, "write", {"line_ids": [Command.delete(line.id)]}),
            (draft, "write", {"line_ids": [Command.link(line.id)]}),
            (move, "unlink"),
            (line, "write", {"product_id": product.id}),
            (line, "write", {"price_unit": 3.0}),
            (line, "write", {"price_total": 3.0}),
            (line, "write", {"move_id": draft.id}),
            (line, "write", {"display_type": "line_note"}),
            (line, "write", {"home_service_intervenant": "SAP552100554"}),
            (draft.invoice_line_ids, "write", {"move_id": move.id}),
            (tax, "write", {"amount_currency": -1.0, "balance": -1.0}),
            (tax, "unlink"),
            (line, "unlink"),
            (line.browse(), "create", new_line),
            (line, "copy"),
            (move | other, "button_draft"),
            (move | other, "button_cancel"),
        ]
        for records, method, *args in doors:
            with self.subTest(f"{records} {method} {args}"):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    self._rpc(records, method, *args, **forged)
                self.env.invalidate_all()
                self.assertEqual(self._payload(move), before)

    def test_doors_that_leave_the_invoice_as_it_is(self):
        """A credit note and a payment are other entries: what Urssaf was told stays."""
        move = self._sent().move_id
        before = self._payload(move)
        refund = move.with_user(self.accountant)._reverse_moves()
        self.assertFalse(refund.urssaf_state or refund.urssaf_request_id)
        self._rpc(move, "write", {"ref": "Bon 12", "narration": "Merci"})
        payment = self.env["account.payment"].create(
            {"amount": 66, "partner_id": self.partner.id, "date": NOW.date()}
        )
        payment.action_post()
        outstanding = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self._rpc(move, "js_assign_outstanding_line", outstanding.id)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(self._payload(move), {**before, **self._deposit(move)})

    def _deposit(self, move):
        return move._urssaf_deposit_values()

    def test_reset_or_cancel_of_many_names_those_that_urssaf_has(self):
        taken, free = self._sent().move_id, self._invoice()
        for door in ("button_draft", "button_cancel"):
            with self.subTest(door), self.assertRaises(UserError) as raised:
                self._rpc(taken | free, door)
            self.assertIn(taken.name, str(raised.exception))
            self.assertNotIn(free.name, str(raised.exception))
            self.assertEqual((taken | free).mapped("state"), ["posted", "posted"])

    def test_an_invoice_taken_back_by_any_door_leaves_the_queue(self):
        move = self._invoice()
        [request] = self.env["urssaf.payment.request"]._enqueue_move(move)
        self._rpc(move, "write", {"state": "draft"})
        self.assertEqual(request.state, "draft")
