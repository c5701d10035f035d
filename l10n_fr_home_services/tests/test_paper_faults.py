# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an invoice of services lacks is said, and may stop it at posting."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .paper_cases import PaperCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaperFaults(PaperCase):
    def _said(self, move):
        return [sentence for sentence, _record in move._home_service_paper_faults()]

    def _assert_fault(self, move, words, record):
        """That fault and no other; what it opens."""
        faults = move._home_service_paper_faults()
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(words, faults[0][0])
        self.assertEqual(faults[0][1], record)

    def test_a_complete_invoice_lacks_nothing(self):
        move = self._posted()
        self.assertEqual(self._said(move), [])
        self.assertFalse(move.alerts)

    def test_company(self):
        move = self._complete()
        for values, words in (
            ({"home_service_declaration_date": False}, "date of the declaration"),
            ({"home_service_approval_date": False}, "date of the agrément A-75-42"),
            ({"street": False}, "address of company_1_data"),
            ({"vat": False}, "VAT number of company_1_data"),
        ):
            before = {name: self.company[name] for name in values}
            self.company.write(values)
            self._assert_fault(move, words, self.company)
            self.company.write(before)
        # A small business has no VAT number; its invoice says why.
        self.company.write({"vat": False, "home_service_vat": "franchise"})
        tax = self.company._home_service_ensure_exempt_tax()
        move.invoice_line_ids.tax_ids = tax
        self.assertEqual(self._said(move), [])
        self.company.write(
            {"home_service_sap_number": False, "home_service_approval_number": False}
        )
        self._assert_fault(move, "no SAP declaration number", self.company)

    def test_customer_and_place(self):
        move = self._complete()
        self.partner_a.city = False
        self._assert_fault(move, "address of partner_a", self.partner_a)
        self.partner_a.city = "Paris"
        home = self.env["res.partner"].create(
            {"name": "Maison", "type": "delivery", "parent_id": self.partner_a.id}
        )
        home.write({"street": False, "street2": False, "city": False})
        move.partner_shipping_id = home
        self._assert_fault(move, "Where the services were done", home)

    def test_nature(self):
        other = self.env["product.product"].create({"name": "Conseil"})
        other.type = "service"
        move = self._complete({}, {"product_id": other.id, "name": "Conseil\nlong"})
        self._assert_fault(move, "“Conseil” has no nature", other.product_tmpl_id)
        # Goods, and rebates have none.
        other.type = "consu"
        self.assertEqual(self._said(move), [])
        other.type = "service"
        move.invoice_line_ids[1].price_unit = -5
        self.assertEqual(self._said(move), [])
        # A line without a product is mended on the invoice.
        line = {"product_id": False, "name": "Divers", "price_unit": 10}
        move.invoice_line_ids = [
            Command.create({**line, "tax_ids": [Command.set(self.tax.ids)]})
        ]
        self._assert_fault(move, "“Divers” has no nature", move)

    def test_days_and_persons(self):
        move = self._complete(rows=False)
        self._assert_fault(move, "Who came, when and how long", move)
        move.home_service_start = False
        self.assertIn("When it was done is missing", self._said(move)[0])
        # Nobody does the way alone; a customer is the employer of who comes to him.
        self.housework.home_service_travel = True
        move.home_service_start = "2026-03-02"
        self.assertEqual(self._said(move), [])
        self.housework.home_service_travel = False
        self.company.home_service_mode = "agent"
        self.assertEqual(self._said(move), [])

    def test_register_number(self):
        self.zoe.number = False
        move = self._complete()
        self._assert_fault(move, "number of Zoé Petit in the register", self.zoe)
        move.action_post()
        # Kept as it was that day: it is mended on the invoice.
        self._assert_fault(move, "number of Zoé Petit in the register", move)
        move.button_draft()
        row = move.home_service_intervention_ids[0]
        row.write({"person_id": False, "person_name": False, "person_number": False})
        self._assert_fault(move, "Who did the intervention", move)

    def test_a_section_hides_nothing(self):
        move = self._draft(
            {
                "display_type": "line_section",
                "name": "Maison",
                "collapse_prices": True,
                "sequence": 1,
                **self._no_line(),
            },
            {"sequence": 2},
        )
        move.home_service_start = "2026-03-02"
        self.assertIn("A section hides", " ".join(self._said(move)))

    def test_what_is_no_paper_of_services(self):
        self.company.home_service_declaration_date = False
        move = self._posted()
        self.assertTrue(self._said(move))
        goods = self.env["product.product"].create({"name": "Seau", "type": "consu"})
        for values in (
            {"move_type": "out_refund"},
            {"move_type": "in_invoice"},
        ):
            self.assertEqual(self._said(self._draft({}, **values)), [])
        self.assertEqual(self._said(self._draft({"product_id": goods.id})), [])

    # -- warn ------------------------------------------------------------------------

    def test_banners_after_posting(self):
        """One per thing to mend, each with its link."""
        self.company.home_service_declaration_date = False
        self.partner_a.city = False
        draft = self._complete(rows=False)
        self.assertFalse(draft.alerts)
        draft.action_post()
        banners = list(draft.alerts.values())
        self.assertEqual({banner["level"] for banner in banners}, {"warning"})
        company, customer, invoice = banners
        self.assertIn("date of the declaration", company["message"])
        self.assertEqual(company["action"]["res_model"], "res.config.settings")
        self.assertEqual(customer["action"]["res_id"], self.partner_a.id)
        self.assertIn("Who came", invoice["message"])
        self.assertNotIn("action", invoice)
        self.assertFalse(draft.activity_ids)
        # Who cannot change the settings is told, without a way there.
        clerk = self._make_user("clerk", self.company)
        banner = next(iter(draft.with_user(clerk)._get_alerts().values()))
        self.assertIn("date of the declaration", banner["message"])
        self.assertNotIn("action", banner)
        reader = self._make_user(
            "reader", self.company, "account.group_account_readonly"
        )
        self.assertFalse(draft.with_user(reader)._get_alerts())
        # What is paid is not mended any more.
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=draft.ids
        ).create({})._create_payments()
        self.assertFalse(draft.alerts)
        self.assertTrue(self._said(draft))

    # -- block -----------------------------------------------------------------------

    def _block(self):
        self.company.home_service_paper_check = "block"
        self.company.home_service_declaration_date = False

    def test_the_button_names_everything(self):
        self._block()
        draft = self._complete(rows=False)
        self.assertEqual(len(draft.alerts), 2)
        with self.assertRaises(RedirectWarning) as raised:
            draft.action_post()
        text, action = raised.exception.args[:2]
        self.assertIn("date of the declaration", text)
        self.assertIn("Who came", text)
        self.assertEqual(action["res_model"], "res.config.settings")
        with self.assertRaises(UserError) as raised:
            draft._post()
        self.assertIn("Who came", str(raised.exception))
        self.assertEqual(draft.state, "draft")
        clerk = self._make_user("clerk2", self.company)
        self.company.home_service_declaration_date = "2024-01-12"
        # Nothing to open but the invoice itself.
        with self.assertRaises(UserError):
            draft.with_user(clerk).action_post()

    def test_another_company_decides_for_itself(self):
        self._block()
        other = self.env["res.company"].create({"name": "Autre"})
        other.home_service_sap_number = "SAP552100554"
        self.assertEqual(other.home_service_paper_check, "warn")
        draft = self._complete(rows=False)
        self.assertTrue(draft._home_service_stopped())
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        move = self.env["account.move"].new({"company_id": branch.id})
        declarant = move.company_id._home_service_declarant()
        self.assertEqual(declarant.home_service_paper_check, "block")

    def test_a_later_day_is_posted_later(self):
        self._block()
        draft = self._complete(invoice_date="2026-04-30", date="2026-04-30")
        draft._post(soft=True)
        self.assertEqual((draft.state, draft.auto_post), ("draft", "at_date"))
        with self.assertRaises(UserError):
            draft._post(soft=False)

    def test_one_bad_invoice_does_not_stop_a_selection(self):
        self.company.home_service_paper_check = "block"
        good, bad = self._complete(), self._complete(rows=False)
        wizard = self.env["validate.account.move"].create(
            {"move_ids": [Command.set((good + bad).ids)]}
        )
        action = wizard.validate_move()
        self.assertEqual((good.state, bad.state), ("posted", "draft"))
        self.assertIn("Who came", action["params"]["message"])
        self.assertEqual(
            action["params"]["next"]["type"], ("ir.actions.act_window_close")
        )
        wizard = self.env["validate.account.move"].create(
            {"move_ids": [Command.set(bad.ids)]}
        )
        with self.assertRaises(UserError):
            wizard.validate_move()

    def test_automatic_posting_goes_on_and_tells_somebody(self):
        self.company.home_service_paper_check = "block"
        good, bad = self._complete(), self._complete(rows=False)
        clerk = self._make_user("clerk3", self.company)
        clerk.lang = "en_US"  # who is told reads his language
        (good + bad).write({"auto_post": "at_date", "invoice_user_id": clerk.id})
        # What Odoo does of each, one after the other, once the whole batch has failed.
        with self.assertRaises(UserError):
            (good + bad)._post()
        good._post()
        self.assertEqual(good.state, "posted")
        moves = self.env["account.move"]
        moves._home_service_tell_stopped()
        moves._home_service_tell_stopped()
        activity = bad.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, clerk)
        self.assertIn("Who came", activity.note)
        self.assertFalse(good.activity_ids)
        self.company.home_service_paper_check = "warn"
        bad._post()
        self.assertFalse(bad.activity_ids)

    def test_somebody_is_told_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.home_service_paper_check = "block"
        bad = self._complete(rows=False)
        clerk = self._make_user("clerk4", self.company)
        clerk.lang = "fr_FR"
        bad.write({"auto_post": "at_date", "invoice_user_id": clerk.id})
        moves = self.env["account.move"]
        with patch.object(
            type(moves), "_home_service_stop_text", lambda move, _faults: move.env.lang
        ):
            moves.with_context(lang=None)._home_service_tell_stopped()
        self.assertIn("fr_FR", bad.activity_ids.note)

    def test_settings(self):
        self.env["res.config.settings"].create(
            {
                "home_service_declaration_date": "2023-05-04",
                "home_service_approval_number": "B-1",
                "home_service_mode": "lending",
                "home_service_paper_check": "block",
            }
        ).execute()
        self.assertEqual(self.company.home_service_declaration_date, date(2023, 5, 4))
        self.assertEqual(self.company.home_service_approval_number, "B-1")
        self.assertEqual(self.company.home_service_mode, "lending")
        self.assertEqual(self.company.home_service_paper_check, "block")

    def test_who_has_only_an_agrement(self):
        """A branch finds the agrément above it, where nobody has a declaration."""
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        self.company.home_service_sap_number = False
        self.assertEqual(branch._home_service_declarant(), self.company)
        self.assertEqual(branch._home_service_siren(), "")
        self.company.company_registry = "73282932000074"
        self.assertEqual(branch._home_service_siren(), "732829320")
        branch.home_service_approval_number = "C-3"
        self.assertEqual(branch._home_service_declarant(), branch)
