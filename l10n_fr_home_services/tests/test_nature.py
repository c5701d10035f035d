# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The kinds of service, and the products that have one."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, HomeServiceCase

#: Number in the external id, name, usual VAT in percent, in their order.
NATURES = [
    (10, "Garde d'enfant handicapé", 5.5),
    (20, "Accompagnement (déplacement) d'enfant handicapé", 5.5),
    (30, "Aide humaine", 5.5),
    (40, "Conduite du véhicule personnel", 5.5),
    (50, "Accompagnement pour les sorties", 5.5),
    (60, "Ménage - repassage", 10.0),
    (70, "Jardinage", 20.0),
    (80, "Petit bricolage", 10.0),
    (90, "Garde d'enfant + 6 ans", 10.0),
    (100, "Soutien scolaire (et cours à domicile)", 10.0),
    (110, "Coiffure - esthétique", 10.0),
    (120, "Préparation de repas", 10.0),
    (130, "Livraison de repas", 10.0),
    (140, "Collecte et livraison de linge", 10.0),
    (150, "Livraison de course", 10.0),
    (160, "Assistance informatique", 20.0),
    (170, "Soins et promenades d'animaux", 10.0),
    (180, "Gardiennage", 20.0),
    (190, "Assistance administrative", 10.0),
    (200, "Accompagnement (déplacement) d'enfant + 6 ans", 10.0),
    (210, "Téléassistance", 20.0),
    (220, "Interprétariat et codage", 5.5),
    (230, "Conduite du véhicule personnel - temporaire", 10.0),
    (240, "Accompagnement pour les sorties - temporaire", 10.0),
    (250, "Aide humaine - temporaire", 10.0),
    (260, "Plateforme de coordination", 20.0),
    (270, "Divers - Non éligible", 20.0),
]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNature(HomeServiceCase):
    def test_what_is_shipped(self):
        shipped = self.env["home.service.nature"].with_context(lang=None).search([])
        ids = shipped.get_external_id()
        self.assertEqual(
            [
                (int(ids[nature.id].rpartition("_")[2]), nature.name, nature.vat_rate)
                for nature in shipped
            ],
            NATURES,
        )
        [refused] = shipped.filtered(lambda nature: not nature.eligible)
        self.assertEqual(refused.sequence, 270)

    def test_found_without_accents(self):
        natures = self.env["home.service.nature"]
        for typed in ("menage", "MENAGE - rep", "ménage"):
            [(found, _name)] = natures.name_search(typed)
            self.assertEqual(natures.browse(found).name, "Ménage - repassage", typed)
        self.assertFalse(natures.name_search("menages"))

    def test_new_ones_come_last(self):
        new = self.env["home.service.nature"].create({"name": "Lecture"})
        self.assertEqual(self.env["home.service.nature"].search([])[-1], new)
        self.assertEqual(new.display_name, "Lecture")

    def test_who_edits_them(self):
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        manager = new_test_user(self.env, "chief", "account.group_account_manager")
        nature = self.env.ref("l10n_fr_home_services.nature_60")
        with self.assertRaises(AccessError):
            nature.with_user(clerk).name = "Autre"
        nature.with_user(manager).name = "Autre"

    def test_a_nature_that_was_used_is_archived_not_deleted(self):
        manager = new_test_user(
            self.env, "boss", "base.group_user,l10n_fr_home_services.group_manager"
        )
        nature, unused = self.env["home.service.nature"].create(
            [{"name": "Un"}, {"name": "Deux"}]
        )
        product = self._make_service("Essai", 30.0, "60")
        product.home_service_nature_id = nature
        self._draft({"product_id": product.id}).action_post()
        unused.with_user(manager).unlink()
        with self.assertRaisesRegex(UserError, "products: 1, invoice lines: 1"):
            nature.with_user(manager).unlink()
        product.home_service_nature_id = False
        with self.assertRaisesRegex(UserError, "Archive it"):
            nature.with_user(manager).unlink()
        nature.with_user(manager).action_archive()
        self.assertFalse(nature.active)

    def test_unit_follows_the_measure(self):
        self.assertEqual(self.housework.home_service_unit, "hour")
        flat = self.env["product.template"].create(
            {
                "name": "Forfait",
                "uom_id": self.env.ref("uom.product_uom_unit").id,
                "home_service_nature_id": self.housework.home_service_nature_id.id,
            }
        )
        self.assertEqual(flat.home_service_unit, "flat")
        flat.home_service_unit = "hour"
        flat.uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(flat.home_service_unit, "hour")

    def test_intervenant_must_be_valid(self):
        with self.assertRaises(ValidationError):
            self.housework.home_service_intervenant = "SAP732829321"
        with self.assertRaises(ValidationError):
            self._draft({"home_service_intervenant": "Marie"})
