# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an office has after some years: lists, filters and scheduled actions find their
rows by an index. How many milliseconds that takes is in the bench.
"""

from odoo import models
from odoo.tests import tagged

from . import crowd, screens
from .cases import UrssafCase

DEMANDES, CUSTOMERS = 8_000, 640
TABLES = {"urssaf_payment_request", "account_move"}
#: A filter that finds more than this reads the table, and rightly so.
FEW = DEMANDES // 20

# Stored many2one fields without an index, and why none is wanted.
NOT_INDEXED = {
    "res.company.urssaf_payment_journal_id": "a row per company",
    "res.company.urssaf_payment_method_line_id": "a row per company",
    "res.company.urssaf_payment_method_line_out_id": "a row per company",
    "res.company.urssaf_set_off_account_id": "a row per company",
    "res.company.urssaf_surplus_account_id": "a row per company",
    "res.company.urssaf_responsible_id": "a row per company",
    "res.company.urssaf_accountant_id": "a row per company",
    "res.partner.urssaf_birth_country_id": "countries are not deleted, nor searched by",
    "urssaf.transfer.statement.line.currency_id": "always that of the company",
    "urssaf.payment.request.currency_id": "always the euro, never searched by",
}


@tagged("post_install", "-at_install")
class TestBigDatabase(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user(
            "big_manager", "urssaf_avance_immediate.group_manager"
        )

    def _load(self):
        request = self._sent()
        self.fake.by_number(request.name).move("30", "Validée")
        self.fake.calls.clear()
        payment = self.env["account.payment"].create(
            {"partner_id": self.partner.id, "amount": 66, "payment_type": "inbound"}
        )
        request.sudo().next_call_at = False
        crowd.load(self.env.cr, request.sudo(), payment, CUSTOMERS, DEMANDES)

    def test_lists_filters_and_actions_find_by_an_index(self):
        self._load()
        # Of several companies, those that have anything to do are looked for first.
        self.assertIn(self.other_company, self.other_company._urssaf_holders())
        env = self.env(user=self.manager)
        slow = []
        for name, model, domain in screens.filters(env):
            found = env[model].search_count(domain)
            if found <= FEW:
                with screens.queries() as queries:
                    screens.look(env, model, domain)
                slow += self._slow(f"filter {name}, {found} rows", queries)
        board = env["urssaf.board"].create({})
        with screens.queries() as queries:
            board.read(["to_send_count", "waiting_ids"])
        slow += self._slow("board", queries)
        for action in screens.actions(env):
            with screens.queries() as queries:
                self._run_cron(action.get_external_id()[action.id].split(".cron_")[1])
            slow += self._slow(f"action {action.name}", queries)
        self.assertFalse(slow, "\n\n".join(slow))
        self.assertFalse(self.fake.calls, "nothing was due")

    def _slow(self, what, queries):
        return [
            f"{what}: {query}"
            for query in queries
            if any(table in query for table in TABLES)
            and TABLES & screens.scanned(self.env.cr, query)
        ]

    def test_foreign_keys_have_an_index(self):
        self.env.cr.execute(
            "SELECT indrelid::regclass::text || '.' || attname"
            "  FROM pg_index"
            "  JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
        )
        indexed = {row[0] for row in self.env.cr.fetchall()}
        missing = {
            str(field)
            for model in self.env.registry.values()
            if not model._abstract and not model._transient and model._auto
            for field in model._fields.values()
            if field.type == "many2one"
            and field.store
            and field.column_type
            and "urssaf" in str(field)
            and field.name not in models.MAGIC_COLUMNS
            and f"{model._table}.{field.name}" not in indexed
        }
        self.assertEqual(missing, set(NOT_INDEXED))
