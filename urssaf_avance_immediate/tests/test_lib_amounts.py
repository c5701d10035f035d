# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's arithmetic (docs/api.md, method 050): examples, properties."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.api import PaymentRequest
from ..lib.rules import (
    AmountError,
    ServiceLine,
    absorb_rounding,
    check_deposit,
    settle,
    unit_price,
)
from ..lib.rules.amounts import shorten
from .lib_support import payment_body, totals

D = Decimal
LINE = ServiceLine(
    nature="60",
    unit="HEURE",
    quantity=D("5.5"),
    total_ttc=D("110.00"),
    total_ht=D("100.00"),
    description="Ménage",
    intervenant="SAP123456789",
)
# The same examples on each run, nothing written beside the tests.
steady = settings(deadline=None, derandomize=True, database=None, max_examples=300)


def cents(low, high):
    return st.integers(low, high).map(lambda number: D(number) / 100)


def product(item):
    exact = item["quantite"] * item["mntUnitaireTTC"]
    return exact.quantize(D("0.01"), ROUND_HALF_UP)


@st.composite
def service_lines(draw):
    ttc = draw(cents(1, 500_000))
    vat = draw(st.sampled_from(["1", "1.055", "1.1", "1.2"]))
    ht = (ttc / D(vat)).quantize(D("0.01"), ROUND_HALF_UP)
    return replace(LINE, quantity=draw(cents(1, 30_000)), total_ttc=ttc, total_ht=ht)


def prestations(lines):
    return settle(lines).prestations


@tagged("post_install", "-at_install")
class TestUnitPrice(BaseCase):
    def test_examples(self):
        for total, quantity, expected in (
            ("110.00", "5.5", "20.00"),
            ("349.98", "5", "69.996"),  # CA's own test, rule E
            ("14.69", "0.33", "44.50"),  # 44.51 and 44.52 round to it too
            ("0.00", "3", "0.00"),
            ("10.00", "3", "3.333"),
            ("0.01", "10", "0.001"),
            ("0.02", "0.01", "2.00"),
            ("1000.00", "1", "1000.00"),
        ):
            price = unit_price(D(total), D(quantity))
            self.assertEqual(str(price), expected, (total, quantity))

    def test_none(self):
        for total, quantity in (
            ("843.57", "37.5"),
            ("1000.01", "160"),
            ("1", "0"),
            ("1", "-1"),
            ("-1", "1"),
        ):
            self.assertIsNone(unit_price(D(total), D(quantity)), (total, quantity))

    @steady
    @given(total=cents(0, 5_000_000), quantity=cents(1, 1000))
    def test_there_is_always_one_up_to_ten_units(self, total, quantity):
        price = unit_price(total, quantity)
        self.assertIsNotNone(price)
        self.assertEqual(
            product({"quantite": quantity, "mntUnitaireTTC": price}), total
        )

    @steady
    @given(total=cents(0, 3000), quantity=cents(1001, 5000))
    def test_none_only_if_none_exists(self, total, quantity):
        if unit_price(total, quantity) is None:
            for price in range(int(total / quantity * 1000) - 5, 3001):
                step = {"quantite": quantity, "mntUnitaireTTC": D(price) / 1000}
                self.assertNotEqual(product(step), total)
                if product(step) > total:
                    break

    @steady
    @given(
        quantity=cents(1, 20_000),
        price=st.integers(0, 100_000).map(lambda number: D(number) / 1000),
    )
    def test_a_price_that_was_used_is_found_or_a_shorter_one(self, quantity, price):
        total = product({"quantite": quantity, "mntUnitaireTTC": price})
        found = unit_price(total, quantity)
        self.assertEqual(
            product({"quantite": quantity, "mntUnitaireTTC": found}), total
        )
        decimals = -found.normalize().as_tuple().exponent
        self.assertLessEqual(decimals, max(0, -price.normalize().as_tuple().exponent))


