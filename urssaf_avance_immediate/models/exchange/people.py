# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is told what: activities that close themselves, notices, rights of buttons."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..groups import USER


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
        self._alert_each({record: note for record in self})

    @api.model
    def _alert_each(self, notes):
        """The same, with a sentence for each.

        :param notes: ``{record: plain text}``
        """
        for company, records in self.union(*notes).grouped("company_id").items():
            theirs = {record: notes[record] for record in records}
            self.env["urssaf.alert"]._tell(company, theirs)

    def _tell_stuck(self, say):
        """Say once per state that nothing has happened for too long; while scheduled
        actions do not run, that is the reason, and each company is told of it once.

        :param say: the sentence for one record
        """
        cron = self.env["ir.cron"].sudo()  # people do not read scheduled actions
        if self and cron._urssaf_notice(essential=True):
            cron._urssaf_watch()
            return
        silent = self - self.env["urssaf.alert"]._told(self)
        silent = silent.filtered(
            lambda r: not r.told_at or not r.state_since or r.told_at <= r.state_since
        )
        silent._alert_each({record: say(record) for record in silent})
        silent.told_at = fields.Datetime.now()

    def _alert_done(self):
        """The matter is settled: close its activities."""
        self.env["urssaf.alert"]._settled(self)

    @api.model
    def _check_urssaf_user(self):
        """Buttons that make Odoo talk to Urssaf are for its users.

        :raises AccessError: the user is not in the group
        """
        if not self.env.su and not self.env.user.has_group(USER):
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
