# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Periods, names, phones and places of birth."""

from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ..lib.api import EnrolmentRequest
from ..lib.rules import (
    is_voucher,
    name_and_numbers,
    normalise_first_names,
    normalise_mobile,
    normalise_name,
    period_faults,
    split_insee,
    wire_date,
)
from .lib_support import enrolment_body

FUTURE, REVERSED = "ERR_DATE_FUTUR", "ERR_DATE_FIN_AVANT_DATE_DEB"
TWO_MONTHS = "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE"
TOO_EARLY = "ERR_LIEN_PARTICULIER_PRESTATAIRE"


@tagged("post_install", "-at_install")
class TestPeriod(BaseCase):
    def test_faults(self):
        today = date(2026, 11, 21)
        active = datetime(2026, 9, 12, 14, 5)
        for start, end, since, expected in (
            ("2026-11-01", "2026-11-21", None, []),
            ("2026-11-21", "2026-11-21", active, []),
            ("2026-11-01", "2026-11-22", None, [FUTURE]),
            ("2026-11-22", "2026-11-20", None, [FUTURE, REVERSED]),
            ("2026-11-10", "2026-11-09", None, [REVERSED]),
            ("2026-10-31", "2026-11-01", None, [TWO_MONTHS]),
            ("2025-11-01", "2026-11-01", None, [TWO_MONTHS]),
            ("2026-09-11", "2026-09-20", active, [TOO_EARLY]),
            ("2026-09-12", "2026-09-20", active, []),
            ("2026-08-31", "2026-12-01", active, [FUTURE, TWO_MONTHS, TOO_EARLY]),
        ):
            found = period_faults(
                date.fromisoformat(start), date.fromisoformat(end), today, since
            )
            self.assertEqual(found, expected, (start, end))

    def test_wire_date(self):
        self.assertEqual(wire_date(date(2026, 3, 1)), "2026-03-01T00:00:00Z")
        self.assertEqual(wire_date(date(98, 3, 1)), "0098-03-01T00:00:00Z")


@tagged("post_install", "-at_install")
class TestVouchers(BaseCase):
    def test_what_pays_a_service_and_what_lowers_its_price(self):
        for text in (
            "Chèque-cadeau n° 12",
            "BON CADEAU",
            "Carte cadeau 50 €",
            "CESU préfinancé",
            "Bon d’achat",
            "Ticket emploi-service",
            "Gift card",
        ):
            self.assertTrue(is_voucher(text), text)
        for text in ("Remise fidélité", "Un bon jardinier", "Cadeau de bienvenue", ""):
            self.assertFalse(is_voucher(text), text)


@tagged("post_install", "-at_install")
class TestIdentity(BaseCase):
    def accepted(self, **values):
        """Whether Urssaf's patterns take the result."""
        EnrolmentRequest.model_validate({**enrolment_body(), **values})

    def test_names(self):
        for typed, expected in (
            ("  Durand ", "Durand"),
            ("O\u2019Neil", "O'Neil"),
            ("L\u02bcHer", "L'Her"),
            ("Lef\u00e8vre\u2011Martin", "Lefèvre-Martin"),
            ("Lefe\u0300vre", "Lefèvre"),
            ("Saint \u2013 Just", "Saint - Just"),
            ("de\u00a0la\u202f Tour", "de la Tour"),
            ("\u0152dipe", "Oedipe"),
            ("\u0152DIPE", "OEDIPE"),
            ("Lec\u0153ur", "Lecoeur"),
            ("C\u00c6SAR", "CAESAR"),
            ("L\u00e6titia", "Laetitia"),
            ("Du\u00adrand\u200b", "Durand"),
            ("ÉLODIE", "ÉLODIE"),
        ):
            self.assertEqual(normalise_name(typed), expected)
            self.accepted(nomNaissance=expected)
        for nothing in ("", None, False, "  "):
            self.assertEqual(normalise_name(nothing), "")

    def test_first_names(self):
        for typed, expected in (
            ("Anne, Zoé,Marie", "Anne Zoé Marie"),
            ("Jean - Pierre", "Jean-Pierre"),
            ("Jean\u2010Pierre  Éric", "Jean-Pierre Éric"),
            ("Derc\u2019 hen", "Derc'hen"),
            ("  Jean ; Alain ", "Jean Alain"),
            ("Eric-Antoine Derc'hen Jean alain", "Eric-Antoine Derc'hen Jean alain"),
        ):
            self.assertEqual(normalise_first_names(typed), expected)
            self.accepted(prenoms=expected)

    def test_mobile(self):
        for typed in (
            "0605040302",
            "06 05 04 03 02",
            "06.05.04.03.02",
            "06-05-04-03-02",
            "+33605040302",
            "+33 6 05 04 03 02",
            "+33 (0)6 05 04 03 02",
            "0033 6 05 04 03 02",
            "06\u00a005\u202f04 03 02",
            "06/05/04/03/02",
            "+262 6 05 04 03 02",
            "00 590 (0)6 05 04 03 02",
        ):
            self.assertEqual(normalise_mobile(typed), "0605040302", typed)
        self.accepted(numeroTelephonePortable="0605040302")
        self.assertEqual(normalise_mobile("07 00 00 00 00"), "0700000000")
        for typed in (
            "0105040302",
            "060504030",
            "06050403021",
            "605040302",
            "+32605040302",
            "+508 41 22 33",
            "+687 75 12 34",
            "+689 87 12 34 56",
            "06 05 04 03 02 bureau",
            "٠٦٠٥٠٤٠٣٠٢",
            "",
            None,
            False,
        ):
            self.assertIsNone(normalise_mobile(typed), typed)


@tagged("post_install", "-at_install")
class TestBirthPlace(BaseCase):
    def test_codes(self):
        for code, expected in (
            ("77288", ("077", "288")),
            ("01004", ("001", "004")),
            ("44109", ("044", "109")),
            ("75056", ("075", "056")),
            ("2A004", ("02A", "004")),
            ("2b033", ("02B", "033")),
            ("20004", ("020", "004")),
            ("97411", ("974", "011")),
            ("97209", ("972", "009")),
            ("97608", ("976", "008")),
            ("98735", ("987", "035")),
            (" 69381 ", ("069", "381")),
        ):
            self.assertEqual(split_insee(code), expected)
            body = enrolment_body()
            body["lieuNaissance"]["departementNaissance"] = expected[0]
            body["lieuNaissance"]["communeNaissance"]["codeCommune"] = expected[1]
            EnrolmentRequest.model_validate(body)

    def test_not_communes(self):
        for code in ("99100", "00123", "7728", "772888", "2C004", "A4109", "", None):
            with self.subTest(code=code), self.assertRaises(ValueError):
                split_insee(code)
        with self.assertRaises(ValueError):
            split_insee("٧٧٢٨٨")

    def test_a_place_of_birth_as_a_file_says_it(self):
        for text, expected in {
            "Villeurbanne": ("villeurbanne", set()),
            "VILLEURBANNE (69)": ("villeurbanne", {"69"}),
            "97400 St-Denis": ("saint denis", {"97400"}),
            "Ajaccio 2a": ("ajaccio", {"2A"}),
            "Saint-Denis (93) · 93066 · déléguée": ("saint denis", {"93", "93066"}),
            "Lyon 3e": ("lyon 3e", set()),
            "": ("", set()),
        }.items():
            with self.subTest(text):
                self.assertEqual(name_and_numbers(text), expected)
