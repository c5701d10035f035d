# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the product adds to the printed invoice, and that it is handed over first
(arrêté of 17 March 2015, articles 5 and 8).
"""

import re

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

REPORT = "account.report_invoice_with_payments"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoicePaper(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _html(self, move):
        report = self.env["ir.actions.report"]
        return report._render_qweb_html(REPORT, move.ids)[0].decode()

    def _text(self, move):
        return " ".join(re.sub(r"<[^>]+>", " ", self._html(move)).split())

    def _pay(self, request, amount):
        transfer = {"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": amount}
        self._demande(request).move("70", "Payée", transfer=transfer)
        request.action_urssaf_refresh()

    def _not_handed(self, **values):
        move = self._invoice(**values)
        move.is_move_sent = False
        return move

    # -- who paid ------------------------------------------------------------------

    def test_urssaf_paid(self):
        request = self._sent()
        self._pay(request, 66.0)
        self.assertEqual(request.move_id.payment_state, "paid")
        text = self._text(request.move_id)
        self.assertRegex(text, r"Paid on \S+ by Urssaf \(avance immédiate\)")

    def test_the_customer_paid(self):
        """Also an invoice of an enrolled customer: who paid is read of the payment."""
        move = self._invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        text = self._text(move)
        self.assertRegex(text, rf"Paid on \S+ by {self.partner.name}")
        self.assertNotIn("by Urssaf", text)

    # -- the advantage -------------------------------------------------------------

    def test_the_advantage_is_apart_and_smaller(self):
        html = self._html(self._sent().move_id)
        for words in ("Tax credit (estimate)", "Left to pay (estimate)"):
            at = html.index(words)
            self.assertIn("font-size: 75%", html[at - 200 : at])
            self.assertGreater(at, html.index("o_total_table"))

    # -- handed over before the demande leaves ---------------------------------------

    def test_not_handed_over_is_said_and_stops_nothing(self):
        move = self._not_handed()
        self.assertEqual(self._banners(move), {"urssaf_handed"})
        # Who may not open the settings, where the paper of these tests is mended.
        banner = move.with_user(self.user)._get_alerts()["urssaf_handed"]
        self.assertEqual(banner["level"], "warning")
        self.assertIn("before its demande leaves", banner["message"])
        self.assertEqual(banner["action"]["res_model"], "account.move.send.wizard")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertEqual(self._banners(move), {"urssaf_handed"})
        self.assertIn("before the customer is debited", str(move.alerts))
        move.is_move_sent = True
        self.assertFalse(self._banners(move))

    def test_what_the_paper_lacks_is_said_in_the_same_banner(self):
        move = self._not_handed()
        self.partner.street = self.partner.street2 = False
        self.env.invalidate_all()
        [banner] = move.with_user(self.user)._get_alerts().values()
        self.assertIn("before its demande leaves", banner["message"])
        self.assertIn("The law asks more", banner["message"].splitlines()[0])
        invoicing = self._make_user("invoicing", "account.group_account_invoice")
        told = move.with_user(invoicing)._get_alerts()
        self.assertIn("home_service_paper_0", told, "as in the trade alone")
        self.assertFalse([name for name in told if name.startswith("urssaf")])

    def test_what_leaves_by_itself_says_so_too(self):
        self.partner.urssaf_sending = "automatic"
        move = self._not_handed()
        self.assertEqual(move.urssaf_state, "queued")
        self.assertEqual(self._banners(move), {"urssaf_handed"})

    def test_the_debit_makes_it_late(self):
        """Once the customer is debited the warning would come too late."""
        request = self._sent()
        request.move_id.is_move_sent = False
        self._demande(request).move("50", "Prélevée")
        request.action_urssaf_refresh()
        self.assertFalse(self._banners(request.move_id))

    def test_several_at_once(self):
        known, unknown = self._invoice(), self._not_handed()
        moves = known | unknown
        wizard = self.env["urssaf.payment.request.send"].create(
            {"move_ids": [(6, 0, moves.ids)]}
        )
        said = {line.move_id: line.reason for line in wizard.line_ids}
        self.assertFalse(said[known])
        self.assertIn("neither sent nor printed", said[unknown])
        self.assertEqual(wizard.ready_count, 2)
        wizard.action_send()
        self.assertEqual(set(moves.mapped("urssaf_state")), {"queued"})

    def test_sent_with_odoos_dialogue(self):
        move = self._not_handed()
        wizard = self.env["account.move.send.wizard"].create(
            {"move_id": move.id, "sending_methods": ["manual"]}
        )
        wizard.action_send_and_print()
        self.assertTrue(move.is_move_sent)
        self.assertEqual(self._banners(move), {"urssaf_ready"})
