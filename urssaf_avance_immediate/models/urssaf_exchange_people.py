# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is told what: activities that close themselves, notices, rights of buttons."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import plaintext2html

ACTIVITY_TYPE = "urssaf_avance_immediate.activity_type_to_handle"


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    def _alert_user(self):
        """Who acts on this record; each model names its own candidates first."""
        self.ensure_one()
        return self.company_id._urssaf_reader_of(self, self._alert_candidates())

    def _alert_candidates(self):
        return self.env["res.users"]

    def _alert(self, note):
        """One activity per record says what somebody has to do now."""
        note = plaintext2html(note)
        for record in self:
            activity = record.activity_search([ACTIVITY_TYPE])
            if activity:
                activity.note = note
                continue
            record.activity_schedule(
                ACTIVITY_TYPE, note=note, user_id=record._alert_user().id
            )

    def _tell_stuck(self, note):
        """Say once per state that nothing has happened for too long; while scheduled
        actions do not run, that is the reason, and each company is told of it once.
        """
        cron = self.env["ir.cron"].sudo()  # people do not read scheduled actions
        if self and cron._urssaf_notice(essential=True):
            cron._urssaf_watch()
            return
        for record in self:
            if record.activity_search([ACTIVITY_TYPE]):
                continue
            if record.told_at and record.told_at > record.state_since:
                continue
            record._alert(note)
            record.told_at = fields.Datetime.now()

    def _alert_done(self):
        """The matter is settled: close its activities."""
        self.activity_unlink([ACTIVITY_TYPE])

    @api.model
    def _check_urssaf_user(self):
        """Buttons that make Odoo talk to Urssaf are for its users.

        :raises AccessError: the user is not in the group
        """
        if not self.env.su and not self.env.user.has_group(
            "urssaf_avance_immediate.group_user"
        ):
            raise AccessError(
                self.env._(
                    "Only users of “Urssaf avance immédiate” can exchange with Urssaf."
                )
            )

    @api.model
    def _notify(self, message, kind="success", title=None):
        """Action: a short notice, then the screen is read again."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": title or "Urssaf",
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _creation_message(self):
        """Extends mail: Odoo’s own sentence has a gender that French does not fit."""
        return self.env._("Opened")
