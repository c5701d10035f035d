# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A big database, made by PostgreSQL itself out of one customer and one demande.

Years of an office: nearly all demandes are paid, booked and over, a few are in each
of the situations that somebody looks for. The bench loads it too.
"""

from psycopg2 import sql

from odoo import fields

#: Out of a thousand demandes, by number: up to which one, and the state of these.
STATES = (
    (1, "queued"),
    (5, "waiting"),
    (7, "validated"),
    (9, "debited"),
    (11, "rejected"),
    (25, "refused"),
    (27, "cancelled"),
    (28, "unpaid"),
    (29, "recovered"),
    (1000, "paid"),
)
CLOSED = "('rejected', 'refused', 'cancelled')"
TABLES = (
    "res_partner",
    "urssaf_enrolment",
    "account_move",
    "urssaf_payment_request",
    "account_payment",
    "urssaf_trace",
)
#: Nothing is due, all of it will be.
SOON = "-(1 + n % 20) * interval '1 day'"
#: Years that the demandes are spread over.
YEARS = 3


def load(cr, request, payment, customers, demandes):
    """Clone a demande with its customer and invoice, then refresh the statistics:
    PostgreSQL plans with those of an empty table otherwise.

    :param request: an ``urssaf.payment.request`` that Urssaf has taken
    :param payment: a payment, posted or not, that no demande has
    """
    request.env.flush_all()
    crowd = Crowd(cr, customers, demandes)
    crowd.people(request)
    crowd.invoices(request)
    crowd.demandes(request)
    crowd.payments(payment)
    crowd.traces(request)
    for table in TABLES:
        cr.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    request.env.invalidate_all()


class Crowd:
    """``n`` is the number of a clone, from 0; ``t`` the row that is cloned."""

    def __init__(self, cr, customers, demandes):
        self.cr = cr
        self.customers = customers
        self.count = demandes
        self.now = fields.Datetime.to_string(fields.Datetime.now())
        self.first = {}

    def people(self, request):
        name = "'Client ' || n"
        partner = self.clone(
            "res_partner",
            request.partner_id,
            self.customers,
            name=name,
            complete_name=name,
            email="'client' || n || '@example.com'",
            email_normalized="'client' || n || '@example.com'",
            commercial_partner_id="%(id)s",
            urssaf_bank_account_id="NULL",
        )
        # One in fifty is on his way, as many have left.
        self.clone(
            "urssaf_enrolment",
            request.enrolment_id,
            self.customers,
            partner_id=f"{partner} + n",
            external_id="md5(n::text)",
            state="CASE n % 50 WHEN 1 THEN 'pending' WHEN 2 THEN 'ended'"
            " WHEN 3 THEN 'error' ELSE 'active' END",
            state_since=self._now("n % 20 * interval '1 hour'"),
            next_call_at=self._now(SOON),
            companion_next_at="NULL",
        )

    def invoices(self, request):
        customer = f"{self.first['res_partner']} + n % {self.customers}"
        self.clone(
            "account_move",
            request.move_id,
            self.count,
            name="'BIG/' || n",
            sequence_number="n",
            partner_id=customer,
            commercial_partner_id=customer,
            invoice_date=f"t.invoice_date - {self._days()}",
            date=f"t.date - {self._days()}",
            urssaf_request_id="NULL",
            urssaf_state=self._state(),
            urssaf_to_send="false",
            access_token="NULL",
            payment_reference="'BIG/' || n",
            payment_state="CASE WHEN n % 1000 >= 29 THEN 'paid' ELSE 'not_paid' END",
        )

    def demandes(self, request):
        state = self._state()
        over = f"{state} IN {CLOSED} OR n > {self.count // (YEARS * 6)}"
        first = self.clone(
            "urssaf_payment_request",
            request,
            self.count,
            name="'BIG/' || n",
            external_id="'BIG' || n",
            move_id=f"{self.first['account_move']} + n",
            partner_id=f"{self.first['res_partner']} + n % {self.customers}",
            enrolment_id=f"{self.first['urssaf_enrolment']} + n % {self.customers}",
            state=state,
            active_request=f"{state} NOT IN {CLOSED}",
            state_since=self._now("n % 20 * interval '1 hour'"),
            claimed_at=self._now(self._days()),
            remote_changed_at=self._now(self._days()),
            answer_until=self._now(self._days()),
            next_call_at=f"CASE WHEN {over} THEN NULL ELSE {self._now(SOON)} END",
            expected_transfer_date=f"t.service_end - {self._days()}",
            transfer_date=f"CASE WHEN {state} = 'paid'"
            f" THEN t.service_end - {self._days()} END",
            transfer_amount=f"CASE WHEN {state} = 'paid' THEN t.amount_total END",
            transfer_effective=f"{state} = 'paid'",
            transfer_outlook=f"CASE {state} WHEN 'waiting' THEN 'open'"
            " WHEN 'validated' THEN 'agreed' WHEN 'debited' THEN 'agreed' END",
            to_book="n % 2000 = 31",
            # Told already, so that no scheduled action has anything to say.
            told_at=self._now("interval '0'"),
            matter="CASE WHEN n % 2000 = 31 THEN 'booking' END",
            late="n % 2000 = 2",
            cancel_awaited="n % 2000 = 3",
            transfer_gap="CASE WHEN n % 2000 = 33 THEN -1 ELSE 0 END",
            transfer_differs="n % 2000 = 33",
            notice_until=f"CASE WHEN {state} = 'unpaid' THEN t.service_end - (n % 40)"
            " END",
        )
        self.cr.execute(
            "UPDATE account_move SET urssaf_request_id = id - %s + %s WHERE id >= %s",
            [self.first["account_move"], first, self.first["account_move"]],
        )

    def payments(self, payment):
        customer = f"{self.first['res_partner']} + n % {self.customers}"
        self.clone(
            "account_payment",
            payment,
            self.count,
            where="n % 1000 >= 29 AND n % 2000 <> 31",
            name="'PBIG/' || n",
            partner_id=customer,
            move_id="NULL",
            state="'paid'",
            urssaf_request_id=f"{self.first['urssaf_payment_request']} + n",
        )

    def traces(self, request):
        """A month of calls, one in a hundred of which has failed."""
        trace = request.env["urssaf.trace"].sudo()
        trace = trace.create({"company_id": request.company_id.id, "method": "070"})
        request.env.flush_all()
        self.clone(
            "urssaf_trace",
            trace,
            self.count // 5,
            called_at=self._now(f"n * interval '30 days' / {self.count}"),
            failed="n % 100 = 0",
        )

    def clone(self, table, record, count, where="true", **changes):
        """Insert ``count`` copies of a row; return the id of the first.

        :param changes: SQL per column; ``%(id)s`` is the id of the clone
        """
        name_of = sql.Identifier(table)
        self.cr.execute(sql.SQL("SELECT max(id) + 1 FROM {}").format(name_of))
        [first] = self.cr.fetchone()
        self.first[table] = first
        changes = {"id": f"{first} + n", **changes}
        columns = self._columns(table)
        unknown = changes.keys() - set(columns)
        if unknown:
            raise ValueError(f"{table} has no column {sorted(unknown)}")
        values = [
            sql.SQL(changes[name].replace("%(id)s", f"{first} + n"))
            if name in changes
            else sql.Identifier("t", name)
            for name in columns
        ]
        self.cr.execute(
            sql.SQL(
                "INSERT INTO {table} ({names}) SELECT {values}"
                " FROM {table} t, generate_series(0, {last}) n"
                " WHERE t.id = {id} AND {where}"
            ).format(
                table=name_of,
                names=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join(values),
                last=sql.Literal(count - 1),
                id=sql.Literal(record.id),
                where=sql.SQL(where),
            )
        )
        self.cr.execute(
            sql.SQL("SELECT setval({sequence}, (SELECT max(id) FROM {table}))").format(
                sequence=sql.Literal(f"{table}_id_seq"), table=name_of
            )
        )
        return first

    def _columns(self, table):
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return [row[0] for row in self.cr.fetchall()]

    def _state(self):
        cases = " ".join(
            f"WHEN n % 1000 < {limit} THEN '{state}'" for limit, state in STATES
        )
        return f"(CASE {cases} END)"

    def _days(self):
        """Clone 0 is of today, the last one of years ago."""
        return f"(n::bigint * {YEARS * 365} / {self.count})::int"

    def _now(self, ago):
        """So long ago, as Odoo's clock says: tests stop it."""
        ago = f"{ago} * interval '1 day'" if ago == self._days() else ago
        return f"timestamp '{self.now}' - {ago}"
