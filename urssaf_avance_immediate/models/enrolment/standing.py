# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a customer stands, in the words of an office: finer than our states; and what
to mend after a refusal, for this very customer."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, format_datetime

from ...lib.api.codes import ERROR_CODES
from ...lib.rules import PARIS, paris_date, paris_today
from ..company.empty_lists import next_customer
from ..exchange.screen import check_user
from ..groups import PERSONAL
from .enrolment import FOLLOWED, SENDABLE, STATES, WAITING

# A draft may be complete or not; the customer activates an account or accepts us in
# the one he has. Urssaf says APPAREILLAGE_EC in both cases.
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
# Nothing is refused, and the customer does not react: did the message reach him?
CONTACT = ("email", "urssaf_mobile")


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
    phone = fields.Char(
        string="Telephone",
        compute="_compute_phone",
        groups=PERSONAL,
        help="The mobile number that Urssaf has, else that of the contact.",
    )
    waiting_for = fields.Char(string="For", compute="_compute_waiting_for")
    advice = fields.Html(
        string="What to mend",
        compute="_compute_advice",
        compute_sudo=True,
        groups=PERSONAL,
        sanitize=False,
    )

    # -- where he stands -------------------------------------------------------

    @api.depends(
        "state", "account_known", "link_expires_at", "active_since", "last_error_code"
    )
    @api.depends_context("lang", "tz")
    def _compute_stage(self):
        for enrolment in self:
            stage = enrolment._stage()
            enrolment.stage = stage
            enrolment.life = enrolment._life(stage)

    @api.depends("partner_id.urssaf_mobile", "partner_id.phone")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_phone(self):
        """With the rights of the reader: the contact may have moved to a company that
        is not his.
        """
        for enrolment in self:
            partner = enrolment.partner_id._filtered_access("read")
            enrolment.phone = partner.urssaf_mobile or partner.phone

    @api.depends("registered_at")
    @api.depends_context("lang")
    def _compute_waiting_for(self):
        """How long ago Urssaf wrote to him, in days of the calendar."""
        today = paris_today()
        for enrolment in self:
            since = enrolment.registered_at
            days = since and (today - paris_date(since)).days
            if not since:
                enrolment.waiting_for = False
            elif days > 1:
                enrolment.waiting_for = self.env._("for %s days", days)
            elif days == 1:
                enrolment.waiting_for = self.env._("since yesterday")
            else:
                enrolment.waiting_for = self.env._("since today")

    @api.model
    def get_empty_list_help(self, help_message):
        """Extends: the next step that is possible here."""
        help_message = next_customer(self.env, help_message)
        return super().get_empty_list_help(help_message)

    def _stage(self):
        if self.state == "draft":
            return "incomplete" if self._contact_faults() else "ready"
        if self.state == "pending":
            return "association" if self.account_known else "activation"
        return self.state

    def _contact_faults(self):
        return self._customer()._urssaf_detail_faults()

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
            # sudo(): the stage needs all the details; the rights come with the domain.
            drafts = self.sudo().search([("state", "=", "draft")])
            kept = drafts.filtered(lambda e: e._stage() in wanted)
            domain |= Domain("id", "in", kept.ids)
        return domain

    def _life(self, stage):
        """One sentence: what is happening, and who acts next."""
        say = {
            "incomplete": self._life_incomplete,
            "ready": self._life_ready,
            "queued": self._life_queued,
            "unknown": self._life_unknown,
            "activation": self._life_activation,
            "association": self._life_association,
            "expired": self._life_expired,
            "active": self._life_active,
            "blocked": self._life_blocked,
            "mandate": self._life_mandate,
            "error": self._life_error,
            "ended": self._life_ended,
        }.get(stage)
        return say and say()

    def _life_incomplete(self):
        count = len(self._contact_faults())
        if count == 1:
            return self.env._("One detail is to be completed.")
        return self.env._("%s details are to be completed.", count)

    def _life_ready(self):
        return self.env._("The details are complete: the customer can be enrolled.")

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
        known = ERROR_CODES.get(code)
        if known:
            return self.env._("Mend the details: %s.", known.explanation.rstrip("."))
        words = self.env._("Mend the details, then enrol again.")
        return f"{words} [{code}]" if code else words

    def _life_ended(self):
        return self.env._(
            "The association ended; seen on %s.",
            format_date(self.env, self.state_since) if self.state_since else "-",
        )

    def _french_time(self, moment):
        """Urssaf's times are French, wherever the reader is."""
        if not moment:
            return "-"
        return format_datetime(self.env, moment, tz=PARIS.key, dt_format="short")

    # -- what to mend ----------------------------------------------------------

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

    def _advice_beside_fields(self):
        """The steps alone: on the contact the fields are links, and its own checklist,
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

    # -- what these very details let suspect -----------------------------------

    def _remarks(self):
        """What the checks of the contact say of the fields that may be the cause, and
        who else has this e-mail or phone.
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
        check_user(self.env)
        self.check_access("read")
        self.partner_id.check_access("write")
        return self.env["urssaf.enrolment.mend"]._open(self)

    def action_urssaf_compare(self):
        """Ask Urssaf which names it has for this customer, beside ours."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        return self.env["urssaf.enrolment.adopt"]._compare(self)

    def action_urssaf_toggle_account(self):
        """The customer says that he has an Urssaf account, or that he has none."""
        check_user(self.env)
        self.check_access("read")
        # sudo(): people only read exchanges; the rights were checked.
        for enrolment in self.sudo():
            enrolment.account_known = not enrolment.account_known
