# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

# Services whose expenses have a yearly ceiling of their own.
CEILING_GROUPS = [
    ("gardening", "Gardening"),
    ("handyman", "Small repairs"),
    ("computing", "Help with computers and the internet"),
]
CONFIDENCE = [
    ("law", "Read in the law"),
    ("page", "Read on an official page"),
    ("public", "Read on other public pages"),
    ("choice", "Our choice"),
]


class HomeServiceOfficialAmount(models.Model):
    """An amount that the law fixes, from a day on: a later year is one more row, which
    the office may add without waiting for a release.
    """

    _name = "home.service.official.amount"
    _description = "Official Amount of Home Services"
    _order = "kind, date_start desc"
    _rec_name = "kind"

    kind = fields.Selection(
        CEILING_GROUPS,
        string="Yearly ceiling of",
        required=True,
        help="Expenses of a household in a civil year that give a tax credit.",
    )
    date_start = fields.Date(string="In force from", required=True)
    amount = fields.Float(string="Amount (€)", digits=(16, 2), required=True)
    source = fields.Char(required=True, help="The article that says so.")
    confidence = fields.Selection(
        CONFIDENCE, string="How sure", required=True, default="page"
    )

    _one_per_day = models.Constraint(
        "UNIQUE(kind, date_start)", "There is an amount of this kind for that day."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An official amount is more than zero."
    )

    @api.model
    def _at(self, day):
        """``{kind: cents}``: the amounts in force on that day. A kind of which no
        amount is known then is not there.
        """
        # sudo(): what the law says, for whoever looks at an invoice.
        rows = self.sudo().search([("date_start", "<=", day)], order="date_start")
        return {row.kind: round(row.amount * 100) for row in rows}