@tagged("post_install", "-at_install")
class TestPrestations(BaseCase):
    def test_wire_form(self):
        (item,) = prestations([LINE])
        self.assertEqual(
            item,
            {
                "codeNature": "60",
                "quantite": D("5.50"),
                "unite": "HEURE",
                "mntUnitaireTTC": D("20.00"),
                "mntPrestationTTC": D("110.00"),
                "mntPrestationHT": D("100.00"),
                "mntPrestationTVA": D("10.00"),
                "complement1": "Ménage",
                "complement2": "SAP123456789",
            },
        )
        self.assertNotIn(
            "complement1", prestations([replace(LINE, description=" \n")])[0]
        )

    @steady
    @given(st.lists(service_lines(), min_size=1, max_size=5))
    def test_rules_a_to_f(self, lines):
        items = prestations(lines)
        for item in items:
            self.assertEqual(product(item), item["mntPrestationTTC"])  # A
            self.assertEqual(
                item["mntPrestationHT"] + item["mntPrestationTVA"],
                item["mntPrestationTTC"],
            )  # B
            for name, value in item.items():  # E, F
                if isinstance(value, Decimal):
                    self.assertGreaterEqual(value, 0, name)
                    places = 3 if name == "mntUnitaireTTC" else 2
                    self.assertGreaterEqual(value.as_tuple().exponent, -places, name)
        ttc, ht = totals(items)
        self.assertEqual(ttc, sum(line.total_ttc for line in lines))  # C
        self.assertEqual(ht, sum(line.total_ht for line in lines))  # D
        self.assertEqual(
            sum(item["quantite"] for item in items),
            sum(line.quantity for line in lines),
        )
        body = {**payment_body(), "mntFactureTTC": ttc, "mntFactureHT": ht}
        PaymentRequest.model_validate({**body, "inputPrestations": items})

    def test_a_line_without_unit_price_is_cut_in_two(self):
        line = replace(
            LINE, quantity=D("37.5"), total_ttc=D("843.57"), total_ht=D("766.88")
        )
        first, second = prestations([line])
        self.assertEqual((first["quantite"], second["quantite"]), (D("36.5"), 1))
        self.assertEqual(first["mntUnitaireTTC"], D("22.495"))
        self.assertEqual(second["mntUnitaireTTC"], D("22.50"))
        self.assertEqual(totals([first, second]), (D("843.57"), D("766.88")))

    def test_numbers_as_odoo_has_them(self):
        line = replace(LINE, quantity=5.5, total_ttc=110.0, total_ht=100)
        self.assertEqual(prestations([line]), prestations([LINE]))
        line = replace(LINE, quantity=D("5.5").normalize() * 10, unit="FORFAIT")
        self.assertEqual(prestations([line])[0]["mntUnitaireTTC"], D("2.00"))

    def test_ten_at_most(self):
        self.assertEqual(len(prestations([LINE] * 10)), 10)
        split = replace(LINE, quantity=D("37.5"), total_ttc=D("843.57"))
        natures = [replace(LINE, nature=str(10 * i)) for i in range(1, 12)]
        cut = [replace(split, nature=str(10 * i)) for i in range(1, 7)]
        for lines in (natures, cut):
            self.assertFault(lines, "ERR_NBRE_PREST_MAX", None)

    def assertFault(self, lines, code, index):
        with self.assertRaises(AmountError) as caught:
            prestations(lines)
        self.assertEqual(caught.exception.code, code)
        self.assertEqual(caught.exception.line_index, index)
        self.assertIn(code, str(caught.exception))

    def test_faults(self):
        for values, code in (
            ({"quantity": D(0)}, "ERR_VALEUR_NEGATIVE"),
            ({"quantity": D(-1)}, "ERR_VALEUR_NEGATIVE"),
            ({"total_ttc": D("-110.01"), "total_ht": D(-100)}, "ERR_VALEUR_NEGATIVE"),
            ({"quantity": D("0.004")}, "ERR_VALEUR_NEGATIVE"),
            ({"quantity": D("Infinity")}, "ERR_FORMAT_VALEUR"),
            ({"total_ttc": D("110.001")}, "ERR_FORMAT_VALEUR"),
            ({"total_ttc": 0.1 + 0.2}, "ERR_FORMAT_VALEUR"),
            ({"total_ht": D("NaN")}, "ERR_FORMAT_VALEUR"),
            ({"total_ht": None}, "ERR_FORMAT_VALEUR"),
            ({"total_ht": D("110.01")}, "ERR_MNT_PREST_HT_TVA"),
            ({"nature": ""}, "ERR_CODE_NATURE"),
            ({"nature": False}, "ERR_CODE_NATURE"),
            ({"unit": "JOUR"}, "ERREUR_VALIDATION"),
            ({"intervenant": ""}, "ERR_NUMINTERVENANT_MANQUANT"),
            ({"intervenant": "SAP12345678"}, "ERR_FORMAT_NUMINTERVENANT"),
            ({"intervenant": "SAP12345678٣"}, "ERR_FORMAT_NUMINTERVENANT"),
        ):
            with self.subTest(values=values):
                self.assertFault([LINE, replace(LINE, **values)], code, 1)
        self.assertFault([], "ERR_TOTAL_PRESTATIONS", None)


@tagged("post_install", "-at_install")
class TestOtherAmounts(BaseCase):
    def test_absorb_rounding(self):
        lines = [LINE, LINE]
        (first, second), [note] = absorb_rounding(lines, D("220.01"), D("199.98"))
        self.assertEqual((note.kind, note.amount), ("rounded", D("0.01")))
        self.assertEqual((first.total_ttc, first.total_ht), (D("110.01"), D("99.98")))
        self.assertEqual(second, LINE)
        self.assertEqual(absorb_rounding(lines, D(220), D(200)), (lines, []))
        for total, untaxed in ((D("220.03"), D(200)), (D(220), D("199.97"))):
            with self.assertRaises(AmountError) as caught:
                absorb_rounding(lines, total, untaxed)
            self.assertEqual(caught.exception.code, "ERR_TOTAL_PRESTATIONS")
        with self.assertRaises(AmountError):
            absorb_rounding([], D(0), D(0))

    def test_deposit(self):
        check_deposit(D("55.00"), D("110.00"))
        check_deposit(D(0), D(0))
        for deposit, code in (
            (D("55.01"), "ERR_MONTANT_ACOMPTE"),
            (D("-0.01"), "ERR_VALEUR_NEGATIVE"),
        ):
            with self.assertRaises(AmountError) as caught:
                check_deposit(deposit, D("110.00"))
            self.assertEqual(caught.exception.code, code)

    def test_shorten(self):
        for text, limit, expected in (
            ("Ménage", 50, "Ménage"),
            ("  deux\n mots ", 50, "deux mots"),
            ("un deux trois", 7, "un deux"),
            ("un deux trois", 8, "un deux"),
            ("un deux, trois", 9, "un deux"),
            ("anticonstitutionnel", 5, "antic"),
            ("", 5, ""),
        ):
            self.assertEqual(shorten(text, limit), expected)
