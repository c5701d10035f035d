# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The activities of services à la personne, as the law counts them."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .official_amount import CONFIDENCE


class HomeServiceActivity(models.Model):
    """One activity of article D7231-1 of the Code du travail: what the annual
    certificate and the statistics of the State (NOVA) are cut by.

    It is data: the list changes by decree, and the codes of NOVA are those that the
    company sees on its own screen there.
    """

    _name = "home.service.activity"
    _description = "Activity of Home Services"
    _order = "sequence, id"
    _rec_names_search = ["name", "code", "nova_code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        string="Number in D7231-1",
        help="Part and number in the list of article D7231-1 of the Code du travail.",
    )
    nova_code = fields.Char(
        string="NOVA code",
        help="Code of this activity on the screens of NOVA. It is published nowhere "
        "that we know of: copy it from there. Without it, the turnover and the hours "
        "of the activity are listed apart in the NOVA figures.",
    )
    sequence = fields.Integer(default=9999)
    active = fields.Boolean(default=True)
    box_ids = fields.One2many("home.service.activity.box", "activity_id")
    nature_ids = fields.One2many("home.service.nature", "activity_id")

    def _box(self, year):
        """Box of the tax return for what was spent on this activity in that year.

        :param year: civil year of the expenses
        :return: ``"BDF"`` …; an empty text where no box is known for that year: each
            year has a form of its own, and another year's box would be a guess
        """
        self.ensure_one()
        # sudo(): what the tax return says, for whoever prints a certificate.
        boxes = self.sudo().box_ids.filtered(lambda box: box.year == year)
        return boxes.box or ""


class HomeServiceActivityBox(models.Model):
    """In which box of the tax return the expenses of a year for an activity go."""

    _name = "home.service.activity.box"
    _description = "Box of the tax return for an activity"
    _order = "year desc, activity_id"
    _rec_name = "box"

    activity_id = fields.Many2one(
        "home.service.activity", required=True, index=True, ondelete="cascade"
    )
    year = fields.Integer(
        string="Spent in",
        required=True,
        help="Civil year of the expenses; the tax return is that of the year after.",
    )
    box = fields.Char(required=True, help="BDA, BDB…")
    source = fields.Char(required=True, help="Where it was read.")
    confidence = fields.Selection(
        CONFIDENCE, string="How sure", required=True, default="page"
    )

    _one_per_year = models.Constraint(
        "UNIQUE(activity_id, year)", "This activity has a box for that year already."
    )

    @api.constrains("box")
    def _check_box(self):
        for box in self:
            if not (box.box.isalnum() and len(box.box) == 3):
                raise ValidationError(
                    self.env._(
                        "Box “%s”: a box of the tax return has three letters or "
                        "figures, like BDF.",
                        box.box,
                    )
                )
