# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scheduled actions of the add-on that do not run: each one looks after the others.

Odoo switches an action off after a week of failures, somebody may do so by hand, and a
server may run no scheduled action at all. Invoices then wait without a word.
"""

import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from ...lib.rules import PARIS

_logger = logging.getLogger(__name__)

MODULE = "urssaf_avance_immediate"
CRON_SEND = f"{MODULE}.cron_send"
CRON_FOLLOW = f"{MODULE}.cron_follow"
CRON_REPAIR = f"{MODULE}.cron_repair"
CRON_INVOICES = f"{MODULE}.cron_invoices"
CRON_COMPANION = f"{MODULE}.cron_companion"
CRON_IMPORT = f"{MODULE}.cron_import"
CRON_CROSSCHECK = f"{MODULE}.cron_crosscheck"
# Without these nothing leaves, or no news comes. The others may be off on purpose: that
# is said to those in charge, not to everybody who waits.
CALLING = (CRON_SEND, CRON_FOLLOW, CRON_REPAIR)
ESSENTIAL = (*CALLING, CRON_INVOICES)
# Odoo looks for due actions once a minute; a long one may keep it busy for a while.
OVERDUE = timedelta(hours=2)
# A failure may pass; Odoo switches off an action that fails for a week.
FAILING = timedelta(days=1)


def wake(env, action, at=None):
    """Wake a scheduled action, now or at a UTC moment.

    :param action: one of ``CRON_…``
    """
    # sudo(): people who make work for it have no rights on scheduled actions.
    env.ref(action).sudo()._trigger(at)


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _urssaf_actions(self):
        """The scheduled actions of the add-on, also those that are switched off."""
        # sudo(): whoever waits for them may read that they do not run.
        data = self.env["ir.model.data"].sudo()
        found = data.search([("module", "=", MODULE), ("model", "=", "ir.cron")])
        actions = self.sudo().with_context(active_test=False)
        return actions.browse(found.mapped("res_id")).exists()

    @api.model
    def _urssaf_troubled(self):
        """``(off, failing, overdue)``: the actions of the add-on that do not run."""
        actions = self._urssaf_actions()
        now = fields.Datetime.now()
        off = actions.filtered(lambda action: not action.active)
        failing = (actions - off).filtered(
            lambda a: a.first_failure_date and a.first_failure_date < now - FAILING
        )
        overdue = (actions - off - failing).filtered(
            lambda action: action.nextcall < now - OVERDUE
        )
        return off, failing, overdue

    @api.model
    def _urssaf_notice(self, essential=False):
        """What people read while actions of the add-on do not run, else ``None``.

        :param essential: only about those without which nothing leaves or comes
        """
        # sudo(): the parameter tells that this is a copy, in which nothing shall leave.
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("database.is_neutralized"):
            return None
        troubled = self._urssaf_troubled()
        if essential:
            ids = {
                self.env["ir.model.data"]._xmlid_to_res_id(action)
                for action in ESSENTIAL
            }
            troubled = (actions.filtered(lambda a: a.id in ids) for actions in troubled)
        return " ".join(self._urssaf_sentences(*troubled)) or None

    @api.model
    def _urssaf_sentences(self, off, failing, overdue):
        if off:
            yield self.env._(
                "Switched off, so that what waits does not leave by itself: "
                "%(actions)s. Odoo does this after a week of failures, or somebody "
                "did. A manager can press “Switch on” in the Urssaf settings.",
                actions=off._urssaf_names(),
            )
        if failing:
            yield self.env._(
                "Failing since %(since)s: %(actions)s. Odoo switches an action off "
                "after a week of failures: ask whoever looks after this server to "
                "read its log.",
                since=self._urssaf_local(min(failing.mapped("first_failure_date"))),
                actions=failing._urssaf_names(),
            )
        if overdue:
            yield self.env._(
                "Due since %(since)s and not run yet: %(actions)s. The scheduled "
                "actions of this server seem to be at a standstill: ask whoever "
                "looks after it.",
                since=self._urssaf_local(min(overdue.mapped("nextcall"))),
                actions=overdue._urssaf_names(),
            )

    def _urssaf_names(self):
        return ", ".join(self.env._("“%s”", action.name) for action in self)

    @api.model
    def _urssaf_local(self, moment):
        tz = self.env.user.tz or PARIS.key
        return format_datetime(self.env, moment, tz=tz, dt_format="short")

    # -- each looks after the others -------------------------------------------

    def _callback(self, cron_name, server_action_id):
        """Extends: once an action of the add-on has run, it looks after the others."""
        result = super()._callback(cron_name, server_action_id)
        if self in self._urssaf_actions():
            try:
                # Odoo commits what is left once the job has ended; what stands in the
                # way shows here, for there it would be the failure of the action.
                self._urssaf_watch()
                self.env.flush_all()
            except SerializationFailure:
                # Another one has told it meanwhile, and the next one looks again.
                self.env.cr.rollback()
            except Exception:
                # The action itself has done its work.
                self.env.cr.rollback()
                _logger.exception("The scheduled actions could not be looked after")
        return result

    @api.model
    def _urssaf_watch(self):
        """Tell each company once which actions do not run, close it when they do."""
        off, failing, overdue = self._urssaf_troubled()
        # Which ones, in a form that can be compared at the next run.
        state = ",".join(
            f"{kind}:{action.id}"
            for kind, actions in (("off", off), ("failing", failing), ("due", overdue))
            for action in actions.sorted("id")
        )
        connections = self.env["urssaf.connection"]._of_each(
            self.env["res.company"]._urssaf_holders()
        )
        for connection in connections:
            if (connection.actions_told or "") != state:
                connection._tell_actions(state)

    # -- button ----------------------------------------------------------------

    @api.model
    def _urssaf_switch_on(self):
        """Have all actions of the add-on run again, soon.

        :raises AccessError: the user is not a manager of the service
        """
        if not self.env.user.has_group(f"{MODULE}.group_manager"):
            raise AccessError(
                self.env._(
                    "Only a manager of “Urssaf avance immédiate” can switch its "
                    "scheduled actions on."
                )
            )
        # sudo(): managers have no rights on scheduled actions, only on this button.
        off = self._urssaf_actions().filtered(lambda action: not action.active).sudo()
        off.write({"active": True, "failure_count": 0, "first_failure_date": False})
        for action in off:
            action._trigger()
        self.sudo()._urssaf_watch()
        return off
