# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from odoo.addons.urssaf_avance_immediate.models.exchange import turns, work

from . import jobs

#: What goes on with something that somebody has begun, and not with each company.
UNDER_WAY = ("crosscheck", "import")


class ResCompany(models.Model):
    _inherit = "res.company"

    def _urssaf_run_apart(self, action):
        """Extends urssaf_avance_immediate: a job does it, on whichever server. None is
        made while the company's connection is paused: the end of the pause wakes the
        scheduled action. Where nobody runs jobs, the scheduled action does the work.
        """
        if jobs.nobody_works(self.env):
            return super()._urssaf_run_apart(action)
        if action not in turns.CALLS or not self._urssaf_pause_left():
            try:
                self._urssaf_make_job(action)
                jobs.hurry(self, action)
                work.checkpoint(self.env)
            except work.FASTER:
                # The one that waits is being taken up just now.
                self.env.cr.rollback()
        return None

    def _urssaf_make_job(self, action):
        name = self.env._(
            "Urssaf, %(company)s: %(what)s", company=self.name, what=action
        )
        # sudo(): the scheduled actions work as superuser, too.
        jobs.delayed(self.sudo(), action, name)._urssaf_job(action)

    def _urssaf_job(self, action):
        """One job: what the scheduled action would do for this company, for a while.

        :raises RetryableJobError: the connection is paused, or another worker is at it
        """
        if self._urssaf_is_copy():
            # It waited when the database was copied: the original does it.
            return
        if action not in UNDER_WAY and not self._urssaf_seems_to_have_credentials():
            # Taken away since: the scheduled action would leave it out, too.
            return
        jobs.wait_for_twin(self, action)
        self._urssaf_wait_for_connection(action)
        company = jobs.limited(self)
        if jobs.others_wait(self.env):
            company = company.with_context(urssaf_turn=work.Turn(company))
        turns.run(company, action)
        calls_left = turns.with_calls(self, action)
        if calls_left:
            self._urssaf_wait_for_connection(action)
        if jobs.time_is_up(company) or (calls_left and work.turn_over(company.env)):
            # Behind those who wait.
            self._urssaf_make_job(action)

    def _urssaf_wait_for_connection(self, action):
        """:raises RetryableJobError: the connection is paused, for as long as it is"""
        seconds = action in turns.CALLS and self._urssaf_pause_left()
        if seconds:
            jobs.later(self.env._("Urssaf is left alone for the moment."), seconds)

    def _urssaf_pause_left(self):
        """Seconds until Urssaf may be called again, 0 if it may be now."""
        connection = self.env["urssaf.connection"]._of(self)
        connection.invalidate_recordset(["paused_until"])
        until = connection.paused_until
        return until and max(0, (until - fields.Datetime.now()).total_seconds())
