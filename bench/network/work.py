# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a worker of the network does: one action for one company at a time.

A company that has something to do, whose connection is not paused, and for which no
other worker runs that action, is claimed by a lock of PostgreSQL that dies with the
worker; then ``company._urssaf_run_apart`` does for it what the scheduled action does.
So does ``urssaf_avance_immediate_queue_job``, with one job per company and action.
"""

import contextlib

from odoo.tools import SQL

#: Per job: which demandes make work. ``r`` is the demande.
_DUE = {
    "send": "r.state = 'queued' AND r.next_call_at <= {now}",
    "follow": "r.state NOT IN ('draft', 'queued', 'sending', 'unknown')"
    " AND r.next_call_at <= {now} OR r.to_book AND r.matter IS NULL",
    "repair": "r.state = 'unknown' AND r.next_call_at <= {now}"
    " OR r.state = 'sending' AND r.claimed_at < {now} - interval '60 seconds'",
}
_NOW = "(now() AT TIME ZONE 'UTC')"
#: Of the lock: the jobs of one company are locked apart from each other.
_CLASSES = {"send": 1501, "follow": 1502, "repair": 1503}


def waiting(cr, job):
    """Ids of the companies that have something to do, the longest waiting first."""
    due = _DUE[job].format(now=_NOW)
    cr.execute(
        SQL(
            "SELECT r.holder_id FROM urssaf_payment_request r"
            " LEFT JOIN urssaf_connection c ON c.company_id = r.holder_id"
            " WHERE (%s) AND (c.paused_until IS NULL OR c.paused_until <= %s)"
            " GROUP BY r.holder_id ORDER BY min(r.next_call_at), r.holder_id",
            SQL(due.replace("%", "%%")),
            SQL(_NOW),
        )
    )
    return [row[0] for row in cr.fetchall()]


@contextlib.contextmanager
def _claimed(env, job):
    """Yield the one company that this worker has got, nothing if there is none."""
    for company_id in waiting(env.cr, job):
        key = _CLASSES[job], company_id
        env.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not env.cr.fetchone()[0]:
            continue
        # Somebody may have done it since it was looked for.
        env.cr.commit()
        try:
            if company_id in waiting(env.cr, job):
                yield env["res.company"].browse(company_id)
                return
        finally:
            env.cr.rollback()
            env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)
            env.cr.commit()
    yield None


def _apart(job):
    """The same for one company that has something to do: its id, if there is one."""

    def run(env):
        with _claimed(env, job) as company:
            if company:
                company._urssaf_run_apart(job)
            return company and company.id

    return run


def _action(job):
    """The scheduled action as it is, one company after the other, if any is waiting."""

    def run(env):
        if not waiting(env.cr, job):
            return None
        # Nobody else is there to meet this lock: it shows that work is under way.
        key = _CLASSES[job], 0
        env.cr.execute("SELECT pg_advisory_lock(%s, %s)", key)
        action = env.ref(f"urssaf_avance_immediate.cron_{job}")
        action.ir_actions_server_id.run()
        env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)
        return "all"

    return run


#: What a worker may be told to do.
JOBS = {
    **{job: _apart(job) for job in _DUE},
    **{f"action_{job}": _action(job) for job in _DUE},
}
