# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The dates, the natures and the intervenants of an invoice."""

from datetime import date

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, HomeServiceCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAccountMove(HomeServiceCase):
    def test_posted_with_dates_and_natures(self):
        move = self._draft({}, home_service_start="2026-03-02")
        move.action_post()
        self.assertEqual(
            (move.state, move.home_service_start, move.home_service_end),
            ("posted", date(2026, 3, 2), date(2026, 3, 2)),
        )
        [line] = move.invoice_line_ids
        nature = self.env.ref("l10n_fr_home_services.nature_60")
        self.assertEqual(line.home_service_nature_id, nature)
        self.assertEqual(line.home_service_unit, "hour")
        # Later changes of the product are about later invoices.
        self.housework.home_service_nature_id = False
        self.assertEqual(line._home_service_nature(), (nature, "hour"))

    def test_service_end_follows_the_start(self):
        with Form(
            self.env["account.move"].with_context(default_move_type="out_invoice")
        ) as form:
            form.partner_id = self.partner_a
            form.home_service_start = "2026-03-05"
            self.assertEqual(str(form.home_service_end), "2026-03-05")
            form.home_service_end = "2026-03-06"
        self.assertEqual(str(form.record.home_service_end), "2026-03-06")

    def test_period_comes_from_the_lines(self):
        with Form(self._draft({}, {})) as form:
            with form.invoice_line_ids.edit(0) as line:
                line.home_service_start = "2026-03-04"
                self.assertEqual(str(line.home_service_end), "2026-03-04")
            with form.invoice_line_ids.edit(1) as line:
                line.home_service_start = "2026-03-06"
                line.home_service_end = "2026-03-07"
            self.assertEqual(str(form.home_service_start), "2026-03-04")
            self.assertEqual(str(form.home_service_end), "2026-03-07")
        self.assertEqual(
            form.record._home_service_period(), (date(2026, 3, 4), date(2026, 3, 7))
        )

    def test_a_line_without_a_date_has_that_of_the_invoice(self):
        move = self._draft({"home_service_start": "2026-03-14"}, {})
        move.home_service_start = "2026-03-02"
        move.home_service_end = "2026-03-13"
        move.invoice_line_ids[0].home_service_start = "2026-03-15"
        self.assertEqual(
            move._home_service_period(), (date(2026, 3, 2), date(2026, 3, 15))
        )
        self.assertEqual(
            self._draft({})._home_service_period(), (False, False), "no date at all"
        )

    def test_intervenant_of_the_line_of_the_product(self):
        self.housework.home_service_intervenant = "SIR73282932000074"
        other = self._make_service("Repassage", 25.0, "60")
        move = self._draft(
            {}, {"home_service_intervenant": "SAP552100554"}, {"product_id": other.id}
        )
        self.assertEqual(
            move.invoice_line_ids.mapped("home_service_intervenant"),
            ["SIR73282932000074", "SAP552100554", False],
        )

    def test_shown_where_there_are_services(self):
        bread = self.env["product.product"].create({"name": "Pain"})
        move = self._draft({"product_id": bread.id})
        self.assertTrue(move.home_service_shown)
        self.company.home_service_sap_number = False
        self.assertFalse(move.home_service_shown)
        move.invoice_line_ids = [Command.create({"product_id": self.housework.id})]
        self.assertTrue(move.home_service_shown)

    def test_corrected_invoice_keeps_the_services(self):
        move = self._draft({}, home_service_end="2026-03-13")
        move.action_post()
        move.invoice_line_ids.home_service_start = "2026-03-04"
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        corrected = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertEqual(corrected.home_service_start, move.home_service_start)
        self.assertEqual(corrected.home_service_end, move.home_service_end)
        self.assertEqual(
            corrected.invoice_line_ids.home_service_start,
            move.invoice_line_ids.home_service_start,
        )
        self.assertFalse(move.copy().home_service_start)
        self.assertFalse(move.copy().invoice_line_ids.home_service_start)
