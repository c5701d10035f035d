# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Any invoice as a demande: discounts, many lines, dates, intervenants, deposits."""

import random
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command
from odoo.exceptions import RedirectWarning
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

CENT = Decimal("0.01")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAmounts(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _send(self, move):
        """Send by the button. Return what Urssaf has read."""
        if move.state == "draft":
            move.action_post()
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
        return self._demande(move.urssaf_request_id).payload

    def _lines(self, *lines, **values):
        """A draft: lines of field values."""
        move = self._invoice()
        move.button_draft()
        default = {
            "product_id": self.housework.id,
            "quantity": 1,
            "price_unit": 30,
            "tax_ids": [Command.set(self.tax.ids)],
        }
        move.write(
            {
                "invoice_line_ids": [
                    Command.clear(),
                    *(Command.create({**default, **line}) for line in lines),
                ],
                **values,
            }
        )
        return move

    # -- amounts ---------------------------------------------------------------

    def test_discount_line_is_folded(self):
        discount = self.env["product.product"].create(
            {"name": "Remise", "type": "service", "taxes_id": [Command.clear()]}
        )
        move = self._lines(
            {"quantity": 3},
            {"product_id": discount.id, "price_unit": -9, "name": "Remise fidélité"},
        )
        sent = self._send(move)
        [line] = sent["inputPrestations"]
        self.assertEqual((line["quantite"], line["mntPrestationTTC"]), (3, 89.1))
        self.assertEqual(line["complement1"], "Ménage, remise 9,90 €")
        self.assertEqual(sent["mntFactureTTC"], 89.1)

    def test_discount_on_the_whole_invoice_is_shared(self):
        """Half of what is not eligible is not promised as a credit."""
        garden = self._make_service("Jardinage", 40.0, "70")
        discount = self.env["product.product"].create(
            {"name": "Remise", "type": "service", "taxes_id": [Command.clear()]}
        )
        move = self._lines(
            {"quantity": 2},
            {"product_id": garden.id, "quantity": 3, "price_unit": 40},
            {"product_id": discount.id, "price_unit": -18, "name": "Remise 10 %"},
        )
        self.assertEqual(move._urssaf_estimates()["credit"], 89.1)
        nature = garden.home_service_nature_id
        nature.sudo().eligible = False
        self.assertEqual(move._urssaf_estimates()["credit"], 29.7)
        nature.sudo().eligible = True
        sent = self._send(move)
        self.assertEqual(
            [line["mntPrestationTTC"] for line in sent["inputPrestations"]],
            [59.4, 118.8],
        )

    def test_voucher_is_a_payment(self):
        """A negative line would take it off the price of the services."""
        voucher = self.env["product.product"].create({"name": "Chèque-cadeau"})
        move = self._lines(
            {"quantity": 3}, {"product_id": voucher.id, "price_unit": -9}
        )
        banner = move.with_user(self.user)._get_alerts()["urssaf_voucher"]
        self.assertIn("register it as a payment", banner["message"])
        move.action_post()
        fault = move._urssaf_sending_faults()["urssaf_voucher"]
        self.assertEqual(fault["level"], "danger")
        self.assertIn("Chèque-cadeau", fault["message"])

    def test_early_payment_taken_off_in_any_case_is_named(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "2 % sous 8 jours",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 8,
                "early_pay_discount_computation": "mixed",
            }
        )
        move = self._lines({"quantity": 3}, invoice_payment_term_id=terms.id)
        with self.assertRaises(RedirectWarning) as raised:
            move.action_post()
        self.assertIn("2 % sous 8 jours", str(raised.exception))
        self.assertNotIn("cash rounding", str(raised.exception))

    def test_discount_about_nothing_else_is_stopped(self):
        garden = self._make_service("Jardinage", 40.0, "70")
        move = self._lines({"quantity": 3}, {"product_id": garden.id, "price_unit": -9})
        with self.assertRaises(RedirectWarning) as raised:
            move.action_post()
        self.assertIn("ERR_VALEUR_NEGATIVE", str(raised.exception))

    def test_more_than_ten_lines_are_put_together(self):
        move = self._lines(
            *(
                {"quantity": 2, "home_service_start": f"2026-03-{day:02d}"}
                for day in range(2, 14)
            )
        )
        sent = self._send(move)
        [line] = sent["inputPrestations"]
        self.assertEqual((line["quantite"], line["mntPrestationTTC"]), (24, 792))
        self.assertEqual(line["complement1"], "Ménage : 2-13/03")

    def test_free_line_needs_no_nature(self):
        gift = self.env["product.product"].create({"name": "Offert"})
        move = self._lines({}, {"product_id": gift.id, "price_unit": 0})
        self.assertEqual(len(self._send(move)["inputPrestations"]), 1)

    def test_random_invoices(self):
        """Odoo's own totals, both ways of rounding: all that it posts adds up."""
        rng = random.Random(5)
        taxes = self.tax
        for rate, included in ((5.5, "tax_included"), (20, "tax_excluded")):
            taxes |= self.tax.copy(
                {
                    "name": f"{rate} {included}",
                    "amount": rate,
                    "price_include_override": included,
                }
            )
        for method in ("round_per_line", "round_globally") * 4:
            self.company.tax_calculation_rounding_method = method
            move = self._lines(
                *(
                    {
                        "quantity": rng.randint(1, 2500) / 100,
                        "price_unit": rng.randint(1000, 6000) / 100,
                        "discount": rng.choice([0, 0, 5, 33]),
                        "tax_ids": [Command.set(rng.choice(taxes).ids)],
                    }
                    for _i in range(rng.randint(1, 8))
                ),
            )
            move.sudo().urssaf_two_lines = True
            self._assert_adds_up(move, self._send(move))

    def _assert_adds_up(self, move, sent):
        self.assertAlmostEqual(sent["mntFactureTTC"], move.amount_total)
        items = [
            {key: Decimal(str(value)) for key, value in item.items() if "mnt" in key}
            | {"quantite": Decimal(str(item["quantite"]))}
            for item in sent["inputPrestations"]
        ]
        for item in items:
            exact = item["quantite"] * item["mntUnitaireTTC"]
            self.assertEqual(
                exact.quantize(CENT, ROUND_HALF_UP), item["mntPrestationTTC"]
            )
        for total, name in (
            (move.amount_total, "mntPrestationTTC"),
            (move.amount_untaxed, "mntPrestationHT"),
            (move.amount_tax, "mntPrestationTVA"),
        ):
            self.assertEqual(
                sum(item[name] for item in items), Decimal(f"{total:.2f}"), name
            )

    # -- dates -----------------------------------------------------------------

    def test_period_comes_from_the_lines(self):
        with Form(self._lines({}, {})) as form:
            with form.invoice_line_ids.edit(0) as line:
                line.home_service_start = "2026-03-04"
                self.assertEqual(str(line.home_service_end), "2026-03-04")
            with form.invoice_line_ids.edit(1) as line:
                line.home_service_start = "2026-03-06"
                line.home_service_end = "2026-03-07"
            self.assertEqual(str(form.home_service_start), "2026-03-04")
            self.assertEqual(str(form.home_service_end), "2026-03-07")
        sent = self._send(form.record)
        self.assertEqual(sent["dateDebutEmploi"], "2026-03-04T00:00:00Z")
        self.assertEqual(sent["dateFinEmploi"], "2026-03-07T00:00:00Z")
        first, second = sent["inputPrestations"]
        self.assertEqual(first["dateDebutEmploi"], "2026-03-04T00:00:00Z")
        self.assertEqual(second["dateFinEmploi"], "2026-03-07T00:00:00Z")

    def test_a_line_without_a_date_has_that_of_the_invoice(self):
        move = self._lines({"home_service_start": "2026-03-14"}, {})
        sent = self._send(move)
        self.assertEqual(sent["dateDebutEmploi"], "2026-03-02T00:00:00Z")
        self.assertEqual(sent["dateFinEmploi"], "2026-03-14T00:00:00Z")
        self.assertNotIn("dateDebutEmploi", sent["inputPrestations"][1])

    def test_dates_do_not_move_with_the_time_zone(self):
        """The first and the last day of a month, wherever the user is."""
        for zone in ("Pacific/Kiritimati", "Europe/Paris", "America/Guadeloupe", False):
            with self.subTest(zone=zone), freeze_time("2026-03-31 21:30:00"):
                self.user.tz = zone
                move = self._lines(
                    {
                        "home_service_start": "2026-03-01",
                        "home_service_end": "2026-03-31",
                    }
                ).with_user(self.user)
                sent = self._send(move.with_context(tz=zone))
                self.assertEqual(sent["dateDebutEmploi"], "2026-03-01T00:00:00Z")
                self.assertEqual(sent["dateFinEmploi"], "2026-03-31T00:00:00Z")
                [line] = sent["inputPrestations"]
                self.assertEqual(line["dateFinEmploi"], "2026-03-31T00:00:00Z")
                request = move.urssaf_request_id
                self.assertEqual(str(request.service_end), "2026-03-31")

    # -- intervenant -----------------------------------------------------------

    def test_intervenant_of_the_line_of_the_product_of_the_company(self):
        self.housework.home_service_intervenant = "SIR73282932000074"
        move = self._lines({}, {"home_service_intervenant": "SAP552100554"})
        other = self._make_service("Repassage", 25.0, "60")
        move.invoice_line_ids = [
            Command.create({"product_id": other.id, "tax_ids": self.tax.ids})
        ]
        sent = self._send(move)
        self.assertEqual(
            [line["complement2"] for line in sent["inputPrestations"]],
            ["SIR73282932000074", "SAP552100554", "SAP732829320"],
        )

    def test_lines_with_their_own_intervenant_need_no_other(self):
        self.company.home_service_sap_number = False
        move = self._lines({"home_service_intervenant": "SAP552100554"})
        self.assertEqual(len(self._send(move)["inputPrestations"]), 1)

    # -- deposits --------------------------------------------------------------

    def _pay(self, move, amount, date="2026-03-10"):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount, "payment_date": date})._create_payments()

    def test_deposit_is_declared(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()  # 66 euros
        self._pay(move, 10.0, "2026-03-10")
        self._pay(move, 20.0, "2026-03-12")
        sent = self._send(move)
        self.assertEqual((sent["mntAcompte"], sent["mntFactureTTC"]), (30, 66))
        self.assertEqual(sent["dateVersementAcompte"], "2026-03-12T00:00:00Z")
        request = move.urssaf_request_id
        self.assertEqual(request.amount_deposit, 30)
        self.assertEqual(request.amount_net_estimate, 3)

    def test_urssaf_transfers_what_is_left(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        self._pay(move, 30.0)
        self._send(move)
        request = move.urssaf_request_id
        self._demande(request).move(
            "70",
            "Payée",
            transfer={"mntVirement": 36.0, "dateVirement": "2026-03-15T00:00:00Z"},
        )
        request.action_urssaf_refresh()
        self.assertEqual(move.payment_state, "paid")
        self.assertFalse(request.activity_ids)

    def test_deposit_over_half(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        self._pay(move, 33.01)
        alerts = move._urssaf_sending_faults()
        self.assertEqual(alerts["urssaf_deposit"]["code"], "ERR_MONTANT_ACOMPTE")

    def test_deposit_received_after_the_demande_was_queued(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        self._pay(move, 10.0)
        self._run_cron("send")
        self.assertEqual(request.state, "draft")
        self.assertFalse(self.fake.calls_of("050"))

    def test_credit_note_is_no_deposit(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        refund = move._reverse_moves()
        refund.invoice_line_ids.quantity = 1
        refund.action_post()
        lines = (move | refund).line_ids
        lines.filtered(lambda li: li.display_type == "payment_term").reconcile()
        alerts = move._urssaf_sending_faults()
        self.assertEqual(alerts["urssaf_partial"]["code"], "ERR_VALEUR_NEGATIVE")

    def test_write_off_is_no_deposit(self):
        """20.00 received and 5.00 written off with them: 20.00 are a deposit."""
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        self._pay(move, 20.0)
        [payment] = move.matched_payment_ids
        payment.action_draft()
        payment.write({"amount": 25.0})
        payment.action_post()
        self.assertEqual(move._urssaf_received().payments, 0)
        loss = self.company_data["default_account_expense"]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(
            {
                "amount": 41.0,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": loss.id,
            }
        )._create_payments()
        self.assertEqual(move.payment_state, "paid")
        found = move._urssaf_received()
        self.assertEqual((found.payments, found.other), (41.0, 25.0))

    def test_entry_that_is_no_payment_is_no_deposit(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        term = move.line_ids.filtered(lambda li: li.display_type == "payment_term")
        entry = self.env["account.move"].create(
            {
                "date": "2026-03-15",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.partner.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (term.account_id, -10),
                        (self.company_data["default_account_expense"], 10),
                    )
                ],
            }
        )
        entry.action_post()
        (term | entry.line_ids[0]).reconcile()
        self.assertEqual(move.amount_residual, 56.0)
        self.assertEqual(move._urssaf_deposit_values(), {})
        fault = move._urssaf_sending_faults()["urssaf_partial"]
        self.assertEqual(fault["level"], "danger")
        self.assertIn(entry.name, fault["message"])
        self.assertNotIn("credit note", fault["message"])

    def test_line_of_the_bank_is_a_payment(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        bank = self.company_data["default_journal_bank"]
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "date": "2026-03-11",
                "amount": 12.0,
                "partner_id": self.partner.id,
                "payment_ref": "Virement",
            }
        )
        term = move.line_ids.filtered(lambda li: li.display_type == "payment_term")
        _money, suspense, _other = line._seek_for_lines()
        suspense.account_id = term.account_id
        (term | suspense).reconcile()
        found = move._urssaf_received()
        self.assertEqual((found.payments, found.other), (12.0, 0.0))
        self.assertEqual(str(found.date), "2026-03-11")

    def test_deposit_of_tomorrow_is_not_received(self):
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        self._pay(move, 10.0, "2026-03-17")
        fault = move._urssaf_sending_faults()["urssaf_deposit"]
        self.assertIn("still to come", fault["message"])
