# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company without avance immédiate, from the invoice to the annual certificate and
the figures for NOVA. ``make test`` runs it where nothing of Urssaf is installed, too.
"""

from datetime import date

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, HomeServiceCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTradeAlone(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.is_company = False
        cls.person = cls.env["home.service.person"].create(
            {"name": "Sophie Exemple", "number": "0012", "company_id": cls.company.id}
        )
        bank = cls.company_data["default_journal_bank"]
        cls.means = {}
        for kind in ("transfer", "cesu_prefinanced"):
            cls.means[kind] = cls.env["account.payment.method.line"].create(
                {
                    "name": kind,
                    "journal_id": bank.id,
                    "payment_method_id": cls.env.ref(
                        "account.account_payment_method_manual_in"
                    ).id,
                    "payment_account_id": bank.default_account_id.id,
                    "home_service_kind": kind,
                }
            )

    def _bill(self):
        """Four hours of housework at 30.00 and 10 % of tax, 132.00."""
        visits = [
            {"date": f"2026-02-{day}", "start": 9, "end": 11}
            | {"person_id": self.person.id}
            for day in ("05", "12")
        ]
        move = self._draft(
            {
                "quantity": 4,
                "home_service_intervention_ids": [
                    Command.create(visit) for visit in visits
                ],
            },
            invoice_date="2026-02-28",
        )
        move.action_post()
        self.assertEqual(move.amount_total, 132)
        return move

    def _is_paid(self, move, kind, amount, day):
        line = self.means[kind]
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(
            {
                "journal_id": line.journal_id.id,
                "payment_method_line_id": line.id,
                "payment_date": day,
                "amount": amount,
            }
        ).action_create_payments()

    def test_from_the_invoice_to_the_certificate_and_nova(self):
        move = self._bill()
        rows = move.invoice_line_ids._home_service_intervention_rows()
        self.assertEqual(
            [(row["date"], row["duration"], row["person_number"]) for row in rows],
            [(date(2026, 2, 5), 2, "0012"), (date(2026, 2, 12), 2, "0012")],
        )
        self._is_paid(move, "cesu_prefinanced", 50.0, "2026-03-02")
        self._is_paid(move, "transfer", 82.0, "2026-03-05")
        self.assertEqual(move.amount_residual, 0)

        certificate = self.env["home.service.certificate"]._prepare(
            self.company, self.partner_a, 2026
        )
        self.assertEqual(
            (
                certificate.amount_received,
                certificate.amount_prefinanced,
                certificate.amount_base,
                certificate.amount_advance,
            ),
            (132, 50, 82, 0),
        )

        nova = self.env["home.service.nova"].search(
            [("partner_id", "=", self.partner_a.id), ("month", "=", "2026-02-01")]
        )
        self.assertEqual(sum(nova.mapped("hours")), 4)
        self.assertEqual(sum(nova.mapped("turnover")), 120)
