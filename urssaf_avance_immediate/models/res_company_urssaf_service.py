# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The company's line to Urssaf: whether it answers, and who is told if not."""

from odoo import fields, models
from odoo.tools import plaintext2html

from ..lib.api import UrssafError
from .res_company_urssaf_credentials import CONNECTION_FIELDS
from .urssaf_exchange_people import ACTIVITY_TYPE


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_calls_per_second = fields.Float(
        string="Calls per second",
        default=1.0,
        help="At most so many calls to Urssaf per second, evenly spaced, over all the "
        "processes and servers of this Odoo; 0 for no limit. Urssaf publishes no "
        "limit: one is the safe choice.",
    )
    urssaf_trace_days = fields.Integer(
        string="Keep calls (days)",
        default=30,
        help="How long what is said to Urssaf and its answers are kept, personal data "
        "masked; 0 to keep nothing.",
    )

    _urssaf_pace_positive = models.Constraint(
        "CHECK(urssaf_calls_per_second >= 0 AND urssaf_trace_days >= 0)",
        "Calls per second, and the days that calls are kept, cannot be negative.",
    )

    def write(self, vals):
        """Extends: new settings deserve a new try, whatever failed with the old."""
        result = super().write(vals)
        if any(name in vals for name in CONNECTION_FIELDS):
            Service = self.env["urssaf.service"].sudo()
            Service.search([("company_id", "in", self.ids)])._answered()
        return result

    def _urssaf_try_connection(self):
        """Call Urssaf for real; return the error, or ``None`` if all is well."""
        self.ensure_one()
        service = self.env["urssaf.service"]._of(self)
        try:
            with self._urssaf_get_client() as client:
                client.check_connection()
        except UrssafError as error:
            service._failed(error)
            return error
        service._answered()
        return None

    def _urssaf_tell(self, note, activity_type=ACTIVITY_TYPE):
        """What concerns the whole company: one activity on its own contact, for each
        type of activity.
        """
        for company in self:
            partner = company.partner_id.sudo()
            activity = partner.activity_search([activity_type])
            if activity:
                activity.note = plaintext2html(note)
                continue
            partner.activity_schedule(
                activity_type,
                note=plaintext2html(note),
                user_id=company._urssaf_responsibles()[:1].id,
            )

    def _urssaf_told_done(self, activity_type=ACTIVITY_TYPE):
        """The matter is settled: close its activities."""
        self.partner_id.sudo().activity_unlink([activity_type])
