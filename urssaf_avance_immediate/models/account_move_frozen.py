# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""While a demande lives, its invoice stays what Urssaf was told."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .urssaf_payment_request import AT_URSSAF, FROZEN

# What Urssaf was told, and what changes it. “invoice_line_ids” is the lines' matter.
MOVE_FIELDS = (
    "partner_id",
    "name",
    "invoice_date",
    "currency_id",
    "company_id",
    "move_type",
    "urssaf_service_start",
    "urssaf_service_end",
    "urssaf_excluded",
)
LINE_FIELDS = (
    "product_id",
    "name",
    "quantity",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "display_type",
    "urssaf_service_start",
    "urssaf_service_end",
    "urssaf_intervenant",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_frozen = fields.Boolean(compute="_compute_urssaf_frozen")

    @api.depends("urssaf_state")
    def _compute_urssaf_frozen(self):
        for move in self:
            move.urssaf_frozen = move.urssaf_state in FROZEN

    def _urssaf_check_frozen(self):
        """Nothing that Urssaf was told may change now.

        :raises UserError: an invoice of self has a live demande
        """
        frozen = self.filtered(lambda move: move.urssaf_state in FROZEN)[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "%s was sent to Urssaf: its customer, lines, amounts, number and "
                    "dates cannot change. Cancel the demande de paiement first "
                    "(“Request Cancel”).",
                    frozen.display_name,
                )
                if frozen.urssaf_state != "queued"
                else self.env._(
                    "%s is about to be sent to Urssaf. Reset it to draft to change it.",
                    frozen.display_name,
                )
            )

    def write(self, vals):
        """Extends account: refuse what would change a demande that lives."""
        if any(_changes(self, vals, name) for name in MOVE_FIELDS):
            self._urssaf_check_frozen()
        if vals.get("state") in ("draft", "cancel"):
            self.filtered(
                lambda move: move.urssaf_state in AT_URSSAF
            )._urssaf_check_frozen()
        return super().write(vals)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Extends account: no line more on an invoice that Urssaf has."""
        lines = super().create(vals_list)
        lines._urssaf_shown().move_id._urssaf_check_frozen()
        return lines

    def write(self, vals):
        """Extends account: see the invoice."""
        shown = self._urssaf_shown() if any(n in vals for n in LINE_FIELDS) else self
        if any(_changes(shown, vals, name) for name in LINE_FIELDS):
            shown.move_id._urssaf_check_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_urssaf_frozen(self):
        self._urssaf_shown().move_id._urssaf_check_frozen()

    def _urssaf_shown(self):
        """The lines that make the demande; payment terms and taxes follow them."""
        return self.filtered(lambda line: line.display_type == "product")


def _changes(records, vals, name):
    """Whether writing ``vals`` gives another value to this field."""
    if name not in vals:
        return False
    field = records._fields[name]
    new = field.convert_to_cache(vals[name], records[:1], validate=False)
    return any(
        field.convert_to_cache(record[name], record, validate=False) != new
        for record in records
    )
