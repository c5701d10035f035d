# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claim, call, record: how exchanges are sent and asked about, see ``UrssafExchange``;
what becomes of those that fail; and what scheduled actions choose.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...lib.api import UrssafConfigError
from ...lib.rules import retry_delay
from ...lib.rules.backoff import MAX_DELAY
from . import turns, work
from .connection import ANSWERS
from .exchange import (
    CLAIM_GRACE,
    LOST_BEFORE_TELLING,
    LOST_BEFORE_WAITING,
    RECORD_TRIES,
    SETTLED_AT_ONCE,
)
from .ir_cron import CRON_REPAIR, CRON_SEND, wake
from .screen import notice
from .words import Unforeseen

# A fault of the moment is over by then, a lasting one is not met at each run.
PUT_OFF = timedelta(hours=6)


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    #: What is read of each record when calls are made; nothing for every column.
    _call_fields = ()
    #: What is read of all that wait, to cut them into batches.
    _cut_fields = ()
    #: States in which Urssaf is asked for news.
    _asked_states = ()

    connection_notice = fields.Char(
        compute="_compute_connection_notice", help="Why nothing leaves for the moment."
    )

    copied = fields.Boolean(
        compute="_compute_connection_notice",
        help="This database is a copy: nothing leaves from it.",
    )

    @api.depends("holder_id.urssaf_copy_notice")
    def _compute_connection_notice(self):
        stopped = self.env["ir.cron"]._urssaf_notice(essential=True)
        connections = self.env["urssaf.connection"].search(
            [("company_id", "in", self.holder_id.ids)]
        )
        notices = {
            connection.company_id: connection._notice() for connection in connections
        }
        for record in self:
            # sudo(): a branch’s user may not open the company above it.
            copied = record.sudo().holder_id.urssaf_copy_notice
            record.copied = bool(copied)
            # Nothing else matters in a copy, nor as long as nothing tries.
            record.connection_notice = (
                copied or stopped or notices.get(record.holder_id)
            )

    # -- claim and commit ------------------------------------------------------

    def _lock(self):
        """The records of self that no other transaction holds, freshly read.

        Messages and activities may still refer to them meanwhile.
        """
        locked = self.try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset()
        locked._read_for_calls()
        return locked

    def _read_for_calls(self):
        """Read what a call and its answer need of self and of the habilitation.

        A commit forgets all, and Odoo would read every column of each again.
        """
        if self._call_fields:
            self.fetch(self._call_fields)
            self.holder_id._urssaf_read_for_calls()

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
        work.checkpoint(self.env)
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
        raises otherwise is met by the guilty record alone, see ``work.take``: the
        answers of the others are written.
        """

        def record(claims):
            for tries_left in reversed(range(RECORD_TRIES)):
                try:
                    write(claims)
                    return work.checkpoint(self.env, len(claims))
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    if not tries_left:
                        raise
                    self.env.cr.rollback()
                    claims = claims._lock().filtered(lambda r: r.state == "sending")

        def record_alone(claim):
            record(claim._lock().filtered(lambda r: r.state == "sending"))

        try:
            with work.undone_on_error(self.env):
                record(self)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if work.connection_lost(self.env, error):
                raise
            if len(self) == 1:
                return work.give_up(self, error)
            for id_ in self.ids:
                work.take(self.browse(id_), record_alone)

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
            # sudo(): users may not read the system parameters.
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("urssaf_avance_immediate.quiet_minutes", "5")
        )
        return timedelta(minutes=float(minutes))

    # -- call ------------------------------------------------------------------

    def _work_through(self, step, cut=None, insist=False):
        """Open Urssaf for each habilitation of self and take ``step(batch, client)`` on
        one batch after the other, until it returns false (an outage), time is up, or
        other companies come first. What raises leaves the others alone, see
        ``work.take``.

        :param cut: how records become batches; one by one by default
        :param insist: call although the connection of the company is paused
        """
        self.fetch(["holder_id", *self._cut_fields])  # of all that wait, nothing else
        for company, records in self.grouped("holder_id").items():
            company._urssaf_read_for_calls()
            paused = not insist and self.env["urssaf.connection"]._of(company)._paused()
            if paused or company._urssaf_is_copy():
                work.checkpoint(self.env, len(records))
                continue
            # Each in a record set of its own: after a commit, Odoo would read again
            # all those that wait with it.
            todo = [
                self.browse(batch.ids) for batch in (cut(records) if cut else records)
            ]
            try:
                with company._urssaf_get_client() as client:
                    while todo and self._may_take_more():
                        if not work.take(
                            todo.pop(0),
                            lambda batch: step(batch, client),
                            go_alone=type(self)._go_alone,
                        ):
                            # What was not tried is not for this run either.
                            work.checkpoint(self.env, sum(map(len, todo)))
                            break
            except UrssafConfigError as error:
                records._not_configured(error)

    def _may_take_more(self):
        """Whether there is time left, and no other company comes first."""
        return work.may_take_more(self.env)

    @api.model
    def _more_news_to_come(self, company):
        """Whether the next turn of the company brings more news: what is made of them
        is done once, with the last.
        """
        return bool(work.turn_over(self.env) and turns.with_calls(company, "follow"))

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
        work.checkpoint(self.env, len(self))

    def _call_failed(self, error):
        """Note a failed call. Return whether the next one may be made now.

        Called in the transaction that writes the failure on the records.
        """
        if error.kind in ANSWERS:
            return self._call_answered()
        self._connections()._failed(error)
        return self._may_go_on()

    def _call_answered(self, certain=False):
        """Urssaf has answered: what was said about an outage is settled.

        :param certain: it knows one of our customers
        """
        self._connections()._answered(certain)
        return True

    def _nobody_asked(self):
        """The notice for a person who asks while Urssaf is left alone, or ``None``."""
        for connection in self._connections():
            if connection._paused() and not connection._in_doubt():
                return notice(
                    self.env._("Urssaf was not asked. %s", connection._notice()),
                    kind="warning",
                )
        return None

    def _may_go_on(self):
        """Whether the next call may be made now."""
        return not any(connection._paused() for connection in self._connections())

    def _connections(self):
        Connection = self.env["urssaf.connection"]
        return Connection.union(
            *(Connection._of(company) for company in self.holder_id)
        )

    # -- again -----------------------------------------------------------------

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
            wake(self.env, CRON_SEND, at=min(self.mapped("next_call_at")))

    def _send_again(self):
        """Urssaf has nothing of what was lost: back to the queue. What gets lost again
        and again leaves less and less often, and a person is told.
        """
        self.ensure_one()
        at = fields.Datetime.now()
        if self.silent_refusals or self.lost_count >= LOST_BEFORE_WAITING:
            at += self._retry_delay()
        self._set_state("queued", next_call_at=at)
        wake(self.env, CRON_SEND, at=at)
        if self.lost_count == LOST_BEFORE_TELLING:
            self._tell(
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

    # -- one after the other ---------------------------------------------------

    def _each(self, step, *, size=1, put_off=None):
        """Take ``step(records)`` on the records of self, ``size`` at a time while the
        scheduled action has time, each time in a transaction of its own.

        :param put_off: ``put_off(record, error)`` writes down that the step failed for
            this record, so that the next run does not meet it again at once, and tells
            a person; ``_put_off`` and ``_tell_put_off`` by default
        :return: whether all were taken; false when time was up or a step returned false
        """
        return work.take_each(self, step, size=size, put_off=put_off)

    def _report_remaining(self):
        """Tell the running scheduled action about this much more work."""
        work.report_more(self.env, len(self))

    def _interrupted(self):
        """What was claimed may have been sent: it is searched, never sent again."""
        claimed = self._lock().filtered(lambda r: r.state == "sending")
        if claimed:
            claimed._set_state("unknown", next_call_at=fields.Datetime.now())
            wake(self.env, CRON_REPAIR)

    def _go_alone(self):
        """These raised together: mark them, so that each is taken by itself now and in
        the next run. A model that makes one call for several says how.
        """

    def _put_off(self, error):
        """Something that nobody foresaw happened to this record: later again. What may
        have been sent is searched first."""
        for record in self._lock():
            later = fields.Datetime.now() + PUT_OFF
            values = record._error_values(Unforeseen(error))
            if record.state == "sending":
                record._set_state("unknown", next_call_at=later, **values)
            else:
                record.write({"next_call_at": later, **values})

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send the queue."""
        turns.each_company(self.env, "send")

    @api.model
    def _cron_follow(self):
        """Ask Urssaf for news."""
        turns.each_company(self.env, "follow")

    @api.model
    def _cron_repair(self):
        """Find out what became of calls whose answer was lost."""
        turns.each_company(self.env, "repair")

    @api.model
    def _cron_digest(self):
        """Once a day: say what is stuck."""
        turns.each_company(self.env, "digest")

    @api.model
    def _send_due(self, company):
        due = self._due(company, ["queued"])
        due._report_remaining()
        due._send()

    @api.model
    def _due(self, company, states):
        """Records of a habilitation to talk about now, the longest waiting first."""
        due = Domain("state", "in", states) & Domain(
            "next_call_at", "<=", fields.Datetime.now()
        )
        # sudo(): work for the company, whoever has asked for some of it.
        return self.sudo().search(
            company._urssaf_here() & due, order="next_call_at, id"
        )
