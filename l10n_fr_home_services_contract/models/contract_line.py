# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ContractLine(models.Model):
    _inherit = "contract.line"

    def _prepare_invoice_line(self):
        """Extends contract: the period that is invoiced is when the service is done."""
        values = super()._prepare_invoice_line()
        # An extension may leave a line out by giving nothing.
        if values and self.product_id.home_service_nature_id:
            start, end, _next_date = self._get_period_to_invoice(
                self.last_date_invoiced, self.recurring_next_date
            )
            values |= {"home_service_start": start, "home_service_end": end}
        return values
