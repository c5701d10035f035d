# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an exchange tells the company's service of its calls, and reads from it."""

from odoo import api, fields, models

from .connection import ANSWERS


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    connection_notice = fields.Char(
        compute="_compute_service_notice", help="Why nothing leaves for the moment."
    )

    copied = fields.Boolean(
        compute="_compute_service_notice",
        help="This database is a copy: nothing leaves from it.",
    )

    @api.depends("holder_id.urssaf_copy_notice")
    def _compute_service_notice(self):
        stopped = self.env["ir.cron"]._urssaf_notice(essential=True)
        services = self.env["urssaf.connection"].search(
            [("company_id", "in", self.holder_id.ids)]
        )
        notices = {service.company_id: service._notice() for service in services}
        for record in self:
            # As superuser: a branch’s user may not open the company above it.
            copied = record.sudo().holder_id.urssaf_copy_notice
            record.copied = bool(copied)
            # Nothing else matters in a copy, nor as long as nothing tries.
            record.connection_notice = (
                copied or stopped or notices.get(record.holder_id)
            )

    def _call_failed(self, error):
        """Note a failed call. Return whether the next one may be made now.

        Called in the transaction that writes the failure on the records.
        """
        if error.kind in ANSWERS:
            return self._call_answered()
        self._services()._failed(error)
        return self._may_go_on()

    def _call_answered(self, certain=False):
        """Urssaf has answered: what was said about an outage is settled.

        :param certain: it knows one of our customers
        """
        self._services()._answered(certain)
        return True

    def _nobody_asked(self):
        """The notice for a person who asks while Urssaf is left alone, or ``None``."""
        for service in self._services():
            if service._paused() and not service._in_doubt():
                return self._notify(
                    self.env._("Urssaf was not asked. %s", service._notice()),
                    kind="warning",
                )
        return None

    def _may_go_on(self):
        """Whether the next call may be made now."""
        return not any(service._paused() for service in self._services())

    def _services(self):
        Service = self.env["urssaf.connection"]
        return Service.union(*(Service._of(company) for company in self.holder_id))
