# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""After a refusal: which fields to mend, and what to try, for this very customer."""

from markupsafe import Markup

from odoo import api, fields, models

from ...lib.api import fields_of
from ...lib.api.codes import ERROR_CODES
from ..groups import PERSONAL
from .enrolment import SENDABLE, WAITING

# Nothing is refused, and the customer does not react: did the message reach him?
CONTACT = ("email", "urssaf_mobile")


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    last_error_fields = fields.Char(
        readonly=True, copy=False, help="What Urssaf complains about, in its own words."
    )
    last_error_codes = fields.Char(readonly=True, copy=False)
    advice = fields.Html(
        string="What to mend",
        compute="_compute_advice",
        compute_sudo=True,
        groups=PERSONAL,
        sanitize=False,
    )

    @api.model
    def _no_error(self):
        return {
            **super()._no_error(),
            "last_error_fields": False,
            "last_error_codes": False,
        }

    def _error_values(self, error):
        """Extends: the fields to mend are read now; the texts of Urssaf are masked."""
        codes = dict.fromkeys(item.code for item in error.errors if item.code)
        return {
            **super()._error_values(error),
            "last_error_fields": ",".join(fields_of(error.errors)) or False,
            "last_error_codes": ",".join(codes) or False,
        }

    def _to_mend(self):
        """Names of the fields of the contact that may be the cause, likeliest first."""
        self.ensure_one()
        paths = (self.last_error_fields or "").split(",")
        partners = self.env["res.partner"]
        found = [partners._urssaf_field_of(path) for path in paths if path]
        if not found and self.state in WAITING:
            found = CONTACT
        return list(dict.fromkeys(found))

    def _steps(self):
        """What to try next whoever the customer is, in sentences."""
        codes = (self.last_error_codes or "").split(",")
        known = [ERROR_CODES[code] for code in codes if code in ERROR_CODES]
        return [step for item in known for step in item.steps]

    @api.depends("last_error_message", "last_error_fields", "state")
    @api.depends_context("lang")
    def _compute_advice(self):
        for enrolment in self:
            refused = enrolment.last_error_kind == "rejected"
            enrolment.advice = refused and enrolment._advice()

    def _advice(self):
        """The fields to mend and the steps, as a short list."""
        partners = self.env["res.partner"]
        names = self._to_mend()
        labels = [partners._urssaf_label_of_field(name) for name in names]
        head = labels and Markup("<p>%s <strong>%s</strong></p>") % (
            self.env._("Look at:"),
            ", ".join(dict.fromkeys(labels)),
        )
        steps = self._as_list([*self._remarks(), *self._steps()])
        return (head or Markup()) + steps or False

    def _advice_beside_sheet(self):
        """The steps alone: on the sheet the fields are links, and its own checklist,
        where there is one, tells the remarks.
        """
        remarks = self._remarks()
        if self.state in SENDABLE:
            remarks = self._shared_contact_remarks(self._to_mend())
        return self._as_list([*remarks, *self._steps()]) or False

    @api.model
    def _as_list(self, sentences):
        lines = Markup().join(Markup("<li>%s</li>") % line for line in sentences)
        return lines and Markup('<ol class="mb-0">%s</ol>') % lines

    # -- what this very sheet lets suspect -------------------------------------

    def _remarks(self):
        """What the checks of the sheet say of the fields that may be the cause, and who
        else has this e-mail or phone.
        """
        names = self._to_mend()
        warnings = self.partner_id._urssaf_enrolment_warnings()
        remarks = [sentence for name, sentence in warnings if name in names]
        return remarks + self._shared_contact_remarks(names)

    def _shared_contact_remarks(self, names):
        """Contacts of this database with the same e-mail or mobile phone."""
        partner = self.partner_id
        remarks = []
        if "email" not in names:
            return remarks
        for name, value in (
            ("email_normalized", partner.email_normalized),
            ("urssaf_mobile", partner.urssaf_mobile),
        ):
            domain = [(name, "=", value), ("id", "!=", partner.id)]
            others = value and partner.search(
                [*domain, ("company_id", "in", [False, self.company_id.id])], limit=3
            )
            if others:
                label = partner._urssaf_label_of_field(
                    "email" if name == "email_normalized" else name
                )
                remarks.append(
                    self.env._(
                        "%(label)s: the same as %(names)s.",
                        label=label,
                        names=", ".join(others.mapped("display_name")),
                    )
                )
        return remarks

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_mend(self):
        """Open what is to be mended, with what may be tried."""
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        self.partner_id.check_access("write")
        return self.env["urssaf.enrolment.mend"]._open(self)

    def action_urssaf_compare(self):
        """Ask Urssaf which names it has for this customer, beside ours."""
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        return self.env["urssaf.enrolment.adopt"]._compare(self)
