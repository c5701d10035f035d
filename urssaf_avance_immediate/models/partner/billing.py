# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..company.res_company import SENDING
from ..groups import USER
from .personal_fields import PersonalBoolean


class ResPartner(models.Model):
    """How the invoices of a customer go to Urssaf."""

    _inherit = "res.partner"

    urssaf_sending = fields.Selection(
        SENDING,
        string="Sending to Urssaf",
        company_dependent=True,
        copy=False,
        help="Left empty, as the settings of the company say.",
    )
    urssaf_other_aid = PersonalBoolean(
        string="APA, PCH or prepaid CESU",
        copy=False,
        groups=USER,
        help="Another aid pays a part of the services. Urssaf does not take it off, so "
        "only what the customer pays may be invoiced through avance immédiate.",
    )

    def _urssaf_sending_for(self, company):
        """What to do with the invoices of this customer: a key of ``SENDING``.

        A branch may decide otherwise for a customer than its habilitation does.
        """
        holder = company._urssaf_holder()
        # As superuser: a branch’s user may not work in the company above it.
        partner = self.sudo()
        return (
            partner.with_company(company).urssaf_sending
            or partner.with_company(holder).urssaf_sending
            or holder.urssaf_sending
        )
