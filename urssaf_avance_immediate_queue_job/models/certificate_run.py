# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from odoo.addons.l10n_fr_home_services.models.certificate.progress import keep

from . import jobs

WHAT = "certificates"


class HomeServiceCertificateRun(models.Model):
    _inherit = "home.service.certificate.run"

    def _run_apart(self):
        """Extends l10n_fr_home_services: a job does it, if anybody runs jobs."""
        if jobs.nobody_works(self.env):
            return super()._run_apart()
        self._urssaf_make_job()
        # For the scheduled action all of it is done.
        return keep(self.env, self._left())

    def _urssaf_make_job(self):
        name = self.env._("Certificates of %s", self.company_id.name)
        jobs.delayed(self, WHAT, name)._urssaf_job()

    def _urssaf_job(self):
        """One job: this run goes on for a while.

        :raises RetryableJobError: another worker is at it
        """
        jobs.wait_for_twin(self, WHAT)
        if not jobs.limited(self)._go_on():
            self._urssaf_make_job()
