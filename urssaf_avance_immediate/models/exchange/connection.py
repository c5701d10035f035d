# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ...lib.api import UrssafError
from ...lib.rules import PARIS, retry_delay
from . import work
from .ir_cron import CALLING, wake
from .screen import check_user, notice
from .words import DOUBT, kind_text

_logger = logging.getLogger(__name__)

# Failures in a row after which Urssaf is left alone for a while. One alone may be a
# fault of this moment, or of the network here.
PATIENCE = 2
# Customers unknown in a row, and nobody known, before the credentials are in doubt.
# Two may well leave together: a couple, or all that a small company had.
SUSPECT = 3
# What no waiting puts right: somebody is told at once.
FOR_A_PERSON = ("config", "auth", DOUBT)
# Of its own: the end of an outage must not close it.
ACTIONS_TYPE = "urssaf_avance_immediate.activity_type_actions"
# Urssaf is answering: it only said no.
ANSWERS = ("rejected",)


class OtherHabilitation(UrssafError):
    """Urssaf knows none of the customers that it knew."""

    kind = DOUBT

    def __init__(self):
        super().__init__("Urssaf knows none of the customers that it knew.")


class UrssafConnection(models.Model):
    """Whether Urssaf answers the calls of a company: a circuit breaker.

    ::

        open ──failures in a row, 503, 429, 401──→ paused ──time is up──→ one try
          ↑                                          ↑                   │    │
          └──────────────── it answers ──────────────┼───────────────────┘    │
                                                     └── it fails, longer ────┘

    While it is paused nothing is called and nothing is written on the exchanges: they
    wait as they are, and the scheduled actions end at once. A table of its own, so that
    an outage never conflicts with somebody who edits the company.
    """

    _name = "urssaf.connection"
    _description = "Urssaf Connection"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    failure_count = fields.Integer(string="Failures in a row", readonly=True)
    pause_count = fields.Integer(string="Pauses in a row", readonly=True)
    failure_kind = fields.Char(readonly=True)
    down_since = fields.Datetime(
        readonly=True, help="When the first of these failures happened."
    )
    paused_until = fields.Datetime(
        string="Next try", readonly=True, help="Nothing is called before."
    )
    accepted = fields.Boolean(
        readonly=True,
        help="Urssaf took the credentials as they are now, when they were tried.",
    )
    actions_told = fields.Char(
        readonly=True, help="The scheduled actions that people were told of last."
    )
    actions_notice = fields.Char(
        string="Scheduled actions",
        compute="_compute_actions_notice",
        help="Which scheduled actions do not run, and what to do about it.",
    )
    not_told_on = fields.Date(
        readonly=True,
        help="When somebody was last told of messages that did not leave.",
    )
    notice = fields.Char(
        string="State", compute="_compute_notice", help="What people read about it."
    )

    needs_person = fields.Boolean(
        compute="_compute_needs_person",
        search="_search_needs_person",
        help="No waiting puts it right: credentials or settings, for instance.",
    )
    copy_notice = fields.Char(related="company_id.urssaf_copy_notice")

    _company_unique = models.Constraint(
        "UNIQUE(company_id)", "A company has one Urssaf connection."
    )

    @api.depends("paused_until", "failure_kind", "company_id.urssaf_copy_notice")
    def _compute_notice(self):
        for connection in self:
            connection.notice = connection._notice() or self.env._("Urssaf answers.")

    @api.depends("failure_kind")
    def _compute_needs_person(self):
        for connection in self:
            connection.needs_person = connection.failure_kind in FOR_A_PERSON

    @api.model
    def _search_needs_person(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = Domain("failure_kind", "in", FOR_A_PERSON)
        return wanted if True in value else ~wanted

    @api.depends_context("uid", "lang")
    def _compute_actions_notice(self):
        notice = self.env["ir.cron"]._urssaf_notice()
        for connection in self:
            connection.actions_notice = notice

    @api.model
    def _of(self, company):
        """The connection of a company’s habilitation, made when there is none yet."""
        # sudo(): whoever calls, in whichever branch; the code alone writes it.
        holder = company._urssaf_holder().sudo()
        found = self._found(holder)
        if found:
            return found
        # Two workers may come here at once.
        self.env.cr.execute(
            SQL(
                "INSERT INTO urssaf_connection (company_id) VALUES (%s)"
                " ON CONFLICT DO NOTHING",
                holder.id,
            )
        )
        holder.invalidate_recordset(["urssaf_connection_ids"], flush=False)
        return self._found(holder)

    @api.model
    def _of_each(self, holders):
        """The connections of these habilitations, in the same order: one query for a
        network’s hundreds, and one more for each that has none yet.
        """
        # sudo(): as above.
        connections = self.sudo()
        known = connections.search_fetch(
            [("company_id", "in", holders.ids)],
            ["company_id", "actions_told", "paused_until"],
        ).grouped("company_id")
        return connections.union(
            *(known.get(holder) or self._of(holder) for holder in holders)
        )

    @api.model
    def _found(self, holder):
        """With what calls ask of it, in one query: each commit forgets it."""
        # sudo(): as above.
        return self.sudo().search_fetch(
            [("company_id", "=", holder.id)],
            ["company_id", "failure_count", "failure_kind", "paused_until"],
        )

    def _paused(self):
        """Whether Urssaf is to be left alone for now."""
        paused = bool(self.paused_until) and self.paused_until > fields.Datetime.now()
        return paused or self.company_id._urssaf_is_copy()

    def _notice(self):
        """What people read while Urssaf is not asked, else ``None``."""
        copied = self.company_id._urssaf_copy_notice()
        if copied:
            return copied
        if not self.paused_until:
            return None
        return self.env._(
            "%(what)s Nothing is lost: Odoo tries again by itself at %(time)s and what "
            "is waiting leaves then.",
            what=kind_text(self.env, self.failure_kind),
            time=self._local(self.paused_until),
        )

    def _local(self, moment):
        return format_datetime(
            self.env, moment, tz=self.env.user.tz or PARIS.key, dt_format="short"
        )

    def _tell_actions(self, state):
        """Scheduled actions stopped, or run again: one activity for the company, once
        for each change.

        :param state: what is kept, to see the next change
        """
        # sudo(): written by the code, whoever has switched the actions on. One that is
        # held is being told by another action.
        for connection in self.sudo().try_lock_for_update(allow_referencing=True):
            company = connection.company_id
            cron = self.env["ir.cron"]
            notice = cron.with_env(work.in_office(company).env)._urssaf_notice()
            if state and notice:
                company._urssaf_tell(notice, ACTIONS_TYPE)
            else:
                company._urssaf_told_done(ACTIONS_TYPE)
            connection.actions_told = state

    # -- what calls have shown -------------------------------------------------

    def _failed(self, error):
        """A call of the company failed: pause, if it looks like an outage."""
        if error.kind == "copy":
            # Nothing was called, and nothing will be.
            return
        # Another worker that holds the row is writing down the same outage.
        for connection in self.try_lock_for_update(allow_referencing=True):
            connection.invalidate_recordset()
            now = fields.Datetime.now()
            connection.write(
                {
                    "failure_count": connection.failure_count + 1,
                    "failure_kind": error.kind,
                    "down_since": connection.down_since or now,
                }
            )
            if connection.failure_count >= PATIENCE or _says_not_now(error):
                pause = retry_delay(connection.pause_count, error.retry_after)
                connection._pause((now + pause).replace(microsecond=0))

    def _pause(self, until):
        self.write({"pause_count": self.pause_count + 1, "paused_until": until})
        _logger.info(
            "Urssaf, company %s: paused until %s UTC after %s failures (%s)",
            self.company_id.id,
            until,
            self.failure_count,
            self.failure_kind,
        )
        for action in CALLING:
            wake(self.env, action, at=until)
        if self.failure_kind in FOR_A_PERSON or self.pause_count > 1:
            self._tell()

    def _tell(self):
        """One activity, on the company's own contact, for as long as it lasts."""
        note = kind_text(self.env, self.failure_kind)
        if self.failure_kind not in FOR_A_PERSON:
            note = self.env._(
                "%(what)s It has lasted since %(since)s. Odoo goes on trying; what is "
                "waiting leaves, and this is closed, as soon as Urssaf answers.",
                what=note,
                since=self._local(self.down_since),
            )
        self.company_id._urssaf_tell(note)

    def _in_doubt(self):
        """Whether the credentials seem to be those of another habilitation."""
        return any(connection.failure_kind == DOUBT for connection in self)

    def _answered(self, certain=False):
        """Urssaf answers and takes the credentials: the trouble is over.

        :param certain: it also knows a customer, or the credentials are new
        """
        troubled = self.filtered(
            lambda c: c.failure_count and (certain or c.failure_kind != DOUBT)
        )
        if troubled:
            troubled.write(
                {
                    "failure_count": 0,
                    "pause_count": 0,
                    "failure_kind": False,
                    "down_since": False,
                    "paused_until": False,
                }
            )
            troubled.company_id._urssaf_told_done()

    # -- buttons ---------------------------------------------------------------

    def action_real_database(self):
        """See the company."""
        self.ensure_one()
        return self.company_id.action_urssaf_real_database()

    def action_try_now(self):
        """Somebody knows that Urssaf is back, and does not want to wait."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        # sudo(): the button tries, the code writes what it has shown.
        connection = self.sudo()
        if not connection.company_id._urssaf_try_connection():
            for action in CALLING:
                wake(self.env, action)
        return notice(
            connection.notice, kind="warning" if connection.paused_until else "success"
        )

    def action_switch_on(self):
        """Have the scheduled actions run again that Odoo or somebody has stopped."""
        self.ensure_one()
        self.check_access("read")
        off = self.env["ir.cron"]._urssaf_switch_on()
        if not off:
            message = self.env._("All scheduled actions of Urssaf are switched on.")
        else:
            message = self.env._("Switched on: %s.", off._urssaf_names())
        return notice(message)


def _says_not_now(error):
    """Whether waiting for a second failure would be rude, or pointless."""
    return error.kind in FOR_A_PERSON or error.http_status in (429, 503)
