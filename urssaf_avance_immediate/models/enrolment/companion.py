# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The activation companion: what the customer is told until his account is active.

A change of state only writes down that something is due: an answer of Urssaf must never
be lost for a message. A scheduled action of its own writes the messages, one customer
after the other, each committed with the note that it was written. Messages are queued;
Odoo’s own scheduled actions talk to the mail server.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...lib.rules import normalise_mobile, paris_today
from ..exchange import idle, turns
from ..exchange.alerts import CALL_ACTIVITY
from ..exchange.ir_cron import CRON_COMPANION, wake
from ..exchange.screen import check_user, notice
from .calling import LINK_LIFE
from .enrolment import WAITING

TEMPLATES = {
    "announce": "urssaf_avance_immediate.mail_template_companion_announce",
    "remind": "urssaf_avance_immediate.mail_template_companion_remind",
    "confirm": "urssaf_avance_immediate.mail_template_companion_confirm",
}
# Without external layout: Odoo’s own one would name the record to the customer.
LAYOUT = "mail.mail_notification_layout"

# The states out of which Urssaf takes a customer and writes to him.
CALLING = ("sending", "unknown")
# A customer who turns out to be active at once needs no announcement: the first news
# come within seconds of the enrolment.
ANNOUNCE_AFTER = timedelta(minutes=1)
# A message that could not be written is tried again once somebody had time to act.
TRY_AGAIN_AFTER = timedelta(days=1)


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    companion_started_at = fields.Datetime(
        readonly=True, copy=False, help="When Urssaf took the customer, this time."
    )
    companion_done_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="What was planned up to this moment has been done, or is past.",
    )
    companion_told_at = fields.Datetime(
        string="Last message to the customer", readonly=True, copy=False
    )
    january_advance = fields.Text(
        compute="_compute_january_advance",
        help="What the customer should know of the advance of January, once Urssaf "
        "advances his tax credit; a sentence of the year, among those of the "
        "certificates.",
    )
    companion_next_at = fields.Datetime(
        string="Next message to the customer", readonly=True, copy=False
    )

    _companion_index = models.Index(
        "(holder_id, companion_next_at) WHERE companion_next_at IS NOT NULL"
    )

    # -- planning: inside the transaction that records what Urssaf said ----------

    def _companion_follow(self, was):
        """The state is not ``was`` any more. Writes dates, and cannot fail."""
        if self.state == "pending" and was in CALLING:
            if self._companion_has_written():
                self._companion_start()
            else:
                self._companion_resume()
        elif self.state == "active" and was in WAITING and self.companion_started_at:
            # sudo(): the habilitation may be of a company above the user’s own.
            confirm = self.sudo().holder_id.urssaf_companion_confirm
            self.companion_next_at = confirm and fields.Datetime.now()
            if confirm:
                wake(self.env, CRON_COMPANION)
        else:
            self.companion_next_at = False
        if was == "pending":
            self.env["urssaf.alert"]._settled(self, CALL_ACTIVITY)

    def _companion_start(self):
        """Urssaf has just written to the customer: from the announcement on."""
        now = fields.Datetime.now()
        self.write(
            {
                "companion_started_at": now,
                "companion_done_at": False,
                "companion_told_at": False,
                "companion_next_at": now + ANNOUNCE_AFTER,
            }
        )
        wake(self.env, CRON_COMPANION, at=self.companion_next_at)

    def _companion_resume(self):
        """Urssaf refused corrected details, and the earlier ones stand: go on."""
        if self.companion_told_at:
            done = self.companion_done_at
            left = [moment for moment, _step in self._companion_schedule()]
            self.companion_next_at = min(
                (moment for moment in left if moment > done), default=False
            )

    def _companion_has_written(self):
        """Whether Urssaf sent the customer a message with this answer."""
        return bool(self.link_expires_at) and not self.resend_refused

    def _companion_schedule(self):
        """``[(moment, step)]`` in order, for a customer who never activates."""
        start = self.companion_started_at
        # sudo(): the habilitation may be of a company above the user’s own.
        days = self.sudo().holder_id._urssaf_companion_days()
        call_day = max([LINK_LIFE.days, *(day + 1 for day in days)])
        return [
            (start + ANNOUNCE_AFTER, "announce"),
            *((start + timedelta(days=day), "remind") for day in days),
            (start + timedelta(days=call_day), "call"),
        ]

    # -- the scheduled action --------------------------------------------------

    @api.model
    def _cron_companion(self):
        """The scheduled action."""
        turns.each_company(self.env, "companion")

    @api.model
    def _companion_due(self, company):
        # sudo(): a scheduled action, for everybody’s customers.
        due = self.sudo().search(
            company._urssaf_here() & _step_due(), order="companion_next_at, id"
        )
        due._report_remaining()
        due._each(
            type(self)._companion_take_step, put_off=type(self)._companion_put_off
        )
        company._urssaf_tell_not_told()

    @api.model
    def _with_steps_due(self, holders):
        """Those of these habilitations that have something to tell to a customer."""
        return idle.having(holders, self, _step_due())

    def _companion_put_off(self, error):
        """Something that nobody foresaw: told, and tried again tomorrow."""
        self.companion_next_at = fields.Datetime.now() + TRY_AGAIN_AFTER
        self._tell_put_off()

    def _companion_take_step(self):
        """Do what is due for this customer, and write down that it is done: under the
        lock of the row and in one transaction, so that no replay does it again.
        """
        now = fields.Datetime.now()
        enrolment = self._lock().filtered(
            lambda e: e.companion_next_at and e.companion_next_at <= now
        )
        if not enrolment:
            return
        if not enrolment._companion_wanted():
            enrolment.companion_next_at = False
        elif enrolment.state == "active":
            if enrolment._companion_tell("confirm"):
                enrolment.companion_next_at = False
        else:
            enrolment._companion_remind_or_call(now)

    def _companion_wanted(self):
        """Whether this customer is to be told anything at all, now."""
        return (
            self.holder_id.urssaf_companion
            and self.state in ("pending", "active")
            and self._is_here()
            and not self.partner_id.urssaf_no_companion
        )

    def _companion_remind_or_call(self, now):
        schedule = self._companion_schedule()
        done = self.companion_done_at or self.companion_started_at
        due = [step for moment, step in schedule if done < moment <= now]
        # After a long pause of the server, the latest step stands for all.
        step = due[-1] if due else None
        if step == "call" or step and not self.partner_id._urssaf_email():
            self._companion_call()
            self.write({"companion_done_at": now, "companion_next_at": False})
        elif step is None or self._companion_tell(step):
            later = [moment for moment, _step in schedule if moment > now]
            self.write(
                {
                    "companion_done_at": now,
                    "companion_next_at": min(later, default=False),
                }
            )

    def _compute_january_advance(self):
        texts = self.env["home.service.wording"]._of(paris_today().year)
        self.january_advance = texts.get("january", False)

    # -- what is said ----------------------------------------------------------

    def _companion_tell(self, step):
        """Write the message to the customer and queue it.

        Return false if it could not be written: somebody has been told, and it is
        tried again later.
        """
        template = self.env.ref(TEMPLATES[step], raise_if_not_found=False)
        if not self._write_to_customer(
            step,
            template,
            lambda: self._companion_post(template) | self._companion_text(step),
        ):
            self.companion_next_at = fields.Datetime.now() + TRY_AGAIN_AFTER
            return False
        self.companion_told_at = fields.Datetime.now()
        return True

    @api.model
    def _notice_states(self):
        return {
            "announce": ("pending",),
            "remind": ("pending",),
            "confirm": ("active",),
        }

    def _write_notice(self, notice):
        self._companion_tell(notice)

    def _companion_post(self, template):
        """The e-mail, in the chatter and in the queue of outgoing mails."""
        message = self.message_post_with_source(
            template,
            author_id=self.company_id.partner_id.id,
            # Given an author, Odoo leaves the sender empty, whatever the template says.
            email_from=template._render_field("email_from", self.ids)[self.id],
            email_layout_xmlid=LAYOUT,
            email_add_signature=False,
            force_send=False,
            subtype_xmlid="mail.mt_note",
        )
        # sudo(): people may not wake scheduled actions.
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return message

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """Extends mail: a note in the chatter, the message is none for the customer,
        whose mail program shows its first words.
        """
        context = super()._notify_by_email_prepare_rendering_context(
            message, *args, **kwargs
        )
        if message.author_id == self.company_id.partner_id:
            context["subtype"] = message.subtype_id.browse()
        return context

    def _companion_text(self, step):
        """The same by SMS, where Odoo can send one and the company wants it."""
        number = normalise_mobile(self.partner_id.urssaf_mobile or "")
        company = self.company_id
        if not (
            self.holder_id.urssaf_companion_sms and self._companion_has_sms() and number
        ):
            return self.env["mail.message"]
        speaker = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return self._message_sms(
            speaker._companion_sms_body(step),
            partner_ids=self.partner_id.ids,
            sms_pid_to_number={self.partner_id.id: f"+33{number[1:]}"},
            author_id=company.partner_id.id,
            put_in_queue=True,
        )

    @api.model
    def _companion_has_sms(self):
        """Whether Odoo’s module ``sms`` is installed; this add-on does not need it."""
        return "sms.sms" in self.env

    def _companion_sms_body(self, step):
        """The words of an SMS; extend it to use others."""
        company = self.company_id.name
        if step == "announce":
            return self.env._(
                "%s: Urssaf is writing to you to activate your Avance immédiate "
                "account. Its link is valid for 7 days. Any question? Contact us.",
                company,
            )
        if step == "remind":
            return self.env._(
                "%s: your Avance immédiate account is not active yet. Look for "
                "Urssaf’s message, also in the spam. Any question? Contact us.",
                company,
            )
        return self.env._(
            "%s: your Avance immédiate account is active. There is nothing left to do.",
            company,
        )

    # -- when messages are not enough --------------------------------------------

    def _companion_call(self, note=None):
        """A call to make: one activity, closed once the customer is active."""
        Alert = self.env["urssaf.alert"]
        if Alert._told(self, CALL_ACTIVITY):
            return
        note = note or self._companion_call_note()
        Alert._tell(self.company_id, {self: note}, CALL_ACTIVITY)
        # The daily watch need not say it again.
        self.told_at = fields.Datetime.now()

    def _companion_call_note(self):
        if not self.partner_id._urssaf_email():
            return self.env._(
                "The customer has no e-mail any more, and has not activated the "
                "account at Urssaf: call."
            )
        return self.env._(
            "Enrolled on %s, and still not active: call the customer. Was Urssaf’s "
            "message received, is the e-mail address right? Urssaf’s link is valid for "
            "seven days; Urssaf can send it again. A customer who had an account "
            "already has to accept your company there.",
            format_date(self.env, self.companion_started_at),
        )

    def _message_receive_bounce(self, email, partner):
        """Extends mail: our own message came back, hence Urssaf’s will too."""
        super()._message_receive_bounce(email, partner)
        # sudo(): a bounce comes in as whoever the mail gateway is.
        for enrolment in self.sudo().filtered(lambda e: e.state == "pending"):
            enrolment.companion_next_at = False
            enrolment._companion_call(
                self.env._(
                    "The e-mail to the customer came back: the address may be wrong, "
                    "and Urssaf writes to the same one. Call the customer; only Urssaf "
                    "can correct an address that it has."
                )
            )

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_remind(self):
        """Remind the customer now, whatever is planned.

        :raises UserError: he is not waiting, or wants no message
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        # sudo(): people only read exchanges; the rights were checked.
        enrolment = self.sudo()._lock()
        if enrolment.state != "pending":
            raise UserError(
                self.env._("Only a customer who is not active yet can be reminded.")
            )
        if enrolment.partner_id.urssaf_no_companion:
            raise UserError(self.env._("This customer wants no activation message."))
        if not enrolment.partner_id._urssaf_email():
            raise UserError(self.env._("This customer has no e-mail."))
        if not enrolment._companion_tell("remind"):
            return notice(
                self.env._(
                    "The message could not be written: %s.", enrolment.not_told_reason
                ),
                kind="danger",
            )
        return notice(self.env._("The message is on its way."))


def _step_due():
    return Domain("companion_next_at", "<=", fields.Datetime.now())
