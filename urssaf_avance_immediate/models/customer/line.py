# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ...lib.rules import shown_iban
from ..groups import PERSONAL

# What a line may hold, in the order of the form, and the field of the contact behind.
# The three last ones make one bank account.
PARTNER_FIELDS = {
    "civility": "urssaf_civility",
    "birth_name": "urssaf_birth_name",
    "usage_name": "urssaf_usage_name",
    "first_names": "urssaf_first_names",
    "birth_date": "urssaf_birth_date",
    "birth_country": "urssaf_birth_country_id",
    "birth_commune": "urssaf_birth_commune_id",
    "mobile": "urssaf_mobile",
    "email": "email",
    "street": "street",
    "street2": "street2",
    "zip": "zip",
    "city": "city",
    "iban": "acc_number",
    "bic": "bank_bic",
    "holder": "acc_holder_name",
}
BANK = ("iban", "bic", "holder")


class UrssafCustomerFormLine(models.Model):
    """One thing that the customer typed, beside what stands in Odoo."""

    _name = "urssaf.customer.form.line"
    _description = "Urssaf Form of a Customer: Line"
    _order = "sequence, id"

    form_id = fields.Many2one(
        "urssaf.customer.form",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(readonly=True)
    name = fields.Selection(
        selection="_selection_name", string="Field", required=True, readonly=True
    )
    value = fields.Char(
        readonly=True,
        groups=PERSONAL,
        help="As text: dates and codes in their own form.",
    )
    reference = fields.Integer(
        readonly=True,
        groups=PERSONAL,
        help="The commune or the country that was chosen from the list.",
    )
    typed = fields.Char(
        string="Filled in by the customer",
        compute="_compute_sides",
        compute_sudo=True,
        groups=PERSONAL,
    )
    current = fields.Char(
        string="In Odoo now",
        compute="_compute_sides",
        compute_sudo=True,
        groups=PERSONAL,
    )
    differs = fields.Boolean(
        string="Changes something",
        compute="_compute_sides",
        compute_sudo=True,
        groups=PERSONAL,
    )
    accept = fields.Boolean(default=True)

    @api.model
    def _selection_name(self):
        labels = {
            "civility": self.env._("Civility"),
            "birth_name": self.env._("Birth name"),
            "usage_name": self.env._("Usage name"),
            "first_names": self.env._("First names"),
            "birth_date": self.env._("Birth date"),
            "birth_country": self.env._("Birth country"),
            "birth_commune": self.env._("Birth commune"),
            "mobile": self.env._("Mobile phone"),
            "email": self.env._("Email"),
            "street": self.env._("Street"),
            "street2": self.env._("Address complement"),
            "zip": self.env._("Postal code"),
            "city": self.env._("City"),
            "iban": self.env._("IBAN"),
            "bic": self.env._("BIC"),
            "holder": self.env._("Account holder"),
        }
        return list(labels.items())

    def write(self, vals):
        """Extends: reviewing is ticking; what the customer typed stays as it is."""
        if not self.env.su and set(vals) - {"accept"}:
            raise AccessError(
                self.env._("What the customer filled in cannot be changed: refuse it.")
            )
        return super().write(vals)

    @api.depends("name", "value", "reference")
    @api.depends_context("lang", "company")
    def _compute_sides(self):
        for line in self:
            now = line._current_value()
            line.typed = line._shown(line.value)
            line.current = line._shown(now)
            line.differs = line._plain(line.value) != line._plain(now)

    def _current_value(self):
        """What the contact has in this place, as text."""
        if not self.form_id.consented_at:
            # The contact may be another company's customer until this one agrees.
            return False
        partner = self.form_id.partner_id
        account = partner._urssaf_debited_account()
        if self.name in BANK:
            value = account[PARTNER_FIELDS[self.name]]
            return account.sanitized_acc_number if self.name == "iban" else value
        value = partner[PARTNER_FIELDS[self.name]]
        if self.name == "birth_date":
            return value and fields.Date.to_string(value)
        if isinstance(value, models.BaseModel):
            value = value.display_name
            if self.name == "birth_commune":
                value = value or partner.urssaf_birth_city
        return value

    def _shown(self, value):
        """As people read it, an IBAN masked."""
        if not value:
            return False
        if self.name == "iban":
            return shown_iban(value)
        if self.name == "birth_date":
            return format_date(self.env, value)
        if self.name == "civility":
            return {"1": "Monsieur", "2": "Madame"}.get(value, value)
        return value

    def _plain(self, value):
        value = " ".join((value or "").split())
        return value.replace(" ", "").upper() if self.name in ("iban", "bic") else value
