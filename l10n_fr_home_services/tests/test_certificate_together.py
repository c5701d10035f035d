# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two people who prepare the certificates of a year at the same moment, each with a
transaction of his own, as two workers of Odoo have.
"""

import time
from threading import Thread

from odoo import SUPERUSER_ID, Command, api
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

YEAR = 2025
WAITS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid = %s
"""


@tagged("post_install", "-at_install")
class TestCertificatesTogether(TransactionCase):
    """What is made here is committed, and removed at the end."""

    def setUp(self):
        super().setUp()
        company = self.env["res.company"].search([("chart_template", "=", "fr")])[:1]
        if not company:
            self.skipTest("needs the French company of `make test`")
        self.company = company.id
        self.addCleanup(self._remove)
        with self._environment() as env:
            self._make(env)

    def _environment(self):
        return Committed(self.env.cr.dbname, self.company)

    def _make(self, env):
        """A customer who has paid 100.00 for housework, and his invoice."""
        customer = env["res.partner"].create({"name": "Camille Ensemble"})
        product = env["product.product"].create(
            {
                "name": "Ménage",
                "type": "service",
                "home_service_nature_id": env.ref("l10n_fr_home_services.nature_60").id,
            }
        )
        line = {
            "product_id": product.id,
            "price_unit": 100,
            "tax_ids": [Command.clear()],
        }
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": f"{YEAR}-06-10",
                "home_service_start": f"{YEAR}-06-10",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"payment_date": f"{YEAR}-06-11"})
        payment = wizard._create_payments()
        wizard.unlink()
        self.made = (payment.id, invoice.id, product.id, customer.id)

    def _remove(self):
        with self._environment() as env:
            if not getattr(self, "made", None):
                return
            payment, invoice, product, customer = self.made
            payment = env["account.payment"].browse(payment)
            invoice = env["account.move"].browse(invoice)
            customer = env["res.partner"].browse(customer)
            self._certificates(env).unlink()
            payment.action_draft()
            payment.unlink()
            invoice.button_draft()
            invoice.with_context(force_delete=True).unlink()
            env["product.product"].browse(product).unlink()
            customer.unlink()

    def _certificates(self, env):
        return env["home.service.certificate"].search(
            [("partner_id", "=", self.made[-1])]
        )

    def _prepare(self, env):
        customer = env["res.partner"].browse(self.made[-1])
        certificates = env["home.service.certificate"]
        return certificates._prepare(env.company, customer, YEAR)

    def _second(self, cursors, faults):
        try:
            with self._environment() as env:
                cursors.append(env.cr.connection.get_backend_pid())
                # As Odoo does with every click.
                retrying(lambda: self._prepare(env), env)
        except Exception as fault:  # told by the test: a thread has nobody to tell
            faults.append(fault)

    @mute_logger("odoo.sql_db")
    def test_one_draft_for_each_customer(self):
        pids, faults = [], []
        second = Thread(target=self._second, args=(pids, faults))
        with self._environment() as first:
            self.assertEqual(self._prepare(first).amount_received, 100)
            second.start()
            while second.is_alive() and not self._waits(pids):
                time.sleep(0.02)
        second.join()
        self.assertEqual(faults, [])
        with self._environment() as env:
            found = self._certificates(env)
            self.assertEqual(found.mapped("version"), [1])

    def _waits(self, pids):
        """Whether the second one waits for what the first one holds."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute(WAITS, [pids[-1] if pids else 0])
            return cr.fetchone()[0]


class Committed:
    """An environment with a transaction of its own, committed at its end."""

    def __init__(self, database, company):
        self.cursor = db_connect(database).cursor()
        self.company = company

    def __enter__(self):
        context = {"allowed_company_ids": [self.company], "tracking_disable": True}
        return api.Environment(self.cursor, SUPERUSER_ID, context)

    def __exit__(self, kind, *_fault):
        if kind is None:
            api.Environment(self.cursor, SUPERUSER_ID, {}).transaction.flush()
            self.cursor.commit()
        self.cursor.close()
