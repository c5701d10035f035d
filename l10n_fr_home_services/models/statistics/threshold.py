# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..official_amount import CONFIDENCE

KINDS = [
    ("guarantee_from", "Guarantee: due from (€ declared)"),
    ("guarantee", "Guarantee: amount (€)"),
    ("other_limit", "Other turnover: limit (%)"),
    ("other_warning", "Other turnover: warning (%)"),
]


class HomeServiceThreshold(models.Model):
    """What the law counts per civil year, from a day on: a later text is some more
    rows, which the office may add without waiting for a release.
    """

    _name = "home.service.threshold"
    _description = "Yearly Threshold of Home Services"
    _order = "kind, date_start desc, declared_from"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True)
    date_start = fields.Date(string="In force from", required=True)
    declared_from = fields.Float(
        string="Declared from (€)",
        digits=(16, 2),
        help="Of the steps of the guarantee: for what is declared in the civil year, "
        "taxes included, from this amount on.",
    )
    value = fields.Float(digits=(16, 2), required=True, help="In euros, or in percent.")
    source = fields.Char(required=True, help="The article that says so.")
    confidence = fields.Selection(
        CONFIDENCE, string="How sure", required=True, default="page"
    )

    _one_per_step = models.Constraint(
        "UNIQUE(kind, date_start, declared_from)",
        "There is a threshold of this kind for that day and amount.",
    )
    _value_positive = models.Constraint(
        "CHECK(value > 0 AND declared_from >= 0)", "A threshold is more than zero."
    )

    @api.model
    def _steps(self, kind, day):
        """``[(from, value), …]`` in force on that day, in euros (or percent), the
        smallest first; empty where nothing is known for that day.
        """
        # sudo(): what the law says, for whoever looks at a counter.
        rows = self.sudo().search(
            [("kind", "=", kind), ("date_start", "<=", day)], order="date_start desc"
        )
        rows = rows.filtered(lambda row: row.date_start == rows[0].date_start)
        return sorted((row.declared_from, row.value) for row in rows)

    @api.model
    def _value(self, kind, day):
        """The value in force on that day, ``None`` where none is known."""
        steps = self._steps(kind, day)
        return steps[0][1] if steps else None
