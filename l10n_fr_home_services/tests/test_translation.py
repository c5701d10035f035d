# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Installed alone, the trade is in French."""

import polib

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import file_path

from .cases import NOW, HomeServiceCase

FOLDER = "l10n_fr_home_services/i18n"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTranslation(HomeServiceCase):
    def test_every_term_has_its_french(self):
        french = polib.pofile(file_path(f"{FOLDER}/fr.po"))
        template = polib.pofile(file_path(f"{FOLDER}/l10n_fr_home_services.pot"))
        self.assertEqual({e.msgid for e in template}, {e.msgid for e in french})
        self.assertEqual([e.msgid for e in french if not e.msgstr or e.fuzzy], [])

    def test_screens(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        env = self.env(context={**self.env.context, "lang": "fr_FR"})
        action = env.ref("l10n_fr_home_services.home_service_nature_action")
        self.assertEqual(action.name, "Natures de prestation")
        labels = env["account.move"].fields_get(
            ["home_service_start", "home_service_end"], ["string"]
        )
        self.assertEqual(
            [label["string"] for label in labels.values()],
            ["Prestations du", "Prestations au"],
        )
        form = env["account.move"].get_view(view_type="form")["arch"]
        self.assertIn('string="Prestations"', form)
        settings = env["res.config.settings"].get_view(view_type="form")["arch"]
        self.assertIn("Votre société", settings)
        with self.assertRaisesRegex(ValidationError, "Numéro de déclaration SAP"):
            env["res.company"].browse(self.company.id).home_service_sap_number = "SAP"
