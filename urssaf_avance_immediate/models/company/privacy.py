# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_forget_months = fields.Integer(
        string="Erase personal data after (months)",
        default=0,
        help="Months without an invoice after which the personal data of customers who "
        "left are erased. 0: never by itself.",
    )

    _urssaf_forget_months_positive = models.Constraint(
        "CHECK(urssaf_forget_months >= 0)",
        "Erase personal data after (months): zero, or a number of months.",
    )

    def _urssaf_forget_limit(self):
        """Who left before this moment may be erased; naive UTC."""
        return fields.Datetime.now() - relativedelta(months=self.urssaf_forget_months)

    def _urssaf_with_sisters(self):
        """These companies and all that share their habilitations: the holder and its
        branches are one legal person, and keep the data of their customers together.
        """
        holders = self._urssaf_holder()
        return holders.union(self, *(holder._urssaf_served() for holder in holders))
