# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls per second over all processes of a company, wherever they run."""

import logging

from psycopg2 import Error as DatabaseError
from psycopg2.pool import PoolError

from odoo import api, fields, models
from odoo.tools import SQL

from ...lib.api import rate

_logger = logging.getLogger(__name__)

# Turns given away beforehand, at most: a clock that was set back holds nobody for long.
MOST_AHEAD = 50
# Seconds that a company whose last call failed lets the others go first: several of
# them together would hold the healthy ones by one deadline each, time and again.
TROUBLED_WAIT = 300


class UrssafPace(models.Model):
    """When a company may call Urssaf next, when it was last served, and what comes
    first when it is served next: one row per company.

    A turn is taken by one statement in a transaction of its own, by the clock of the
    database, which all processes share: no lock is held while somebody calls. A table
    of its own, so that it never conflicts with who writes the company or connection.
    """

    _name = "urssaf.pace"
    _description = "Urssaf Pace of Calls"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    next_turn = fields.Float(
        required=True, readonly=True, help="Seconds since 1970, when a call may leave."
    )
    last_turns = fields.Json(
        readonly=True,
        help="For each action, seconds since 1970 when this company’s last turn among "
        "the others began.",
    )
    shared_runs = fields.Json(
        readonly=True,
        help="For each action, how many runs had customers and demandes to share them.",
    )

    _company_unique = models.Constraint(
        "UNIQUE(company_id)", "A company has one pace of calls."
    )

    @api.model
    def _turns(self, company):
        """What the client of a company asks before each call; ``None`` where the
        company sets no limit, and no other company waits.
        """
        per_second = company.urssaf_calls_per_second
        among_others = self.env.context.get("urssaf_turn")
        if not per_second and not among_others:
            return None
        company_id = company.id

        def wait():
            if among_others:
                among_others.calling()
            return self._take_turn(company_id, per_second) if per_second else 0.0

        return wait

    @api.model
    def _take_turn(self, company_id, per_second):
        """Take the next turn. Return the seconds to wait until then.

        Without the database each process keeps the pace by itself, and waits one turn
        more: whatever happens here, the call is made.
        """
        try:
            [[seconds]] = self._alone(turn(company_id, per_second))
            return seconds
        except (DatabaseError, PoolError) as error:
            _logger.info("The pace is kept per process: %s", type(error).__name__)
            alone = rate.in_process(company_id, per_second)
            return alone + 1 / per_second

    @api.model
    def _alone(self, statement):
        """The rows of this statement, in a transaction of its own."""
        if not self.env["account.move"]._can_commit():
            # A test: nothing is committed, and nothing survives it.
            return self.env.execute_query(statement)
        with self.env.registry.cursor() as cr:
            # The row is another process's at times: wait until it has its turn, without
            # the conflict that Odoo's usual isolation would raise.
            settings = SQL(
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
                " SET LOCAL lock_timeout = '2s'"
            )
            cr.execute(SQL("%s; %s", settings, statement), log_exceptions=False)
            return cr.fetchall()

    # -- among other companies -------------------------------------------------

    @api.model
    def _longest_first(self, companies, action):
        """These companies, the one whose last turn for this action is longest ago
        first; who is in trouble lets the others go first for a while.

        A turn of the future counts for nothing: the clock was set back, and the company
        would wait until it is there again.
        """
        self.env["urssaf.connection"].flush_model(["company_id", "failure_count"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company.id
                  FROM res_company AS company
             LEFT JOIN urssaf_connection AS connection
                    ON connection.company_id = company.id
             LEFT JOIN (SELECT company_id,
                               (last_turns ->> %(action)s)::float8 AS moment
                          FROM urssaf_pace) AS served
                    ON served.company_id = company.id
                   AND served.moment <= %(now)s
                 WHERE company.id IN %(companies)s
              ORDER BY coalesce(served.moment, 0)
                       + CASE WHEN connection.failure_count > 0
                              THEN %(wait)s ELSE 0 END,
                       company.id
                """,
                action=action,
                now=NOW,
                companies=tuple(companies.ids),
                wait=TROUBLED_WAIT,
            )
        )
        return companies.browse(company_id for [company_id] in rows)

    @api.model
    def _begin_turn(self, company, action):
        """Other workers serve the others first, from now on."""
        self._noted(served(company.id, action))

    @api.model
    def _demandes_first(self, company, action):
        """Whether customers come after the demandes in this run: in every second one,
        whichever worker it has.
        """
        return self._noted(shared_run(company.id, action)) % 2 == 0

    @api.model
    def _noted(self, statement):
        """What this statement has written down; 1 where it could not: who comes next
        does not matter so much.
        """
        try:
            [[value]] = self._alone(statement)
            return value
        except (DatabaseError, PoolError) as error:
            _logger.info("A turn was not written down: %s", type(error).__name__)
            return 1


NOW = SQL("extract(epoch FROM clock_timestamp())::float8")


def served(company_id, action):
    """The statement that writes down that the turn of a company begins."""
    return _for_action(company_id, action, "last_turns", NOW)


def shared_run(company_id, action):
    """The statement that counts a run which customers and demandes share."""
    known = SQL("(pace.shared_runs ->> %s)::float8", action)
    return _for_action(
        company_id, action, "shared_runs", SQL("coalesce(%s, 0) + 1", known)
    )


def _for_action(company_id, action, column, value):
    """The statement that writes a number down for this action, and tells it."""
    return SQL(
        """
        INSERT INTO urssaf_pace AS pace (company_id, next_turn)
             VALUES (%(company)s, 0)
        ON CONFLICT (company_id) DO NOTHING;
        UPDATE urssaf_pace AS pace
           SET %(column)s = coalesce(pace.%(column)s, '{}')
                            || jsonb_build_object(%(action)s::text, %(value)s)
         WHERE company_id = %(company)s
     RETURNING (%(column)s ->> %(action)s)::float8
        """,
        company=company_id,
        column=SQL.identifier(column),
        action=action,
        value=value,
    )


def turn(company_id, per_second):
    """The statement that takes the next turn and tells in how many seconds it is."""
    step = 1 / per_second
    return SQL(
        """
        INSERT INTO urssaf_pace AS pace (company_id, next_turn)
             VALUES (%(company)s, %(now)s + %(step)s)
        ON CONFLICT (company_id) DO UPDATE
                SET next_turn = %(step)s + greatest(
                    %(now)s, least(pace.next_turn, %(now)s + %(ahead)s)
                )
          RETURNING greatest(next_turn - %(step)s - %(now)s, 0)
        """,
        company=company_id,
        step=step,
        ahead=step * MOST_AHEAD,
        now=NOW,
    )
