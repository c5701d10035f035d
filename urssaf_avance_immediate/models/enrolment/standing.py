# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a customer stands, in the words of an office: finer than our states."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, format_datetime

from ...lib.api.codes import ERROR_CODES
from ...lib.rules import PARIS
from .enrolment import FOLLOWED, STATES

# A draft may be complete or not; the customer activates an account or accepts us in
# the one he has. Urssaf says APPAREILLAGE_EC in both cases (urssaf-api §4, §8).
STAGES = [
    ("incomplete", "To complete"),
    ("ready", "Ready to enrol"),
    *[item for item in STATES if item[0] in ("queued", "sending", "unknown")],
    ("activation", "Waiting for activation"),
    ("association", "Association to accept"),
    *[item for item in STATES if item[0] in (*FOLLOWED[1:], "error", "ended")],
]
DRAFTS = {"incomplete", "ready"}
PENDING = {"activation": False, "association": True}


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    stage = fields.Selection(
        STAGES,
        string="Progress",
        compute="_compute_stage",
        compute_sudo=True,
        search="_search_stage",
    )
    life = fields.Char(
        string="In short",
        compute="_compute_stage",
        compute_sudo=True,
        help="What is happening, and who acts next.",
    )

    @api.depends(
        "state", "account_known", "link_expires_at", "active_since", "last_error_code"
    )
    @api.depends_context("lang", "tz")
    def _compute_stage(self):
        for enrolment in self:
            stage = enrolment._stage()
            enrolment.stage = stage
            enrolment.life = enrolment._life(stage)

    def _stage(self):
        if self.state == "draft":
            return "incomplete" if self._contact_faults() else "ready"
        if self.state == "pending":
            return "association" if self.account_known else "activation"
        return self.state

    def _contact_faults(self):
        return self._customer()._urssaf_enrolment_faults()

    @api.model
    def _search_stage(self, operator, value):
        """Drafts are looked at one by one: few of them ever wait."""
        if operator != "in":
            return NotImplemented
        wanted = set(value)
        domain = Domain("state", "in", list(wanted - DRAFTS - PENDING.keys()))
        for stage, known in PENDING.items():
            if stage in wanted:
                domain |= Domain("state", "=", "pending") & Domain(
                    "account_known", "=", known
                )
        if wanted & DRAFTS:
            drafts = self.sudo().search([("state", "=", "draft")])
            kept = drafts.filtered(lambda e: e._stage() in wanted)
            domain |= Domain("id", "in", kept.ids)
        return domain

    def _life(self, stage):
        """One sentence: what is happening, and who acts next."""
        return getattr(self, f"_life_{stage}", self._life_other)()

    def _life_incomplete(self):
        count = len(self._contact_faults())
        return self.env._("%s points of the sheet are to be completed.", count)

    def _life_ready(self):
        return self.env._("The sheet is complete: the customer can be enrolled.")

    def _life_queued(self):
        if not self.last_error_kind:
            return self.env._("Leaves within a minute.")
        return self.env._(
            "Urssaf could not be reached: again on %s.",
            self._french_time(self.next_call_at),
        )

    def _life_activation(self):
        if not self.link_expires_at:
            return self.env._(
                "The customer has to activate the Urssaf account, or to accept your "
                "company there."
            )
        return self.env._(
            "Urssaf wrote to the customer on %(sent)s. The activation link expires on "
            "%(end)s.",
            sent=self._french_time(self.registered_at),
            end=self._french_time(self.link_expires_at),
        )

    def _life_association(self):
        return self.env._(
            "The customer has an Urssaf account, and has to accept your company there."
        )

    def _life_expired(self):
        if not self.link_expires_at or self.link_expires_at > fields.Datetime.now():
            return self.env._(
                "Urssaf says that the account was not activated in time: resend the "
                "activation."
            )
        return self.env._(
            "The activation link expired on %s: resend the activation.",
            self._french_time(self.link_expires_at),
        )

    def _life_active(self):
        return self.env._(
            "Services from %s on can be paid.", self._french_time(self.active_since)
        )

    def _life_mandate(self):
        return self.env._("The customer renews the SEPA mandate in the Urssaf space.")

    def _life_blocked(self):
        return self.env._("The customer settles the matter with Urssaf.")

    def _life_unknown(self):
        return self.env._("Urssaf did not answer: what it did is being checked.")

    def _life_error(self):
        code = self.last_error_code
        if code:
            known = ERROR_CODES.get(code)
            words = known.explanation.rstrip(".") if known else code
            return self.env._("Mend the sheet: %s.", words)
        return self.env._("Mend the sheet, then enrol again.")

    def _life_ended(self):
        return self.env._(
            "The association ended; seen on %s.",
            format_date(self.env, self.state_since) if self.state_since else "-",
        )

    def _life_other(self):
        return False

    def _french_time(self, moment):
        """Urssaf's times are French, wherever the reader is."""
        if not moment:
            return "-"
        return format_datetime(self.env, moment, tz=PARIS.key, dt_format="short")
