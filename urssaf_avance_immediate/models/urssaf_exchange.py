# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import plaintext2html

from ..lib.api.codes import ERROR_CODES

# Nothing was done at Urssaf: the exchange waits in the queue as it was.
OUTAGE_KINDS = ("config", "auth", "unreachable", "unavailable")

# A worker commits its claim and takes the row lock again in the next statement.
# The repair stays away for this long, so that it never steps in between.
CLAIM_GRACE = timedelta(minutes=1)

MAX_RETRY_DELAY = timedelta(hours=1)

ACTIVITY_TYPE = "urssaf_avance_immediate.activity_type_to_handle"


class UrssafExchange(models.AbstractModel):
    """What an enrolment and a demande de paiement have in common.

    Both are sent once, followed for weeks and shown to people. The sending
    protocol lives here:

    1. *claim*: lock the row, ``queued`` becomes ``sending``, commit;
    2. hold the row lock again, so that the database itself tells that a worker is
       alive: if Odoo is killed the lock goes with its connection;
    3. call Urssaf;
    4. record the answer, commit.

    Odoo replays a whole request when a transaction conflicts. The replay finds the
    committed claim and stops, hence one call. A claim whose row is not locked is a
    dead worker's: its outcome is looked up at Urssaf, never sent again blindly.

    People only read these records. Buttons check the rights of the user, then
    write with ``sudo()``.
    """

    _name = "urssaf.exchange"
    _description = "Exchange with Urssaf"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    environment = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["urssaf_environment"]
        ._description_selection(self.env),
        readonly=True,
        help="Where Urssaf’s identifiers were issued; elsewhere they mean nothing.",
    )
    external_id = fields.Char(
        string="Urssaf identifier", readonly=True, copy=False, index="btree_not_null"
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, copy=False)
    claimed_at = fields.Datetime(string="Last sent", readonly=True, copy=False)
    next_call_at = fields.Datetime(
        string="Next call",
        readonly=True,
        copy=False,
        help="When Odoo will next talk to Urssaf about this, at the earliest.",
    )
    last_error_kind = fields.Char(readonly=True, copy=False)
    last_error_code = fields.Char(string="Error code", readonly=True, copy=False)
    last_error_message = fields.Text(string="Last error", readonly=True, copy=False)
    last_response = fields.Text(
        string="Last answer",
        readonly=True,
        copy=False,
        groups="urssaf_avance_immediate.group_manager",
        help="As Urssaf sent it, personal data masked.",
    )

    # -- claim and commit ------------------------------------------------------

    def _checkpoint(self, processed=0, remaining=None):
        """Commit what is written so far. The only commit of this add-on.

        In a scheduled action it also counts the work done and returns the seconds
        that are left. Odoo's tests forbid a commit outside scheduled actions.
        """
        in_cron = self.env.context.get("ir_cron_progress_id")
        if in_cron or self.env["account.move"]._can_commit():
            return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        self.env.flush_all()
        return float("inf")

    def _report_remaining(self):
        """Tell the running scheduled action how much work it has found."""
        if self.env.context.get("ir_cron_progress_id"):
            self._checkpoint(remaining=len(self))

    def _lock(self):
        """The records of self that no other transaction holds, freshly read.

        Messages and activities may still refer to them meanwhile.
        """
        locked = self.try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset()
        return locked

    def _claim(self):
        """Mark as ``sending`` the queued records of self that are free, commit, and
        return those that this transaction still holds: they may be sent.
        """
        claimed = self._lock().filtered(lambda r: r.state == "queued")
        now = fields.Datetime.now()
        for record in claimed:
            record._set_state(
                "sending",
                attempt_count=record.attempt_count + 1,
                claimed_at=now,
                **self._no_error(),
            )
        self._checkpoint()
        return claimed._lock().filtered(
            lambda r: r.state == "sending" and r.claimed_at == now
        )

    def _abandoned(self):
        """The claims of self whose worker has died: nobody holds their row."""
        limit = fields.Datetime.now() - CLAIM_GRACE
        return self._lock().filtered(
            lambda r: r.state == "sending"
            and (not r.claimed_at or r.claimed_at < limit)
        )

    @api.model
    def _quiet_period(self):
        """How long after a call an absent answer may still mean “being written”."""
        minutes = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("urssaf_avance_immediate.quiet_minutes", "5")
        )
        return timedelta(minutes=float(minutes))

    # -- errors ----------------------------------------------------------------

    def _set_state(self, state, **values):
        """Change the state: the only place that may. Each model extends it."""
        self.write({"state": state, **values})

    def _error_values(self, error):
        """Field values that keep an UrssafError on the record."""
        return {
            "last_error_kind": error.kind,
            "last_error_code": error.code,
            "last_error_message": self._error_text(error),
        }

    def _error_text(self, error):
        """What people read: Urssaf's own words, then what to do about it."""
        lines = [
            " ".join(filter(None, (f"[{e.code}]" if e.code else "", e.message)))
            for e in error.errors
        ]
        known = ERROR_CODES.get(error.code)
        if known:
            lines.append(" ".join(filter(None, (known.explanation, known.hint))))
        return "\n".join(filter(None, lines)) or self._kind_text(error.kind)

    def _kind_text(self, kind):
        return {
            "config": self.env._("The Urssaf settings of the company are incomplete."),
            "auth": self.env._("Urssaf refuses the credentials of the company."),
            "unreachable": self.env._("Urssaf cannot be reached for the moment."),
            "unavailable": self.env._("Urssaf is closed for the moment."),
            "ambiguous": self.env._(
                "Urssaf did not answer: what it did with the call is being checked."
            ),
            "rejected": self.env._("Urssaf refused without giving a reason."),
        }.get(kind, self.env._("Urssaf gave an answer that could not be read."))

    @api.model
    def _no_error(self):
        return {
            "last_error_kind": False,
            "last_error_code": False,
            "last_error_message": False,
        }

    def _postpone(self, error):
        """An outage: back to the queue, later each time, or when Urssaf says."""
        now = fields.Datetime.now()
        for record in self:
            record._set_state(
                "queued",
                next_call_at=now + record._retry_delay(error.retry_after),
                **record._error_values(error),
            )
        if self:
            self._trigger("send", at=min(self.mapped("next_call_at")))
        self._alert_company(error)

    def _retry_delay(self, retry_after=None):
        if retry_after:
            return timedelta(seconds=retry_after)
        minutes = min(2 ** min(self.attempt_count, 6), 60)
        # Spread the calls of many databases that saw the same outage.
        delay = timedelta(minutes=minutes * random.uniform(0.8, 1.2))
        return min(delay, MAX_RETRY_DELAY)

    # -- people ----------------------------------------------------------------

    def _alert_user(self):
        """Who acts on this record; each model names its own candidates first."""
        self.ensure_one()
        company = self.company_id
        for user in self._alert_candidates() | company._urssaf_responsibles():
            # Odoo refuses an activity for somebody who cannot open the record.
            theirs = self.with_user(user).with_context(allowed_company_ids=company.ids)
            if company in user.company_ids and theirs.has_access("read"):
                return user
        return self.env.ref("base.user_root")

    def _alert_candidates(self):
        return self.env["res.users"]

    def _alert(self, note):
        """One activity per record says what somebody has to do now."""
        note = plaintext2html(note)
        for record in self:
            activity = record.activity_search([ACTIVITY_TYPE])
            if activity:
                activity.note = note
                continue
            record.activity_schedule(
                ACTIVITY_TYPE, note=note, user_id=record._alert_user().id
            )

    def _alert_done(self):
        """The matter is settled: close its activities."""
        self.activity_unlink([ACTIVITY_TYPE])

    def _alert_company(self, error):
        """Credentials concern the whole company: one activity on its own contact."""
        if error.kind not in ("config", "auth"):
            return
        for company in self.company_id:
            partner = company.partner_id.sudo()
            if not partner.activity_search([ACTIVITY_TYPE]):
                partner.activity_schedule(
                    ACTIVITY_TYPE,
                    note=self._kind_text(error.kind),
                    user_id=company._urssaf_responsibles()[:1].id,
                )

    def _company_answered(self):
        """Urssaf takes the credentials: what was said about them is settled."""
        self.company_id.partner_id.sudo().activity_unlink([ACTIVITY_TYPE])

    @api.model
    def _check_urssaf_user(self):
        """Buttons that make Odoo talk to Urssaf are for its users.

        :raises AccessError: the user is not in the group
        """
        if not self.env.su and not self.env.user.has_group(
            "urssaf_avance_immediate.group_user"
        ):
            raise AccessError(
                self.env._(
                    "Only users of “Urssaf avance immédiate” can exchange with Urssaf."
                )
            )

    @api.model
    def _notify(self, message, kind="success", title=None):
        """Action: a short notice, then the screen is read again."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": title or "Urssaf",
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _creation_message(self):
        """Extends mail: Odoo’s own sentence has a gender that French does not fit."""
        return self.env._("Opened")

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _for_company(self, company):
        """In the company, and in the language of those who read what is written."""
        reader = company._urssaf_responsibles()[:1] or company
        lang = reader.partner_id.lang
        return self.with_company(company).with_context(lang=lang)

    @api.model
    def _due(self, company, states):
        """Records of a company to talk about now, the longest waiting first."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.urssaf_environment),
                ("state", "in", states),
                ("next_call_at", "<=", fields.Datetime.now()),
            ],
            order="next_call_at, id",
        )

    @api.model
    def _trigger(self, cron, at=None):
        """Wake a scheduled action, now or at a UTC moment."""
        self.env.ref(f"urssaf_avance_immediate.cron_{cron}").sudo()._trigger(at)
