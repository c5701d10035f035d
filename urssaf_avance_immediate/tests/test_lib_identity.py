# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names that patterns accept and the tax office will not, e-mails, banks, communes."""

from unittest import SkipTest

from odoo.tests import BaseCase, tagged

from ..lib.rules import (
    bic_of_iban,
    email_needs_new_pattern,
    email_proposal,
    iban_area,
    last_name,
    name_warnings,
    normalise_label,
    place_key,
    shown_iban,
)
from ..lib.rules.communes import Place, district_code, find_commune
from .cases import IBAN


@tagged("post_install", "-at_install")
class TestNameWarnings(BaseCase):
    def test_last_name_of_how_somebody_is_called(self):
        for called, expected in (
            ("Jeanne Martin", "Martin"),
            ("Mme Jeanne Marie MARTIN", "MARTIN"),
            ("M. Paul  de La Tour", "de La Tour"),
            ("Zoé d’Arc", "d'Arc"),
            ("Mme Martin", ""),
            ("Martin", ""),
            ("de La Tour", "La Tour"),
            ("", ""),
        ):
            with self.subTest(called=called):
                self.assertEqual(last_name(called), expected)

    def test_names(self):
        for birth, usage, first, contact, expected in (
            ("Durand", "Martin", "Jeanne Marie", "Jeanne Martin", []),
            ("Durand", "", "Jeanne Marie", "Durand Jeanne", []),
            ("Lefèvre", "", "Jeanne Marie", "LEFEVRE Jeanne", []),
            ("Durand", "Durand-Martin", "Anne Zoé", "Anne Durand-Martin", []),
            ("Martin", "Durand", "Jeanne Marie", "Jeanne Martin", ["swapped"]),
            ("Durand", "", "Jeanne Marie", "Jeanne Martin", ["usage_missing"]),
            ("Durand", "DURAND", "Jeanne Marie", "Durand", ["same_names"]),
            ("Mme Durand", "", "Jeanne Marie", "Mme Durand", ["title"]),
            ("Martin née Durand", "", "Zoé Anne", "Martin née Durand", ["maiden"]),
            ("Durand", "", "Jeanne", "Durand", ["one_first_name"]),
            ("Durand", "", "Jean-Paul", "Durand", ["one_first_name"]),
            ("Durand", "", "Jean P", "Durand", ["initial"]),
            ("Durand", "", "Jeanne Durand", "Durand", ["last_in_first"]),
            ("", "", "", "", []),
        ):
            found = name_warnings(birth, usage, first, contact)
            self.assertEqual(found, expected, (birth, usage, first))

    def test_label_of_a_commune(self):
        for typed, expected in (
            ("Lyon, 1er ; arrondissement", "Lyon 1er arrondissement"),
            ("L\u2019Haÿ-les-Roses", "L'Haÿ-les-Roses"),
            (" ", ""),
        ):
            self.assertEqual(normalise_label(typed), expected)


@tagged("post_install", "-at_install")
class TestContact(BaseCase):
    def test_mistyped_domains(self):
        for typed, meant in (
            ("gmial.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.fr", "gmail.com"),
            ("gmail", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("orange.f", "orange.fr"),
            ("orang.fr", "orange.fr"),
            ("hotmai.fr", "hotmail.fr"),
            ("wanado.fr", "wanadoo.fr"),
            ("yaho.fr", "yahoo.fr"),
            ("outlok.fr", "outlook.fr"),
            ("laposte.ner", "laposte.net"),
        ):
            self.assertEqual(email_proposal(f"a.b@{typed}"), f"a.b@{meant}")
        for good in (
            *("gmail.com", "Orange.FR", "free.fr", "sfr.fr", "example.com"),
            *("mairie-lyon.fr", "mail.com", "live.be", "me.com", "cegetel.net"),
        ):
            self.assertIsNone(email_proposal(f"a@{good}"), good)
        for nothing in ("", None, "nobody", "@gmial.com"):
            self.assertIsNone(email_proposal(nothing))

    def test_sign_that_only_the_new_pattern_takes(self):
        self.assertTrue(email_needs_new_pattern("jean+ai@free.fr"))
        self.assertFalse(email_needs_new_pattern("jean.du-pont_2@free.fr"))

    def test_bank(self):
        self.assertEqual(shown_iban(IBAN), "FR76 •••• 0143")
        for short in ("", None, "FR761234"):
            self.assertEqual(shown_iban(short), "••••")
        self.assertEqual(iban_area(IBAN), "french")
        self.assertEqual(iban_area("BE68539007547034"), "sepa")
        self.assertEqual(iban_area("TN5910006035183598478831"), "foreign")

    def test_bic(self):
        try:
            import schwifty  # noqa: F401
        except ImportError as error:
            raise SkipTest("schwifty is optional") from error
        self.assertTrue(bic_of_iban(IBAN).startswith("BNPAFRPP"))
        for wrong in ("FR7630004000031234567890144", "", None, "X"):
            self.assertIsNone(bic_of_iban(wrong))


@tagged("post_install", "-at_install")
class TestCommunes(BaseCase):
    def test_key(self):
        for typed, expected in (
            ("ST-Étienne CEDEX 2", "saint etienne"),
            ("Sainte-Marie", "sainte marie"),
            ("Ste Marie", "sainte marie"),
            ("Chalon s/ Saône", "chalon sur saone"),
            ("L\u2019HAŸ LES ROSES", "l hay les roses"),
            ("Bœurs-en-Othe", "boeurs en othe"),
            ("", ""),
        ):
            self.assertEqual(place_key(typed), expected)

    def test_arrondissement(self):
        for zip_code, city, expected in (
            ("75011", "Paris", "75111"),
            ("75116", "PARIS", "75116"),
            ("69003", "Lyon", "69383"),
            ("13008", "Marseille Cedex 08", "13208"),
            ("", "Lyon 3ème", "69383"),
            ("", "Paris 1er arrondissement", "75101"),
            ("75000", "Paris", None),
            ("", "Lyon 12e", None),
            ("69100", "Villeurbanne", None),
        ):
            self.assertEqual(district_code(zip_code, city), expected, (zip_code, city))

    def test_commune_of_an_address(self):
        here = Place(1, "69204", "saint genis laval", frozenset({"69230"}))
        other = Place(2, "17331", "saint genis laval", frozenset({"17240"}))
        oullins = Place(3, "69149", "oullins", frozenset({"69230", "69600"}))
        for zip_code, city, same_name, same_zip, expected in (
            ("69230", "St-Genis-Laval", [here, other], [here, oullins], 1),
            ("69233", "St Genis Laval Cedex", [here, other], [], 1),
            ("33000", "St Genis Laval", [here, other], [], None),
            ("69230", "Saint Geni Laval", [], [here, oullins], 1),
            ("69230", "Bordeaux", [], [here, oullins], None),
            ("69230", "", [], [here, oullins], None),
        ):
            found = find_commune(zip_code, city, same_name, same_zip)
            self.assertEqual(found, expected, (zip_code, city))
