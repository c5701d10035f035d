# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

DATE_BASES = [("payment", "The day on which the money was received")]


class ResCompany(models.Model):
    _inherit = "res.company"

    home_service_certificate_basis = fields.Selection(
        DATE_BASES,
        string="A payment counts on",
        default="payment",
        required=True,
        help="Which date decides in which year's certificate a payment stands.",
    )

    def _home_service_certified(self):
        """The companies whose services the declaration of this one covers: itself, and
        the branches below that have none of their own.

        As superuser: the certificate is that of the whole declaration.
        """
        self.ensure_one()
        # sudo(): see above. A branch that was closed since has its payments too.
        every = self.sudo().with_context(active_test=False)
        below = every.search([("id", "child_of", self.id)]).with_env(self.sudo().env)
        return below.filtered(lambda one: one._home_service_declarant() == self)
