# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers of the structure, and whose they are in a branch."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.base.models import ir_actions_report

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

    def test_settings_say_what_the_server_cannot_print(self):
        ours = ir_actions_report._wkhtml()._replace(state="ok", is_patched_qt=True)
        for program, said in (
            (ours, ""),
            (ours._replace(is_patched_qt=False), "without their head and foot"),
            (ours._replace(state="install"), "wkhtmltopdf is missing"),
        ):
            with patch.object(ir_actions_report, "_wkhtml", lambda one=program: one):
                settings = self.env["res.config.settings"].create({})
                notice = settings.home_service_print_notice or ""
            self.assertIn(said, notice)
            self.assertEqual(bool(said), bool(notice))

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
