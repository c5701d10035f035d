# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

MISSING = [
    ("company", "The company"),
    ("activity", "Without activity"),
    ("service", "Hours and persons"),
    ("draft", "Drafts"),
    ("open", "Open balances"),
    ("payment", "Paid and not matched"),
    ("means", "Day or means not known"),
    ("entry", "Settled by an entry"),
    ("negative", "More given back than paid"),
    ("firm", "Companies"),
    ("currency", "Other currencies"),
]


class HomeServiceCertificateMissing(models.TransientModel):
    """What to look at before the certificates of a year are made, as a list on the
    screen.
    """

    _name = "home.service.certificate.missing"
    _description = "To Look at before the Annual Certificates"
    _order = "blocking desc, kind, id"
    _rec_name = "sentence"

    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    year = fields.Integer(required=True, aggregator=False)
    kind = fields.Selection(MISSING, required=True)
    sentence = fields.Char(required=True)
    model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="model", string="Record")
    amount = fields.Monetary()
    blocking = fields.Boolean(
        string="Asked by law", help="The paper would not be what the law asks."
    )

    @api.model
    def _show(self, company, year):
        """The window with the list of that year, made anew."""
        rows = self.env["home.service.certificate"]._missing(company, year)
        self.search([("create_uid", "=", self.env.uid)]).unlink()
        issuer = company._home_service_declarant()
        self.create([{**row, "company_id": issuer.id, "year": year} for row in rows])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_home_services.home_service_certificate_missing_action"
        )
        return {
            **action,
            "name": self.env._("To look at before the certificates of %s", year),
            "domain": [("create_uid", "=", self.env.uid)],
        }

    def action_open(self):
        """What mends it: the invoice, the nature, the settings."""
        self.ensure_one()
        if self.model == "res.company":
            return self.env["ir.actions.act_window"]._for_xml_id(
                "account.action_account_config"
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
