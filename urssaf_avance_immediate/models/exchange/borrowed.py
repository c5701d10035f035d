# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""For the time of the move: what other models still borrow. /work/h/E/borrow.py."""

from odoo import api, models

from . import work
from .ir_cron import MODULE, wake
from .screen import check_user, notice
from .words import kind_text


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    def _checkpoint(self, processed=0, remaining=None):
        work.checkpoint(self.env, processed, remaining)

    def _time_left(self):
        return work.time_left(self.env)

    @api.model
    def _take_each(self, records, step, *, size=1, put_off=None):
        return work.take_each(records, step, size=size, put_off=put_off)

    @api.model
    def _take(self, records, step, put_off=None):
        return work.take(records, step, put_off)

    @api.model
    def _report_more(self, count):
        work.report_more(self.env, count)

    @api.model
    def _job_failed(self, job, company, error):
        work.job_failed(job, company, error)

    @api.model
    def _for_company(self, company):
        return self.with_env(work.in_office(company).env)

    @api.model
    def _trigger(self, cron, at=None):
        wake(self.env, f"{MODULE}.cron_{cron}", at)

    @api.model
    def _check_urssaf_user(self):
        check_user(self.env)

    @api.model
    def _notify(self, message, kind="success", title=None):
        return notice(message, kind, title)

    @api.model
    def _kind_text(self, kind):
        return kind_text(self.env, kind)

    def _services(self):
        return self._connections()

    def _alert(self, note):
        self._tell(note)

    @api.model
    def _alert_each(self, notes):
        self._tell_each(notes)

    def _alert_done(self):
        self._told_done()

    def _alert_candidates(self):
        return self.env["res.users"]

    def _urssaf_alert_candidates(self):
        return self._alert_candidates()

    def _follow_due(self, company):
        return self._cron_follow(company)

    def _repair_due(self, company):
        return self._cron_repair(company)

    def _daily_watch(self, company):
        return self._cron_digest(company)
