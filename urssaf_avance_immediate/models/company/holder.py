# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose habilitation serves a company: its own, or that of a company above it.

One SIREN has one habilitation, one SAP number and one pair of credentials; its
establishments are branches in Odoo. Enrolments belong to the company that holds the
credentials, invoices and payments to the branch.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from ..exchange import work
from .credentials import CREDENTIAL_FIELDS


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_configured = fields.Boolean(
        compute="_compute_urssaf_configured",
        compute_sudo=True,
        recursive=True,
        help="The company, or one above it, has credentials of Urssaf.",
    )
    urssaf_holder_id = fields.Many2one(
        "res.company",
        string="Urssaf habilitation of",
        compute="_compute_urssaf_holder_id",
        compute_sudo=True,
        recursive=True,
        help="Whose credentials, enrolments and settings serve this company.",
    )

    @api.depends(
        "urssaf_environment", *CREDENTIAL_FIELDS, "parent_id.urssaf_configured"
    )
    def _compute_urssaf_configured(self):
        for company in self:
            company.urssaf_configured = (
                company._urssaf_has_credentials() or company.parent_id.urssaf_configured
            )

    @api.depends("urssaf_environment", *CREDENTIAL_FIELDS, "parent_id.urssaf_holder_id")
    def _compute_urssaf_holder_id(self):
        for company in self:
            above = company.parent_id
            # A company of its own is its holder, whatever its credentials are.
            served = (
                bool(above)
                and not company._urssaf_has_credentials()
                and above.urssaf_configured
            )
            company.urssaf_holder_id = above.urssaf_holder_id if served else company

    def _urssaf_has_credentials(self):
        """Asks the hook, not the fields: the secrets may be kept elsewhere."""
        self.ensure_one()
        known = self._urssaf_get_credentials()
        return bool(known["client_id"] and known["client_secret"])

    def _urssaf_holder(self):
        """The company whose credentials, enrolments and settings serve this one: itself
        if it has credentials, else the nearest above it that has some, else itself.

        As superuser: who works for a branch may not open the company above it.
        """
        return self.sudo().urssaf_holder_id

    def _home_service_declarant(self):
        """Extends the trade: one SIREN has one declaration and one habilitation."""
        return self._urssaf_holder()

    def _urssaf_served(self):
        """This company and the branches below it that its habilitation serves."""
        self.ensure_one()
        # As superuser, like the holder: branches that the user may not open count too.
        below = self.sudo().search([("id", "child_of", self.id)])
        return below.filtered(lambda company: company.urssaf_holder_id == self)

    def _urssaf_entered(self):
        """Where the user works under this habilitation: in its holder, if that company
        is among those that he has ticked, else in one of its branches.
        """
        self.ensure_one()
        ticked = self.env.companies
        if self.env.su or self in ticked:
            return self
        branches = ticked.filtered(lambda company: company._urssaf_holder() == self)
        return branches[:1] or self

    @api.model
    def _urssaf_holders(self):
        """The companies that have credentials, and may use them from this database; the
        scheduled actions loop on these.
        """
        holders = self.sudo().browse()
        for company in self.sudo().search([("active", "=", True)], order="id"):
            try:
                if company._urssaf_has_credentials() and not company._urssaf_is_copy():
                    holders += company
            except Exception as error:
                # Credentials kept elsewhere may be out of reach for one company.
                if work.connection_lost(self.env, error):
                    raise
                work.job_failed("credentials", company, error)
        return holders

    def _urssaf_here(self):
        """Domain of the exchanges that the habilitation of this company can speak of:
        those made under it, in the environment in which it is now. Whatever books,
        sends or asks searches with it.
        """
        holder = self._urssaf_holder()
        holder.ensure_one()
        return Domain("holder_id", "=", holder.id) & Domain(
            "environment", "=", holder.urssaf_environment
        )

    def _urssaf_own(self, name):
        """A setting that a branch may have of its own; else that of the habilitation.

        :param name: field of the company
        """
        self.ensure_one()
        return self.sudo()[name] or self._urssaf_holder()[name]
