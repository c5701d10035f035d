# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..official_amount import CONFIDENCE

WORDINGS = [
    ("law", "Why this paper"),
    ("base", "Expenses to declare"),
    ("advance", "Tax credit in advance"),
    ("net", "What is left to the customer"),
    ("boxes", "By activity"),
    ("self_financed", "Prefinanced CESU"),
    ("aid", "Aids"),
    ("cash", "Cash"),
    ("keep", "To be kept"),
]


class HomeServiceWording(models.Model):
    """A sentence on the annual certificate, for the expenses of a year and those after:
    the boxes of the tax return and what the administration wants to read change.
    """

    _name = "home.service.wording"
    _description = "Sentence of the Annual Certificate"
    _order = "kind, year_from desc"
    _rec_name = "kind"

    kind = fields.Selection(WORDINGS, required=True)
    year_from = fields.Integer(
        string="Expenses from", required=True, default=2000, aggregator=False
    )
    text = fields.Text(required=True, translate=True)
    source = fields.Char(required=True, help="The article or page that says so.")
    confidence = fields.Selection(
        CONFIDENCE, string="How sure", required=True, default="page"
    )

    _one_per_year = models.Constraint(
        "UNIQUE(kind, year_from)", "There is such a sentence from that year on."
    )

    @api.model
    def _of(self, year):
        """``{kind: sentence}`` for the expenses of that year, in the language of the
        context.
        """
        # sudo(): public sentences, for whoever prints a certificate.
        rows = self.sudo().search([("year_from", "<=", year)], order="year_from")
        return {row.kind: row.text for row in rows}
