# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shipped translations: nothing forgotten, nothing left over, French on screen."""

import functools
import os
import re
from collections import Counter

from lxml import etree

from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import freeze_time
from odoo.tools import file_open, file_path
from odoo.tools.translate import TranslationModuleReader

from .cases import NOW, UrssafCase
from .french import ADDON, FRENCH, english_left, shipped, speak_french

#: What a translation must keep: placeholders, tags, mail addresses.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w[^>]*>|[\w.-]+@[\w.-]+")
#: What a view hides, and when, stands in terms that are made of several tags.
CONDITION = re.compile(r' invisible="[^"]*"')
#: An ordinary space where French wants one that does not break, or no space at all.
BAD_SPACE = re.compile(r" [:;?!»]|« |\w[:;?!»] |\w: ")


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
        texts = [CONDITION.sub("", e.msgstr) for e in shipped("fr.po")]
        self.assertFalse([text for text in texts if BAD_SPACE.search(text)])


@tagged("post_install", "-at_install")
class TestFrenchScreens(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        speak_french(cls.env)
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
                continue  # a document, of no model: TestFrenchDocuments
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


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFrenchDocuments(UrssafCase):
    """What customers read: rendered, with everything that other modules put in."""

    #: Pages of the form, rendered over HTTP in ``test_customer_form_portal``.
    PAGES = {
        "customer_form_field",
        "customer_form_consent",
        "customer_form_layout",
        "customer_form_page",
        "customer_form_thanks",
        "customer_form_closed",
        "customer_form_slow_down",
    }
    DOCUMENTS = {
        "portal_invoice_page",
        "portal_invoice_urssaf",
        "portal_my_invoices",
        "report_invoice_document",
        "report_payment_receipt_document",
        "report_transfer_statement",
        "urssaf_board_companies",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        speak_french(cls.env)

    def setUp(self):
        super().setUp()
        self.partner.lang = FRENCH

    def _ours(self, model):
        """Our records of a model, by the name of their external id."""
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", model)]
        )
        return {one.name: self.env[model].browse(one.res_id) for one in data}

    def _form(self, lang=FRENCH):
        """A form that was sent to a customer of this language."""
        partner = self._make_partner(email="paul@example.com", lang=lang)
        partner.with_user(self.user).action_urssaf_send_form()
        return partner.urssaf_form_id

    def test_no_document_is_forgotten(self):
        views = self._ours("ir.ui.view").items()
        documents = {name for name, view in views if view.type == "qweb"}
        self.assertEqual(documents, self.PAGES | self.DOCUMENTS)
        for name in documents:
            view = self.env.ref(f"{ADDON}.{name}").with_context(lang=FRENCH)
            arch = view.arch_db
            if view.mode == "primary":
                arch = etree.tostring(view._get_combined_arch(), encoding="unicode")
            # In a page of Odoo’s, our own words alone.
            self.assertFalse(english_left(arch), name)

    def test_invoice(self):
        move = self._sent().move_id
        page, kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )
        self.assertEqual(kind, "html")
        self.assertIn("urssaf_mention", page.decode())
        # The rest of the page is Odoo's: its translations are not loaded here.
        view = self.env.ref(f"{ADDON}.report_invoice_document")
        terms = view._fields["arch_db"].get_trans_terms(view.arch_db)
        self.assertTrue(terms)
        self.assertFalse({*english_left(page.decode())} & {*terms})

    def test_mails(self):
        request = self._sent()
        records = {
            "account.move": request.move_id,
            "urssaf.payment.request": request,
            "urssaf.enrolment": self.partner.urssaf_enrolment_id,
            "urssaf.customer.form": self._form(),
        }
        templates = self._ours("mail.template")
        self.assertTrue(templates)
        for name, template in templates.items():
            with self.subTest(template=name):
                record = records[template.model]
                self.assertTrue(record)
                [mail] = template._generate_template(
                    record.ids, ("subject", "body_html")
                ).values()
                self.assertTrue(mail["subject"])
                self.assertTrue(mail["body_html"])
                self.assertFalse(english_left(f"{mail['subject']} {mail['body_html']}"))

    def test_english_is_seen(self):
        template = self.env.ref(f"{ADDON}.mail_template_customer_form")
        [mail] = template._generate_template(
            self._form("en_US").ids, ("body_html",)
        ).values()
        self.assertTrue(english_left(mail["body_html"]))
