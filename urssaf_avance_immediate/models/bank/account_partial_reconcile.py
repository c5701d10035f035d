# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..payment_request.lettering import EVENT_DAY


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def _compute_max_date(self):
        """Extends account: what is matched again because Urssaf took money back is
        matched on that day, and so is its VAT on collection; by the dates of the two
        entries it would fall in a month that may be declared already.
        """
        super()._compute_max_date()
        day = fields.Date.to_date(self.env.context.get(EVENT_DAY))
        for partial in self if day else ():
            partial.max_date = max(partial.max_date, day)
