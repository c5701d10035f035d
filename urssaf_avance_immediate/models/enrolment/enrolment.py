# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

# Our states, a closed list. What Urssaf says stands beside, as received.
#
#   draft ──→ queued ──→ sending ──→ pending ──→ active ←──→ blocked, mandate
#               ↑ ↑         │ │       │ ↑ ↑           │        │
#               │ │ outage  │ └→ error│ │ └─ expired ─┘        │
#               │ └─────────┤  refused: mend, │ 7 days, or      │
#               │           ↓  enrol again    ↓ Urssaf says so  │
#               └──────── unknown ──found──→ pending            │
#              nobody there                                     │
#                      pending, expired, active ────────────────┴──→ ended
#                                   the customer ended the association: enrol again
#
# A pending or expired customer may be sent again (queued): Urssaf then writes to him
# once more. If that is refused he is pending again, with the refusal beside.
STATES = [
    ("draft", "To complete"),
    ("queued", "To send"),
    ("sending", "Being sent"),
    ("unknown", "Outcome unknown"),
    ("pending", "Waiting for the customer"),
    ("expired", "Link expired"),
    ("active", "Active"),
    ("blocked", "Blocked"),
    ("mandate", "Mandate expired"),
    ("error", "Refused"),
    ("ended", "Ended"),
]
# Urssaf knows the customer: method 020 tells the news.
FOLLOWED = ("pending", "expired", "active", "blocked", "mandate")
# The customer may be enrolled, or enrolled again.
SENDABLE = ("draft", "error", "ended")
# He is enrolled and has done nothing yet: Urssaf may write to him again.
WAITING = ("pending", "expired")
# He was active, and pays nothing through Urssaf for the moment.
CLOSED = ("blocked", "mandate")


