# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Drafts of two months, merged by OCA's module."""

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.l10n_fr_home_services.tests.cases import NOW, HomeServiceCase

JANUARY = {"home_service_start": "2026-01-05", "home_service_end": "2026-01-26"}
FEBRUARY = {"home_service_start": "2026-02-02", "home_service_end": "2026-02-23"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoiceMerge(HomeServiceCase):
    def _merge(self, *moves):
        moves = self.env["account.move"].union(*moves)
        wizard = self.env["invoice.merge"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        wizard = wizard.create({})
        action = wizard.merge_invoices()
        found = moves.search(action["domain"]) - moves
        self.assertEqual(set(moves.mapped("state")), {"cancel"})
        return found

    def _said(self, move):
        return [
            (
                line.quantity,
                str(line.home_service_start),
                str(line.home_service_end),
                line.home_service_intervenant or "",
            )
            for line in move.invoice_line_ids.sorted("home_service_start")
        ]

    def test_lines_keep_their_days(self):
        merged = self._merge(
            self._draft({"quantity": 3, **JANUARY}),
            self._draft({"quantity": 3, **FEBRUARY}),
            self._draft({"quantity": 2, **FEBRUARY}),
        )
        self.assertEqual(
            self._said(merged),
            [(3, *JANUARY.values(), ""), (5, *FEBRUARY.values(), "")],
        )
        self.assertEqual(
            (str(merged.home_service_start), str(merged.home_service_end)),
            ("2026-01-05", "2026-02-23"),
        )
        merged.action_post()

    def test_the_days_of_a_whole_invoice_too(self):
        merged = self._merge(
            self._draft({"quantity": 3}, **JANUARY),
            self._draft({"quantity": 3}, **FEBRUARY),
        )
        self.assertEqual(
            self._said(merged),
            [(3, *JANUARY.values(), ""), (3, *FEBRUARY.values(), "")],
        )

    def test_intervenants_stay_apart(self):
        other = "SIR73282932000074"
        merged = self._merge(
            self._draft({"quantity": 3, **JANUARY}),
            self._draft({"quantity": 4, **JANUARY, "home_service_intervenant": other}),
        )
        self.assertEqual(
            sorted(self._said(merged)),
            [(3, *JANUARY.values(), ""), (4, *JANUARY.values(), other)],
        )

    def test_interventions_go_along(self):
        def worked(day, hours, number):
            return {
                "quantity": hours,
                "home_service_intervention_ids": [
                    Command.create(
                        {
                            "date": day,
                            "duration": hours,
                            "person_name": "Paule Exemple",
                            "person_number": number,
                            "place": "3 quai des Essais",
                        }
                    )
                ],
            }

        merged = self._merge(
            self._draft(worked("2026-01-12", 2.0, "17")),
            self._draft(worked("2026-02-09", 3.0, "18")),
            # The same day and price: still another intervention.
            self._draft(worked("2026-02-09", 1.0, "19")),
        )
        self.assertEqual(
            [
                (
                    line.quantity,
                    line._home_service_hours(),
                    str(line.home_service_start),
                    line.home_service_intervention_ids.person_number,
                )
                for line in merged.invoice_line_ids
            ],
            [
                (2, 2, "2026-01-12", "17"),
                (3, 3, "2026-02-09", "18"),
                (1, 1, "2026-02-09", "19"),
            ],
        )
        self.assertEqual(
            set(merged.home_service_intervention_ids.mapped("place")),
            {"3 quai des Essais"},
        )
        merged.action_post()

    def test_what_is_no_service_is_merged_as_before(self):
        bread = self.env["product.product"].create({"name": "Pain"})
        merged = self._merge(
            self._draft({"product_id": bread.id, "quantity": 1, "name": "Pain"}),
            self._draft({"product_id": bread.id, "quantity": 2, "name": "Pain"}),
        )
        self.assertEqual(merged.invoice_line_ids.quantity, 3)
