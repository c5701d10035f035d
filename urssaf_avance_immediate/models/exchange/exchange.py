# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...lib.api import UrssafConfigError
from ...lib.rules import retry_delay
from ...lib.rules.backoff import MAX_DELAY
from ..groups import MANAGER

_logger = logging.getLogger(__name__)

# Nothing was done at Urssaf: the exchange waits in the queue as it was.
OUTAGE_KINDS = ("copy", "config", "auth", "unreachable", "unavailable")

# A worker commits its claim and takes the row lock again in the next statement.
# The repair stays away for this long, so that it never steps in between.
CLAIM_GRACE = timedelta(minutes=1)

# Another transaction was faster, or has just made the same: it is played again.
FASTER = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)

# Times that an answer is written again when somebody edits the invoice meanwhile.
RECORD_TRIES = 4

# Refusals without a word, before it is a person's matter: an empty 400 (urssaf-api §9)
# may be a fault of the moment.
SILENT_REFUSALS = 3

# Answers lost in a row after which it is sent less and less often, and after which a
# person is told: it may always be the same fault.
LOST_BEFORE_WAITING, LOST_BEFORE_TELLING = 3, 5

# Claims of dead workers, and records that somebody is told of, per transaction.
SETTLED_AT_ONCE = TOLD_AT_ONCE = 100


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
    _inherit = ["urssaf.followed"]
    _check_company_auto = True

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
    state_since = fields.Datetime(
        readonly=True, copy=False, help="When the present state began."
    )
    told_at = fields.Datetime(
        readonly=True, copy=False, help="When somebody was last told that it is stuck."
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, copy=False)
    silent_refusals = fields.Integer(
        readonly=True,
        copy=False,
        help="Times in a row that Urssaf refused it without saying why.",
    )
    lost_count = fields.Integer(
        readonly=True,
        copy=False,
        help="Times in a row that the answer was lost and Urssaf had nothing of it.",
    )
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
        groups=MANAGER,
        help="As Urssaf sent it, personal data masked.",
    )

    # -- claim and commit ------------------------------------------------------

    def _checkpoint(self, processed=0, remaining=None):
        """Commit what is written so far. The only commit of this add-on.

        In a scheduled action it also counts the work done. Odoo's tests forbid a
        commit outside scheduled actions.
        """
        if self._commits():
            self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        else:
            self.env.flush_all()

    def _report_remaining(self):
        """Tell the running scheduled action about this much more work."""
        self._report_more(len(self))

    def _time_left(self):
        """Whether the running scheduled action, if any, may go on."""
        end = self.env.context.get("cron_end_time")
        return end is None or time.monotonic() < end

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
        claimed = claimed._keep_sendable()
        now = fields.Datetime.now()
        for count, records in claimed.grouped("attempt_count").items():
            records._set_state(
                "sending",
                attempt_count=count + 1,
                claimed_at=now,
                **self._no_error(),
            )
        self._checkpoint()
        return claimed._lock().filtered(
            lambda r: r.state == "sending" and r.claimed_at == now
        )

    def _keep_sendable(self):
        """Those of self, locked and queued, that may still leave: each model says."""
        return self

    def _record(self, write):
        """Run ``write(records)`` on the claims of self, then commit: an answer that is
        not written down would have to be searched for.

        Writing touches the invoice; somebody may be editing it at this moment. What
        raises otherwise is met by the guilty record alone, see ``_take``: the answers
        of the others are written.
        """

        def record(claims):
            for tries_left in reversed(range(RECORD_TRIES)):
                try:
                    write(claims)
                    return self._checkpoint(len(claims))
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    if not tries_left:
                        raise
                    self.env.cr.rollback()
                    claims = claims._lock().filtered(lambda r: r.state == "sending")

        def record_alone(claim):
            record(claim._lock().filtered(lambda r: r.state == "sending"))

        try:
            with self._undone_on_error():
                record(self)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if self._connection_lost(error):
                raise
            if len(self) == 1:
                return self._give_up(self, error)
            for id_ in self.ids:
                self._take(self.browse(id_), record_alone)

    def _abandoned(self):
        """The claims of self whose worker has died: nobody holds their row."""
        limit = fields.Datetime.now() - CLAIM_GRACE
        return self._lock().filtered(
            lambda r: r.state == "sending"
            and (not r.claimed_at or r.claimed_at < limit)
        )

    def _settle_abandoned(self):
        """The outcome of what a dead worker had claimed is unknown."""
        self._each(
            lambda records: records._abandoned()._set_state(
                "unknown", next_call_at=fields.Datetime.now()
            ),
            size=SETTLED_AT_ONCE,
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

    def _work_through(self, step, cut=None, insist=False):
        """Open Urssaf for each habilitation of self and take ``step(batch, client)`` on
        one batch after the other, until it returns false (an outage) or time is up.
        What raises leaves the others alone, see ``_take``.

        :param cut: how records become batches; one by one by default
        :param insist: call although the service of the company is paused
        """
        for company, records in self.grouped("holder_id").items():
            paused = not insist and self.env["urssaf.connection"]._of(company)._paused()
            if paused or company._urssaf_is_copy():
                self._checkpoint(len(records))
                continue
            # Each in a record set of its own: after a commit, Odoo would read again
            # all those that wait with it.
            todo = [
                self.browse(batch.ids) for batch in (cut(records) if cut else records)
            ]
            try:
                with company._urssaf_get_client() as client:
                    while todo and self._time_left():
                        if not self._take(
                            todo.pop(0), lambda batch: step(batch, client)
                        ):
                            # What was not tried is not for this run either.
                            self._checkpoint(sum(map(len, todo)))
                            break
            except UrssafConfigError as error:
                records._not_configured(error)

    def _not_configured(self, error):
        """The settings of the company are incomplete: nothing can be asked."""
        records = self._lock()
        queued = records.filtered(lambda r: r.state == "queued")
        queued._postpone(error)
        others = records - queued
        others.next_call_at = fields.Datetime.now() + MAX_DELAY
        for record in others:
            record.write(record._error_values(error))
        self._call_failed(error)
        self._checkpoint(len(self))

    # -- state and errors ------------------------------------------------------

    def _set_state(self, state, **values):
        """Change the state. Each model has its own transition, in its first file: the
        only place that may call :meth:`_write_state`.
        """
        self._write_state(state, values)

    def _write_state(self, state, values):
        """Write the state with these values, and when it began if it is another one."""
        # Each try goes through "sending": what waits in the queue waits all along.
        queue = {"queued", "sending"}
        if any(
            record.state != state and {record.state, state} - queue for record in self
        ):
            values = {"state_since": fields.Datetime.now(), **values}
        self.write({"state": state, **values})

    def _postpone(self, error):
        """An outage: back to the queue, later each time, or when Urssaf says."""
        now = fields.Datetime.now()
        for records in self.grouped("attempt_count").values():
            records._set_state(
                "queued",
                next_call_at=now + records[0]._retry_delay(error.retry_after),
                **records[0]._error_values(error),
            )
        if self:
            self._trigger("send", at=min(self.mapped("next_call_at")))

    def _send_again(self):
        """Urssaf has nothing of what was lost: back to the queue. What gets lost again
        and again leaves less and less often, and a person is told.
        """
        self.ensure_one()
        at = fields.Datetime.now()
        if self.silent_refusals or self.lost_count >= LOST_BEFORE_WAITING:
            at += self._retry_delay()
        self._set_state("queued", next_call_at=at)
        self._trigger("send", at=at)
        if self.lost_count == LOST_BEFORE_TELLING:
            self._alert(
                self.env._(
                    "It has left %s times: each time the answer of Urssaf was lost or "
                    "could not be read, and Urssaf had nothing of it. Odoo goes on "
                    "trying, every hour; if it lasts, ask Urssaf what it has against "
                    "it, the calls to Urssaf show what was said.",
                    self.lost_count,
                )
            )

    def _keeps_getting_lost(self):
        """Whether a person has been told so, and it is not over."""
        return self.lost_count >= LOST_BEFORE_TELLING

    def _retry_delay(self, retry_after=None):
        return retry_delay(self.attempt_count, retry_after)

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _cron(self, job):
        """Entry of the scheduled actions: one habilitation and one model at a time, so
        that a trouble with one leaves the others alone.

        :param job: send, follow, repair or digest
        """
        for company in self.env["res.company"]._urssaf_holders():
            for model in ("urssaf.enrolment", "urssaf.payment.request"):
                try:
                    records = self.env[model].sudo()._for_company(company)
                    # What the company says is read in the same language.
                    getattr(records, f"_cron_{job}")(company.with_env(records.env))
                    self._checkpoint()
                except FASTER:
                    # The next run does the rest.
                    self.env.cr.rollback()
                    _logger.info("%s of %s: interrupted, to be continued", job, model)
                except Exception as error:
                    if self._connection_lost(error):
                        raise
                    self.env.cr.rollback()
                    self._job_failed(job, company, error)

    @api.model
    def _cron_send(self, company):
        due = self._due(company, ["queued"])
        due._report_remaining()
        due._send()

    @api.model
    def _for_company(self, company):
        """In the company, and in the language of those who read what is written."""
        reader = company._urssaf_responsibles()[:1] or company
        lang = reader.partner_id.lang
        return self.with_company(company).with_context(lang=lang)

    @api.model
    def _due(self, company, states):
        """Records of a habilitation to talk about now, the longest waiting first."""
        due = Domain("state", "in", states) & Domain(
            "next_call_at", "<=", fields.Datetime.now()
        )
        return self.sudo().search(
            company._urssaf_here() & due, order="next_call_at, id"
        )

    @api.model
    def _trigger(self, cron, at=None):
        """Wake a scheduled action, now or at a UTC moment."""
        self.env.ref(f"urssaf_avance_immediate.cron_{cron}").sudo()._trigger(at)
