# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models

from ..lib.rules import AmountError
from ..models.invoice.payload import TRADE_UNITS


class UrssafPaymentRequestPreview(models.TransientModel):
    """One invoice as the customer will read it in the space of Urssaf."""

    _name = "urssaf.payment.request.preview"
    _inherit = ["urssaf.wizard"]
    _description = "Preview of a Demande de Paiement"

    move_id = fields.Many2one("account.move", string="Invoice", required=True)
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", related_sudo=False, string="Customer"
    )
    period_start = fields.Date(string="Services from", compute="_compute_money")
    period_end = fields.Date(string="Services to", compute="_compute_money")
    amount_total = fields.Monetary(string="Total", compute="_compute_money")
    amount_deposit = fields.Monetary(
        string="Deposit declared", compute="_compute_money"
    )
    amount_credit = fields.Monetary(
        string="Tax credit (estimate)",
        compute="_compute_money",
        help="Half of the eligible services, within the yearly ceiling of the "
        "household as our own demandes show it. Only Urssaf knows what is left of it.",
    )
    amount_net = fields.Monetary(
        string="Left to pay (estimate)", compute="_compute_money"
    )
    faults = fields.Text(compute="_compute_texts")
    warnings = fields.Text(compute="_compute_texts")
    changes = fields.Text(compute="_compute_texts")
    line_ids = fields.One2many(
        "urssaf.payment.request.preview.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )

    def _settlement(self):
        """The settlement of the invoice, ``None`` when it has none."""
        try:
            return self.move_id._urssaf_settlement()
        except AmountError:
            return None

    @api.depends("move_id")
    def _compute_money(self):
        for wizard in self:
            move = wizard.move_id
            estimates = move._urssaf_estimates()
            wizard.amount_total = move._urssaf_totals()[0]
            wizard.period_start, wizard.period_end = move._home_service_period()
            wizard.amount_deposit = estimates["deposit"]
            wizard.amount_credit = estimates["credit"]
            wizard.amount_net = estimates["net"]

    @api.depends("move_id")
    def _compute_texts(self):
        for wizard in self:
            found = wizard.move_id._urssaf_sending_faults().values()
            for name, level in (("faults", "danger"), ("warnings", "warning")):
                wizard[name] = "\n".join(
                    fault["message"] for fault in found if fault["level"] == level
                )
            settlement = wizard._settlement()
            notes = settlement.notes if settlement else ()
            wizard.changes = "\n".join(wizard._note_text(note) for note in notes)

    def _note_text(self, note):
        lines = self.move_id._home_service_lines()
        # The texts of the lines, each one once.
        names = ", ".join(
            dict.fromkeys(
                (lines[index].name or "").split("\n")[0] for index in note.sources
            )
        )
        sentence = {
            "dropped": self.env._("Nothing to pay, not sent: %s"),
            "folded": self.env._("Taken off the price of the services: %s"),
            "hours": self.env._("Quantity rounded to two decimals: %s"),
            "merged": self.env._("%(count)s lines put together: %(lines)s"),
            "rounded": self.env._("Cents of the rounding of taxes: %s"),
            "split": self.env._("Sent as two lines, no unit price being exact: %s"),
        }[note.kind]
        if note.kind == "merged":
            return sentence % {"count": len(note.sources), "lines": names}
        return sentence % names

    @api.depends("move_id")
    def _compute_line_ids(self):
        for wizard in self:
            settlement = wizard._settlement()
            items = settlement.prestations if settlement else []
            natures = wizard._natures({item["codeNature"] for item in items})
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(wizard._line_values(i, natures)) for i in items),
            ]

    def _natures(self, codes):
        found = self.env["home.service.nature"].with_context(active_test=False)
        return {
            nature.urssaf_code: nature.name
            for nature in found.search([("urssaf_code", "in", list(codes))])
        }

    def _line_values(self, item, natures):
        return {
            "nature": natures.get(item["codeNature"], item["codeNature"]),
            "description": item.get("complement1", ""),
            "date_start": item.get("dateDebutEmploi", "")[:10] or False,
            "date_end": item.get("dateFinEmploi", "")[:10] or False,
            "quantity": float(item["quantite"]),
            "unit": TRADE_UNITS[item["unite"]],
            "price_unit": float(item["mntUnitaireTTC"]),
            "amount_untaxed": float(item["mntPrestationHT"]),
            "amount_tax": float(item["mntPrestationTVA"]),
            "amount_total": float(item["mntPrestationTTC"]),
            "intervenant": item["complement2"],
        }

    def action_send(self):
        """Send it now."""
        self.ensure_one()
        return self.move_id.action_urssaf_send()


class UrssafPaymentRequestPreviewLine(models.TransientModel):
    _name = "urssaf.payment.request.preview.line"
    _inherit = ["urssaf.wizard"]
    _description = "Preview of a Demande de Paiement: Line"

    wizard_id = fields.Many2one(
        "urssaf.payment.request.preview", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    nature = fields.Char(string="Service")
    description = fields.Char(string="Text")
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="To")
    quantity = fields.Float(digits=(16, 2))
    unit = fields.Selection(
        selection=lambda self: self.env["product.template"]
        ._fields["home_service_unit"]
        ._description_selection(self.env)
    )
    price_unit = fields.Float(string="Unit price", digits=(16, 3))
    amount_untaxed = fields.Monetary(string="Untaxed amount")
    amount_tax = fields.Monetary(string="VAT")
    amount_total = fields.Monetary(string="Total")
    intervenant = fields.Char()
