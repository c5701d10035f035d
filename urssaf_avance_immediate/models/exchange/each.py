# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One record that fails never stops the others, and somebody is told of it.

Whatever raises while records are worked through, foreseen or not: what was begun is
undone, a batch is taken one by one, the guilty record is put off and told to a person,
the others go on and the scheduled action succeeds (Odoo switches off one that fails for
a week).
"""

import logging
import traceback
from datetime import timedelta

from psycopg2 import Error as DatabaseError
from psycopg2 import InterfaceError

from odoo import api, fields, models
from odoo.tools import split_every

from .exchange import FASTER
from .words import UNFORESEEN

_logger = logging.getLogger(__name__)

# A fault of the moment is over by then, a lasting one is not met at each run.
PUT_OFF = timedelta(hours=6)


class Unforeseen:
    """Any exception, in the shape of an UrssafError. Its text is left out: it may quote
    a customer, or what a column would not take."""

    kind = UNFORESEEN
    http_status = None
    retry_after = None
    errors = ()

    def __init__(self, error):
        self.code = type(error).__name__


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    def _each(self, step, *, size=1, put_off=None):
        """Take ``step(records)`` on the records of self, ``size`` at a time while the
        scheduled action has time, each time in a transaction of its own.

        :param put_off: ``put_off(record, error)`` writes down that the step failed for
            this record, so that the next run does not meet it again at once, and tells
            a person; ``_put_off`` and ``_tell_put_off`` by default
        :return: whether all were taken; false when time was up or a step returned false
        """
        return self._take_each(self, step, size=size, put_off=put_off)

    @api.model
    def _report_more(self, count):
        """Tell the running scheduled action about this much more work, of any model."""
        progress = self.env.context.get("ir_cron_progress_id")
        if progress and count:
            known = self.env["ir.cron.progress"].sudo().browse(progress).remaining
            self._checkpoint(remaining=known + count)

    @api.model
    def _take_each(self, records, step, *, size=1, put_off=None):
        """:meth:`_each` for the records of any model; ``put_off`` is then needed."""

        def counted(batch):
            going_on = step(batch)
            self._checkpoint(len(batch))
            return going_on

        for ids in split_every(size, records.ids):
            # A record set of its own: after each commit, Odoo reads again as many
            # records as there are in the set.
            batch = records.browse(ids)
            if not self._time_left() or not self._take(batch, counted, put_off):
                return False
        return True

    @api.model
    def _take(self, records, step, put_off=None):
        """``step(records)``, and if that raises, one record after the other, each
        failure undone. Return false when a step did, else true.

        :raises Exception: a conflict outside of a scheduled action (Odoo then replays
            the request), or a lost connection to the database
        """
        try:
            with self._undone_on_error():
                return step(records) is not False
        except FASTER:
            if not self.env.context.get("ir_cron_progress_id"):
                raise
            # The next run does it.
            _logger.info("%s: interrupted, to be continued", records)
            return True
        except Exception as error:
            if self._connection_lost(error):
                raise
            if len(records) > 1:
                report_unforeseen(f"{records._name} {records.ids}", error)
                self._interrupt(records)
                return all(
                    self._take(records.browse(id_), step, put_off)
                    for id_ in records.ids
                )
            self._give_up(records, error, put_off)
            return True

    def _undone_on_error(self):
        """A context that undoes what is not committed when something raises in it."""
        return _Undo(self.env.cr, self._commits())

    @api.model
    def _commits(self):
        """Whether :meth:`_checkpoint` commits. Not in a test, but for its scheduled
        actions."""
        in_cron = self.env.context.get("ir_cron_progress_id")
        return bool(in_cron) or self.env["account.move"]._can_commit()

    def _connection_lost(self, error):
        """Whether nothing more can be done with this database connection."""
        return isinstance(error, InterfaceError) or bool(
            isinstance(error, DatabaseError) and self.env.cr._cnx.closed
        )

    @api.model
    def _interrupt(self, records):
        """A step that raised for these may have called Urssaf already."""
        if isinstance(records, type(self.env["urssaf.exchange"])):
            self._quietly(records, lambda batch: batch._interrupted())

    @api.model
    def _give_up(self, record, error, put_off=None):
        """One record failed alone: log where, put it off, tell a person."""
        report_unforeseen(f"{record._name} {record.ids}", error)
        if put_off:
            return self._quietly(record, lambda guilty: put_off(guilty, error))
        self._quietly(record, lambda guilty: guilty._put_off(error))
        # Apart: a person is told even if nothing else can be written.
        self._quietly(record, lambda guilty: guilty._tell_put_off())

    @api.model
    def _quietly(self, records, write):
        """``write(records)`` and commit. Not even that what went wrong cannot be
        written down stops the others."""
        try:
            with self._undone_on_error():
                existing = records.exists()
                if existing:
                    write(existing)
                self._checkpoint(len(existing))
        except Exception as error:
            if self._connection_lost(error):
                raise
            report_unforeseen(f"{records._name} {records.ids}, once more", error)

    # -- what becomes of the guilty one ----------------------------------------

    def _interrupted(self):
        """What was claimed may have been sent: it is searched, never sent again."""
        claimed = self._lock().filtered(lambda r: r.state == "sending")
        if claimed:
            claimed._set_state(
                "unknown",
                next_call_at=fields.Datetime.now(),
                **claimed._interrupted_values(),
            )
            claimed._trigger("repair")

    def _interrupted_values(self):
        """What else is written on claims that raised together: each model says."""
        return {}

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

    def _tell_put_off(self, error=None):
        """A person looks at it; nothing is to be put off."""
        self._alert(self._kind_text(UNFORESEEN))

    @api.model
    def _job_failed(self, job, company, error):
        """A scheduled action could not even choose its records, for this company."""
        report_unforeseen(f"{job} of company {company.id}", error)
        self._quietly(
            company,
            lambda broken: broken._urssaf_tell(
                self.env._(
                    "A scheduled action of Urssaf (%s) met an error that was not "
                    "foreseen; the others go on, and it is tried again at each run. "
                    "Tell who looks after your Odoo: the server’s log says where.",
                    job,
                )
            ),
        )


class _Undo:
    """Rolls back when something raises. Where nothing may be committed, that is in a
    test outside of scheduled actions, a savepoint spares what the test has made."""

    def __init__(self, cr, commits):
        self._cr = cr
        self._savepoint = None if commits else cr.savepoint()

    def __enter__(self):
        if self._savepoint:
            self._savepoint.__enter__()
        return self

    def __exit__(self, kind, error, trace):
        if self._savepoint:
            return self._savepoint.__exit__(kind, error, trace)
        if kind and not self._cr.closed:
            self._cr.rollback()
        return None


def report_unforeseen(what, error):
    """Log where an error came from, never its text: it may quote personal data."""
    _logger.error(
        "Unforeseen %s with %s; put off, the others go on.\n%s",
        type(error).__name__,
        what,
        "".join(traceback.format_tb(error.__traceback__)).rstrip(),
    )
