# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Interventions of an invoice: what the tests start from."""

from contextlib import contextmanager

from odoo import Command
from odoo.tests import new_test_user
from odoo.tests.common import freeze_time

from .cases import NOW, HomeServiceCase

MONDAY, LATER = "2026-03-02", "2026-03-09"


@freeze_time(NOW)
class InterventionCase(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marie = cls.env["home.service.person"].create(
            {"name": "Marie Petit", "number": "42", "company_id": cls.company.id}
        )
        cls.partner_a.write({"street": "3 rue Haute", "city": "Lyon", "zip": "69001"})
        cls.biller = new_test_user(
            cls.env,
            "biller",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _invoice(self, *rows, **line):
        """A draft of one line of housework with these interventions."""
        default = {"date": MONDAY, "start": 9, "end": 12, "person_id": self.marie.id}
        rows = [Command.create({**default, **row}) for row in rows]
        return self._draft({"home_service_intervention_ids": rows, **line})

    @contextmanager
    def assert_refused(self, exception, said):
        """As in a request of its own: what was done is undone."""
        with self.assertRaisesRegex(exception, said), self.cr.savepoint():
            yield
        self.env.invalidate_all()

    def _typed(self, move, *rows):
        return self.env["home.service.intervention"].create(
            [{"line_id": move.invoice_line_ids[:1].id, **row} for row in rows]
        )
