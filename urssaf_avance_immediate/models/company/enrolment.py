# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of the enrolments."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_fresh_hours = fields.Integer(
        string="Ask again before sending (hours)",
        default=24,
        help="Before an invoice leaves, Urssaf is asked whether its customer is still "
        "active, if the last answer is older than this. 0: at each sending.",
    )
    urssaf_attempt_days = fields.Integer(
        string="Keep sent details (days)",
        default=90,
        help="What was sent for a customer is erased as soon as he is active, and "
        "after this number of days in any case. That it was sent, when, by whom and "
        "what Urssaf answered is kept.",
    )

    _urssaf_enrolment_delays = models.Constraint(
        "CHECK(urssaf_fresh_hours >= 0 AND urssaf_attempt_days >= 0)",
        "The hours before a new question and the days that refused details are kept "
        "cannot be negative.",
    )
