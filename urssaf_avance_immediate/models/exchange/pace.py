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


class UrssafPace(models.Model):
    """When a company may call Urssaf next, and when it was last served: one row per
    company.

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
    served_at = fields.Float(
        readonly=True,
        help="Seconds since 1970, when this company’s turn among the others began.",
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
    def _longest_first(self, companies):
        """These companies, the one whose last turn is longest ago first."""
        rows = self.env.execute_query(
            SQL(
                "SELECT company_id, served_at FROM urssaf_pace WHERE company_id IN %s",
                tuple(companies.ids),
            )
        )
        served = {company_id: moment or 0 for company_id, moment in rows}
        return companies.sorted(lambda company: (served.get(company.id, 0), company.id))

    @api.model
    def _begin_turn(self, company):
        """Other workers serve the others first, from now on."""
        try:
            self._alone(served(company.id))
        except (DatabaseError, PoolError) as error:
            # Whose turn it is next does not matter so much.
            _logger.info("A turn was not written down: %s", type(error).__name__)


NOW = SQL("extract(epoch FROM clock_timestamp())::float8")


def served(company_id):
    """The statement that writes down that the turn of a company begins."""
    return SQL(
        """
        INSERT INTO urssaf_pace (company_id, next_turn, served_at)
             VALUES (%(company)s, 0, %(now)s)
        ON CONFLICT (company_id) DO UPDATE SET served_at = excluded.served_at
          RETURNING served_at
        """,
        company=company_id,
        now=NOW,
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
