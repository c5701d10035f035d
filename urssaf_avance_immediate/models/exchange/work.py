# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Long work, one transaction after the other: commits, time that is left, and one
failure that never stops the others.

Whatever raises while records are worked through, foreseen or not: what was begun is
undone, a batch is taken one by one, the guilty record is put off and told to a person,
the others go on and the scheduled action succeeds (Odoo switches off one that fails for
a week).
"""

import logging
import time
import traceback

from psycopg2 import Error as DatabaseError
from psycopg2 import InterfaceError

from odoo.exceptions import ConcurrencyError, RedirectWarning, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

# Another transaction was faster, or has just made the same: it is played again.
FASTER = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


# -- commits, and time ---------------------------------------------------------


def commits(env):
    """Whether :func:`checkpoint` commits. Not in a test, but for what it runs in the
    background."""
    return in_background(env) or env["account.move"]._can_commit()


def in_background(env):
    """Whether nobody waits: a scheduled action, or a job that does its work. What is
    not done now, the next one does.
    """
    return "cron_end_time" in env.context


def checkpoint(env, processed=0, remaining=None):
    """Commit what is written so far. The only commit of this add-on.

    In a scheduled action it also counts the work done. Odoo's tests forbid a commit
    outside scheduled actions.
    """
    if commits(env):
        env["ir.cron"]._commit_progress(processed, remaining=remaining)
    else:
        env.flush_all()


def time_left(env):
    """Whether the running scheduled action, if any, may go on."""
    end = env.context.get("cron_end_time")
    return end is None or time.monotonic() < end


class Turn:
    """The turn of one company while others wait: one call where it has a pace, for the
    next one would have to wait; else as many as fit into ``SECONDS``. It is handed on
    in the context, ``urssaf_turn``.
    """

    SECONDS = 2

    def __init__(self, company):
        self._paced = bool(company.urssaf_calls_per_second)
        self._end = time.monotonic() + self.SECONDS
        self._called = False

    def calling(self):
        """A call is about to be made."""
        self._called = True

    def over(self):
        """Whether the others come first now: never before a call."""
        return self._called and (self._paced or time.monotonic() >= self._end)


def turn_over(env):
    """Whether other companies come first now, whatever is left to do for this one."""
    turn = env.context.get("urssaf_turn")
    return bool(turn) and turn.over()


def may_take_more(env):
    """Whether there is time left, and no other company comes first."""
    return time_left(env) and not turn_over(env)


def report_more(env, count):
    """Tell the running scheduled action about this much more work, of any model."""
    progress = env.context.get("ir_cron_progress_id")
    if progress and count:
        # sudo(): Odoo's own note of the progress, which nobody may read.
        known = env["ir.cron.progress"].sudo().browse(progress).remaining
        checkpoint(env, remaining=known + count)


# -- companies -----------------------------------------------------------------


def in_office(company):
    """The company as superuser, in itself and in the language of those who read what is
    written there: its ``env`` is where work for it is done.
    """
    reader = company._urssaf_responsibles()[:1] or company
    return (
        # sudo(): work for a company is nobody's in particular.
        company.sudo()
        .with_company(company)
        .with_context(lang=reader.sudo().partner_id.lang)
    )


def job_failed(job, company, error):
    """A scheduled action could not even choose its records, for this company."""
    report_unforeseen(f"{job} of company {company.id}", error)
    tell_job_failed(job, company)


def tell_job_failed(job, company):
    """A person of the company knows that a part of this was not done."""
    quietly(company, lambda broken: _tell_job_failed(job, in_office(broken)))


def _tell_job_failed(job, company):
    action = company.env.ref(
        f"urssaf_avance_immediate.cron_{job.replace(' ', '_')}",
        raise_if_not_found=False,
    )
    if not action:
        note = company.env._(
            "The Urssaf credentials could not be read, so nothing is sent to Urssaf or "
            "asked there; it is tried again at each run. Tell who looks after your "
            "Odoo: the server’s log says where."
        )
    else:
        note = company.env._(
            "The scheduled action %s met an error that was not foreseen; the others "
            "go on, and it is tried again at each run. Tell who looks after your "
            "Odoo: the server’s log says where.",
            # sudo(): people do not read scheduled actions.
            action.sudo()._urssaf_names(),
        )
    company._urssaf_tell(note)


# -- records -------------------------------------------------------------------


def take_each(records, step, *, size=1, put_off=None):
    """Take ``step(records)`` on these records, ``size`` at a time while the scheduled
    action has time, each time in a transaction of its own.

    :param put_off: ``put_off(record, error)`` writes down that the step failed for
        this record, so that the next run does not meet it again at once, and tells a
        person; exchanges have their own
    :return: whether all were taken; false when time was up or a step returned false
    """

    def counted(batch):
        going_on = step(batch)
        checkpoint(records.env, len(batch))
        return going_on

    for ids in split_every(size, records.ids):
        # A record set of its own: after each commit, Odoo reads again as many records
        # as there are in the set.
        batch = records.browse(ids)
        if not time_left(records.env) or not take(batch, counted, put_off):
            return False
    return True


def take(records, step, put_off=None, go_alone=None):
    """``step(records)``, and if that raises, one record after the other, each failure
    undone. Return false when a step did, else true.

    :param go_alone: ``go_alone(records)`` marks those that the next run, or the next
        turn of the company, takes one by one, should there be no time for it now
    :raises Exception: a conflict outside of a scheduled action (Odoo then replays the
        request), or a lost connection to the database
    """
    env = records.env
    try:
        with undone_on_error(env):
            return step(records) is not False
    except FASTER:
        if not in_background(env):
            raise
        # The next run does it.
        _logger.info("%s: interrupted, to be continued", records)
        return True
    except Exception as error:
        if connection_lost(env, error):
            raise
        if len(records) > 1:
            report_unforeseen(f"{records._name} {records.ids}", error)
            if go_alone:
                quietly(records, lambda batch: go_alone(batch._lock()))
            if _is_exchange(records):
                # The step may have called Urssaf already.
                quietly(records, lambda batch: batch._interrupted())
            for index, id_ in enumerate(records.ids):
                if go_alone and not may_take_more(env):
                    report_more(env, len(records) - index)  # they counted as done
                    break
                if not take(records.browse(id_), step, put_off):
                    return False
            return True
        give_up(records, error, put_off)
        return True


def give_up(record, error, put_off=None):
    """One record failed alone: log where, put it off, tell a person."""
    report_unforeseen(f"{record._name} {record.ids}", error)
    if put_off:
        return quietly(record, lambda guilty: put_off(guilty, error))
    quietly(record, lambda guilty: guilty._put_off(error))
    # Apart: a person is told even if nothing else can be written.
    quietly(record, lambda guilty: guilty._tell_put_off())


def quietly(records, write):
    """``write(records)`` and commit. Not even that what went wrong cannot be written
    down stops the others."""
    try:
        with undone_on_error(records.env):
            existing = records.exists()
            if existing:
                write(existing)
            checkpoint(records.env, len(existing))
    except Exception as error:
        if connection_lost(records.env, error):
            raise
        report_unforeseen(f"{records._name} {records.ids}, once more", error)


def _is_exchange(records):
    return isinstance(records, records.env.registry["urssaf.exchange"])


def take_turn(records):
    """Wait for whoever works on these rows, then read them anew, and mark them as
    changed. A lock alone would let a transaction that began before the other one ended
    go on with what it had read; so it meets a conflict, Odoo plays it again, and it
    finds done what the other one did.
    """
    if records:
        table = SQL.identifier(records._table)
        records.env.execute_query(
            SQL("UPDATE %s SET id = id WHERE id IN %s", table, tuple(records.ids))
        )
        records.invalidate_recordset()
    return records


# -- what went wrong -----------------------------------------------------------


def connection_lost(env, error):
    """Whether nothing more can be done with this database connection."""
    return isinstance(error, InterfaceError) or bool(
        isinstance(error, DatabaseError) and env.cr._cnx.closed
    )


def report_unforeseen(what, error):
    """Log where an error came from, never its text: it may quote personal data."""
    _logger.error(
        "Unforeseen %s with %s; put off, the others go on.\n%s",
        type(error).__name__,
        what,
        "".join(traceback.format_tb(error.__traceback__)).rstrip(),
    )


def report_one_by_one(records, error):
    """Log that a batch is taken one by one; where it came from, if not refused."""
    foreseen = isinstance(error, (UserError, RedirectWarning, *FASTER))
    where = "" if foreseen else "".join(traceback.format_tb(error.__traceback__))
    _logger.info(
        "%s: one by one, after %s\n%s", records, type(error).__name__, where.rstrip()
    )


def undone_on_error(env):
    """A context that undoes what is not committed when something raises in it."""
    return _Undo(env.cr, commits(env))


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
