# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the trade, without a database."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..rules import first_day, is_intervenant, is_sap_number, last_day, period

ONE, TWO, SIX = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 6)


@tagged("post_install", "-at_install")
class TestRules(BaseCase):
    def test_identifiers(self):
        self.assertTrue(is_sap_number("SAP732829320"))
        self.assertTrue(is_intervenant("SAP732829320"))
        self.assertTrue(is_intervenant("SIR73282932000074"))
        for bad in ("", "732829320", "SAP732829321", "SIR732829320", "xSAP732829320"):
            self.assertFalse(is_sap_number(bad), bad)
            self.assertFalse(is_intervenant(bad), bad)

    def test_first_and_last_day(self):
        self.assertEqual(first_day([], ONE, True), ONE)
        self.assertEqual(first_day([TWO, SIX], ONE, True), TWO)
        self.assertEqual(first_day([TWO, SIX], ONE, False), ONE)
        self.assertFalse(first_day([], False, True))
        self.assertEqual(last_day([], False, True, ONE), ONE)
        self.assertEqual(last_day([], ONE, True, TWO), TWO)
        self.assertEqual(last_day([ONE, TWO], SIX, False, ONE), SIX)
        self.assertEqual(last_day([ONE, TWO], SIX, True, ONE), TWO)

    def test_period(self):
        self.assertEqual(period([(TWO, SIX), (ONE, TWO)]), (ONE, SIX))
        self.assertEqual(period([(TWO, SIX), (ONE, False)]), (False, False))
        self.assertEqual(period([]), (False, False))
