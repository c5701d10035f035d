# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a worker of the network does: one action for one company at a time.

A company that has something to do, whose connection is not paused, and for which no
other worker runs that action, is claimed by a lock of PostgreSQL that dies with the
worker; then ``company._urssaf_run_apart`` does for it what the scheduled action does.
While other companies wait it makes one call, and goes behind them. So does
``urssaf_avance_immediate_queue_job``, with one job per company and action.
"""

import contextlib

from odoo.tools import SQL

_NOW = SQL("now() AT TIME ZONE 'UTC'")
#: Per job: which demandes make work. ``r`` is the demande. Each is looked for in an
#: index of the product: adding up all that are due would be the bench's own cost.
_DUE = {
    "send": [SQL("r.state = 'queued' AND r.next_call_at <= %s", _NOW)],
    "follow": [
        SQL(
            "r.state NOT IN ('draft', 'rejected', 'refused', 'cancelled')"
            " AND r.state NOT IN ('queued', 'sending', 'unknown')"
            " AND r.next_call_at <= %s",
            _NOW,
        ),
        SQL("r.to_book IS TRUE AND r.matter IS NULL"),
    ],
    "repair": [
        SQL("r.state = 'unknown' AND r.next_call_at <= %s", _NOW),
        SQL("r.state = 'sending' AND r.claimed_at < %s - interval '60 seconds'", _NOW),
    ],
}
#: Of the lock: the jobs of one company are locked apart from each other.
_CLASSES = {"send": 1501, "follow": 1502, "repair": 1503}


def waiting(cr, job):
    """Ids of the companies that have something to do, the one that was served longest
    ago first.
    """
    there = SQL(" OR ").join(
        SQL(
            "EXISTS (SELECT FROM urssaf_payment_request r"
            " WHERE r.holder_id = c.id AND %s)",
            due,
        )
        for due in _DUE[job]
    )
    cr.execute(
        SQL(
            "SELECT c.id FROM res_company c"
            " LEFT JOIN urssaf_connection k ON k.company_id = c.id"
            " LEFT JOIN urssaf_pace p ON p.company_id = c.id"
            " WHERE (k.paused_until IS NULL OR k.paused_until <= %s) AND (%s)"
            " ORDER BY coalesce((p.last_turns ->> %s)::float8, 0), c.id",
            _NOW,
            there,
            job,
        )
    )
    return [row[0] for row in cr.fetchall()]


def _held(cr, job):
    """Ids of the companies that a worker does this for now."""
    cr.execute(
        "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory'"
        " AND classid = %s AND granted AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())",
        [_CLASSES[job]],
    )
    return {row[0] for row in cr.fetchall()}


@contextlib.contextmanager
def _claimed(env, job):
    """Yield the one company that this worker has got, nothing if there is none; and
    whether others wait for a worker.
    """
    held = _held(env.cr, job)
    for company_id in waiting(env.cr, job):
        if company_id in held:
            continue
        key = _CLASSES[job], company_id
        env.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not env.cr.fetchone()[0]:
            continue
        # Somebody may have done it since it was looked for.
        env.cr.commit()
        try:
            still = waiting(env.cr, job)
            if company_id in still:
                others = set(still) - _held(env.cr, job)
                yield env["res.company"].browse(company_id), bool(others)
                return
        finally:
            env.cr.rollback()
            env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)
            env.cr.commit()
    yield None, False


def _apart(job):
    """The same for one company that has something to do: its id, if there is one."""

    def run(env):
        # Imported late: the add-on needs a loaded Odoo.
        from odoo.addons.urssaf_avance_immediate.models.exchange.work import Turn

        with _claimed(env, job) as (company, others):
            if company:
                env["urssaf.pace"]._begin_turn(company, job)
                turn = others and Turn(company)
                company.with_context(urssaf_turn=turn)._urssaf_run_apart(job)
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
