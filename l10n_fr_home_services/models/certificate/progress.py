# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How work in slices is kept: the one commit of this add-on."""

import time


def keep(env, processed=0, remaining=None):
    """Commit what is written so far and, in a scheduled action, count it as done.
    Odoo's tests forbid a commit outside of what runs in the background.

    :return: whether there is time to go on
    """
    end = env.context.get("cron_end_time")
    if end is not None or env["account.move"]._can_commit():
        env["ir.cron"]._commit_progress(processed, remaining=remaining)
        return end is None or time.monotonic() < end
    env.flush_all()
    return True
