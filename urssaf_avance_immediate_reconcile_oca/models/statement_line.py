# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _urssaf_reconcile(self, items, requests=None, remainder=None):
        """Extends the product: what OCA's screen kept of its own proposal is over."""
        result = super()._urssaf_reconcile(items, requests, remainder)
        self.reconcile_data = False
        return result
