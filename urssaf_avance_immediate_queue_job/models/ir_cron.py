# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from . import jobs


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _urssaf_notice(self, essential=False):
        """Extends urssaf_avance_immediate: that nobody runs jobs is for those in charge
        to know; the scheduled actions do the work meanwhile.
        """
        notice = super()._urssaf_notice(essential)
        # sudo(): the parameter tells that this is a copy, in which nothing shall leave.
        parameters = self.env["ir.config_parameter"].sudo()
        if essential or parameters.get_param("database.is_neutralized"):
            return notice
        return " ".join(filter(None, (notice, self._urssaf_jobs_notice()))) or None

    def _urssaf_jobs_notice(self):
        if not jobs.runner_is_there(self.env):
            return self.env._(
                "No job runner looks after this database, so the scheduled actions do "
                "the work, one company after the other. Ask whoever looks after this "
                "server to restart it with its job runner."
            )
        since = jobs.asleep(self.env)
        return since and self.env._(
            "Jobs wait since %(since)s and nobody runs them, so the scheduled actions "
            "do the work, one company after the other. Ask whoever looks after this "
            "server to start its job runner.",
            since=self._urssaf_local(since),
        )