class UrssafEnrolment(models.Model):
    """The life of one customer at Urssaf for one company.

    Personal data stay on the contact; here is only what Urssaf answered, and a
    keyed digest of what was sent, to tell whether it has changed since.
    """

    _name = "urssaf.enrolment"
    # The enrolment of a habilitation serves the invoices of the branches below it.
    _check_company_domain = models.check_company_domain_parent_of
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
    link_expires_at = fields.Datetime(
        string="Link expires on",
        readonly=True,
        copy=False,
        help="The activation link that Urssaf sent is valid for seven days. Empty when "
        "Urssaf wrote to the customer at a time that we do not know.",
    )
    account_known = fields.Boolean(
        string="Has an Urssaf account",
        readonly=True,
        copy=False,
        help="The customer accepts your company in his Urssaf space, and receives no "
        "activation link. Urssaf does not say so: it is known from earlier, or from "
        "the customer.",
    )
    active_since = fields.Datetime(
        string="Active since",
        readonly=True,
        copy=False,
        tracking=True,
        help="Services from this date on can be paid through Urssaf.",
    )
    answered_at = fields.Datetime(
        string="Last news", readonly=True, copy=False, help="When Urssaf last answered."
    )
    requester_id = fields.Many2one(
        "res.users",
        string="Enrolled by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    names_differ = fields.Boolean(
        string="Other names at Urssaf",
        readonly=True,
        copy=False,
        help="Urssaf knows this customer under names that are not those of the sheet.",
    )
    resend_refused = fields.Boolean(
        readonly=True,
        copy=False,
        help="Urssaf refused the corrected sheet; the first enrolment still stands.",
    )
    consent_date = fields.Datetime(
        string="Consent on",
        readonly=True,
        copy=False,
        help="When the customer agreed that what Urssaf needs is sent.",
    )
    consent_user_id = fields.Many2one(
        "res.users",
        string="Consent recorded by",
        readonly=True,
        copy=False,
        index="btree_not_null",
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
    contact_changed = fields.Boolean(
        compute="_compute_contact_changed",
        compute_sudo=True,
        help="The sheet of the customer is no longer what Urssaf was told.",
    )

    _partner_company_unique = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "This customer has an enrolment in this company already.",
    )
    _due_index = models.Index(
        "(holder_id, next_call_at) WHERE state IN ('queued', 'pending', 'expired', "
        "'active', 'blocked', 'mandate', 'unknown', 'ended')"
    )

    @api.depends("partner_id.display_name", "company_id")
    def _compute_display_name(self):
        for enrolment in self:
            enrolment.display_name = enrolment.partner_id.display_name

    @api.depends("sent_digest", "state")
    def _compute_contact_changed(self):
        for enrolment in self:
            enrolment.contact_changed = (
                enrolment.state in FOLLOWED
                and enrolment.sent_digest
                and enrolment.sent_digest != enrolment._digest()
            )

    def _customer(self):
        """The contact, in the company of this enrolment: its consent and its form are
        those of that company, whichever is current.
        """
        self.ensure_one()
        return self.partner_id.with_company(self.company_id._urssaf_entered())

    def _is_evidence(self):
        """Whether Urssaf may ever have heard of this customer."""
        return self.state != "draft" or bool(self.attempt_ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(enrolment._is_evidence() for enrolment in self):
            raise UserError(
                self.env._("What was exchanged with Urssaf is kept: it is evidence.")
            )

    def _masked(self, message):
        """Extends: Urssaf may quote the civil status, which is not for every reader."""
        text = super()._masked(message)
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
        return self.filtered("external_id")._is_here()

    # -- state -----------------------------------------------------------------

    def _set_state(self, state, **values):
        """Extends: nothing is left to do, or to alert about, once Urssaf is happy. The
        refusal of a corrected sheet stays, whatever is asked about the first one.
        """
        back = self.filtered(lambda e: state == "active" and e.state != state)
        for enrolment in self:
            refused = values.get("resend_refused", enrolment.resend_refused)
            happy = state == "active" or (state in WAITING and not refused)
            changes = {**self._no_error(), "resend_refused": False} if happy else {}
            # The same news again settles nothing that somebody was told meanwhile.
            news = enrolment.state != state or enrolment.last_error_kind
            super(UrssafEnrolment, enrolment)._set_state(state, **{**changes, **values})
            waits = state == "queued" and not enrolment._keeps_getting_lost()
            if waits or (news and happy and state != "expired"):
                enrolment._alert_done()
        back._release_invoices()

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
                link_expires_at=False,
                account_known=False,
                answered_at=False,
                names_differ=False,
                resend_refused=False,
                next_call_at=False,
            )
            enrolment._message_log(
                body=self.env._("The company changed its Urssaf environment.")
            )

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_enrol(self):
        """Enrol these customers with the company of their enrolments.

        :raises UserError: they belong to several companies
        """
        if len(self.company_id) > 1:
            raise UserError(
                self.env._("Choose customers of one company at a time to enrol them.")
            )
        entered = self.company_id._urssaf_entered()
        return self.partner_id.with_company(entered).action_urssaf_enrol()

    def action_urssaf_resend(self):
        """Method 010 again with the sheet as it is now: Urssaf writes to the customer
        once more.
        """
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        self._check_here()
        self.partner_id.check_access("write")
        self._customer()._urssaf_check_complete()
        return self.sudo()._resend_now()

    def action_urssaf_toggle_account(self):
        """The customer says that he has an Urssaf account, or that he has none."""
        self._check_urssaf_user()
        self.check_access("read")
        for enrolment in self.sudo():
            enrolment.account_known = not enrolment.account_known

    def action_urssaf_refresh(self):
        """Ask Urssaf now for one customer; for several, the scheduled action does."""
        self._check_urssaf_user()
        self.check_access("read")
        self._check_real()
        enrolments = self.sudo()
        if len(enrolments) == 1:
            return enrolments._refresh_now()
        now = fields.Datetime.now()
        # Those that are due already may be being asked about: leave their rows alone.
        enrolments.filtered(
            lambda e: not (e.next_call_at and e.next_call_at <= now)
        )._askable().next_call_at = now
        enrolments._trigger("follow")
        return enrolments._nobody_asked() or self._notify(
            self.env._("The news will be there in a moment.")
        )
