# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The interventions of the trade, in what Urssaf is told and in what is corrected."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

MONDAY, LATER = "2026-03-02", "2026-03-09"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInterventions(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _draft(self, *lines):
        """Each line is a list of days of interventions of one hour."""
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-15",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "name": f"Ménage {position}",
                            "quantity": len(days) or 1,
                            "price_unit": 30 + position,
                            "tax_ids": [Command.set(self.tax.ids)],
                            "home_service_intervention_ids": [
                                Command.create(
                                    {
                                        "date": day,
                                        "start": 9,
                                        "end": 10,
                                        "person_name": "Marie Petit",
                                        "person_number": "42",
                                    }
                                )
                                for day in days
                            ],
                        }
                    )
                    for position, days in enumerate(lines)
                ],
            }
        )

    def _said(self, move):
        return move.invoice_line_ids._home_service_intervention_rows()

    def test_urssaf_gets_the_days_of_the_interventions(self):
        move = self._draft([MONDAY, LATER], ["2026-03-11"])
        move.action_post()
        move.action_urssaf_send()
        payload = self._demande(move.urssaf_request_id).payload
        self.assertEqual(
            (payload["dateDebutEmploi"], payload["dateFinEmploi"]),
            ("2026-03-02T00:00:00Z", "2026-03-11T00:00:00Z"),
        )
        self.assertEqual(
            [
                (told["dateDebutEmploi"], told["dateFinEmploi"])
                for told in payload["inputPrestations"]
            ],
            [
                ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"),
                ("2026-03-11T00:00:00Z", "2026-03-11T00:00:00Z"),
            ],
        )
        # What was told stays, with the invoice.
        with self.assertRaisesRegex(UserError, "kept as they were"):
            move.home_service_intervention_ids[0].date = "2026-03-03"

    def test_interventions_of_two_months_are_refused_before_the_call(self):
        move = self._draft(["2026-02-27", MONDAY])
        move.action_post()
        [said] = move._urssaf_blocking()[move]
        self.assertIn("two calendar months", said)

    def test_split_by_month_with_their_interventions(self):
        move = self._draft(["2026-02-27"], [MONDAY, LATER])
        wizard = Form(
            self.env["urssaf.invoice.split"].with_context(default_move_id=move.id)
        ).save()
        result = wizard.action_split()
        first, second = self.env["account.move"].search(result["domain"], order="id")
        self.assertEqual(
            [len(m.home_service_intervention_ids) for m in (first, second)], [1, 2]
        )
        self.assertEqual(str(second.home_service_start), MONDAY)

    def test_corrected_after_a_refusal(self):
        move = self._draft([MONDAY, LATER])
        move.action_post()
        said = self._said(move)
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self._demande(request).move("40", "Refusée")
        self._make_due(request)
        self._run_cron("follow")
        action = move.with_user(self.user).action_urssaf_correct()
        corrected = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(self._said(corrected), said)
        # A draft: what was wrong can be put right, and the days follow.
        corrected.home_service_intervention_ids[0].date = "2026-03-03"
        corrected.action_post()
        corrected.action_urssaf_send()
        payload = self._demande(corrected.urssaf_request_id).payload
        self.assertEqual(payload["dateDebutEmploi"], "2026-03-03T00:00:00Z")
        self.assertEqual(self._said(move), said)

    def test_reversed_and_made_again(self):
        move = self._draft([MONDAY], [LATER])
        move.action_post()
        said = self._said(move)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        made = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertEqual(made.urssaf_replaces_id, move)
        self.assertEqual(self._said(made), said)
        self.assertFalse(move.copy().home_service_intervention_ids)
