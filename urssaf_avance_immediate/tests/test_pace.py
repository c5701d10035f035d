# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls per second hold over all processes of a company."""

import json
import subprocess
import sys
from itertools import pairwise
from unittest.mock import patch

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tests import TransactionCase, tagged

from ..lib.api import forget_turns
from ..models.exchange.pace import turn

#: Fewer than ``MOST_AHEAD``: nobody waits for the turns that are taken here.
PROCESSES, CALLS = 3, 15
#: Far from any real pace: the turns are counted, nobody waits for them.
PER_SECOND = 10.0

# What one process does before each call, without the call: see ``_alone``.
_WORKER = """
import json, sys, psycopg2
task = json.load(sys.stdin)
connection = psycopg2.connect(**task["dsn"])
turns = []
for _call in range(task["calls"]):
    with connection, connection.cursor() as cr:
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(task["take"], task["params"])
        cr.execute("SELECT next_turn FROM urssaf_pace WHERE company_id = %s",
                   [task["company"]])
        turns.append(cr.fetchone()[0])
print(json.dumps(turns))
"""


@tagged("post_install", "-at_install")
class TestPaceOfProcesses(TransactionCase):
    def setUp(self):
        super().setUp()
        forget_turns()
        self.addCleanup(forget_turns)
        self.pace = self.env["urssaf.pace"]
        self.company = self.env.ref("base.main_company")

    def test_three_processes_share_the_turns(self):
        _name, dsn = connection_info_for(self.env.cr.dbname)
        take = turn(self.company.id, PER_SECOND)
        task = {
            "dsn": dict(dsn),
            "calls": CALLS,
            "take": take.code,
            "params": list(take.params),
            "company": self.company.id,
        }
        self.addCleanup(self._forget, dsn)
        running = [
            subprocess.Popen(
                [sys.executable, "-c", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _process in range(PROCESSES)
        ]
        for process in running:
            process.stdin.write(json.dumps(task))
            process.stdin.close()
        answers = [process.stdout.read() for process in running]
        for process in running:
            process.stdout.close()
            self.assertEqual(process.wait(60), 0, "no conflict, no error")
        turns = sorted(moment for answer in answers for moment in json.loads(answer))
        self.assertEqual(len(turns), PROCESSES * CALLS)
        gaps = [later - earlier for earlier, later in pairwise(turns)]
        # A microsecond for the arithmetic of seconds since 1970.
        self.assertGreater(min(gaps), 1 / PER_SECOND - 1e-5)

    def _forget(self, dsn):
        with psycopg2.connect(**dsn) as connection, connection.cursor() as cr:
            cr.execute("DELETE FROM urssaf_pace")
        connection.close()

    def test_a_turn_after_the_other(self):
        waits = [self.pace._take_turn(self.company.id, 0.01) for _call in range(3)]
        self.assertEqual([round(wait / 100) for wait in waits], [0, 1, 2])

    def test_a_clock_that_was_set_back(self):
        self.pace._take_turn(self.company.id, 1.0)
        row = self.pace.search([("company_id", "=", self.company.id)])
        row.next_turn += 365 * 86400
        row.flush_recordset()
        self.assertLess(self.pace._take_turn(self.company.id, 1.0), 60)

    def test_no_limit(self):
        self.company.urssaf_calls_per_second = 0
        self.assertIsNone(self.pace._turns(self.company))

    def test_without_the_database_nobody_calls_faster(self):
        broken = patch.object(
            type(self.pace), "_alone", side_effect=psycopg2.OperationalError
        )
        with broken:
            waits = [self.pace._take_turn(self.company.id, 0.01) for _call in range(2)]
        self.assertEqual([round(wait / 100) for wait in waits], [1, 2])
