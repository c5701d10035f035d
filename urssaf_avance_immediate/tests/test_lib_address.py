# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Street lines as people write them."""

import re

from odoo.tests import BaseCase, tagged

from ..lib.api import EnrolmentRequest
from ..lib.api.codes import STREET_TYPES
from ..lib.rules import split_street, street_line
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
    "8 b rue du Soleil",
    "12 A rue du Soleil",
    "12-14 rue du Soleil",
    "12/14 rue du Soleil",
    "0 rue du Soleil",
    "12345 route de Paris",
    "5 Grande Rue",
    "5 esplanade du Lac",
    "12 rue",
    "Le Beyssat",
    "Immeuble Le Phare",
    "rue12 du Soleil",
    "12",
    "BP 42",
    "Chez Mme Petit",
)
# typed, then the street, the complement and the lieu-dit
BESIDE = (
    ("8 bis rue du Soleil, Bât. A", "8 B R du Soleil", "Bât. A", ""),
    ("8 bis rue du Soleil Bât A", "8 B R du Soleil", "Bât A", ""),
    ("12 ter, rue du Soleil", "12 T R du Soleil", "", ""),
    ("12 rue du Soleil\n Bât. B ", "12 R du Soleil", "Bât. B", ""),
    ("12 rue du Soleil, appt 3", "12 R du Soleil", "appt 3", ""),
    ("12 rue du Soleil porte 4", "12 R du Soleil", "porte 4", ""),
    ("12 rue du Soleil 3e étage", "12 R du Soleil", "3e étage", ""),
    ("12 rue du Soleil (fond de cour)", "12 R du Soleil", "fond de cour", ""),
    ("12 rue du Soleil BP 42", "12 R du Soleil", "BP 42", ""),
    ("BP 42, 4 rue Foch", "4 R Foch", "BP 42", ""),
    ("1 Bis Rue Jean-Jaurès Apt.12", "1 B R Jean-Jaurès", "Apt.12", ""),
    ("Bâtiment B 12 rue du Soleil", "12 R du Soleil", "Bâtiment B", ""),
    (
        "Résidence Les Lilas 12 rue des Fleurs",
        "12 R des Fleurs",
        "Résidence Les Lilas",
        "",
    ),
    ("Résidence Les Lilas, rue des Fleurs", "R des Fleurs", "Résidence Les Lilas", ""),
    (
        "Résidence Les Pins, Appt 12, 3 avenue X",
        "3 AV X",
        "Résidence Les Pins, Appt 12",
        "",
    ),
    ("Chez Mme Petit, 4 rue de l\u2019Église", "4 R de l'Église", "Chez Mme Petit", ""),
    ("Chez Mme Petit 4 rue Foch", "4 R Foch", "Chez Mme Petit", ""),
    ("Lieu-dit Le Beyssat", "", "", "Le Beyssat"),
    ("lieudit : Le Beyssat, 12 route de Paris", "12 RTE de Paris", "", "Le Beyssat"),
    ("5 rue du Four - Le Bourg", "5 R du Four", "Le Bourg", ""),
    (
        "12 rue Foch - Escalier C - 4ème étage",
        "12 R Foch",
        "Escalier C, 4ème étage",
        "",
    ),
    ("5 rue du Bâtiment", "5 R du Bâtiment", "", ""),
    ("12B rue du Soleil, appt 3", "", "12B rue du Soleil, appt 3", ""),
    # Short forms, and the lieu-dit as a second line, only where room lacks.
    (
        "125 avenue du Maréchal de Lattre de Tassigny",
        "125 AV du Mal de Lattre de Tassigny",
        "",
        "",
    ),
    (
        "Résidence les Jardins de la Source, 125 avenue de Gaulle, Bâtiment B",
        "125 AV de Gaulle",
        "Résidence les Jardins de la Source",
        "Bâtiment B",
    ),
    (
        "12-14 avenue du Maréchal de Lattre de Tassigny",
        "",
        "12-14 Av du Mal de Lattre de Tassigny",
        "",
    ),
    (
        "1012-1014 montée de la Résistance du Lavoir",
        "1012 MTE de la Résistance du Lavoir",
        "1012-1014",
        "",
    ),
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
        self.assertEqual(
            split_street(f"{'x' * 38}, {'y' * 38}"),
            {"complement": "x" * 38, "lieuDit": "y" * 38},
        )
        with self.assertRaises(ValueError) as caught:
            split_street("x" * 39)
        self.assertIn("38", str(caught.exception))
        self.assertNotIn("x" * 39, str(caught.exception))

    def test_what_stands_beside_the_street(self):
        for typed, street, complement, locality in BESIDE:
            with self.subTest(typed=typed):
                fields = split_street(typed)
                names = ("numeroVoie", "lettreVoie", "codeTypeVoie", "libelleVoie")
                found = " ".join(fields[name] for name in names if name in fields)
                self.assertEqual(found, street)
                self.assertEqual(fields.get("complement", ""), complement)
                self.assertEqual(fields.get("lieuDit", ""), locality)
                self.accepted(fields)

    def test_nothing_is_left_out(self):
        for typed, *_rest in BESIDE:
            found = split_street(typed)
            whole = " ".join(
                [*found.values(), STREET_TYPES.get(found.get("codeTypeVoie"), "")]
            )
            for number in re.findall(r"\d+", typed):
                self.assertIn(number, whole, typed)

    def test_the_line_of_the_street(self):
        for typed, line in (
            ("Résidence Les Pins\n3 avenue X", "3 avenue X"),
            ("3 avenue X\nBât. B", "3 avenue X"),
            ("Le Beyssat", ""),
        ):
            self.assertEqual(street_line(typed), line)

    def test_nothing(self):
        for typed in ("", None, False, " , ", "\n"):
            self.assertEqual(split_street(typed), {})
