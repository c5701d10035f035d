# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import logging
from datetime import timezone

from psycopg2 import Error as DatabaseError

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

_logger = logging.getLogger(__name__)

METHODS = [
    ("token", "Token"),
    ("010", "010 · Enrol a customer"),
    ("020", "020 · State of a customer"),
    ("050", "050 · Send demandes de paiement"),
    ("070", "070 · Search demandes de paiement"),
]


class UrssafTrace(models.Model):
    """One call to Urssaf, as it was said on both sides, masked.

    Written as soon as the call is over, by a cursor of its own that only inserts: what
    left is traced even when the transaction that made it is undone or Odoo is killed.
    """

    _name = "urssaf.trace"
    _description = "Urssaf Call"
    _order = "id desc"
    _rec_name = "correlation_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["urssaf_environment"]
        ._description_selection(self.env),
        readonly=True,
    )
    called_at = fields.Datetime(string="Time", readonly=True, index=True)
    method = fields.Selection(METHODS, readonly=True)
    verb = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    status = fields.Integer(string="HTTP status", readonly=True, aggregator=None)
    outcome = fields.Char(
        readonly=True, help="The HTTP status, or what happened when there was none."
    )
    failed = fields.Boolean(readonly=True, help="No answer, or not a success.")
    milliseconds = fields.Integer(string="Duration (ms)", readonly=True)
    correlation_id = fields.Char(readonly=True, help="Sent as X-Correlation-ID.")
    subjects = fields.Char(
        string="About",
        readonly=True,
        help="Numbers of demandes and identifiers of Urssaf found in the call.",
    )
    request = fields.Text(readonly=True)
    response = fields.Text(readonly=True)
    request_shown = fields.Text(string="Sent", compute="_compute_shown")
    response_shown = fields.Text(string="Received", compute="_compute_shown")

    @api.depends("request", "response")
    def _compute_shown(self):
        for trace in self:
            trace.request_shown = _indented(trace.request)
            trace.response_shown = _indented(trace.response)

    @api.depends("method", "called_at")
    def _compute_display_name(self):
        for trace in self:
            when = format_datetime(self.env, trace.called_at, dt_format="medium")
            trace.display_name = f"{trace.method} · {when}"

    @api.model
    def _observer(self, company):
        """What the client of a company tells of its calls; ``None`` to keep nothing."""
        if not company.urssaf_trace_days:
            return None
        values = {
            "company_id": company.id,
            "environment": company.urssaf_environment,
            "create_uid": self.env.uid,
        }
        return lambda exchange: self._keep({**values, **_values(exchange)})

    @api.model
    def _keep(self, values):
        columns = SQL(", ").join(map(SQL.identifier, values))
        row = SQL(", ").join(SQL("%s", value) for value in values.values())
        insert = SQL(
            "INSERT INTO urssaf_trace (%s, create_date)"
            " VALUES (%s, now() AT TIME ZONE 'UTC')",
            columns,
            row,
        )
        if not self.env["account.move"]._can_commit():
            # A test: nothing is committed, and nothing survives it.
            self.env.cr.execute(insert)
            return
        try:
            with self.env.registry.cursor() as cr:
                # The insert waits for whoever holds the row of the company: not for
                # long, the answer to the call is still to be written down.
                patience = SQL("SET LOCAL lock_timeout = '1s'")
                cr.execute(SQL("%s; %s", patience, insert), log_exceptions=False)
        except DatabaseError as error:
            _logger.info("A call left no trace: %s", type(error).__name__)

    @api.autovacuum
    def _gc_traces(self):
        """Forget the calls that are older than their company wants."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM urssaf_trace AS trace USING res_company AS company
                 WHERE company.id = trace.company_id
                   AND called_at < %s - make_interval(days => urssaf_trace_days)
                """,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model()


def _values(exchange):
    """The columns of a lib ``TracedCall``."""
    status = exchange.status or 0
    return {
        "method": exchange.number,
        "verb": exchange.verb,
        "path": exchange.path,
        "called_at": exchange.started_at.astimezone(timezone.utc).replace(tzinfo=None),
        "status": status,
        "outcome": exchange.outcome,
        "failed": not 200 <= status < 300,
        "milliseconds": exchange.milliseconds,
        "correlation_id": exchange.correlation_id,
        "subjects": ", ".join(exchange.subjects),
        "request": exchange.request,
        "response": exchange.response,
    }


def _indented(text):
    """JSON as people read it; any other text as it is."""
    try:
        return json.dumps(json.loads(text or ""), indent=2, ensure_ascii=False)
    except ValueError:
        return text
