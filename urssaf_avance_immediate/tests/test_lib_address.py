# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Street lines as people write them."""

from odoo.tests import BaseCase, tagged

from ..lib.api import EnrolmentRequest
from ..lib.api.codes import STREET_TYPES
from ..lib.rules import split_street
from .lib_support import enrolment_body

# typed, then number, letter, type and label as they must be cut
CUT = (
    ("8 bis rue du Soleil", "8", "B", "R", "du Soleil"),
    ("8bis, rue du Soleil", "8", "B", "R", "du Soleil"),
    ("12 TER Avenue du Général de Gaulle", "12", "T", "AV", "du Général de Gaulle"),
    ("4 quater impasse Bellevue", "4", "Q", "IMP", "Bellevue"),
    ("4 quinquies impasse Bellevue", "4", "C", "IMP", "Bellevue"),
    ("12, avenue Foch", "12", "", "AV", "Foch"),
    ("12 av. Foch", "12", "", "AV", "Foch"),
    ("3 Bd. Voltaire", "3", "", "BD", "Voltaire"),
    ("3 BLD VOLTAIRE", "3", "", "BD", "VOLTAIRE"),
    ("1 allée des Œillets", "1", "", "ALL", "des Œillets"),
    ("1 ALLEE DES OEILLETS", "1", "", "ALL", "DES OEILLETS"),
    ("27 r. de l\u2019Église", "27", "", "R", "de l'Église"),
    ("08 rue   Victor-Hugo", "8", "", "R", "Victor-Hugo"),
    ("1234 route de Paris", "1234", "", "RTE", "de Paris"),
    ("9 rte de Paris", "9", "", "RTE", "de Paris"),
    ("5 place de la Mairie", "5", "", "PL", "de la Mairie"),
    ("5 pl. de la Mairie", "5", "", "PL", "de la Mairie"),
    ("2 chemin du Moulin", "2", "", "CHE", "du Moulin"),
    ("2 che du Moulin", "2", "", "CHE", "du Moulin"),
    ("7 quai des Chartrons", "7", "", "Q", "des Chartrons"),
    ("10 cours de la Marne", "10", "", "C", "de la Marne"),
    ("6 square Montsouris", "6", "", "SQ", "Montsouris"),
    ("14 Fbg Saint-Honoré", "14", "", "FG", "Saint-Honoré"),
    ("3 lot. des Pins", "3", "", "LOT", "des Pins"),
    ("22 montée de la Grande Côte", "22", "", "MTE", "de la Grande Côte"),
    ("2 rue du 8 mai 1945", "2", "", "R", "du 8 mai 1945"),
    ("11 rue de la Porte Dorée", "11", "", "R", "de la Porte Dorée"),
    (
        "5 rue des Martyrs de la Résistance",
        "5",
        "",
        "R",
        "des Martyrs de la Résistance",
    ),
    ("rue du Soleil", "", "", "R", "du Soleil"),
    ("Résidence Les Lilas", "", "", "RES", "Les Lilas"),
    ("hameau de la Fontaine", "", "", "HAM", "de la Fontaine"),
    ("  5  rue  X , ", "5", "", "R", "X"),
)
# left whole, because a cut could be wrong
WHOLE = (
    "12B rue du Soleil",
    "12 A rue du Soleil",
    "12-14 rue du Soleil",
    "12/14 rue du Soleil",
    "0 rue du Soleil",
    "12345 route de Paris",
    "5 Grande Rue",
    "5 esplanade du Lac",
    "12 rue",
    "Le Beyssat",
    "Lieu-dit Le Beyssat",
    "Bâtiment B 12 rue du Soleil",
    "Immeuble Le Phare",
    "Résidence Les Lilas 12 rue des Fleurs",
    "Résidence Les Lilas, 12 rue des Fleurs",
    "12 rue du Soleil, appt 3",
    "12 rue du Soleil bât. B",
    "12 rue du Soleil porte 4",
    "12 rue du Soleil (fond de cour)",
    "12 rue du Soleil BP 42",
    "rue12 du Soleil",
    "12",
)


@tagged("post_install", "-at_install")
class TestSplitStreet(BaseCase):
    def accepted(self, fields):
        """Whether method 010 takes the result."""
        body = enrolment_body()
        kept = ("libelleCommune", "codeCommune", "codePostal")
        body["adressePostale"] = {
            **{name: body["adressePostale"][name] for name in kept},
            **fields,
        }
        EnrolmentRequest.model_validate(body)

    def test_cut(self):
        for typed, number, letter, street_type, label in CUT:
            expected = {
                "numeroVoie": number,
                "lettreVoie": letter,
                "codeTypeVoie": street_type,
                "libelleVoie": label,
            }
            expected = {name: value for name, value in expected.items() if value}
            with self.subTest(typed=typed):
                self.assertEqual(split_street(typed), expected)
                self.accepted(expected)

    def test_whole(self):
        for typed in WHOLE:
            with self.subTest(typed=typed):
                self.assertEqual(split_street(typed), {"complement": typed})
                self.accepted(split_street(typed))

    def test_each_way_of_the_table_is_recognised_by_its_label(self):
        buildings = {"BAT", "IMB", "MAI", "PAV", "POR"}
        for code, label in STREET_TYPES.items():
            for typed in (label, label.upper(), f"{label}."):
                fields = split_street(f"3 {typed} du Test")
                found = fields.get("codeTypeVoie")
                self.assertEqual(found, None if code in buildings else code, typed)

    def test_limits(self):
        label = "de la Résistance et du Lavoir"
        self.assertEqual(len(label), 29)
        line = f"5 rue {label}"
        self.assertEqual(split_street(line), {"complement": line})
        self.assertEqual(split_street(line[:-1])["libelleVoie"], label[:-1])
        self.assertEqual(split_street("x" * 38), {"complement": "x" * 38})
        with self.assertRaises(ValueError) as caught:
            split_street("x" * 39)
        self.assertIn("38", str(caught.exception))
        self.assertNotIn("x" * 39, str(caught.exception))

    def test_several_lines(self):
        self.assertEqual(
            split_street("12 rue du Soleil\n Bât. B "),
            {"complement": "12 rue du Soleil, Bât. B"},
        )

    def test_nothing(self):
        for typed in ("", None, False, " , ", "\n"):
            self.assertEqual(split_street(typed), {})
