# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

# Our states, a closed list. What Urssaf says stands beside, as received.
#
#   draft ──→ queued ──→ sending ──→ pending ──→ active ←──→ blocked
#               ↑ ↑         │ │                    │            │
#               │ │ outage  │ └──→ error           └──→ ended ←─┘
#               │ └─────────┤      refused: mend,       the customer ended the
#               │           ↓      enrol again          association: enrol again
#               └──────── unknown ──found by e-mail──→ pending
#             nobody there
STATES = [
    ("draft", "To complete"),
    ("queued", "Ready to send"),
    ("sending", "Being sent"),
    ("unknown", "Outcome unknown"),
    ("pending", "Waiting for the customer"),
    ("active", "Active"),
    ("blocked", "Blocked"),
    ("error", "Refused"),
    ("ended", "Ended"),
]
# Urssaf knows the customer: method 020 tells the news.
FOLLOWED = ("pending", "active", "blocked")
# The customer may be enrolled, or enrolled again.
SENDABLE = ("draft", "error", "ended")


class UrssafEnrolment(models.Model):
    """The life of one customer at Urssaf for one company.

    Personal data stay on the contact; here is only what Urssaf answered, and a
    keyed digest of what was sent, to tell whether it has changed since.
    """

    _name = "urssaf.enrolment"
    _description = "Urssaf Enrolment"
    _inherit = ["urssaf.exchange"]
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, tracking=True, index=True
    )
    remote_status = fields.Char(
        string="Status at Urssaf", readonly=True, copy=False, tracking=True
    )
    remote_message = fields.Char(
        string="Explanation of Urssaf", readonly=True, copy=False
    )
    registered_at = fields.Datetime(string="Enrolled on", readonly=True, copy=False)
    active_since = fields.Datetime(
        string="Active since",
        readonly=True,
        copy=False,
        tracking=True,
        help="Services from this date on can be paid through Urssaf.",
    )
    consent_date = fields.Datetime(
        string="Consent on",
        readonly=True,
        copy=False,
        help="When the customer agreed that what Urssaf needs is sent.",
    )
    consent_user_id = fields.Many2one(
        "res.users", string="Consent recorded by", readonly=True, copy=False
    )
    consent_origin = fields.Selection(
        [
            ("office", "By the office"),
            ("portal", "By the customer"),
            ("import", "From another software"),
        ],
        readonly=True,
        copy=False,
    )
    sent_digest = fields.Char(readonly=True, copy=False)
    sheet_changed = fields.Boolean(
        compute="_compute_sheet_changed",
        compute_sudo=True,
        help="The sheet of the customer is no longer what Urssaf was told.",
    )

    _partner_company_unique = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "This customer has an enrolment in this company already.",
    )
    _due_index = models.Index(
        "(company_id, next_call_at) WHERE state IN ('queued', 'pending', 'active', "
        "'blocked', 'unknown')"
    )

    @api.depends("partner_id.display_name", "company_id")
    def _compute_display_name(self):
        for enrolment in self:
            enrolment.display_name = enrolment.partner_id.display_name

    @api.depends("sent_digest", "state")
    def _compute_sheet_changed(self):
        for enrolment in self:
            enrolment.sheet_changed = (
                enrolment.state in FOLLOWED
                and enrolment.sent_digest
                and enrolment.sent_digest != enrolment._digest()
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(enrolment.state != "draft" for enrolment in self):
            raise UserError(
                self.env._("What was exchanged with Urssaf is kept: it is evidence.")
            )

    def _error_text(self, error):
        """Extends: Urssaf may quote the civil status, which is not for every reader."""
        text = super()._error_text(error)
        partner = self.partner_id.sudo()
        words = (partner.urssaf_birth_name, *(partner.urssaf_first_names or "").split())
        for word in words:
            if word and len(word) > 2:
                text = re.sub(re.escape(word), "***", text, flags=re.IGNORECASE)
        return text

    def _alert_candidates(self):
        return self.partner_id.user_id

    def _usable(self):
        """The enrolments whose identifier means something where the company is now."""
        return self.filtered(
            lambda e: e.external_id and e.environment == e.company_id.urssaf_environment
        )

    # -- state -----------------------------------------------------------------

    def _set_state(self, state, **values):
        """Extends: nothing is left to do, or to alert about, once Urssaf is happy."""
        if state in ("pending", "active"):
            values = {**self._no_error(), **values}
        result = super()._set_state(state, **values)
        if state in ("queued", "pending", "active"):
            self._alert_done()
        return result

    def _close_with_environment(self):
        """The company leaves the environment that knows these customers."""
        for enrolment in self.filtered(lambda e: e.state != "draft"):
            enrolment._set_state(
                "draft",
                external_id=False,
                remote_status=False,
                remote_message=False,
                active_since=False,
                registered_at=False,
                next_call_at=False,
            )
            enrolment._message_log(
                body=self.env._("The company changed its Urssaf environment.")
            )

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_enrol(self):
        return self.partner_id.action_urssaf_enrol()

    def action_urssaf_refresh(self):
        """Ask Urssaf now for one customer; for several, the scheduled action does."""
        self._check_urssaf_user()
        self.check_access("read")
        enrolments = self.sudo()
        if len(enrolments) == 1:
            return enrolments._refresh_now()
        followed = enrolments.filtered(lambda e: e.state in FOLLOWED)
        followed.next_call_at = fields.Datetime.now()
        enrolments._trigger("follow")
        return self._notify(self.env._("The news will be there in a moment."))
