# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The activities of the law, their boxes of the tax return and the natures."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

MODULE = "l10n_fr_home_services"


@tagged("post_install", "-at_install")
class TestActivity(TransactionCase):
    def setUp(self):
        super().setUp()
        self.housework = self.env.ref(f"{MODULE}.activity_ii_1")

    def test_the_list_of_the_law(self):
        activities = self.env["home.service.activity"].search([("code", "!=", False)])
        expected = [f"I, {n}°" for n in range(1, 6)]
        expected += [f"II, {n}°" for n in range(1, 22)]
        self.assertEqual(activities.mapped("code"), expected)
        self.assertFalse(any(activities.mapped("nova_code")), "no source, no code")

    def test_box_of_a_year(self):
        self.assertEqual(self.housework._box(2025), "BDF")
        self.assertEqual(self.housework._box(2012), "", "that form had no boxes")
        self.assertEqual(self.env.ref(f"{MODULE}.activity_ii_7")._box(2025), "")
        self.env["home.service.activity.box"].create(
            {
                "activity_id": self.housework.id,
                "year": 2031,
                "box": "BZZ",
                "source": "Invented",
            }
        )
        self.assertEqual(self.housework._box(2031), "BZZ")
        self.assertEqual(self.housework._box(2025), "BDF", "that of its own year")

    def test_each_box_once(self):
        boxes = self.env["home.service.activity.box"].search([("year", "=", 2025)])
        self.assertEqual(
            sorted(boxes.mapped("box")), [f"BD{letter}" for letter in "ABCDEFGHIJKL"]
        )
        self.assertTrue(all("2025" in source for source in boxes.mapped("source")))
        self.assertEqual(set(boxes.mapped("confidence")), {"choice"}, "not seen")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            boxes[0].copy()
        with self.assertRaises(ValidationError):
            boxes[0].box = "7DB, 7DR"

    def test_natures_have_their_activity(self):
        natures = self.env["home.service.nature"].search([])
        known = natures.filtered(
            lambda nature: nature._get_external_ids()[nature.id]
            and nature.eligible
            and f"{MODULE}.nature" in nature.get_external_id()[nature.id]
        )
        self.assertGreaterEqual(len(known), 26)
        self.assertEqual([n.name for n in known if not n.activity_id], [])
        self.assertEqual(
            self.env.ref(f"{MODULE}.nature_60").activity_id, self.housework
        )
        self.assertFalse(self.env.ref(f"{MODULE}.nature_270").activity_id)

    def test_one_that_natures_use_is_kept(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.housework.unlink()

    def test_rights(self):
        user = new_test_user(self.env, "clerk", groups="base.group_user")
        self.assertEqual(self.housework.with_user(user)._box(2025), "BDF")
        with self.assertRaises(AccessError):
            self.housework.with_user(user).nova_code = "1"
        portal = new_test_user(self.env, "customer", groups="base.group_portal")
        self.assertEqual(self.housework.with_user(portal)._box(2025), "BDF")
        with self.assertRaises(AccessError):
            self.housework.with_user(portal).read(["name"])
