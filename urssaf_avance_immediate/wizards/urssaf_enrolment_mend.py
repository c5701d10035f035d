# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.tools.misc import format_date

from ..lib.rules import shown_iban
from ..models.enrolment.enrolment import SENDABLE, WAITING
from ..models.exchange.screen import check_user
from .urssaf_enrolment_proposals import Proposals

# The fields of the contact that the dialog can show, each only if it is concerned.
MENDABLE = (
    "urssaf_civility",
    "urssaf_birth_name",
    "urssaf_usage_name",
    "urssaf_first_names",
    "urssaf_birth_date",
    "urssaf_birth_country_id",
    "urssaf_birth_commune_id",
    "urssaf_birth_city_code",
    "urssaf_birth_city",
    "urssaf_mobile",
    "email",
    "street",
    "urssaf_street_number",
    "urssaf_street_letter",
    "urssaf_street_type",
    "urssaf_street_name",
    "urssaf_address_complement",
    "urssaf_locality",
    "city",
    "zip",
    "urssaf_city_code",
    "urssaf_bank_account_id",
)
# What only makes sense together.
TOGETHER = (
    tuple(name for name in MENDABLE if name.startswith("urssaf_birth_c")),
    tuple(name for name in MENDABLE if "street" in name or "complement" in name),
    ("city", "zip", "urssaf_city_code"),
)


def _of_contact(name, kind):
    return kind(related=f"partner_id.{name}", related_sudo=False, readonly=False)


