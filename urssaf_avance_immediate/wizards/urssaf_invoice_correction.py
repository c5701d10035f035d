# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr

from ..lib.rules import AmountError


class UrssafInvoiceCorrection(models.TransientModel):
    """A draft whose amounts cannot be said to Urssaf: the cents that would do."""

    _name = "urssaf.invoice.correction"
    _inherit = ["urssaf.wizard"]
    _description = "Correct the Amounts for Urssaf"

    move_id = fields.Many2one("account.move", string="Invoice", required=True)
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    fault = fields.Text(compute="_compute_fault")
    can_split = fields.Boolean(compute="_compute_fault")
    line_ids = fields.One2many("urssaf.invoice.correction.line", "wizard_id")

    @api.model
    def default_get(self, fields_list):
        """Extends: the correction, found by trying it on the draft itself."""
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(values.get("move_id"))
        if move and "line_ids" in fields_list:
            values["line_ids"] = [Command.create(line) for line in self._propose(move)]
        return values

    @api.depends("move_id")
    def _compute_fault(self):
        for wizard in self:
            move = wizard.move_id
            wizard.fault = move and move._urssaf_inexact()
            # Sent as two lines, the amounts themselves being right.
            wizard.can_split = wizard._cut(move)

    @api.model
    def _cut(self, move):
        try:
            return bool(move and move._urssaf_cut())
        except AmountError:
            return False

    @api.model
    def _propose(self, move):
        """Values of the lines: the changes, made on the draft and taken back."""
        if move.state != "draft" or not self._cut(move):
            return []
        savepoint = self.env.cr.savepoint()
        try:
            return [
                {
                    "name": line.name or line.product_id.name,
                    "total_before": before,
                    "total_after": after,
                    "price_after": price,
                }
                for line, before, after, price in move._urssaf_correct_cents()
            ]
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def action_correct(self):
        """Change the prices, then post."""
        self._check_draft()
        changes = self.move_id._urssaf_correct_cents()
        self.move_id._message_log(
            body=self.env._(
                "Unit prices changed so that Urssaf can take the totals: %s",
                ", ".join(
                    f"{line.name} → {float_repr(price, 6).rstrip('0').rstrip('.')}"
                    for line, _before, _after, price in changes
                ),
            )
        )
        return self.move_id.action_post()

    def action_two_lines(self):
        """Post as it is: what has no unit price goes as two lines."""
        self._check_draft()
        # Only the code writes it; the right to change the invoice was checked above.
        self.move_id.sudo().urssaf_two_lines = True
        return self.move_id.action_post()

    def action_exclude(self):
        """Post without avance immédiate: the customer pays this one directly."""
        self._check_draft()
        self.move_id.urssaf_excluded = True
        return self.move_id.action_post()

    def _check_draft(self):
        self.ensure_one()
        self.move_id.check_access("write")
        if self.move_id.state != "draft":
            raise UserError(self.env._("Only a draft can be corrected."))


class UrssafInvoiceCorrectionLine(models.TransientModel):
    _name = "urssaf.invoice.correction.line"
    _inherit = ["urssaf.wizard"]
    _description = "Correct the Amounts for Urssaf: Line"

    wizard_id = fields.Many2one(
        "urssaf.invoice.correction", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    name = fields.Char(string="Invoice line")
    total_before = fields.Monetary(string="Total")
    total_after = fields.Monetary(string="Corrected total")
    price_after = fields.Float(
        string="Corrected unit price", min_display_digits="Product Price"
    )
