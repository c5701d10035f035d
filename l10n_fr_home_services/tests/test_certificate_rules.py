# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Amounts of the annual certificate, without a database."""

from dataclasses import replace
from datetime import date

from odoo.tests import BaseCase, tagged

from ..rules.certificate import Document, Part, counted, split, split_each, totals

DECEMBER, JANUARY = date(2026, 12, 20), date(2027, 1, 5)


@tagged("post_install", "-at_install")
class TestCertificateRules(BaseCase):
    def test_a_payment_is_cut_in_proportion(self):
        # Services 136.80, goods 24.00, of which 100.00 were received.
        parts = {"services": 13680, None: 2400}
        self.assertEqual(split(10000, parts), {"services": 8507, None: 1493})
        self.assertEqual(split(-10000, parts), {"services": -8507, None: -1493})
        # What the rounding leaves goes to the largest.
        self.assertEqual(
            split(100, {"a": 1, "b": 2, "c": 4}), {"a": 14, "b": 29, "c": 57}
        )
        self.assertEqual(
            split(100, {"a": 1, "b": 1, "c": 1}), {"a": 34, "b": 33, "c": 33}
        )
        # Nothing is invented where there is nothing to cut by.
        self.assertEqual(split(100, {"a": 0, "b": -5}), {None: 100})
        self.assertEqual(split(0, {}), {})

    def test_the_parts_of_a_paid_invoice_make_its_lines(self):
        weights = {"a": 3333, "b": 3334, None: 3333}
        for cuts in ((3333, 3333, 3334), (1, 1, 9998), (5000, 5000), (10000,)):
            parts = [
                Part(entry, cents, "bank", date(2026, 1, entry))
                for entry, cents in enumerate(cuts, start=1)
            ]
            sums = dict.fromkeys(weights, 0)
            for part, shares in split_each(parts, weights):
                self.assertEqual(sum(shares.values()), part.cents)
                for key, cents in shares.items():
                    sums[key] += cents
            self.assertEqual(sums, weights, cuts)

    def _counted(self, year, *parts, closed=True, ends=DECEMBER):
        document = Document(1, ends, closed, {"a": 100}, list(parts))
        return [
            (part.cents, day, deposit)
            for _document, part, day, deposit, _shares in counted({1: document}, year)
        ]

    def test_a_deposit_counts_with_the_last_payment(self):
        deposit = Part(1, 3000, "card", date(2026, 12, 1))
        rest = Part(2, 7000, "transfer", JANUARY)
        self.assertEqual(self._counted(2026, deposit, rest), [])
        self.assertEqual(
            self._counted(2027, deposit, rest),
            [(3000, JANUARY, True), (7000, JANUARY, False)],
        )
        # Not before that payment has come.
        self.assertEqual(self._counted(2026, deposit, closed=False), [])
        # A part of the price once the services are done is no deposit, and paid in
        # advance as a whole neither.
        later = Part(1, 3000, "card", date(2026, 12, 22))
        self.assertEqual(
            self._counted(2026, later, closed=False), [(3000, later.day, False)]
        )
        whole = Part(1, 10000, "card", date(2026, 12, 1))
        self.assertEqual(self._counted(2026, whole), [(10000, whole.day, False)])

    def test_cash_and_what_is_no_money_never_count(self):
        cash = Part(1, 5000, "cash", DECEMBER)
        written_off = Part(2, 100, "", DECEMBER)
        self.assertEqual(self._counted(2026, cash, written_off), [])

    def test_a_refund_takes_off_the_year_that_it_refunds(self):
        paid = Document(
            1, DECEMBER, True, {"a": 10000}, [Part(1, 10000, "bank", DECEMBER)]
        )
        back = Document(
            2, JANUARY, True, {"a": 2000}, [Part(2, -2000, "refund", JANUARY)]
        )
        back.origin = 1
        both = {1: paid, 2: back}
        self.assertEqual([row[1].cents for row in counted(both, 2026)], [10000, -2000])
        self.assertEqual(counted(both, 2027), [])
        # Of an invoice that nobody paid, or that is not known, its own day.
        back.origin = None
        self.assertEqual([row[1].cents for row in counted(both, 2027)], [-2000])

    def test_a_refund_goes_back_as_what_it_takes_back(self):
        """Prefinanced CESU that is given back is not taken off a second time."""
        paid = Document(
            1, DECEMBER, True, {"a": 100}, [Part(1, 100, "cesu_prefinanced", DECEMBER)]
        )
        back = Document(
            2, JANUARY, True, {"a": 100}, [Part(2, -100, "refund", JANUARY)]
        )
        back.origin = 1
        other = Document(
            3, DECEMBER, True, {"a": 300}, [Part(3, 300, "bank", DECEMBER)]
        )
        rows = counted({1: paid, 2: back, 3: other}, 2026)
        sums = totals(
            (part.kind, cents)
            for _document, part, _day, _deposit, shares in rows
            for cents in shares.values()
        )
        self.assertEqual(
            (sums["received"], sums["prefinanced"], sums["base"]), (300, 0, 300)
        )

    def test_a_refund_takes_back_the_newest_first(self):
        """Paid half in each year, all refunded: nothing is left in either."""
        halves = [Part(1, 100, "bank", DECEMBER), Part(2, 100, "bank", JANUARY)]
        paid = Document(1, DECEMBER, True, {"a": 200}, halves)
        back = Document(
            2, JANUARY, True, {"a": 200}, [Part(3, -200, "refund", date(2027, 2, 10))]
        )
        back.origin = 1
        for year in (2026, 2027):
            rows = counted({1: paid, 2: back}, year)
            self.assertEqual(sum(row[1].cents for row in rows), 0, year)

    def test_a_deposit_waits_for_money(self):
        """Not for a credit note, nor for a write-off, which closes the invoice too."""
        deposit = Part(1, 8000, "bank", date(2026, 12, 7))
        document = Document(1, DECEMBER, True, {"a": 32000}, [deposit], owed=32000)
        self.assertEqual(counted({1: document}, 2026), [])
        # Refunded, it has never counted, and does not count below zero either.
        document.closed = False
        back = Document(
            2, JANUARY, True, {"a": 32000}, [Part(2, -8000, "refund", JANUARY)]
        )
        back.origin = 1
        for year in (2026, 2027):
            self.assertEqual(counted({1: document, 2: back}, year), [])

    def test_no_share_is_below_zero(self):
        weights = dict(zip("abcdefgh", range(32, 49, 2), strict=False))
        for cents in range(60):
            shares = split(cents, weights)
            self.assertGreaterEqual(min(shares.values()), 0, cents)
            self.assertEqual(sum(shares.values()), cents)

    def test_totals(self):
        amounts = [("card", 10000), ("cesu_prefinanced", 3000), ("aid", 2000)]
        self.assertEqual(
            totals(amounts, 4000),
            {
                "received": 15000,
                "prefinanced": 3000,
                "aid": 2000,
                "base": 10000,
                "advance": 4000,
                "net": 6000,
            },
        )
        self.assertEqual(totals([("card", 100)], 4000)["net"], 0)

    def test_a_refund_is_of_what_was_paid(self):
        """Never more than the credit note, nor than the invoice was paid."""

        def left(paid, back, weights=10000):
            day = date(2026, 3, 1)
            first = Document(1, day, True, {"a": 10000}, paid)
            refund = Part(9, back, "refund", day)
            note = Document(2, day, True, {"a": weights}, [refund], origin=1)
            found = counted({1: first, 2: note}, 2026)
            return [(part.kind, part.cents) for _document, part, *_rest in found]

        day = date(2026, 3, 1)
        card = Part(1, 6000, "card", day)
        self.assertEqual(
            left([card, Part(2, 4000, "cash", day)], -10000),
            [("card", 6000), ("refund", -6000)],
        )
        # Urssaf paid 100.00, of which the customer bore half.
        paid = Part(1, 10000, "urssaf", day, known="demande", borne=5000)
        self.assertEqual(
            left([paid], -5000),
            [("urssaf", 10000), ("refund", -5000), ("urssaf", -5000)],
        )
        self.assertEqual(
            left([paid], -1000, 2000),
            [("urssaf", 10000), ("refund", -1000), ("urssaf", -1000)],
        )
        # Put aside, it takes off what he bore nothing of, and no more than that.
        aside = Part(4, -5000, "", day, aside=True)
        note = Document(2, day, True, {"a": 10000}, [aside], origin=1)
        for borne, cents in ((0, 5000), (5000, 10000)):
            invoice = Document(1, day, True, {"a": 10000}, [replace(paid, borne=borne)])
            found = counted({1: invoice, 2: note}, 2026)
            self.assertEqual(sum(row[1].cents for row in found), cents)
        # All of it was given back to him.
        self.assertEqual(sum(cents for _kind, cents in left([paid], -10000)), 0)

    def test_a_refund_counts_where_what_it_gives_back_does(self):
        """100.00 of each year, all given back in February."""
        halves = [Part(1, 10000, "bank", DECEMBER), Part(2, 10000, "bank", JANUARY)]
        invoice = Document(1, DECEMBER, True, {"a": 20000}, halves)
        back = Part(3, -20000, "refund", date(2027, 2, 10))
        note = Document(2, back.day, True, {"a": 20000}, [back], origin=1)
        for year in (2026, 2027):
            found = counted({1: invoice, 2: note}, year)
            self.assertEqual([row[1].cents for row in found], [10000, -10000], year)
        # A deposit given back later leaves the rest where it is.
        parts = [
            Part(1, 19200, "bank", date(2026, 12, 10)),
            Part(2, 44800, "bank", DECEMBER),
            Part(3, -5000, "refund", JANUARY),
        ]
        invoice = Document(1, DECEMBER, True, {"a": 64000}, parts)
        days = {row[1].cents: row[2] for row in counted({1: invoice}, 2026)}
        self.assertEqual(days, {19200: DECEMBER, 44800: DECEMBER})