class UrssafEnrolmentMend(models.TransientModel):
    """After a refusal: the fields that may be the cause, what to try, what was sent.

    The fields are those of the contact: what is typed here is saved there.
    """

    _name = "urssaf.enrolment.mend"
    _inherit = ["urssaf.wizard"]
    _description = "Mend Details for Urssaf"

    enrolment_id = fields.Many2one("urssaf.enrolment", required=True, readonly=True)
    partner_id = fields.Many2one(related="enrolment_id.partner_id", related_sudo=False)
    state = fields.Selection(related="enrolment_id.state", related_sudo=False)
    message = fields.Text(related="enrolment_id.last_error_message", related_sudo=False)
    advice = fields.Html(
        related="enrolment_id.advice", related_sudo=False, sanitize=False
    )
    to_mend = fields.Char(
        compute="_compute_to_mend",
        help="Names of the fields that may be the cause, between commas.",
    )
    can_enrol = fields.Boolean(compute="_compute_to_mend")
    can_resend = fields.Boolean(compute="_compute_to_mend")
    line_ids = fields.One2many("urssaf.enrolment.mend.line", "wizard_id", "To try")
    attempt_ids = fields.One2many(
        related="enrolment_id.attempt_ids", related_sudo=False
    )
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    urssaf_civility = _of_contact("urssaf_civility", fields.Selection)
    urssaf_birth_name = _of_contact("urssaf_birth_name", fields.Char)
    urssaf_usage_name = _of_contact("urssaf_usage_name", fields.Char)
    urssaf_first_names = _of_contact("urssaf_first_names", fields.Char)
    urssaf_birth_date = _of_contact("urssaf_birth_date", fields.Date)
    urssaf_birth_country_id = _of_contact("urssaf_birth_country_id", fields.Many2one)
    urssaf_birth_commune_id = _of_contact("urssaf_birth_commune_id", fields.Many2one)
    urssaf_birth_city_code = _of_contact("urssaf_birth_city_code", fields.Char)
    urssaf_birth_city = _of_contact("urssaf_birth_city", fields.Char)
    urssaf_mobile = _of_contact("urssaf_mobile", fields.Char)
    email = _of_contact("email", fields.Char)
    street = _of_contact("street", fields.Char)
    urssaf_street_number = _of_contact("urssaf_street_number", fields.Char)
    urssaf_street_letter = _of_contact("urssaf_street_letter", fields.Selection)
    urssaf_street_type = _of_contact("urssaf_street_type", fields.Selection)
    urssaf_street_name = _of_contact("urssaf_street_name", fields.Char)
    urssaf_address_complement = _of_contact("urssaf_address_complement", fields.Char)
    urssaf_locality = _of_contact("urssaf_locality", fields.Char)
    city = _of_contact("city", fields.Char)
    zip = _of_contact("zip", fields.Char)
    urssaf_city_code = _of_contact("urssaf_city_code", fields.Char)
    urssaf_bank_account_id = _of_contact("urssaf_bank_account_id", fields.Many2one)

    @api.depends("enrolment_id")
    def _compute_to_mend(self):
        for wizard in self:
            names = wizard.enrolment_id._to_mend()
            if not names:
                names = [n for n in MENDABLE if not n.startswith("urssaf_street")]
            together = [
                name for group in TOGETHER if {*group} & {*names} for name in group
            ]
            wizard.to_mend = f",{','.join([*names, *together])},"
            wizard.can_enrol = wizard.state in SENDABLE
            wizard.can_resend = wizard.state in WAITING

    @api.depends("enrolment_id")
    def _compute_comparison(self):
        for wizard in self:
            wizard.comparison = wizard.enrolment_id.attempt_ids[:1].comparison

    @api.model
    def _open(self, enrolment):
        """Action: the dialog on one enrolment. It exists already when it opens, so that
        saving it writes only what was changed.
        """
        wizard = self.create({"enrolment_id": enrolment.id})
        return wizard._show()

    def _show(self):
        # sudo: what was sent is only compared, by its digest; nothing is written.
        proposals = Proposals(self.enrolment_id.sudo())
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        **self._line_values(proposal),
                        "tried": proposals.was_tried(proposal),
                    }
                )
                for proposal in proposals.all()
            ),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mend the details of %s", self.partner_id.display_name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _line_values(self, proposal):
        values = proposal.values
        return {
            "name": proposal.name,
            "before": self._shown({name: self.partner_id[name] for name in values}),
            "after": self._shown(values),
            "values": {name: _plain(value) for name, value in values.items()},
        }

    def _shown(self, values):
        """Values of the contact, as text; empty ones are left out."""
        with self.partner_id._urssaf_imagined(values) as partner:
            texts = [self._text_of(partner, name) for name in values]
        return ", ".join(filter(None, texts)) or "-"

    def _text_of(self, partner, name):
        field, value = partner._fields[name], partner[name]
        if name == "urssaf_bank_account_id":
            return shown_iban(value.sanitized_acc_number)
        if value and field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "many2one":
            return value.display_name
        return format_date(self.env, value) if field.type == "date" else value

    # -- buttons ---------------------------------------------------------------

    def action_save(self):
        """What was typed is saved already: the form saves before the button."""
        return {"type": "ir.actions.act_window_close"}

    def action_enrol(self):
        """Enrol, or resend the activation; stay here if Urssaf refuses again."""
        self.ensure_one()
        if self.state in WAITING:
            action = self.enrolment_id.action_urssaf_resend()
        else:
            action = self.enrolment_id.action_urssaf_enrol()
        if self.enrolment_id.last_error_kind == "rejected":
            return self._show()
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def action_open_contact(self):
        """The whole contact of the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()


class UrssafEnrolmentMendLine(models.TransientModel):
    """One correction that may be tried."""

    _name = "urssaf.enrolment.mend.line"
    _inherit = ["urssaf.wizard"]
    _description = "Mend Details for Urssaf: Proposal"

    wizard_id = fields.Many2one(
        "urssaf.enrolment.mend", required=True, ondelete="cascade"
    )
    name = fields.Char(string="To try", readonly=True)
    before = fields.Char(string="On the contact", readonly=True)
    after = fields.Char(string="Would be", readonly=True)
    values = fields.Json(readonly=True)
    tried = fields.Boolean(string="Tried already", readonly=True)

    def action_apply(self):
        """Write this proposal on the contact; nothing leaves yet."""
        self.ensure_one()
        check_user(self.env)
        wizard = self.wizard_id
        wizard.partner_id.write(self.values)
        # Only the code writes on an enrolment; the right to enrol was checked above.
        wizard.enrolment_id.sudo()._message_log(
            body=self.env._(
                "Details changed by %(user)s: %(what)s.",
                user=self.env.user.name,
                what=self.name,
            )
        )
        return wizard._show()


def _plain(value):
    """What JSON can hold."""
    return fields.Date.to_string(value) if hasattr(value, "isoformat") else value
