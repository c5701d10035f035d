# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers of the structure, and whose they are in a branch."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, HomeServiceCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCompany(HomeServiceCase):
    def test_identifiers(self):
        for field, bad, good in (
            ("home_service_sap_number", "SAP123456789", "SAP732829320"),
            ("home_service_sap_number", "732829320", "SAP732829320"),
            ("home_service_intervenant", "SIR73282932000075", "SIR73282932000074"),
        ):
            with self.assertRaises(ValidationError):
                self.company[field] = bad
            self.company[field] = good

    def test_settings(self):
        self.env["res.config.settings"].create(
            {"home_service_intervenant": "SIR73282932000074"}
        ).execute()
        self.assertEqual(self.company.home_service_intervenant, "SIR73282932000074")

    def test_intervenant(self):
        company = self.company
        self.assertEqual(company._home_service_intervenant(), "SAP732829320")
        company.home_service_intervenant = "SIR73282932000074"
        self.assertEqual(company._home_service_intervenant(), "SIR73282932000074")
        company.write(
            {"home_service_sap_number": False, "home_service_intervenant": False}
        )
        self.assertEqual(company._home_service_intervenant(), "")

    def test_a_branch_is_covered_by_the_number_above(self):
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        self.assertEqual(branch._home_service_declarant(), self.company)
        self.assertEqual(branch._home_service_intervenant(), "SAP732829320")
        branch.home_service_intervenant = "SIR73282932000074"
        self.assertEqual(branch._home_service_intervenant(), "SIR73282932000074")
        branch.home_service_sap_number = "SAP552100554"
        self.assertEqual(branch._home_service_declarant(), branch)
        self.company.home_service_sap_number = False
        branch.home_service_sap_number = False
        self.assertEqual(branch._home_service_declarant(), branch)
