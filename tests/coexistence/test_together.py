# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One company that has installed much else, from a new customer to the bank's line.

``make test ARGS=coexistence``: see ``dev/coexistence.py`` for what is installed.
"""

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.bank import BankCase
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW

from dev.coexistence import modules


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTogether(BankCase, HttpCase):
    def test_from_a_new_customer_to_the_line_of_the_bank(self):
        installed = self.env["ir.module.module"].search([("state", "=", "installed")])
        self.assertLessEqual(set(modules()), set(installed.mapped("name")))
        # OCA's partner_firstname makes two of the one name, and back.
        self.assertEqual(self.partner.lastname, "Martin")
        self.assertEqual(self.partner.firstname, "Jeanne")

        enrolment = self._enrol()
        self.assertEqual(enrolment.state, "active")
        self.assertEqual(self.partner.name, "Jeanne Martin")

        move = self._invoice()
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.state, "waiting")

        for code, label in (("30", "Validée"), ("50", "Prélevée")):
            self._demande(request).move(code, label)
            request.action_urssaf_refresh()
        transfer = {"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": 66.0}
        self._demande(request).move("70", "Payée", transfer=transfer)
        request.action_urssaf_refresh()
        self.assertEqual(request.state, "paid")
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(request.amount_booked, 66.0)

        line = self._line(66.0, "2026-03-16")
        self._wizard(line).action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)

        # Nobody reminds him, debits him or lets him pay online meanwhile.
        waiting = self._sent()
        self.assertTrue(waiting.move_id._urssaf_collecting())

        self._log_in()
        self.assertIn(move.name, self.url_open("/my/invoices").text)
        page = self.url_open(f"/my/invoices/{waiting.move_id.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(waiting.move_id.name, page.text)

    def _log_in(self):
        login = "together_customer"
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "login": login,
                "password": login,
                "partner_id": self.partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.authenticate(login, login)
