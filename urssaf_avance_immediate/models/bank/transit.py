# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is open on the transit account at a day, past or present, and why.

Read by SQL, for an office with years of demandes: entries are found by Odoo's indexes
(account and date, unreconciled), never one by one.
"""

from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.rules import paris_today, working_days_since

KINDS = [
    ("to_receive", "To receive"),
    ("taken_back", "Taken back, not debited yet"),
    ("received", "Received, not announced"),
    ("debited", "Debited, not taken back here"),
    ("other", "Other entries"),
]

# Of an entry on the account: by what made it, and its side.
_KIND = SQL(
    """CASE
        WHEN payment.urssaf_request_id IS NOT NULL AND line.balance > 0
            THEN 'to_receive'
        WHEN payment.urssaf_request_id IS NOT NULL THEN 'taken_back'
        WHEN line.statement_line_id IS NOT NULL AND line.balance < 0 THEN 'received'
        WHEN line.statement_line_id IS NOT NULL THEN 'debited'
        ELSE 'other'
    END"""
)
# The day that Urssaf or the bank says; where a lock forbids it, the entry is later.
_DAY = SQL("COALESCE(payment.date, line.date)")
_JOINS = SQL(
    """LEFT JOIN account_payment payment ON payment.id = line.payment_id
       LEFT JOIN urssaf_payment_request request
              ON request.id = payment.urssaf_request_id"""
)
# Entries up to a day, less what was matched with entries up to that day: a line that
# was matched afterwards was open. Whatever is matched later than that day has an entry
# later than that day on one of its sides.
_BOOKED = """(WITH later_line AS (
        SELECT id FROM account_move_line
         WHERE account_id = %(account)s AND date > %(day)s
    ), later AS (
        SELECT id, debit_move_id, credit_move_id, amount
          FROM account_partial_reconcile
         WHERE debit_move_id IN (SELECT id FROM later_line)
         UNION
        SELECT id, debit_move_id, credit_move_id, amount
          FROM account_partial_reconcile
         WHERE credit_move_id IN (SELECT id FROM later_line)
    ), side AS (
        SELECT line_id, SUM(amount) AS amount
          FROM (SELECT debit_move_id AS line_id, amount FROM later
                 UNION ALL
                SELECT credit_move_id, -amount FROM later) AS sides
         GROUP BY line_id
    ), candidate AS (
        SELECT id FROM account_move_line
         WHERE account_id = %(account)s AND reconciled IS NOT TRUE
           AND date <= %(day)s
         UNION
        SELECT line_id FROM side
    )
    %(columns)s
      FROM candidate
      JOIN account_move_line line ON line.id = candidate.id
      LEFT JOIN side ON side.line_id = line.id
      %(joins)s
     WHERE line.account_id = %(account)s
       AND line.date <= %(day)s
       AND line.parent_state = 'posted'
       AND line.company_id = ANY(%(companies)s)
       AND line.amount_residual + COALESCE(side.amount, 0) <> 0)"""
# Of what is listed, in the order in which the tables below keep it.
COLUMNS = (
    "kind",
    "booked",
    "origin_date",
    "entry_date",
    "amount",
    "open_amount",
    "company_id",
    "currency_id",
    "request_id",
    "move_line_id",
    "number",
    "label",
)


class TransitItem(models.AbstractModel):
    """One amount that is open on the transit account, or announced and not booked."""

    _name = "urssaf.transit.item"
    _description = "Urssaf: open on the transit account"
    # By name: to receive, taken back, received, other, debited.
    _order = "kind desc, origin_date, id"

    kind = fields.Selection(KINDS, readonly=True)
    booked = fields.Boolean(
        string="In the books",
        readonly=True,
        help="The entry is dated that day or before. What is announced only, or booked "
        "later because of a lock, is not part of the balance.",
    )
    origin_date = fields.Date(
        string="Date of Urssaf",
        readonly=True,
        help="The day of the transfer by Urssaf, or the day of the bank.",
    )
    entry_date = fields.Date(
        readonly=True, help="Later than Urssaf’s day where a lock date shifted it."
    )
    age = fields.Integer(
        string="Working days",
        aggregator=None,
        readonly=True,
        help="French working days since Urssaf’s date.",
    )
    amount = fields.Monetary(readonly=True)
    open_amount = fields.Monetary(
        string="Still open", readonly=True, help="What was not matched on that day."
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Demande de paiement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    number = fields.Char(readonly=True, help="Of the demande.")
    label = fields.Char(readonly=True, help="Of the entry.")
    invoice_id = fields.Many2one("account.move", compute="_compute_of_request")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_of_request",
        search="_search_partner_id",
    )

    @api.depends("request_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_of_request(self):
        """Empty for a branch that the user may not open: its amounts count all the
        same.
        """
        readable = self.request_id._filtered_access("read")
        for item in self:
            request = item.request_id & readable
            item.invoice_id = request.move_id
            item.partner_id = request.partner_id

    @api.model
    def _search_partner_id(self, operator, value):
        return Domain("request_id.partner_id", operator, value)

    @api.model
    def _fill(self, parent, transit, day):
        """Write what is open that day as lines of this model under ``parent``.

        :param parent: record that the field ``parent_id`` points to
        :param transit: see ``res.company._urssaf_transit``
        """
        self.env.flush_all()
        columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
        self.env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (parent_id, %(columns)s, create_uid,
                                          create_date, write_uid, write_date)
                   SELECT %(parent)s, %(columns)s, %(uid)s, now() AT TIME ZONE 'UTC',
                          %(uid)s, now() AT TIME ZONE 'UTC'
                     FROM (%(rows)s) AS items
                    ORDER BY kind, origin_date""",
                table=SQL.identifier(self._table),
                columns=columns,
                parent=parent.id,
                uid=self.env.uid,
                rows=transit.rows(day),
            )
        )
        self._fill_ages(parent, day)
        self.env.invalidate_all()

    @api.model
    def _fill_ages(self, parent, day):
        """In working days: counted once for each date, not for each line."""
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT origin_date FROM %s WHERE parent_id = %s",
                table,
                parent.id,
            )
        )
        days = [row[0] for row in self.env.cr.fetchall()]
        self.env.cr.execute(
            SQL(
                """UPDATE %s AS item SET age = ages.age
                     FROM unnest(%s::date[], %s::int[]) AS ages (day, age)
                    WHERE item.parent_id = %s AND item.origin_date = ages.day""",
                table,
                days,
                [working_days_since(origin, day) for origin in days],
                parent.id,
            )
        )

    def action_open(self):
        """The demande, or else the entry."""
        self.ensure_one()
        record = self.request_id or self.move_line_id.move_id
        return record.get_formview_action()


