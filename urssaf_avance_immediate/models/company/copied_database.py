# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A copy of the database that nobody neutralised must stay silent: it has production’s
credentials, demandes and customers, and would collect real money a second time.

The database in which production was switched on is remembered by its identifier and its
name. Odoo gives another identifier to what it duplicates, or restores as a copy. A copy
made by PostgreSQL itself keeps the identifier, hence the name.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...lib.api import UrssafConfigError
from ..exchange.ir_cron import CRON_FOLLOW, CRON_REPAIR, CRON_SEND, wake
from ..exchange.screen import notice
from ..groups import ADMINISTRATOR

REAL_DATABASE = "urssaf_avance_immediate.production_database"


class CopiedDatabase(UrssafConfigError):
    """Nothing may be asked from this database."""

    kind = "copy"


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_copy_notice = fields.Char(
        compute="_compute_urssaf_copy_notice",
        compute_sudo=True,
        recursive=True,
        help="Why nothing leaves from this database.",
    )

    @api.depends(
        "urssaf_environment", "urssaf_holder_id", "parent_id.urssaf_copy_notice"
    )
    @api.depends_context("lang")
    def _compute_urssaf_copy_notice(self):
        for company in self:
            company.urssaf_copy_notice = company._urssaf_copy_notice()

    @api.model
    def _urssaf_this_database(self):
        parameters = self.env["ir.config_parameter"].sudo()
        return f"{parameters.get_param('database.uuid')} {self.env.cr.dbname}"

    @api.model
    def _urssaf_real_database(self):
        """The database in which production was switched on, nothing if it never was."""
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(REAL_DATABASE) or ""

    def _urssaf_is_copy(self):
        """Whether production was switched on in another database than this one."""
        real = self._urssaf_real_database()
        if not real or real == self._urssaf_this_database():
            return False
        return self._urssaf_holder().urssaf_environment == "production"

    def _urssaf_copy_notice(self):
        """What people read in a copy, else nothing."""
        if not self._urssaf_is_copy():
            return False
        return self.env._(
            "This database (“%(here)s”) is not the one in which Urssaf production was "
            "switched on (“%(real)s”): it is a copy, or it was moved or renamed. "
            "Nothing leaves from here, neither calls to Urssaf nor messages to "
            "customers. If this is the real one now, a system administrator presses "
            "“This is the real one now” in the Urssaf settings; if it is a copy, "
            "choose another environment there.",
            here=self.env.cr.dbname,
            real=self._urssaf_real_database().partition(" ")[2],
        )

    def _urssaf_check_real(self):
        """What people send by hand does not leave from a copy either.

        :raises UserError: it is one
        """
        notice = self._urssaf_copy_notice()
        if notice:
            raise UserError(notice)

    def _urssaf_remember_database(self):
        """Production is being used here: this is the real database, unless another one
        is known, which only a system administrator may say.
        """
        if self._urssaf_real_database():
            return
        for company in self.sudo():
            production = company.urssaf_environment == "production"
            if production and company._urssaf_has_credentials():
                self._urssaf_set_real_database()
                break

    @api.model
    def _urssaf_set_real_database(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(REAL_DATABASE, self._urssaf_this_database())
        # No field knows of the parameter.
        self.env.invalidate_all()

    def action_urssaf_real_database(self):
        """*This is the real one now*: a backup was restored or the database moved, and
        the other one is switched off. Two that talk to Urssaf collect twice.

        :raises AccessError: the user is no system administrator
        """
        self.ensure_one()
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._(
                    "Only a system administrator can say which database talks to "
                    "Urssaf."
                )
            )
        former = self._urssaf_real_database().partition(" ")[2]
        self._urssaf_set_real_database()
        holder = self._urssaf_holder()
        holder.partner_id._message_log(
            body=self.env._(
                "%(user)s says that “%(here)s” talks to Urssaf from now on, and "
                "“%(former)s” no more.",
                user=self.env.user.name,
                here=self.env.cr.dbname,
                former=former or "-",
            )
        )
        for action in (CRON_REPAIR, CRON_FOLLOW, CRON_SEND):
            wake(self.env, action)
        return notice(
            self.env._(
                "This database talks to Urssaf from now on. What was under way is "
                "looked up first, then what waits leaves. Switch the other one off."
            )
        )
