# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Copies of a company that Odoo has set up: chart of accounts, taxes, journals, methods
of payment. Odoo takes seconds for each; PostgreSQL copies hundreds.
"""

from psycopg2 import sql

#: What a company has of its own, and by which column that is known; in this order.
#: ``%(company)s`` is the id of the company.
_OWN = (
    ("res_partner", "id = (SELECT partner_id FROM res_company WHERE id = %(company)s)"),
    ("res_company", "id = %(company)s"),
    (
        "account_account",
        "id IN (SELECT account_account_id FROM account_account_res_company_rel"
        " WHERE res_company_id = %(company)s)",
    ),
    ("account_tax_group", "company_id = %(company)s"),
    ("account_tax", "company_id = %(company)s"),
    ("account_tax_repartition_line", "company_id = %(company)s"),
    ("account_fiscal_position", "company_id = %(company)s"),
    ("account_journal", "company_id = %(company)s"),
    (
        "account_payment_method_line",
        "journal_id IN (SELECT id FROM account_journal WHERE company_id = %(company)s)",
    ),
    ("ir_default", "company_id = %(company)s"),
)
#: Relations of two such things, that have no id of their own.
_RELATIONS = (
    "account_account_res_company_rel",
    "account_account_tax_default_rel",
    "account_fiscal_position_account_tax_rel",
    "account_tax_alternatives",
    "account_tax_filiation_rel",
    "account_account_tag_account_tax_repartition_line_rel",
    "account_account_account_tag",
    "res_company_users_rel",
)
#: Tables that are another size now, as PostgreSQL is to know.
STATISTICS = tuple(table for table, _where in _OWN)
_REFERENCES = """
    SELECT own.relname, a.attname, other.relname
      FROM pg_constraint k
      JOIN pg_class own ON own.oid = k.conrelid
      JOIN pg_class other ON other.oid = k.confrelid
      JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum = k.conkey[1]
     WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1
"""


class Copier:
    """Copies one company again and again.

    :param company: a ``res.company`` with all that it needs, flushed
    """

    def __init__(self, company):
        self._cr, self._company = company.env.cr, company.id
        self._cr.execute(_REFERENCES)
        self._references = {
            (own, column): to for own, column, to in self._cr.fetchall()
        }
        tables = [table for table, _where in _OWN]
        for table in tables:
            self._cr.execute(f"CREATE TEMP TABLE new_{table} (old int, new int)")
        self._tables = tables

    def copy(self, name):
        """Make one more, of this name; return its id."""
        for table, where in _OWN:
            self._cr.execute(f"TRUNCATE new_{table}")
            self._cr.execute(
                f"INSERT INTO new_{table} SELECT id, nextval('{table}_id_seq')"
                f" FROM {table} WHERE {where} ORDER BY id",
                {"company": self._company},
            )
        self._cr.execute("SELECT new FROM new_res_company")
        [new] = self._cr.fetchone()
        # References to rows that come later are checked at the end of the transaction
        # at best: Odoo's are not deferred, so they are left out of the check.
        self._cr.execute("SET LOCAL session_replication_role = replica")
        for table in self._tables:
            self._rows(table, name, new)
        for table in _RELATIONS:
            self._relation(table)
        self._cr.execute("SET LOCAL session_replication_role = origin")
        return new

    def _rows(self, table, name, new):
        changes = {"id": "(SELECT new FROM own)"}
        if table == "res_company":
            changes |= {"name": "%(name)s", "parent_path": f"'{new}/'"}
        elif table == "res_partner":
            changes |= {"name": "%(name)s", "complete_name": "%(name)s"}
        elif table == "account_account":
            code = f"t.code_store -> '{self._company}'"
            changes["code_store"] = f"jsonb_build_object('{new}', {code})"
        elif table == "ir_default":
            # An account of the other company would be none of this one's.
            changes["json_value"] = (
                "coalesce((SELECT new::text FROM new_account_account"
                " WHERE old::text = t.json_value), t.json_value)"
            )
        self._insert(table, changes, f"JOIN new_{table} own ON own.old = t.id", name)

    def _relation(self, table):
        owner = next(
            (column, to)
            for (own, column), to in self._references.items()
            if own == table and to in self._tables
        )
        join = f"JOIN new_{owner[1]} own ON own.old = t.{owner[0]}"
        self._insert(table, {}, join, None)

    def _insert(self, table, changes, join, name):
        columns = self._columns(table)
        values = [self._value(table, column, changes) for column in columns]
        self._cr.execute(
            sql.SQL(
                "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t {join}"
            ).format(
                table=sql.Identifier(table),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join(map(sql.SQL, values)),
                join=sql.SQL(join),
            ),
            {"name": name},
        )

    def _value(self, table, column, changes):
        if column == "id" and "id" in changes:
            return "own.new"
        if column in changes:
            return changes[column]
        to = self._references.get((table, column))
        if to in self._tables:
            known = f'(SELECT new FROM new_{to} WHERE old = t."{column}")'
            return f'coalesce({known}, t."{column}")'
        return f't."{column}"'

    def _columns(self, table):
        self._cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return [row[0] for row in self._cr.fetchall()]
