# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shipped data and the shape of the add-on itself."""

import re
from pathlib import Path

from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from ..lib.api.codes import PAYMENT_STATUSES
from ..models.payment_request.following import REMOTE_STATES

OURS = ("l10n_fr_home_services", "urssaf_avance_immediate")


@tagged("post_install", "-at_install")
class TestReference(TransactionCase):
    def test_each_nature_has_its_code(self):
        """Which is in its external id too; names and order are tested in the trade."""
        shipped = self.env["home.service.nature"].search([])
        self.assertEqual(len(shipped), 27)
        ids = shipped.get_external_id()
        for nature in shipped:
            code = nature.urssaf_code
            self.assertEqual(ids[nature.id], f"l10n_fr_home_services.nature_{code}")
            self.assertEqual(nature.sequence, int(code))
        self.assertEqual(shipped[5].display_name[:5], "60 · ")

    def test_a_nature_without_a_code_is_none_of_urssafs(self):
        nature = self.env["home.service.nature"].create({"name": "Lecture"})
        self.assertEqual(nature.display_name, "Lecture")
        line = self.env["account.move.line"].new(
            {
                "product_id": self.env["product.product"].create(
                    {"name": "Lecture", "home_service_nature_id": nature.id}
                )
            }
        )
        self.assertEqual(line._home_service_nature()[0], nature)
        self.assertFalse(line._urssaf_nature()[0])

    def test_a_new_code_takes_its_place_among_the_others(self):
        natures = self.env["home.service.nature"]
        new = natures.create({"name": "Nouvelle", "urssaf_code": "65"})
        other = natures.create({"name": "Autre", "urssaf_code": "B2"})
        self.assertEqual((new.sequence, other.sequence), (65, 9999))
        chosen = natures.create({"name": "X", "urssaf_code": "75", "sequence": 3})
        self.assertEqual(chosen.sequence, 3)

    def test_every_documented_status_has_a_state(self):
        """But 90 “Clôturée”, seen in one old source: nobody knows what it means."""
        self.assertEqual(set(PAYMENT_STATUSES) - set(REMOTE_STATES), {"90"})

    def test_each_widget_is_there_and_suits_its_field(self):
        """Odoo shows a field bare whose widget it does not know, and a moment with its
        hour where a date was meant; it says so in the console of the browser only.
        """
        known = self._known_widgets()
        self.assertIn("CopyClipboardChar", known)
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", OURS)]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        wrong = []
        for view in views.filtered("model"):
            for node in etree.fromstring(view.arch_db).iterfind(".//field[@widget]"):
                if node.get("widget") not in known:
                    wrong.append((view.name, node.get("name"), node.get("widget")))
                elif node.get("widget") == "date" and self._kind(view, node) != "date":
                    wrong.append((view.name, node.get("name"), "a moment"))
        self.assertEqual(wrong, [])

    def _known_widgets(self):
        """The names that the scripts of the installed modules register for fields."""
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        found = set()
        for module in modules.mapped("name"):
            for path in Path(file_path(module)).glob("static/src/**/*.js"):
                text = path.read_text(encoding="utf-8")
                if '.category("fields")' in text:
                    found |= set(re.findall(r'\.add\(\s*"(?:\w+\.)?(\w+)"', text))
        return found

    def _kind(self, view, node):
        """The type of the field, through the lists in which it stands."""
        model = self.env[view.model]
        for outer in reversed(list(node.iterancestors("field"))):
            model = self.env[model._fields[outer.get("name")].comodel_name]
        return model._fields[node.get("name")].type

    def test_both_runners_see_every_test(self):
        folder = Path(__file__).parent
        listed = (folder / "__init__.py").read_text()
        for path in folder.glob("test_*.py"):
            self.assertIn(f"import {path.stem}\n", listed)
