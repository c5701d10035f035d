# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The company's line to Urssaf: whether it answers, and who is told if not."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...lib.api import UrssafError
from ..exchange.alerts import ACTIVITY_TYPE
from ..exchange.connection import OtherHabilitation
from ..groups import ADMINISTRATOR
from .credentials import (
    CONNECTION_FIELDS,
    CREDENTIALS,
)

# Tried on a customer before they are saved, in production.
TRIED_FIELDS = (*CREDENTIALS["production"], "home_service_sap_number")


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
            Service = self.env["urssaf.connection"].sudo()
            Service.search([("company_id", "in", self.ids)])._answered(certain=True)
            self._urssaf_remember_database()
        return result

    def _urssaf_try_connection(self):
        """Call Urssaf for real; return the error, or ``None`` if all is well."""
        self.ensure_one()
        service = self.env["urssaf.connection"]._of(self)
        try:
            with self._urssaf_get_client() as client:
                client.check_connection()
                Enrolment = self.env["urssaf.enrolment"]
                if service._in_doubt() and Enrolment._knows_nobody(self, client):
                    raise OtherHabilitation
        except UrssafError as error:
            service._failed(error)
            return error
        service._answered(certain=True)
        return None

    def _urssaf_try_before_saving(self, values):
        """New credentials of a company in production are tried on customers whom Urssaf
        knows, before they are saved. An outage of Urssaf does not forbid to save.

        :param values: what is about to be written on the company
        :raises UserError: Urssaf refuses them, or knows none of these customers
        """
        if not (self.env.su or self.env.user.has_group(ADMINISTRATOR)):
            # He may not write them either, and is told so then.
            return
        for company in self:
            if company.urssaf_environment != "production":
                continue
            if not any(
                name in values and (values[name] or "") != (company.sudo()[name] or "")
                for name in TRIED_FIELDS
            ):
                continue
            if not self.env["urssaf.enrolment"]._witnesses(company):
                continue
            error = company._urssaf_try_credentials(values)
            if error:
                raise UserError(
                    self.env._(
                        "Nothing was saved: these credentials of production were tried "
                        "on customers whom Urssaf knows. %s",
                        company._urssaf_connection_advice(error),
                    )
                )

    def _urssaf_try_credentials(self, values):
        """The error of a try with these values, ``None`` if they may be saved."""
        known = self._urssaf_get_credentials()
        client_id, client_secret = CREDENTIALS["production"]
        known["client_id"] = values.get(client_id, known["client_id"]) or ""
        known["client_secret"] = values.get(client_secret, known["client_secret"]) or ""
        if not (known["client_id"] and known["client_secret"]):
            # Emptied on purpose: the company leaves.
            return None
        try:
            with self._urssaf_client_with(known) as client:
                knows_nobody = self.env["urssaf.enrolment"]._knows_nobody(self, client)
                return OtherHabilitation() if knows_nobody else None
        except UrssafError as error:
            return error if error.kind == "auth" else None

    def _urssaf_tell(self, note, activity_type=ACTIVITY_TYPE):
        """What concerns the whole company: one activity on its own contact, for each
        type of activity.
        """
        for company in self:
            notes = {company.partner_id: note}
            self.env["urssaf.alert"]._tell(company, notes, activity_type)

    def _urssaf_told_done(self, activity_type=ACTIVITY_TYPE):
        """The matter is settled: close its activities."""
        self.env["urssaf.alert"]._settled(self.partner_id, activity_type)
