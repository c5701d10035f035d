# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shipped data and the shape of the add-on itself."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ..lib.api.codes import PAYMENT_STATUSES
from ..models.payment_request.following import REMOTE_STATES

# Urssaf's ``codeNature``, its label and the usual VAT rate in percent, which depends on
# the provider and on the customer.
NATURES = [
    ("10", "Garde d'enfant handicapé", 5.5),
    ("20", "Accompagnement (déplacement) d'enfant handicapé", 5.5),
    ("30", "Aide humaine", 5.5),
    ("40", "Conduite du véhicule personnel", 5.5),
    ("50", "Accompagnement pour les sorties", 5.5),
    ("60", "Ménage - repassage", 10.0),
    ("70", "Jardinage", 20.0),
    ("80", "Petit bricolage", 10.0),
    ("90", "Garde d'enfant + 6 ans", 10.0),
    ("100", "Soutien scolaire (et cours à domicile)", 10.0),
    ("110", "Coiffure - esthétique", 10.0),
    ("120", "Préparation de repas", 10.0),
    ("130", "Livraison de repas", 10.0),
    ("140", "Collecte et livraison de linge", 10.0),
    ("150", "Livraison de course", 10.0),
    ("160", "Assistance informatique", 20.0),
    ("170", "Soins et promenades d'animaux", 10.0),
    ("180", "Gardiennage", 20.0),
    ("190", "Assistance administrative", 10.0),
    ("200", "Accompagnement (déplacement) d'enfant + 6 ans", 10.0),
    ("210", "Téléassistance", 20.0),
    ("220", "Interprétariat et codage", 5.5),
    ("230", "Conduite du véhicule personnel - temporaire", 10.0),
    ("240", "Accompagnement pour les sorties - temporaire", 10.0),
    ("250", "Aide humaine - temporaire", 10.0),
    ("260", "Plateforme de coordination", 20.0),
    ("270", "Divers - Non éligible", 20.0),
]


@tagged("post_install", "-at_install")
class TestReference(TransactionCase):
    def test_natures_are_those_of_the_contract(self):
        shipped = self.env["home.service.nature"].search([])
        self.assertEqual(
            [
                (n.urssaf_code, n.name, n.vat_rate)
                for n in shipped.with_context(lang=None)
            ],
            NATURES,
        )
        self.assertEqual(shipped.filtered(lambda n: not n.eligible).urssaf_code, "270")

    def test_every_documented_status_has_a_state(self):
        """But 90 “Clôturée”, seen in one old source: nobody knows what it means."""
        self.assertEqual(set(PAYMENT_STATUSES) - set(REMOTE_STATES), {"90"})

    def test_both_runners_see_every_test(self):
        folder = Path(__file__).parent
        listed = (folder / "__init__.py").read_text()
        for path in folder.glob("test_*.py"):
            self.assertIn(f"import {path.stem}\n", listed)
