# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Any invoice as a demande that adds up: folding, merging, cents; examples and
properties over random invoices, computed as Odoo does.
"""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.api import PaymentRequest
from ..lib.rules import (
    AmountError,
    ServiceLine,
    expressible_totals,
    settle,
    unit_price,
)
from ..lib.rules.amounts_text import days_text, with_dates, with_discount
from .lib_support import payment_body, totals
from .test_lib_amounts import LINE, D, product, steady

RATES = ("0", "5.5", "10", "20")
MARCH = [date(2026, 3, day) for day in range(1, 32)]


def to_cents(value):
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def discount(ttc, ht, **values):
    """A discount on LINE: money, no hours."""
    line = replace(LINE, quantity=D(1), total_ttc=D(ttc), total_ht=D(ht))
    return replace(line, **values)


def hours(quantity, price="22", **values):
    """LINE at 10 %: hours at a price with tax."""
    ttc = to_cents(D(quantity) * D(price))
    ht = to_cents(ttc / D("1.1"))
    line = replace(LINE, quantity=D(quantity), total_ttc=ttc, total_ht=ht)
    return replace(line, **{"vat": D(10), **values})


@st.composite
def invoice_lines(draw, rates):
    """A line before rounding: ``(raw HT, raw TTC, ServiceLine without totals)``."""
    rate = D(draw(st.sampled_from(rates)))
    nature, unit = draw(st.sampled_from([("60", "HEURE"), ("70", "FORFAIT")]))
    quantity = D(draw(st.integers(1, 20_000))) / 100
    price = D(draw(st.integers(1, 99_999))) / draw(st.sampled_from([100, 1000, 10_000]))
    rebate = D(draw(st.sampled_from([0, 0, 5, 10, 33]))) / 100
    raw = quantity * price * (1 - rebate)
    included = draw(st.booleans())
    ttc = raw if included else raw * (1 + rate / 100)
    ht = raw / (1 + rate / 100) if included else raw
    day = draw(st.sampled_from(MARCH))
    line = ServiceLine(
        nature=nature,
        unit=unit,
        quantity=quantity,
        total_ttc=D(0),
        total_ht=D(0),
        description=draw(st.sampled_from(["Ménage", "", "Un libellé " * 9])),
        intervenant="SAP123456789",
        vat=rate,
        start=day,
        end=day,
        dated=draw(st.booleans()),
    )
    return ht, ttc, line


@st.composite
def invoices(draw):
    """``(lines, total TTC, total HT)`` rounded as Odoo does, by line or globally."""
    # Two natures at two rates: what is put together is at most four lines, or eight
    # if none has a unit price.
    rates = draw(st.lists(st.sampled_from(RATES), min_size=2, max_size=2))
    drafts = draw(st.lists(invoice_lines(rates), min_size=1, max_size=14))
    drafts += [
        _rebate(ht, ttc, line, D(draw(st.integers(1, 99))) / 100)
        for ht, ttc, line in drafts
        if draw(st.integers(0, 4)) == 0
    ]
    lines = [
        replace(line, total_ttc=to_cents(ttc), total_ht=to_cents(ht))
        for ht, ttc, line in drafts
    ]
    if draw(st.booleans()):
        return lines, _sum(lines, "total_ttc"), _sum(lines, "total_ht")
    by_rate = {line.vat: [D(0), D(0)] for _ht, _ttc, line in drafts}
    for ht, ttc, line in drafts:
        by_rate[line.vat][0] += ht
        by_rate[line.vat][1] += ttc - ht
    total_ht = sum(to_cents(base) for base, _tax in by_rate.values())
    tax = sum(to_cents(tax) for _base, tax in by_rate.values())
    return lines, total_ht + tax, total_ht


def _rebate(ht, ttc, line, part):
    """A negative line: a part of another one, as money or as hours taken back."""
    back = line.unit == "HEURE" and part * line.quantity * 100 % 1 == 0
    quantity = -part * line.quantity if back else D(1)
    return -ht * part, -ttc * part, replace(line, quantity=quantity)


def _sum(lines, name):
    return sum((getattr(line, name) for line in lines), D(0))


@tagged("post_install", "-at_install")
class TestAnyInvoice(BaseCase):
    @settings(steady, max_examples=200, report_multiple_bugs=False)
    @given(invoices())
    def test_rules_a_to_g(self, invoice):
        lines, ttc, ht = invoice
        assume(ttc > 0 and ht > 0)
        settlement = settle(lines, ttc, ht)
        items = settlement.prestations
        self.assertLessEqual(len(items), 10)
        for item in items:
            self.assertEqual(product(item), item["mntPrestationTTC"])  # A
            self.assertEqual(
                item["mntPrestationHT"] + item["mntPrestationTVA"],
                item["mntPrestationTTC"],
            )  # B
        self.assertEqual(totals(items), (ttc, ht))  # C, D
        # E, F and the lengths of the texts are the schema's.
        body = {**payment_body(), "mntFactureTTC": ttc, "mntFactureHT": ht}
        PaymentRequest.model_validate({**body, "inputPrestations": items})
        self._assert_nothing_changed(lines, settlement)

    def _assert_nothing_changed(self, lines, settlement):
        """Natures, rates and hours are those of the invoice, to the cent."""
        allowed = D("0.01") * len(lines)
        for key in {(line.nature, line.vat) for line in lines}:
            before, after = (
                _sum([li for li in some if (li.nature, li.vat) == key], "total_ttc")
                for some in (lines, settlement.lines)
            )
            self.assertLessEqual(abs(before - after), allowed, key)
        for line in settlement.lines:
            units = {lines[index].unit for index in line.sources}
            self.assertIn(line.unit, units, "hours stay hours")
        free = [i for i, line in enumerate(lines) if line.is_nothing]
        seen = {index for line in settlement.lines for index in line.sources}
        seen |= {index for note in settlement.notes for index in note.sources}
        self.assertEqual(seen | set(free), set(range(len(lines))), "nothing is lost")

    @steady
    @given(
        total=st.integers(1, 500_000).map(lambda number: D(number) / 100),
        quantity=st.integers(1001, 20_000).map(lambda number: D(number) / 100),
    )
    def test_correction_is_near_and_exact(self, total, quantity):
        assume(unit_price(total, quantity) is None)
        nearest = next(expressible_totals(total, quantity))
        self.assertIsNotNone(unit_price(nearest, quantity))
        # Prices are a thousandth apart, totals so many thousandths.
        self.assertLessEqual(abs(nearest - total), quantity / 1000)


@tagged("post_install", "-at_install")
class TestFolding(BaseCase):
    def fold(self, *lines):
        settlement = settle(lines)
        return settlement.prestations, {note.kind for note in settlement.notes}

    def assertFault(self, code, *lines):
        with self.assertRaises(AmountError) as caught:
            settle(lines)
        self.assertEqual(caught.exception.code, code)

    def test_discount_lowers_the_price(self):
        [item], kinds = self.fold(hours("2"), discount("-4.40", "-4", vat=D(10)))
        self.assertEqual(item["quantite"], 2)
        self.assertEqual(item["mntUnitaireTTC"], D("19.80"))
        self.assertEqual(item["mntPrestationTTC"], D("39.60"))
        self.assertEqual(item["complement1"], "Ménage, remise 4,40 €")
        self.assertEqual(kinds, {"folded"})

    def test_flat_discount_on_hours_stays_in_hours(self):
        flat = discount("-4.40", "-4", vat=D(10), unit="FORFAIT")
        [item], _kinds = self.fold(hours("2"), flat)
        self.assertEqual((item["unite"], item["quantite"]), ("HEURE", 2))

    def test_hours_taken_back(self):
        [item], _kinds = self.fold(hours("5"), hours("-2"))
        self.assertEqual((item["quantite"], item["mntUnitaireTTC"]), (3, D("22.00")))
        self.assertEqual(item["complement1"], "Ménage")

    def test_negative_quantity_at_another_price_is_a_discount(self):
        for unit in ("HEURE", "FORFAIT"):
            [item], _kinds = self.fold(hours("3"), hours("-1", "6", unit=unit))
            self.assertEqual((item["quantite"], item["mntPrestationTTC"]), (3, 60))

    def test_flats_taken_back(self):
        flats = hours("3", unit="FORFAIT")
        [item], _kinds = self.fold(
            flats, replace(flats, quantity=D(-1), total_ttc=-22, total_ht=-20)
        )
        self.assertEqual((item["quantite"], item["mntPrestationTTC"]), (2, 44))

    def test_hours_taken_back_from_several_lines(self):
        [item], _kinds = self.fold(hours("2"), hours("2"), hours("-3"))
        self.assertEqual((item["quantite"], item["mntUnitaireTTC"]), (1, D("22.00")))

    def test_everything_taken_back(self):
        other = hours("1", nature="70")
        [item], _kinds = self.fold(hours("2"), other, hours("-2"))
        self.assertEqual(item["codeNature"], "70")
        self.assertFault("ERR_TOTAL_PRESTATIONS", hours("2"), hours("-2"))

    def test_a_discount_larger_than_each_line(self):
        items, _kinds = self.fold(
            hours("1"), hours("1"), discount("-33", "-30", vat=D(10))
        )
        self.assertEqual([item["mntPrestationTTC"] for item in items], [D("11.00")])
        self.assertEqual(items[0]["quantite"], 2)

    def test_never_another_nature_rate_or_month(self):
        for values in (
            {"nature": "70"},
            {"vat": D(20)},
            {"start": date(2026, 2, 27), "end": date(2026, 2, 27)},
        ):
            with self.subTest(values=values):
                line = hours("2", start=MARCH[1], end=MARCH[1])
                wrong = {"vat": D(10), "start": MARCH[0], "end": MARCH[0], **values}
                self.assertFault(
                    "ERR_VALEUR_NEGATIVE", line, discount("-4.40", "-4", **wrong)
                )

    def test_hours_are_not_taken_from_flats_nor_from_another_person(self):
        for values in ({"unit": "FORFAIT"}, {"intervenant": "SIR12345678900012"}):
            self.assertFault("ERR_VALEUR_NEGATIVE", hours("2", **values), hours("-1"))

    def test_discount_without_a_nature(self):
        loyalty = discount("-4.40", "-4", vat=D(10), nature="", intervenant="")
        [item], _kinds = self.fold(hours("2"), loyalty)
        self.assertEqual(item["codeNature"], "60")

    def test_discount_on_everything_is_shared_over_its_rate(self):
        """66.00 and 33.00 of 99.00; what has another rate keeps its price."""
        lines = (
            hours("3"),
            hours("1.5", nature="70"),
            hours("1", nature="80", vat=D(20)),
        )
        whole = discount("-10", "-9.09", vat=D(10), nature="")
        items, kinds = self.fold(*lines, whole)
        self.assertEqual(
            {item["codeNature"]: item["mntPrestationTTC"] for item in items},
            {"60": D("59.33"), "70": D("29.67"), "80": D("22.00")},
        )
        self.assertEqual([item["quantite"] for item in items], [3, D("1.5"), 1])
        self.assertEqual(kinds, {"folded"})
        other = discount("-10", "-9.48", vat=D("5.5"), nature="")
        self.assertFault("ERR_VALEUR_NEGATIVE", *lines, other)
        refund = discount("-66", "-60", vat=D(10), nature="", quantity=D(-1))
        items, _kinds = self.fold(*lines, refund)
        self.assertEqual(sum(item["mntPrestationTTC"] for item in items), D("55.00"))

    @given(
        st.lists(st.integers(1, 99_999), min_size=2, max_size=6),
        st.integers(1, 100),
    )
    def test_a_shared_discount_is_shared_to_the_cent(self, cents, percent):
        natures = ("60", "70", "80")
        lines = [
            discount(D(n) / 100, to_cents(D(n) / 110), vat=D(10), nature=natures[i % 3])
            for i, n in enumerate(cents)
        ]
        whole = sum(line.total_ttc for line in lines)
        ttc, ht = (
            to_cents(sum(getattr(line, name) for line in lines) * percent / 100)
            for name in ("total_ttc", "total_ht")
        )
        assume(0 < ttc < whole)
        try:
            done = settle([*lines, discount(-ttc, -ht, vat=D(10), nature="")])
        except AmountError as error:
            # A cent of VAT may find no room on a line of some cents.
            self.assertLess(min(cents), 200, error)
            return
        self.assertEqual(sum(line.total_ttc for line in done.lines), whole - ttc)
        for nature in {line.nature for line in lines}:
            before, after = (
                sum(line.total_ttc for line in some if line.nature == nature)
                for some in (lines, done.lines)
            )
            self.assertLessEqual(
                abs(before - after - ttc * before / whole), D("0.01") * 3
            )

    def test_the_line_of_the_same_day_is_preferred(self):
        lines = [
            hours("3", start=MARCH[1], end=MARCH[1], dated=True),
            hours("2", start=MARCH[8], end=MARCH[8], dated=True),
            discount(
                *("-4.40", "-4"), vat=D(10), start=MARCH[8], end=MARCH[8], dated=True
            ),
        ]
        items, _kinds = self.fold(*lines)
        self.assertEqual([item["mntPrestationTTC"] for item in items], [66, D("39.60")])
        self.assertEqual(items[1]["dateDebutEmploi"], "2026-03-09T00:00:00Z")

    def test_free_line_is_dropped(self):
        free = hours("1", price="0", nature="", unit="", intervenant="")
        [item], kinds = self.fold(hours("2"), free)
        self.assertEqual(item["quantite"], 2)
        self.assertEqual(kinds, {"dropped"})


@tagged("post_install", "-at_install")
class TestMerging(BaseCase):
    def days(self, count, **values):
        return [
            hours("2", start=day, end=day, dated=True, **values)
            for day in MARCH[:count]
        ]

    def test_ten_lines_stay(self):
        settlement = settle(self.days(10))
        self.assertEqual((len(settlement.lines), settlement.notes), (10, ()))

    def test_dates_are_kept_in_the_text(self):
        settlement = settle([line for line in self.days(23) if line.start.day % 2])
        [item] = settlement.prestations
        self.assertEqual(item["quantite"], 24)
        self.assertEqual(item["dateDebutEmploi"], "2026-03-01T00:00:00Z")
        self.assertEqual(item["dateFinEmploi"], "2026-03-23T00:00:00Z")
        self.assertTrue(item["complement1"].endswith("21, 23/03"))
        self.assertEqual([note.kind for note in settlement.notes], ["merged"])

    def test_the_same_price_first(self):
        lines = [*self.days(10), *self.days(2, intervenant="SIR12345678900012")]
        dear = [replace(line, total_ttc=D(50), total_ht=D(45)) for line in lines[:3]]
        items = settle([*lines, *dear]).prestations
        self.assertEqual(
            sorted((item["quantite"], item["mntUnitaireTTC"]) for item in items),
            [(4, 22), (6, 25), (20, 22)],
        )

    def test_prices_together_when_there_are_too_many(self):
        lines = [hours("1", price=str(20 + i)) for i in range(12)]
        [item] = settle(lines).prestations
        self.assertEqual((item["quantite"], item["mntPrestationTTC"]), (12, 306))

    def test_lines_cut_in_two_count(self):
        odd = hours("37.5", price="1")
        lines = [
            replace(odd, total_ttc=D("843.57"), total_ht=D("766.88")) for _i in range(6)
        ]
        items = settle(lines).prestations
        self.assertLessEqual(len(items), 10)
        self.assertEqual(totals(items)[0], 6 * D("843.57"))

    def test_quantity_with_three_decimals(self):
        settlement = settle([hours("1.333", price="30")])
        [item] = settlement.prestations
        self.assertEqual(
            (item["quantite"], item["mntPrestationTTC"]), (D("1.33"), D("39.99"))
        )
        self.assertEqual([note.kind for note in settlement.notes], ["hours"])


@tagged("post_install", "-at_install")
class TestText(BaseCase):
    def test_days(self):
        for days, expected in (
            ([], ""),
            ([1], "1/03"),
            ([2, 1], "1, 2/03"),
            ([1, 2, 3, 9, 11, 12], "1-3, 9, 11, 12/03"),
            (range(1, 32), "1-31/03"),
            (
                range(1, 32, 2),
                "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31/03",
            ),
        ):
            text = days_text(MARCH[day - 1] for day in days)
            self.assertEqual(text, expected)
        self.assertEqual(days_text([MARCH[0], date(2026, 4, 1)]), "")

    @steady
    @given(st.text(max_size=80), st.sets(st.sampled_from(MARCH), min_size=1))
    def test_fifty_characters_with_every_day(self, text, days):
        result = with_dates(text, days)
        self.assertLessEqual(len(result), 50)
        self.assertTrue(result.endswith(days_text(days)))

    def test_discount(self):
        text = with_discount("Ménage et repassage de la maisonnette", "5,00 €")
        self.assertEqual(text, "Ménage et repassage de la, remise 5,00 €")
