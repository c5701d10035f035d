# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shipped translations: nothing forgotten, nothing left over, French on screen."""

import functools
import os
import re
from collections import Counter

import polib
from lxml import etree

from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open, file_path
from odoo.tools.translate import TranslationModuleReader

ADDON = "urssaf_avance_immediate"
FRENCH = "fr_FR"
#: What a translation must keep: placeholders, tags, mail addresses.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w[^>]*>|[\w.-]+@[\w.-]+")
#: An ordinary space where French wants one that does not break, or no space at all.
BAD_SPACE = re.compile(r" [:;?!»]|« |\w[:;?!»] |\w: ")


def shipped(name):
    """The translation file ``name`` of the add-on."""
    return polib.pofile(file_path(f"{ADDON}/i18n/{name}"))


def needed_modules(env):
    """Names of the add-on and of all the modules that it needs."""
    module = env["ir.module.module"]._get(ADDON)
    needed = module.upstream_dependencies(exclude_states=("uninstallable",))
    return {ADDON, *needed.mapped("name")}


@functools.cache
def demo_xmlids():
    """External ids of the demo data: in French already, and not translated."""
    found = set()
    for path in Manifest.for_addon(ADDON)["demo"]:
        with file_open(f"{ADDON}/{path}", "rb") as source:
            for record in etree.parse(source).iter("record"):
                found.add(f"{ADDON}.{record.get('id')}")
    return found


class AddonTerms(TranslationModuleReader):
    """Odoo's own export of one add-on, which looks into no other folder.

    Odoo walks through all the add-ons there are, which takes ten seconds.
    """

    def _export_translatable_resources(self):
        self._path_list = [(file_path(ADDON), True)]
        super()._export_translatable_resources()

    def _get_module_from_path(self, path):
        ours = path.startswith(file_path(ADDON) + os.sep)
        return ADDON if ours else "base"


@tagged("post_install", "-at_install")
class TestTranslationFiles(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.needed_modules = needed_modules(cls.env)

    def test_template_has_the_terms_of_the_code(self):
        """``python3 -m dev i18n`` was run after the last change of strings."""
        present, ours = set(), set()
        for _module, kind, _name, place, term, *_rest in AddonTerms(
            self.env.cr, [ADDON]
        ):
            present.add(term)
            if kind == "code" or self._is_everywhere(place):
                ours.add(term)
        self.assertTrue(ours)
        template = {entry.msgid for entry in shipped(f"{ADDON}.pot")}
        self.assertFalse(ours - template, "missing in the template")
        self.assertFalse(template - present, "left over in the template")

    def _is_everywhere(self, xmlid):
        """Whether a record is there wherever the add-on is: neither demo data nor a
        field that a further module, such as ``sms``, puts on our models.
        """
        record = self.env.ref(xmlid)
        if record._name == "ir.model.fields.selection":
            record = record.field_id
        if record._name == "ir.model.fields":
            field = self.env[record.model]._fields[record.name]
            return self.needed_modules.issuperset(field._modules)
        return xmlid not in demo_xmlids()

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

    def test_french_apostrophes(self):
        """One kind of them, as on a French keyboard: people search for words."""
        mixed = [e.msgstr for e in shipped("fr.po") if "’" in e.msgstr]
        self.assertFalse(mixed)

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
            if root.type == "qweb":
                continue  # a page: no model; its own tests show it in French
            with self.subTest(view=view.xml_id):
                if root.type == "qweb":  # a document: it is about no model
                    root.with_context(lang=FRENCH)._get_combined_arch()
                    continue
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
