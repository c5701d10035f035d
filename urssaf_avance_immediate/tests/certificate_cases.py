# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Certificates of customers of avance immédiate: what the tests start from."""

from odoo import Command
from odoo.tests.common import freeze_time

from .cases import NOW
from .money import MoneyCase


@freeze_time(NOW)
class CertificateCase(MoneyCase):
    def setUp(self):
        super().setUp()
        self.Certificate = self.env["home.service.certificate"]

    def _made(self, year=2026):
        return self.Certificate._prepare(self.company, self.partner, year)

    def _sent(self, year=2026):
        made = self._made(year)
        made._set_state("ready")
        made._set_state("sent")
        return made

    def _sums(self, year=2026):
        made = self._made(year)
        return made.amount_received, made.amount_advance, made.amount_net

    def _paid(self, amount, day, *lines, **values):
        request = self._collected(*(lines or [(amount, 10)]), **values)
        self._pays(request, amount, day)
        return request

    def _customer_pays(self, move, amount, day):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create({"amount": amount, "payment_date": day})._create_payments()

    def _unsent(self, amount, day="2026-02-03"):
        """An invoice that was not sent yet."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": day,
                "home_service_start": "2026-02-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.vat[10].ids)],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move
