# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What all jobs of ours have in common.

A job holds nothing: what there is to do is read from the records when it runs, and each
claim is committed there. One that is lost, killed or made twice sends nothing twice.
"""

import time
from datetime import timedelta

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

CHANNEL = "root.urssaf"
#: Seconds that a job works before it makes room for the others: far below Odoo's limit
#: for a request (``limit_time_real``), with a call that takes its whole deadline.
SECONDS = 30
#: Seconds until a job looks again whether another worker has done the same.
AGAIN = 5
#: A job that waits so long although it is due: there is a job runner, and no server
#: does what it asks for.
ASLEEP = timedelta(minutes=30)


def delayed(records, what, description):
    """Records whose next method call becomes a job, unless the same one waits already.

    :param what: with the id, what tells the same job
    """
    records.ensure_one()
    return records.with_delay(
        channel=CHANNEL,
        description=description,
        identity_key=_key(records, what),
        # Without end: the scheduled action would only make it again.
        max_retries=0,
    )


def hurry(records, what):
    """The same job may wait for the end of a pause that is over: somebody has tried, or
    the settings are new.
    """
    same = Domain("identity_key", "=", _key(records, what))
    waiting = same & Domain("state", "=", "pending") & Domain("eta", "!=", False)
    _jobs(records.env, waiting).eta = False


def _key(records, what):
    return f"urssaf {what} {records._name} {records.id}"


def limited(records):
    """These records, whose work in the background ends after ``SECONDS``."""
    return records.with_context(cron_end_time=time.monotonic() + SECONDS)


def time_is_up(records):
    """Whether such records have used their time."""
    return time.monotonic() >= records.env.context["cron_end_time"]


def wait_for_twin(records, what):
    """Two jobs that do the same would only wait for each other.

    :raises RetryableJobError: another worker is doing this
    """
    uuid = records.env.context.get("job_uuid")
    started = _jobs(
        records.env,
        Domain("identity_key", "=", _key(records, what))
        & Domain("state", "=", "started"),
    ).sorted(lambda job: (job.date_started, job.id))
    if uuid in started.mapped("uuid") and started[0].uuid != uuid:
        later(records.env._("Another worker is doing this already."), AGAIN)


def later(message, seconds):
    """:raises RetryableJobError: always; it counts as no failure"""
    raise RetryableJobError(message, seconds=max(1, int(seconds)), ignore_retry=True)


def others_wait(env):
    """Whether other jobs of this channel could begin now."""
    now = fields.Datetime.now()
    due = Domain("eta", "=", False) | Domain("eta", "<=", now)
    return bool(_jobs(env, Domain("state", "=", "pending") & due, limit=1))


def nobody_works(env):
    """Whether the scheduled actions are to do the work themselves, as without jobs."""
    return not runner_is_there(env) or bool(asleep(env))


def runner_is_there(env):
    """Whether a job runner has been elected for this database: it holds a lock for as
    long as it is connected, wherever it runs.
    """
    [[there]] = env.execute_query(
        SQL(
            """
            SELECT EXISTS (SELECT
                             FROM pg_locks
                            WHERE locktype = 'advisory'
                              AND classid::bigint = %(high)s
                              AND objid::bigint = %(low)s
                              AND granted
                              AND database = (SELECT oid
                                                FROM pg_database
                                               WHERE datname = current_database()))
            """,
            high=PG_ADVISORY_LOCK_ID >> 32,
            low=PG_ADVISORY_LOCK_ID & 0xFFFFFFFF,
        )
    )
    return there


def asleep(env):
    """Since when the oldest job of ours waits to be begun, where that is too long."""
    limit = fields.Datetime.now() - ASLEEP
    due = Domain("eta", "=", False) | Domain("eta", "<=", limit)
    waiting = Domain("state", "in", ("pending", "enqueued")) & due
    oldest = _jobs(
        env,
        waiting & Domain("date_created", "<=", limit),
        order="date_created, id",
        limit=1,
    )
    begun = _jobs(env, Domain("date_started", ">", limit), limit=1)
    return oldest.date_created if oldest and not begun else None


def forget(env):
    """Delete the jobs that have not begun."""
    _jobs(env, Domain("state", "in", ("pending", "enqueued"))).unlink()


def _jobs(env, domain, **options):
    # sudo(): jobs are nobody's business but administrators'.
    jobs = env["queue.job"].sudo()
    return jobs.search(Domain("channel", "=", CHANNEL) & domain, **options)
