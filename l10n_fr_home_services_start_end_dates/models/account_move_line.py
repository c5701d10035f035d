# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from odoo.addons.l10n_fr_home_services.models.known_dates import KnownDates


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.depends("start_date", "product_id")
    def _compute_home_service_start(self):
        """Extends the trade: the first day of the line's period."""
        super()._compute_home_service_start()
        for line in self:
            if line._home_service_takes_period():
                line.home_service_start = line.start_date

    @api.depends("start_date", "end_date", "product_id")
    def _compute_home_service_end(self):
        """Extends the trade: the last day of the line's period."""
        super()._compute_home_service_end()
        for line in self:
            if line.end_date and line._home_service_takes_period():
                line.home_service_end = line.end_date

    def _home_service_takes_period(self):
        """Whether the days of this line are its start and end dates: interventions know
        better.
        """
        self.ensure_one()
        return bool(
            self.start_date
            and self._home_service_nature()[0]
            and not self.home_service_intervention_ids
        )

    def _home_service_known_dates(self):
        """Extends the trade: the service lies within the line's period."""
        known = super()._home_service_known_dates()
        if self.start_date and self.end_date:
            period = self.env._("the period of the line (start and end dates)")
            known.append(KnownDates(period, self.start_date, self.end_date, True))
        return known

    def copy_data(self, default=None):
        """Extends the trade: a copy is about other services, unless it replaces the
        invoice or gives it back.
        """
        copies = super().copy_data(default)
        context = self.env.context
        if context.get("home_service_keep_dates") or context.get(
            "include_business_fields"
        ):
            return copies
        for line, values in zip(self, copies, strict=True):
            if line._home_service_nature()[0]:
                values |= {"start_date": False, "end_date": False}
        return copies
