# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    home_service_certificate_ids = fields.One2many(
        "home.service.certificate",
        "partner_id",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    home_service_certificate_count = fields.Integer(
        compute="_compute_home_service_certificate_count",
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    @api.depends("home_service_certificate_ids")
    def _compute_home_service_certificate_count(self):
        rows = self.env["home.service.certificate"]._read_group(
            [("partner_id", "in", self.commercial_partner_id.ids)],
            ["partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in rows}
        for partner in self:
            partner.home_service_certificate_count = counts.get(
                partner.commercial_partner_id.id, 0
            )

    def action_home_service_certificates(self):
        """The certificates of this customer, all years and versions."""
        self.ensure_one()
        certificates = self.env["home.service.certificate"].search(
            [("partner_id", "=", self.commercial_partner_id.id)]
        )
        return self._home_service_show(certificates)

    def action_home_service_certificate(self):
        """Compute last year's certificate of these customers, and show it: nothing
        leaves before a person has looked at it.

        :raises AccessError: the user does not make invoices
        :raises UserError: nothing of last year is to be certified
        """
        certificates = self.env["home.service.certificate"]
        certificates._check_invoicing()
        company = self.env.company._home_service_declarant()
        year = fields.Date.context_today(self).year - 1
        partners = self.commercial_partner_id
        certificates._prepare(company, partners, year)
        found = certificates.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.ids),
                ("year", "=", year),
                ("state", "!=", "replaced"),
            ]
        )
        if not found:
            raise UserError(
                self.env._(
                    "Nothing was received in %(year)s that gives right to a "
                    "certificate (services paid otherwise than in cash): %(names)s.",
                    year=year,
                    names=", ".join(partners.mapped("display_name")),
                )
            )
        return self._home_service_show(found)

    def _home_service_show(self, certificates):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "l10n_fr_home_services.home_service_certificate_action"
        )
        action["domain"] = [("id", "in", certificates.ids)]
        action["context"] = {}
        if len(certificates) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = certificates.id
        return action
