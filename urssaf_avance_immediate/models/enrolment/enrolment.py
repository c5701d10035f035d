# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who a customer is for Urssaf, in which state, and what each change of it brings."""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.api import fields_of, redact

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
# Urssaf has the customer, or is being told.
KNOWN = (*FOLLOWED, "queued", "sending", "unknown")
# Urssaf does not have him, not any more or not yet.
LEFT = ("ended", "error", "draft")
# Of two enrolments of one person: the further somebody is, the more there is to keep.
FURTHER = {"draft": 0, "ended": 1, "error": 2, "queued": 3}


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
        help="Urssaf knows this customer under names that are not those of the "
        "contact.",
    )
    resend_refused = fields.Boolean(
        readonly=True,
        copy=False,
        help="Urssaf refused the corrected details; the first enrolment still stands.",
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
    to_verify = fields.Boolean(
        readonly=True,
        copy=False,
        help="The identifier comes from another software; Urssaf has not confirmed yet "
        "that it is this customer’s.",
    )
    attempt_ids = fields.One2many(
        "urssaf.enrolment.attempt", "enrolment_id", string="Attempts made"
    )
    last_error_fields = fields.Char(
        readonly=True, copy=False, help="What Urssaf complains about, in its own words."
    )
    last_error_codes = fields.Char(readonly=True, copy=False)
    contact_changed = fields.Boolean(
        compute="_compute_contact_changed",
        compute_sudo=True,
        help="The details of the customer are no longer what Urssaf was told.",
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
        """Urssaf may quote the civil status, which is not for every reader either."""
        text = redact(message)
        # sudo(): the names are read to be hidden.
        partner = self.partner_id.sudo()
        words = (partner.urssaf_birth_name, *(partner.urssaf_first_names or "").split())
        for word in words:
            if word and len(word) > 2:
                text = re.sub(re.escape(word), "***", text, flags=re.IGNORECASE)
        return text

    def _usable(self):
        """The enrolments whose identifier means something where the company is now."""
        return self.filtered("external_id")._is_here()

    # -- the one transition ----------------------------------------------------

    def _set_state(self, state, **values):
        """Change the state; nothing else does. In this order:

        1. An imported identifier that Urssaf does not know was never this customer’s:
           he is refused, which is a transition of its own, and nobody has ended.
        2. Each of the others is written. Once Urssaf is happy no error is left, and
           what was said to somebody about it is settled (see ``_move_to``).
        3. Who is active again can be debited: his waiting invoices are woken.
        4. What the customer is told is planned, or called off.
        5. A claim opens an attempt, in the same commit; what follows closes it. Once
           the customer is active, what was sent is forgotten.

        :param values: written with the state; what the caller says wins
        """
        imported = self.filtered("to_verify") if state == "ended" else self.browse()
        for enrolment in imported:
            enrolment._refuse_imported(
                self.env._("Urssaf does not know the identifier that was imported.")
            )
        former = {enrolment: enrolment.state for enrolment in self - imported}
        back = self.filtered(lambda e: state == "active" and e.state != state)
        for enrolment in former:
            enrolment._move_to(state, values)
        back._release_invoices()
        for enrolment, was in former.items():
            if was != state:
                enrolment._companion_follow(was)
        Attempt = self.env["urssaf.enrolment.attempt"]
        for enrolment in self:
            if state == "sending":
                Attempt._open(enrolment)
            else:
                enrolment.attempt_ids[:1]._close()
            if state == "active":
                enrolment.attempt_ids._purge()

    def _move_to(self, state, values):
        """Write the new state of one customer. The refusal of corrected details stays,
        whatever is asked about the first one.
        """
        refused = values.get("resend_refused", self.resend_refused)
        happy = state == "active" or (state in WAITING and not refused)
        changes = {**self._no_error(), "resend_refused": False} if happy else {}
        # The same news again settles nothing that somebody was told meanwhile.
        news = self.state != state or self.last_error_kind
        self._write_state(state, {**changes, **values})
        waits = state == "queued" and not self._keeps_getting_lost()
        if waits or (news and happy and state != "expired"):
            self._told_done()

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

    # -- errors ----------------------------------------------------------------

    @api.model
    def _no_error(self):
        return {
            **self._no_call_error(),
            "last_error_fields": False,
            "last_error_codes": False,
        }

    def _error_values(self, error):
        """The fields to mend are read now; the texts of Urssaf are masked."""
        codes = dict.fromkeys(item.code for item in error.errors if item.code)
        return {
            **self._call_error_values(error),
            "last_error_fields": ",".join(fields_of(error.errors)) or False,
            "last_error_codes": ",".join(codes) or False,
        }

    # -- consent ---------------------------------------------------------------

    def _withdraw_consent(self):
        """That it was given, and when it ended, stays in the chatter."""
        for enrolment in self.filtered("consent_date"):
            enrolment.write(
                {
                    "consent_date": False,
                    "consent_user_id": False,
                    "consent_origin": False,
                }
            )
            enrolment._message_log(
                body=self.env._(
                    "The consent of the customer ended; recorded by %s.",
                    self.env.user.name,
                )
            )

    # -- two contacts that turn out to be one person ---------------------------

    def _survivor(self, kept):
        """Which of these enrolments of one company stays: the one that Urssaf knows,
        then the one that is furthest.

        :param kept: the contact that stays, whose enrolment is preferred
        """
        return self.sorted(
            lambda e: (
                bool(e.external_id),
                FURTHER.get(e.state, len(FURTHER)),
                bool(e.consent_date),
                e.partner_id == kept,
            )
        )[-1:]

    def _absorb(self, others):
        """Take over what was exchanged under other enrolments of the same person and
        company, and what the customer agreed to; the others are deleted.
        """
        self.ensure_one()
        requests = self.env["urssaf.payment.request"].search(
            [("enrolment_id", "in", others.ids)]
        )
        requests.enrolment_id = self
        others.attempt_ids.enrolment_id = self
        self.env["mail.message"].search(
            [("model", "=", self._name), ("res_id", "in", others.ids)]
        ).res_id = self.id
        self.account_known = any((self | others).mapped("account_known"))
        first = (self | others).filtered("consent_date").sorted("consent_date")[:1]
        if first != self:
            self.write(
                {
                    name: first._fields[name].convert_to_write(first[name], first)
                    for name in ("consent_date", "consent_user_id", "consent_origin")
                }
            )
        # Nothing is left of them that would be evidence.
        others.filtered(lambda e: e.state != "draft")._set_state(
            "draft", next_call_at=False
        )
        others.unlink()
