# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Other spellings worth a second try, and the fields that a refusal names."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..lib.api import RemoteError, fields_of
from ..lib.rules import same_name, variants


@tagged("post_install", "-at_install")
class TestVariants(BaseCase):
    def test_first_names(self):
        for text, expected in {
            "Jeanne Marie": ["Jeanne-Marie"],
            "Jean-Pierre Paul": ["Jean-Pierre-Paul", "Jean Pierre Paul"],
            "Hélène": ["Helene"],
            "Paul": [],
            "": [],
        }.items():
            self.assertEqual(variants.first_names(text), expected)
        many = variants.first_names("Anne Marie Louise Élise Zoé Inès")
        self.assertEqual(len(many), variants.MAX_VARIANTS)

    def test_last_names(self):
        for text, expected in {
            "Le Goff": ["Le-Goff"],
            "Martin-Durand": ["Martin Durand"],
            "de la Tour": ["de-la-Tour"],
            "Noël": ["Noel"],
            "Durand": [],
        }.items():
            self.assertEqual(variants.last_name(text), expected)

    def test_birth_date(self):
        self.assertEqual(variants.birth_date(date(1980, 3, 4)), date(1980, 4, 3))
        self.assertIsNone(variants.birth_date(date(1980, 3, 29)))
        self.assertIsNone(variants.birth_date(date(1980, 5, 5)))

    def test_street(self):
        self.assertEqual(
            variants.street("8 bis rue du Soleil"),
            [
                {
                    "numeroVoie": "8",
                    "lettreVoie": "B",
                    "codeTypeVoie": "R",
                    "libelleVoie": "du Soleil",
                },
                {"complement": "8 bis rue du Soleil"},
            ],
        )
        self.assertEqual(variants.street("Le Bourg"), [{"complement": "Le Bourg"}])
        self.assertEqual(variants.street("x" * 50), [])
        self.assertEqual(variants.street(""), [])

    def test_same_name(self):
        self.assertTrue(same_name("LE GOFF", "Le-Goff"))
        self.assertTrue(same_name("Noël d’Arc", "NOEL D'ARC"))
        self.assertTrue(same_name(None, ""))
        self.assertFalse(same_name("Durand", "Durant"))

    def test_fields_of_errors(self):
        named = "Format du champ 'inputParticulier.coordonneeBancaire.iban' : invalide"
        for errors, expected in (
            ([RemoteError("ERREUR_VALIDATION", named)], ["coordonneeBancaire.iban"]),
            (
                [RemoteError("ERREUR_VALIDATION", "", named)],
                ["coordonneeBancaire.iban"],
            ),
            ([RemoteError("NOUVEAU", "rien")], []),
            (
                [
                    RemoteError("ERR_DATE_NAISSANCE_FUTUR"),
                    RemoteError("ERR_APPEL_BACB"),
                ],
                ["dateNaissance", "coordonneeBancaire"],
            ),
        ):
            self.assertEqual(fields_of(errors), expected)
