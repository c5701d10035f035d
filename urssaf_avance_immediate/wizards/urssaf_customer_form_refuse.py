# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class UrssafCustomerFormRefuse(models.TransientModel):
    """Refuse what the customer typed, with a word that he reads."""

    _name = "urssaf.customer.form.refuse"
    _inherit = ["urssaf.wizard"]
    _description = "Urssaf Form of a Customer: Refusal"

    form_id = fields.Many2one("urssaf.customer.form", required=True, readonly=True)
    note = fields.Text(
        string="Word to the customer",
        required=True,
        help="Stands in the message with the new link: say what to correct, and no "
        "more.",
    )
    send_again = fields.Boolean(string="Send a new link with this word", default=True)

    def action_refuse(self):
        """Erase the form, and send a new one if that is wanted."""
        self.ensure_one()
        self.form_id._refuse(self.note, self.send_again)
        return {"type": "ir.actions.act_window_close"}
