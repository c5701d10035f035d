# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of the statistics start from."""

from odoo.tests.common import freeze_time

from .cases import NOW, HomeServiceCase

MODULE = "l10n_fr_home_services"


@freeze_time(NOW)
class NovaCase(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.housework.home_service_unit = "hour"
        cls.garden = cls._make_service("Jardinage", 50.0, "70")
        cls.garden.uom_id = cls.env.ref("uom.product_uom_unit")
        cls.garden.home_service_unit = "flat"
        cls.goods = cls.env["product.product"].create(
            {"name": "Produits d'entretien", "list_price": 24.0}
        )
        cls.company.company_registry = "73282932000074"
        cls.activity = cls.env.ref(f"{MODULE}.activity_ii_1")
        cls.env["account.move"].search([("company_id", "=", cls.company.id)]).filtered(
            lambda move: move.state == "posted"
        ).button_draft()

    def _invoice(self, *lines, day="2026-01-20", **values):
        values = {"invoice_date": day, **values}
        move = self._draft(*lines, **values)
        move.action_post()
        return move

    def _hours_line(self, hours, **values):
        return {"quantity": hours, "home_service_start": "2026-01-15", **values}

    def _garden_line(self, **values):
        return {
            "product_id": self.garden.id,
            "price_unit": 50,
            "home_service_start": "2026-01-15",
            **values,
        }

    def _screen(self, period="1", year=2026, **values):
        screens = self.env["home.service.nova.table"]
        screen = screens.create({"period": period, "year": year, **values})
        screen.action_show()
        return screen

    def _line(self, screen, activity=None, kind="service"):
        return screen.line_ids.filtered(
            lambda line: line.kind == kind
            and (not activity or line.activity_id == activity)
        )

    def _counters(self, year=2026):
        counters = self.env["home.service.counters"].create({"year": year})
        counters.action_show()
        return counters

    def _pay(self, move, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"amount": amount} if amount else {})
        wizard._create_payments()

    def _discount(self, amount):
        return {"product_id": self.goods.id, "price_unit": -amount}
