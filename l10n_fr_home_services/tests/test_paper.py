# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is printed on an invoice of services, mention by mention (articles D7233-1 and
D7233-2 of the Code du travail, arrêté of 17 March 2015).
"""

import re

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .paper_cases import PaperCase

REPORT = "account.report_invoice_with_payments"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaper(PaperCase):
    def _html(self, move):
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html(REPORT, move.ids)[0].decode()
        return html.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")

    def _text(self, move):
        """What one reads, with single spaces."""
        text = re.sub(r"<(style|script).*?</\1>", " ", self._html(move), flags=re.S)
        return " ".join(re.sub(r"<[^>]+>", " ", text).split())

    def _cells(self, move):
        """The unit prices and the amounts of the lines, as printed."""
        cells = []
        for name in ("td_price_unit", "td_subtotal"):
            found = re.findall(
                rf'<td name="{name}".*?</td>', self._html(move), flags=re.S
            )
            texts = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in found]
            cells.append(texts)
        return list(zip(*cells, strict=True))

    def test_each_mention(self):
        text = self._text(self._posted())
        for mention in (
            "SAP declaration SAP732829320 of 01/12/2024",
            "Agrément A-75-42 of 02/01/2025",
            "SIREN 732 829 320",
            "Mode of work provider",
            "Place of the services 1 rue des Lilas, 75011 Paris, France",
            "Services from 03/02/2026 to 03/09/2026",
            # The exact nature, hourly price and hours of the line.
            "Ménage - repassage, hourly price, 3 h 30",
            "Unit price incl. VAT",
            "Amount incl. VAT",
            "Total incl. VAT",
            "03/02/2026 9:00 AM – 11:00 AM 2 h Zoé Petit 0042",
            "03/09/2026 1 h 30 Ali Roux 0043",
            "Total 3 h 30",
            "Under conditions and within yearly ceilings",
        ):
            self.assertIn(mention, text)
        self.assertIn("data:image/png;base64", self._html(self._posted()))

    def test_the_advantage_is_apart_and_smaller(self):
        """Article 5 of the arrêté of 17 March 2015: not among the prices."""
        html = self._html(self._posted())
        advantage = html.index('name="home_service_advantage"')
        self.assertIn("font-size: 70%", html[advantage - 200 : advantage + 200])
        self.assertGreater(advantage, html.index("o_total_table"))
        self.assertEqual(html.count("tax credit"), 1)

    def test_an_ordinary_invoice_stays_as_odoo_prints_it(self):
        goods = self.env["product.product"].create({"name": "Seau", "type": "consu"})
        move = self._draft({"product_id": goods.id, "name": "Seau"})
        move.action_post()
        move_html = self._text(move)
        self.assertFalse(move._home_service_paper())
        for word in ("incl. VAT", "SAP declaration", "Interventions", "tax credit"):
            self.assertNotIn(word, move_html)
        self.assertEqual(self._cells(move), [("30.00", "30.00 €")])

    def _prices(self, **line):
        return self._cells(self._posted(line, rows=False))[0]

    def test_prices_are_with_vat(self):
        # 27.27 without VAT is 29.997 with it: ten of them make 299.97, not 300.00.
        self.assertEqual(
            self._prices(price_unit=27.27, quantity=10), ("29.997", "299.97 €")
        )
        self.assertEqual(self._prices(price_unit=30, quantity=2), ("33.00", "66.00 €"))
        self.assertEqual(
            self._prices(price_unit=30, quantity=2, discount=10), ("33.00", "59.40 €")
        )
        self.assertEqual(self._prices(price_unit=30, quantity=0), ("33.00", "0.00 €"))
        self.assertEqual(
            self._prices(price_unit=30, quantity=1, discount=100), ("33.00", "0.00 €")
        )

    def test_prices_that_include_vat_stay(self):
        included = self.tax.copy(
            {"name": "10 % TTC", "price_include_override": "tax_included"}
        )
        taxes = [Command.set(included.ids)]
        self.assertEqual(
            self._prices(price_unit=32, quantity=2.5, tax_ids=taxes),
            ("32.00", "80.00 €"),
        )

    def test_the_printed_lines_make_the_printed_total(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = self.tax.copy({"name": "20 %", "amount": 20})
        line = {"price_unit": 10.02, "quantity": 1, "tax_ids": [Command.set(tax.ids)]}
        move = self._posted(line, line, line, rows=False)
        self.assertEqual(sum(move.invoice_line_ids.mapped("price_total")), 36.06)
        self.assertIn("Total incl. VAT 36.07 €", self._text(move))
        self.assertEqual(
            sorted(self._cells(move)),
            [("12.02", "12.02 €"), ("12.02", "12.02 €"), ("12.03", "12.03 €")],
        )
        # So does its credit note.
        note = move._reverse_moves([{}])
        self.assertIn(("12.03", "12.03 €"), self._cells(note))
        # Cents of another kind stay what they are.
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        move = self._draft(line, line, line)
        move.invoice_cash_rounding_id = rounding
        self.assertEqual(move.amount_total, 36.05)
        self.assertEqual(move._home_service_rounding_gap(), 0.01)

    def test_a_section_adds_up_with_vat(self):
        move = self._draft(
            {"display_type": "line_section", "name": "Maison", **self._no_line()},
            {"price_unit": 30, "quantity": 2},
        )
        move.home_service_start = "2026-03-02"
        move.action_post()
        self.assertRegex(self._html(move), r"Maison</span>[\s\S]{0,1500}66\.00")

    def test_an_exempt_company(self):
        self.company.home_service_vat = "franchise"
        tax = self.company._home_service_ensure_exempt_tax()
        move = self._posted({"tax_ids": [Command.set(tax.ids)]})
        text = self._text(move)
        self.assertIn("TVA non applicable, article 293 B du CGI", text)
        self.assertIn("Total incl. VAT 30.00 €", text)

    def test_an_exempt_company_has_no_option_of_debits(self):
        """What l10n_fr_account prints, where it is installed."""
        tax = self.company._home_service_ensure_exempt_tax()
        move = self._posted({"tax_ids": [Command.set(tax.ids)]})
        said = "Option to pay tax on debits"
        if "l10n_fr_is_company_french" in move:
            self.company.home_service_vat = "invoice"
            self.assertIn(said, self._text(move))
        for regime in ("franchise", "nonprofit"):
            self.company.home_service_vat = regime
            self.assertNotIn(said, self._text(move))

    def test_agreed_and_not_declared(self):
        """Article D7233-1: the customer is told that there is no tax advantage."""
        self.company.home_service_sap_number = False
        text = self._text(self._posted())
        self.assertIn("Agrément A-75-42 of 02/01/2025", text)
        self.assertNotIn("SAP declaration", text)
        self.assertIn("do not give right to the tax advantages", text)
        self.assertNotIn("tax credit", text)

    def test_services_without_advantage(self):
        self.housework.home_service_nature_id.eligible = False
        self.assertNotIn("tax credit", self._text(self._posted()))

    def test_the_advantage_is_promised_to_persons_on_invoices(self):
        """Article 199 sexdecies of the CGI: a credit of income tax."""
        move = self._posted()
        self.assertIn("tax credit", self._text(move))
        self.assertNotIn("tax credit", self._text(move._reverse_moves([{}])))
        child = self.env["res.partner"].create(
            {"name": "Ada", "parent_id": self.partner_a.id, "type": "contact"}
        )
        self.partner_a.is_company = True
        self.assertNotIn("tax credit", self._text(move))
        move = self._posted(partner_id=child.id)
        self.assertNotIn("tax credit", self._text(move))

    def test_modes(self):
        care = self._make_service("Garde", 20.0, "90")
        care.home_service_mode = "agent"
        move = self._posted({}, {"product_id": care.id, "name": "Garde"})
        first, second = move._home_service_lines()
        self.assertEqual(first._home_service_mode(), "provider")
        self.assertEqual(second._home_service_mode(), "agent")
        text = self._text(move)
        self.assertIn("Mode of work provider, agent: you are the employer", text)
        self.assertIn("hourly price, agent: you are the employer", text)
        # What was printed stays, whatever the product says later.
        care.home_service_mode = "lending"
        self.company.home_service_mode = "lending"
        self.assertEqual(first._home_service_mode(), "provider")
        self.assertEqual(second._home_service_mode(), "agent")
        self.assertEqual(self._text(move), text)
        # Before posting, the registers have the last word.
        draft = self._draft({})
        draft.sudo().invoice_line_ids.home_service_mode = "agent"
        self.assertEqual(draft.invoice_line_ids._home_service_mode(), "lending")

    def test_travel_costs_and_flat_price(self):
        travel = self._make_service("Déplacement", 8.0, "60")
        travel.home_service_travel = True
        travel.home_service_unit = "flat"
        window = self._make_service("Vitres", 50.0, "60")
        window.home_service_unit = "flat"
        move = self._posted(
            {"product_id": window.id, "name": "Vitres"},
            {"product_id": travel.id, "name": "Déplacement"},
        )
        text = self._text(move)
        # The hours of a flat price are those of its interventions.
        self.assertIn("Ménage - repassage, flat price, 3 h 30", text)
        self.assertIn("travel costs, Ménage - repassage, flat price", text)

    def test_days_of_a_line(self):
        """Where they are not those of the whole invoice."""
        move = self._posted(
            {"home_service_start": "2026-03-02", "home_service_end": "2026-03-04"},
            {"home_service_start": "2026-03-13"},
            rows=False,
        )
        text = self._text(move)
        self.assertIn("Services from 03/02/2026 to 03/13/2026", text)
        self.assertIn("hourly price, from 03/02/2026 to 03/04/2026, 1 h", text)
        self.assertIn("hourly price, 03/13/2026, 1 h", text)

    def test_who_paid(self):
        move = self._posted()
        self.assertNotIn("Paid on", self._text(move))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"payment_date": "2026-03-16", "amount": 20})._create_payments()
        text = self._text(move)
        self.assertIn("Paid on 03/16/2026 by partner_a 20.00 €", text)
        self.assertIn("Amount Due 13.00 €", text)
        # Not his own money: said.
        journal = self.company_data["default_journal_bank"]
        method = journal.inbound_payment_method_line_ids[:1]
        method.home_service_kind = "cesu_prefinanced"
        self.assertIn("by partner_a, Prefinanced CESU 20.00 €", self._text(move))

    def test_a_credit_note_that_nobody_paid(self):
        """It is taken off its invoice: not “paid by” the customer."""
        move = self._posted()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"journal_id": move.journal_id.id})
        new = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        credit = move.reversal_move_ids
        self.assertEqual(credit.payment_state, "paid")
        text = self._text(credit)
        self.assertIn(f"Taken off {move.name} 33.00 €", text)
        self.assertNotIn("Paid on", text)
        self.assertIn("Reversed on", self._text(move))
        self.assertNotIn("Taken off", self._text(new))
        # Refunded: he has got it, and paid nothing.
        new.action_post()
        refund = new._reverse_moves([{"invoice_date": "2026-03-16"}])
        refund.action_post()
        refund.line_ids.remove_move_reconcile()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=refund.ids
        ).create({"payment_date": "2026-03-16"})._create_payments()
        self.assertIn("Paid on 03/16/2026 to partner_a 33.00 €", self._text(refund))

    def test_rates_in_one_wording(self):
        """The labels of the French chart mix “VAT 10%” and “TVA 20%”."""
        self.tax.invoice_label = "TVA 10%"
        exempt = self.tax.copy({"amount": 0, "name": "0", "invoice_label": "Sans TVA"})
        low = self.tax.copy({"amount": 5.5, "name": "5.5", "invoice_label": "TVA"})
        move = self._posted({}, {"tax_ids": low.ids}, {"tax_ids": exempt.ids})
        found = [line._home_service_printed_taxes() for line in move.invoice_line_ids]
        self.assertEqual(found, ["VAT 10%", "VAT 5.5%", "No VAT"])
        # Overseas and in Corsica there are others: each with the digits that it has.
        for rate, text in ((1.05, "1.05"), (2.1, "2.1"), (1.75, "1.75"), (20, "20")):
            other = self.tax.copy({"amount": rate, "name": text})
            self.assertEqual(
                move.invoice_line_ids[0]._home_service_rate(other), f"VAT {text}%"
            )
        text = self._text(move)
        for said in found:
            self.assertIn(said, text)
        self.assertNotIn("Sans TVA", text)

    def test_credit_note(self):
        move = self._posted()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"journal_id": move.journal_id.id})
        credit = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        text = self._text(credit)
        self.assertIn("SAP declaration SAP732829320 of 01/12/2024", text)
        self.assertIn("Amount incl. VAT", text)
        self.assertEqual(self._cells(credit), self._cells(move))
        # It lacks nothing: it is no invoice.
        self.company.home_service_declaration_date = False
        self.assertFalse(credit._home_service_paper_faults())

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner_a.lang = "fr_FR"
        text = self._text(self._posted())
        self.assertIn("02/03/2026", text)
        self.assertIn("09:00 – 11:00", text)
        self.assertIn("0042", text)
        self.assertNotIn("AM", text.split())

    def test_child_contact_and_place(self):
        child = self.env["res.partner"].create(
            {"name": "Ada", "parent_id": self.partner_a.id, "type": "contact"}
        )
        move = self._posted(rows=False, partner_id=child.id)
        self.assertIn("Place of the services 1 rue des Lilas", self._text(move))
        home = self.env["res.partner"].create(
            {
                "name": "Maison de campagne",
                "type": "delivery",
                "parent_id": self.partner_a.id,
                "street": "2 chemin du Lac",
                "zip": "74000",
                "city": "Annecy",
                "country_id": self.env.ref("base.fr").id,
            }
        )
        move = self._posted(rows=False, partner_shipping_id=home.id)
        self.assertEqual(move.partner_shipping_id, home)
        self.assertIn(
            "Place of the services 2 chemin du Lac, 74000 Annecy, France",
            self._text(move),
        )

    def test_a_branch_prints_what_its_company_declared(self):
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        alone = self._make_user("agence", branch)
        identity = (
            self.env["account.move"]
            .with_user(alone)
            .with_company(branch)
            .with_context(lang="en_US")
            .new({"move_type": "out_invoice", "company_id": branch.id})
        )
        declarant = identity.company_id._home_service_declarant()
        pairs = dict(identity._home_service_identity(declarant))
        self.assertEqual(pairs["SAP declaration"], "SAP732829320 of 01/12/2024")
        self.assertEqual(pairs["SIREN"], "732 829 320")

    def test_what_is_typed_is_no_markup(self):
        self.company.home_service_approval_number = "<script>alert(1)</script>"
        self.assertIn("&lt;script&gt;alert(1)", self._html(self._posted()))
        self.assertNotIn("<script>alert(1)", self._html(self._posted()))
