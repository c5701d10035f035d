# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tax credit that was really paid in advance: typed on one certificate, or imported
from a sheet for those of a year.
"""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.rules import CustomerListError, paris_today
from ..lib.rules.advance_list import read_advances

LATEST = ("draft", "ready", "sent")
#: Lines of the report; the rest are counted.
NAMED = 20


class UrssafAdvance(models.TransientModel):
    """One figure."""

    _name = "urssaf.advance"
    _inherit = ["urssaf.wizard"]
    _description = "Tax credit paid in advance"

    certificate_id = fields.Many2one(
        "home.service.certificate", required=True, readonly=True
    )
    currency_id = fields.Many2one(
        related="certificate_id.currency_id", related_sudo=False
    )
    amount = fields.Monetary(
        string="Tax credit paid in advance",
        help="As the customer reads it in his space at Urssaf, or in box 7HB of his "
        "tax return.",
    )
    warning = fields.Text(compute="_compute_warning", compute_sudo=False)

    @api.depends("certificate_id", "amount")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = wizard.certificate_id._beyond(wizard.amount)

    def action_keep(self):
        """Put it on the certificate, or on the next version of it."""
        self.ensure_one()
        certificate = self.certificate_id
        certificate._check_invoicing()
        certificate = certificate._set_advance(self.amount, "typed")
        return {
            "type": "ir.actions.act_window",
            "res_model": certificate._name,
            "res_id": certificate.id,
            "view_mode": "form",
        }


class UrssafAdvanceImport(models.TransientModel):
    """A sheet of two columns: the customer's e-mail, identifier or reference, and the
    amount.
    """

    _name = "urssaf.advance.import"
    _inherit = ["urssaf.wizard"]
    _description = "Tax credits paid in advance, from a sheet"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    year = fields.Integer(
        required=True, default=lambda self: paris_today().year - 1, aggregator=False
    )
    file = fields.Binary(string="CSV file", attachment=False)
    report = fields.Text(readonly=True)

    def action_import(self):
        """Take the figures over, and say line by line what could not be."""
        self.ensure_one()
        certificates = self.env["home.service.certificate"]
        certificates._check_invoicing()
        try:
            rows = read_advances(base64.b64decode(self.file or b""))
        except CustomerListError as error:
            raise UserError(
                self.env._(
                    "This file cannot be read. Save the sheet as CSV, with the e-mail "
                    "or the reference of the customer in the first column and the "
                    "amount in the second one."
                )
            ) from error
        known = self._certificates()
        done, faults = 0, []
        for row in rows:
            certificate = known.get(row.who.casefold())
            fault = self._take(row, certificate)
            done += not fault
            if note := fault or certificate._beyond(row.cents / 100):
                faults.append(f"{row.number}: {note}")
        self.report = self._said(done, faults)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _take(self, row, certificate):
        """:return: why it was not taken, or nothing"""
        if row.cents is None:
            return self.env._("the amount cannot be read.")
        if certificate is None:
            return self.env._("no certificate of that year for “%s”.", row.who)
        if len(certificate) > 1:
            return self.env._("“%s” is several customers.", row.who)
        try:
            certificate._set_advance(row.cents / 100, "imported")
        except UserError as error:
            return str(error)
        return ""

    def _certificates(self):
        """``{what a sheet may call a customer: his latest certificates}``"""
        issuer = self.company_id._home_service_declarant()
        found = self.env["home.service.certificate"].search(
            [
                ("company_id", "=", issuer.id),
                ("year", "=", self.year),
                ("state", "in", LATEST),
            ]
        )
        # The newest version of each customer.
        latest = {
            one.partner_id: one for one in found.sorted(lambda c: (c.version, c.id))
        }
        names = {}
        for partner, certificate in latest.items():
            for name in self._names(partner, issuer):
                known = names.get(name.casefold(), certificate)
                names[name.casefold()] = known | certificate
        return names

    def _names(self, partner, issuer):
        # sudo(): who imports figures may not see the enrolments, only these numbers.
        enrolments = partner.sudo().urssaf_enrolment_ids.filtered(
            lambda e: e.company_id == issuer._urssaf_holder()
        )
        names = (partner.email, partner.ref, *enrolments.mapped("external_id"))
        return {name.strip() for name in names if name and name.strip()}

    @api.model
    def _said(self, done, faults):
        more = len(faults) - NAMED
        return "\n".join(
            [
                self.env._("Figures taken over: %s.", done),
                *faults[:NAMED],
                *([self.env._("… other lines: %s.", more)] if more > 0 else []),
            ]
        )
