# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How work in slices is kept: the one commit of this add-on."""


def keep(env, processed=0, remaining=None):
    """Commit what is written so far and, in a scheduled action, count it as done.
    Odoo's tests forbid a commit outside scheduled actions.

    :return: whether there is time to go on
    """
    if env.context.get("ir_cron_progress_id") or env["account.move"]._can_commit():
        return env["ir.cron"]._commit_progress(processed, remaining=remaining) > 0
    env.flush_all()
    return True
