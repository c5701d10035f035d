# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shipped translations: nothing forgotten, nothing left over, French on screen."""

import io
import re
from collections import Counter

import polib
from lxml import etree

from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open, file_path
from odoo.tools.translate import trans_export

ADDON = "urssaf_avance_immediate"
FRENCH = "fr_FR"
#: What a translation must keep: placeholders, tags, mail addresses.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w[^>]*>|[\w.-]+@[\w.-]+")
#: An ordinary space where French wants one that does not break, or no space at all.
BAD_SPACE = re.compile(r" [:;?!»]|« |\w[:;?!»] |\w: ")


def shipped(name):
    return polib.pofile(file_path(f"{ADDON}/i18n/{name}"))


@tagged("post_install", "-at_install")
class TestTranslationFiles(TransactionCase):
    def test_template_has_the_terms_of_the_code(self):
        """``python3 -m dev i18n`` was run after the last change of strings."""
        content = io.BytesIO()
        trans_export(None, [ADDON], content, "po", self.env)
        exported = polib.pofile(content.getvalue().decode())
        present = {entry.msgid for entry in exported}
        ours = {entry.msgid for entry in exported if self._is_ours(entry)}
        template = {entry.msgid for entry in shipped(f"{ADDON}.pot")}
        self.assertFalse(ours - template, "missing in the template")
        self.assertFalse(template - present, "left over in the template")

    def _is_ours(self, entry):
        """Whether a term is there wherever the add-on is: neither demo data nor a
        field that a further module, such as ``sms``, puts on our models.
        """
        return any(self._is_everywhere(place) for place, _line in entry.occurrences)

    def _is_everywhere(self, place):
        if place.startswith("code:"):
            return True
        xmlid = place.rpartition(":")[2]
        record = self.env.ref(xmlid)
        if record._name == "ir.model.fields":
            return bool(set(record.modules.split(", ")) <= self._needed_modules())
        return xmlid not in self._demo_xmlids()

    def _needed_modules(self):
        module = self.env["ir.module.module"]._get(ADDON)
        needed = module.upstream_dependencies(exclude_states=("uninstallable",))
        return {ADDON, *needed.mapped("name")}

    def _demo_xmlids(self):
        found = set()
        for path in Manifest.for_addon(ADDON)["demo"]:
            with file_open(f"{ADDON}/{path}", "rb") as source:
                for record in etree.parse(source).iter("record"):
                    found.add(f"{ADDON}.{record.get('id')}")
        return found

    def test_french_is_complete(self):
        french = shipped("fr.po")
        self.assertFalse([entry.msgid for entry in french.untranslated_entries()])
        self.assertFalse([entry.msgid for entry in french.fuzzy_entries()])
        self.assertFalse([entry.msgid for entry in french.obsolete_entries()])
        self.assertEqual(
            [entry.msgid for entry in french],
            [entry.msgid for entry in shipped(f"{ADDON}.pot")],
        )

    def test_french_keeps_placeholders_and_tags(self):
        for entry in shipped("fr.po"):
            with self.subTest(msgid=entry.msgid):
                self.assertEqual(
                    Counter(KEPT.findall(entry.msgid)),
                    Counter(KEPT.findall(entry.msgstr)),
                )

    def test_french_spaces(self):
        wrong = [e.msgstr for e in shipped("fr.po") if BAD_SPACE.search(e.msgstr)]
        self.assertFalse(wrong)


@tagged("post_install", "-at_install")
class TestFrenchScreens(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(FRENCH)
        cls.env["ir.module.module"]._get(ADDON)._update_translations(
            [FRENCH], overwrite=True
        )
        cls.views = cls.env["ir.ui.view"].browse(
            cls.env["ir.model.data"]
            .search([("module", "=", ADDON), ("model", "=", "ir.ui.view")])
            .mapped("res_id")
        )
        cls.french = {entry.msgid: entry.msgstr for entry in shipped("fr.po")}

    def test_views_load_in_french(self):
        """With everything that other modules put into them."""
        self.assertTrue(self.views)
        for view in self.views:
            root = view
            while root.mode == "extension":
                root = root.inherit_id
            with self.subTest(view=view.xml_id):
                model = self.env[root.model].with_context(lang=FRENCH)
                result = model.get_views([(root.id, root.type)])
                self.assertIn("arch", result["views"][root.type])

    def test_views_show_the_translations(self):
        field = self.views._fields["arch_db"]
        for view in self.views:
            english, french = (
                field.get_trans_terms(view.with_context(lang=lang).arch_db)
                for lang in ("en_US", FRENCH)
            )
            with self.subTest(view=view.xml_id):
                self.assertEqual(
                    [self.french.get(term, term) for term in english], french
                )

    def test_labels_and_sentences_are_french(self):
        partners = self.env["res.partner"].with_context(lang=FRENCH)
        label = partners.fields_get(["urssaf_birth_name"], ["string"])
        self.assertEqual(label["urssaf_birth_name"]["string"], "Nom de naissance")
        company = partners.create({"name": "Mairie", "is_company": True})
        self.assertEqual(
            company._urssaf_enrolment_faults(),
            [("is_company", "Seule une personne physique peut être inscrite.")],
        )
