# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses as people write them, over the whole shipped geographic code."""

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..lib.rules.communes import (
    Place,
    choose_commune,
    city_keys,
    district_code,
    find_commune,
    is_divided,
    place_key,
)

SHIPPED = Path(__file__).parent.parent / "data" / "cog" / "communes.csv.gz"
TODAY = ("commune", "district")

# Postal code, city, and today's commune by its INSEE code.
WRITTEN = (
    ("91080", "Courcouronnes", "91228"),
    ("91000", "Evry", "91228"),
    ("91025", "EVRY CEDEX", "91228"),
    ("91080", "Courcourone", "91228"),
    ("74960", "Cran-Gevrier", "74010"),
    ("50130", "OCTEVILLE", "50129"),
    ("51000", "Châlons sur Marne", "51108"),
    ("93380", "Pierrefitte s/ Seine", "93066"),
    ("78190", "Trappes (78)", "78621"),
    ("78190", "78190 Trappes", "78621"),
    ("78190", "Trappes, France", "78621"),
    ("93290", "Tremblay en France", "93073"),
    ("78130", "Mureaux (Les)", "78440"),
    ("78130", "MUREAUX", "78440"),
    ("94240", "L'Hay les Roses", "94038"),
    ("59650", "Villeneuve d Ascq", "59009"),
    ("83400", "Hyères - Giens", "83069"),
    ("83400", "Giens (Hyères)", "83069"),
    ("97400", "ST DENIS", "97411"),
    ("20090", "Ajaccio", "2A004"),
    ("20200", "BASTIA", "2B033"),
    ("97133", "Saint Barthelemy", "97701"),
)
DISTRICTS = (
    ("", "Paris 12", "75112"),
    ("75012", "Paris XII", "75112"),
    ("", "Paris XIVe", "75114"),
    ("75012", "Paris (75)", "75112"),
    ("", "Paris (12)", "75112"),
    ("75571", "PARIS CEDEX 12", "75112"),
    ("", "Lyon 3e", "69383"),
    ("69009", "69009 Lyon", "69389"),
    ("", "Marseille 8ème", "13208"),
    ("13232", "MARSEILLE CEDEX 07", "13207"),
    ("75000", "Paris", None),
)


@tagged("post_install", "-at_install")
class TestAddressesInTheShippedCode(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = io.StringIO(gzip.decompress(SHIPPED.read_bytes()).decode())
        rows = list(csv.DictReader(text, delimiter=";"))
        cls.rows = [row for row in rows if row["kind"] not in ("department", "algeria")]
        cls.today = {row["code"]: row for row in rows if row["kind"] in TODAY}
        cls.by_key, cls.by_zip = defaultdict(list), defaultdict(list)
        for row in cls.rows:
            cls._index(row)

    @classmethod
    def _index(cls, row):
        whole = cls._whole(row)
        zips = frozenset(f"{row['zips']} {whole['zips']}".split())
        key, former = place_key(row["name"]), row["kind"] == "former"
        place = Place(whole["code"], whole["code"], key, zips, former)
        cls.by_key[key].append(place)
        for zip_code in zips:
            cls.by_zip[zip_code].append(place)

    @classmethod
    def _whole(cls, row):
        return row if row["kind"] in TODAY else cls.today[row["parent"]]

    def _ask(self, ask, zip_code, city):
        named = [place for key in city_keys(city) for place in self.by_key[key]]
        return ask(zip_code, city, named, self.by_zip[zip_code])

    def _told(self, *kinds):
        """How many of these names are found by their postal codes; the others."""
        found, others = 0, []
        for row in self.rows:
            whole = self._whole(row)
            if row["kind"] not in kinds or is_divided(whole["name"]):
                continue
            for zip_code in whole["zips"].split():
                told = self._ask(find_commune, zip_code, row["name"])
                if told == whole["code"]:
                    found += 1
                else:
                    others.append((zip_code, row["name"], told))
        return found, others

    def test_every_name_of_the_past_leads_to_the_commune_of_today(self):
        found, others = self._told("former")
        self.assertGreater(found, 4900)
        # A commune of today in the same postal code took the name over.
        self.assertEqual({told for *_written, told in others}, {"60694"}, others)

    def test_every_part_leads_to_the_whole(self):
        found, others = self._told("delegated", "associated")
        self.assertGreater(found, 3800)
        self.assertFalse(others)

    def test_every_row_of_the_past_says_what_it_became(self):
        for row in self.rows:
            if row["kind"] not in TODAY:
                self.assertIn(row["parent"], self.today, row)

    def test_as_people_write(self):
        for zip_code, city, code in WRITTEN:
            with self.subTest(zip_code=zip_code, city=city):
                self.assertEqual(self._ask(find_commune, zip_code, city), code)

    def test_a_doubt_is_not_settled_by_guessing(self):
        for zip_code, city, choices in (
            ("06560", "Sophia Antipolis", ["06152"]),
            ("60390", "Les Hauts", ["60694", "60054"]),
            ("35000", "Bordeaux", ["35238"]),
            ("99999", "Nulle part", []),
        ):
            with self.subTest(city=city):
                self.assertIsNone(self._ask(find_commune, zip_code, city))
                choice = self._ask(choose_commune, zip_code, city)
                self.assertTrue({*choices} <= {*choice}, choice)

    def test_cities_cut_into_arrondissements(self):
        for zip_code, city, code in DISTRICTS:
            with self.subTest(zip_code=zip_code, city=city):
                self.assertTrue(is_divided(city))
                self.assertEqual(district_code(zip_code, city), code)

    def test_algeria_is_nobody_s_address(self):
        self.assertIsNone(self._ask(find_commune, "92352", "Oran"))
