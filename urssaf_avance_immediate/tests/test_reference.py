# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shipped data and the shape of the add-on itself."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ..lib.api.codes import NATURES, PAYMENT_STATUSES
from ..models.payment_request.following import REMOTE_STATES


@tagged("post_install", "-at_install")
class TestReference(TransactionCase):
    def test_natures_are_those_of_the_contract(self):
        shipped = self.env["home.service.nature"].search([])
        self.assertEqual(
            [(n.code, n.name, n.vat_rate) for n in shipped.with_context(lang=None)],
            [tuple(nature) for nature in NATURES],
        )
        self.assertEqual(shipped.filtered(lambda n: not n.eligible).code, "270")

    def test_every_documented_status_has_a_state(self):
        """But 90 “Clôturée”, seen in one old source: nobody knows what it means."""
        self.assertEqual(set(PAYMENT_STATUSES) - set(REMOTE_STATES), {"90"})

    def test_both_runners_see_every_test(self):
        folder = Path(__file__).parent
        listed = (folder / "__init__.py").read_text()
        for path in folder.glob("test_*.py"):
            self.assertIn(f"import {path.stem}\n", listed)
