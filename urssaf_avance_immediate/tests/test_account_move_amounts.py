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
        alerts = move._urssaf_check_sendable()
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
        alerts = move._urssaf_check_sendable()
        self.assertEqual(alerts["urssaf_partial"]["code"], "ERR_VALEUR_NEGATIVE")