class Transit:
    """The transit account of a company, with the branches that are paid through it.

    :ivar owner: the company
    :ivar account: empty if it has none of its own
    :ivar companies: whose entries count
    :ivar paid_here: those of them whose demandes are booked on it
    """

    def __init__(self, owner, account, companies, paid_here):
        self.owner = owner
        self.account = account
        self.companies = companies
        self.paid_here = paid_here

    def rows(self, day):
        """What is open that day: a query with the columns ``COLUMNS``."""
        return SQL(
            "%s UNION ALL %s UNION ALL %s",
            self._booked(day),
            self._booked_later(day),
            self._announced(day),
        )

    def _columns(self, *, booked, open_amount):
        return SQL(
            """SELECT %(kind)s AS kind, %(booked)s AS booked, %(day)s AS origin_date,
                      line.date AS entry_date, line.balance AS amount,
                      %(open)s AS open_amount, line.company_id,
                      line.company_currency_id AS currency_id,
                      request.id AS request_id, line.id AS move_line_id,
                      request.name AS number, line.name AS label""",
            kind=_KIND,
            booked=booked,
            day=_DAY,
            open=open_amount,
        )

    def _booked(self, day):
        return SQL(
            _BOOKED,
            account=self.account.id,
            day=day,
            companies=self.companies.ids,
            joins=_JOINS,
            columns=self._columns(
                booked=SQL("TRUE"),
                open_amount=SQL("line.amount_residual + COALESCE(side.amount, 0)"),
            ),
        )

    def _booked_later(self, day):
        """Urssaf’s day had come, and a lock put the entry after the day asked for."""
        return SQL(
            """(%(columns)s
                  FROM account_move_line line
                  %(joins)s
                 WHERE line.account_id = %(account)s
                   AND line.date > %(day)s
                   AND line.parent_state = 'posted'
                   AND line.company_id = ANY(%(companies)s)
                   AND payment.date <= %(day)s
                   AND request.id IS NOT NULL)""",
            account=self.account.id,
            day=day,
            companies=self.companies.ids,
            joins=_JOINS,
            columns=self._columns(booked=SQL("FALSE"), open_amount=SQL("line.balance")),
        )

    def _announced(self, day):
        """Urssaf has named the amount and the day, and nothing is in the books: the
        bank has not shown it either.
        """
        holder = self.owner._urssaf_holder()
        return SQL(
            """(SELECT 'to_receive', FALSE, request.transfer_date, NULL::date,
                       request.transfer_amount, request.transfer_amount,
                       request.company_id, request.currency_id, request.id,
                       NULL::int, request.name, NULL
                  FROM urssaf_payment_request request
                 WHERE request.holder_id = %(holder)s
                   AND request.environment = %(environment)s
                   AND request.to_book IS TRUE
                   AND request.company_id = ANY(%(companies)s)
                   AND request.transfer_amount <> 0
                   AND NOT EXISTS (
                       SELECT FROM account_move_line received
                        WHERE received.urssaf_received_request_id = request.id
                          AND received.parent_state = 'posted'
                          AND received.date <= %(day)s)
                   AND (request.transfer_date <= %(day)s
                        OR (%(now)s AND request.transfer_date IS NOT NULL)))""",
            holder=holder.id,
            environment=holder.urssaf_environment,
            companies=self.paid_here.ids,
            day=day,
            now=day >= paris_today(),
        )

    def oldest(self, day, until, limit):
        """What is in the books, open at ``day`` and not younger than ``until``.

        :return: at most ``limit`` dictionaries of the columns, the oldest first, each
            with the ``count`` of all of them
        """
        env = self.owner.env
        env.flush_all()
        env.cr.execute(
            SQL(
                """SELECT *, COUNT(*) OVER () AS count
                     FROM (%s) AS items
                    WHERE booked AND kind <> 'other' AND origin_date <= %s
                    ORDER BY origin_date, move_line_id LIMIT %s""",
                self.rows(day),
                until,
                limit,
            )
        )
        return env.cr.dictfetchall()

    def sums(self, day):
        """``{booked: sum}`` of what is open that day."""
        self.owner.env.cr.execute(
            SQL(
                "SELECT booked, SUM(open_amount) FROM (%s) AS items GROUP BY booked",
                self.rows(day),
            )
        )
        return dict(self.owner.env.cr.fetchall())

    def movements(self, start, day):
        """``{kind: sum}`` of the entries from ``start`` to ``day``, both included."""
        self.owner.env.cr.execute(
            SQL(
                """SELECT %(kind)s, SUM(line.balance)
                     FROM account_move_line line
                     %(joins)s
                    WHERE line.account_id = %(account)s
                      AND line.date BETWEEN %(start)s AND %(day)s
                      AND line.parent_state = 'posted'
                      AND line.company_id = ANY(%(companies)s)
                    GROUP BY 1""",
                kind=_KIND,
                joins=_JOINS,
                account=self.account.id,
                start=start,
                day=day,
                companies=self.companies.ids,
            )
        )
        return dict(self.owner.env.cr.fetchall())

    def balance(self, day: date):
        """What Odoo’s own reports say of the account at the end of that day."""
        # sudo(): entries of branches that the user has not ticked count too.
        lines = self.owner.env["account.move.line"].sudo()
        [[balance]] = lines._read_group(
            [
                ("account_id", "=", self.account.id),
                ("company_id", "in", self.companies.ids),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
            ],
            aggregates=["balance:sum"],
        )
        return balance or 0.0
