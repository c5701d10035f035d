# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a customer shows of his enrolment: life, refusal, next step."""

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...lib.rules import same_name, same_person
from ..enrolment.standing import STAGES
from ..groups import PERSONAL, READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_stage = fields.Selection(
        STAGES,
        string="Enrolment at Urssaf",
        compute="_compute_urssaf_stage",
        search="_search_urssaf_stage",
        groups=READERS,
    )
    urssaf_life = fields.Char(
        string="In short", compute="_compute_urssaf_stage", groups=READERS
    )
    urssaf_attempt_ids = fields.One2many(
        "urssaf.enrolment.attempt", compute="_compute_urssaf_stage", groups=READERS
    )
    urssaf_advice = fields.Html(
        compute="_compute_urssaf_advice",
        compute_sudo=True,
        sanitize=False,
        groups=PERSONAL,
    )
    urssaf_to_mend = fields.Json(
        compute="_compute_urssaf_advice",
        compute_sudo=True,
        groups=PERSONAL,
        help="The fields that may have led to the refusal, likeliest first.",
    )

    urssaf_copy_notice = fields.Char(
        compute="_compute_urssaf_copy_notice",
        groups=READERS,
        help="Why nothing leaves from this database.",
    )

    # -- computes --------------------------------------------------------------

    @api.depends("urssaf_enrolment_ids.state", "urssaf_enrolment_ids.account_known")
    @api.depends_context("company", "lang")
    def _compute_urssaf_stage(self):
        for partner in self:
            partner.urssaf_stage = partner.urssaf_enrolment_id.stage
            partner.urssaf_life = partner.urssaf_enrolment_id.life
            partner.urssaf_attempt_ids = partner.urssaf_enrolment_id.attempt_ids

    @api.depends(
        "urssaf_enrolment_ids.last_error_message",
        "urssaf_enrolment_ids.last_error_fields",
        "urssaf_enrolment_ids.state",
    )
    @api.depends_context("company", "lang")
    def _compute_urssaf_advice(self):
        for partner in self:
            enrolment = partner.urssaf_enrolment_id
            refused = enrolment.last_error_kind == "rejected"
            partner.urssaf_advice = refused and enrolment._advice_beside_sheet()
            partner.urssaf_to_mend = refused and [
                {"field": name, "label": self._urssaf_label_of_field(name)}
                for name in enrolment._to_mend()
            ]

    @api.depends_context("company", "lang")
    def _compute_urssaf_copy_notice(self):
        self.urssaf_copy_notice = self.env.company._urssaf_copy_notice()

    def _search_urssaf_stage(self, operator, value):
        if operator != "in":
            return NotImplemented
        holder = self.env.company._urssaf_holder()
        here = [("company_id", "=", holder.id), ("stage", "in", value)]
        return [("urssaf_enrolment_ids", "any", here)]

    # -- names -----------------------------------------------------------------

    @api.model
    def _urssaf_label_of_field(self, name):
        return self.fields_get([name], ["string"])[name]["string"]

    @api.model
    def _urssaf_label_of(self, path):
        """What people call a value of method 010, by its dotted wire path."""
        parts = {
            "lieuNaissance.departementNaissance": self.env._("Birth département"),
            "coordonneeBancaire.iban": self.env._("IBAN"),
            "coordonneeBancaire.bic": self.env._("BIC"),
            "coordonneeBancaire.titulaire": self.env._("Account holder"),
        }
        return parts.get(path) or self._urssaf_label_of_field(
            self._urssaf_field_of(path)
        )

    @api.model
    def _urssaf_text_of(self, path, value):
        """A value of method 010 as people read it: no code, no ISO date."""
        field = self._fields[self._urssaf_field_of(path)]
        if value and field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if value and field.type == "date":
            return format_date(self.env, value)
        return value or ""

    def _urssaf_name_differences(self, status):
        """Names that method 020 tells and that are not those of the sheet:
        ``[(field, theirs, ours)]``. What Urssaf does not tell differs from nothing.
        """
        self.ensure_one()
        told = [
            ("urssaf_birth_name", status.birth_name),
            ("urssaf_first_names", status.first_names),
            ("urssaf_usage_name", status.usage_name),
        ]
        if same_name(status.usage_name, status.birth_name):
            told.pop()
        return [
            (name, theirs, self[name])
            for name, theirs in told
            if theirs and not same_name(theirs, self[name])
        ]

    def _urssaf_is(self, status):
        """Whether the person that method 020 describes can be this customer, see
        ``lib.rules.same_person``.
        """
        self.ensure_one()
        return same_person(
            self.urssaf_birth_name,
            self.urssaf_first_names,
            status.birth_name,
            status.first_names,
        )

    @contextmanager
    def _urssaf_imagined(self, changes):
        """This contact with other values, in memory: what would be sent then?

        Odoo takes all the new records of one origin for the same one: what was
        imagined is forgotten at once, so that it does not show in the next.
        """
        imagined = self.new(changes, origin=self)
        try:
            yield imagined
        finally:
            imagined.invalidate_recordset(flush=False)

    def _urssaf_check_sheet(self):
        """:raises UserError: something is missing; each field is named"""
        self.ensure_one()
        faults = self._urssaf_enrolment_faults()
        if faults:
            raise UserError(
                self.env._("Before enrolling %s at Urssaf:", self.display_name)
                + "".join(f"\n- {sentence}" for _field, sentence in faults)
            )

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_enrol(self):
        """Enrol one customer now; several one after the other, in a list that shows
        where each one is.
        """
        Enrolment = self.env["urssaf.enrolment"]
        Enrolment._check_urssaf_user()
        self.check_access("write")
        self.env.company._urssaf_check_real()
        if len(self) == 1:
            self._urssaf_check_sheet()
            return self._urssaf_enrolments()._enrol_now()
        return self.env["urssaf.enrolment.batch"]._start(self)

    def action_urssaf_resend(self):
        """Let Urssaf write again to this customer, who has not activated yet."""
        self.ensure_one()
        return self.urssaf_enrolment_id.action_urssaf_resend()

    def action_urssaf_mend(self):
        """Open what Urssaf complains about, with what may be tried."""
        self.ensure_one()
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("write")
        # Made if need be, then opened with the rights of the user.
        enrolment = self._urssaf_enrolments().sudo(False)
        return enrolment.action_urssaf_mend()
