# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.api import UrssafError


class UrssafEnrolmentAdopt(models.TransientModel):
    """A customer enrolled with another software: type the idClient, Urssaf confirms."""

    _name = "urssaf.enrolment.adopt"
    _description = "Urssaf Customer Enrolled Elsewhere"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    external_id = fields.Char(
        string="Customer identifier (idClient)",
        required=True,
        help="What Urssaf gave this customer; the other software shows it.",
    )

    def action_adopt(self):
        """Ask Urssaf who this is (method 020), then keep the identifier.

        :raises UserError: Urssaf does not know it, or cannot be asked now; nothing is
            changed then
        """
        self.ensure_one()
        Enrolment = self.env["urssaf.enrolment"]
        Enrolment._check_urssaf_user()
        self.partner_id.check_access("write")
        enrolment = self.partner_id._urssaf_enrolments()
        if enrolment.state not in ("draft", "error", "ended", "queued"):
            raise UserError(
                self.env._(
                    "%s is enrolled already, or being enrolled.", self.partner_id.name
                )
            )
        company = enrolment.company_id
        try:
            with company._urssaf_get_client() as client:
                status = client.get_customer(id_client=self.external_id.strip())
        except UrssafError as error:
            raise UserError(
                self.env._("The identifier was not confirmed.")
                + "\n"
                + Enrolment._error_text(error)
            ) from error
        if not self.partner_id._urssaf_is(status):
            raise UserError(
                self.env._(
                    "Urssaf knows this identifier for somebody else than %s: compare "
                    "the birth name.",
                    self.partner_id.name,
                )
            )
        enrolment._enrolled(self.external_id.strip(), link_sent=False)
        if enrolment.state == "pending":
            enrolment._apply_remote(status)
        enrolment._message_log(
            body=self.env._(
                "Identifier typed in by %s and confirmed by Urssaf.", self.env.user.name
            )
        )
        return enrolment._notify_outcome()
