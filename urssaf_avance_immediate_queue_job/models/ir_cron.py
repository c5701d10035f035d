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
        since = not essential and jobs.asleep(self.env)
        if not since:
            return notice
        asleep = self.env._(
            "Jobs wait since %(since)s and nobody runs them, so the scheduled actions "
            "do the work, one company after the other. Ask whoever looks after this "
            "server to start its job runner.",
            since=self._urssaf_local(since),
        )
        return " ".join(filter(None, (notice, asleep)))
