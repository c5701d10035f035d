# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from odoo.addons.l10n_fr_home_services.models.rates import rate_text

# Urssaf takes a deposit of at most this share of the price (ERR_MONTANT_ACOMPTE).
MOST = 0.5


class SaleOrder(models.Model):
    _inherit = "sale.order"

    urssaf_notice = fields.Text(compute="_compute_urssaf_notice")

    @api.depends(
        "partner_id",
        "partner_invoice_id",
        "company_id",
        "require_payment",
        "prepayment_percent",
    )
    @api.depends_context("lang")
    def _compute_urssaf_notice(self):
        """What paying online means for a customer of avance immédiate."""
        for order in self:
            order.urssaf_notice = order._urssaf_online_text()

    def _urssaf_online_text(self):
        self.ensure_one()
        if not self.require_payment or not self._urssaf_active_customer():
            return False
        if self.prepayment_percent > MOST:
            return self.env._(
                "Paid online, no avance immédiate: the customer pays %s %% of this "
                "order himself. Untick “Online payment” for Urssaf to collect it.",
                rate_text(self.env, self.prepayment_percent * 100, 2),
            )
        # sudo(): a setting of the holder, whoever sells.
        if not self.company_id.sudo()._urssaf_holder().urssaf_declare_deposits:
            return self.env._(
                "A deposit is paid online, no avance immédiate: your company does not "
                "declare deposits to Urssaf (see the settings). Untick “Online "
                "payment” for Urssaf to collect this order."
            )
        return self.env._(
            "The deposit that is paid online is declared to Urssaf with the invoice: "
            "it collects the rest."
        )

    def _urssaf_active_customer(self):
        """Whether Urssaf could collect from this customer."""
        # sudo(): whoever sells does not see the enrolments, only this.
        partner, company = self.partner_invoice_id.sudo(), self.company_id.sudo()
        person = partner.commercial_partner_id
        enrolment = person.urssaf_enrolment_ids.filtered(
            lambda e: e.company_id == company._urssaf_holder()
        )
        return (
            enrolment._usable().state == "active"
            and person._urssaf_sending_for(company) != "never"
        )
