# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly ceilings, as far as our own demandes show: what is counted, for which
household and year, and what people read of it.
"""

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


class CeilingCase(UrssafCase):
    """An invoice of 66.00 gives 33.00; the law of the tests leaves 50.00 a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.amounts = cls.env["home.service.official.amount"]
        for kind, amount in (
            ("advance", 50.0),
            ("advance_higher", 80.0),
            ("gardening", 60.0),
        ):
            cls.amounts.create(
                {
                    "kind": kind,
                    "date_start": "2026-01-01",
                    "amount": amount,
                    "source": "Invented for the tests",
                }
            )
        cls.gardening = cls._make_service("Jardinage", 30.0, "70")

    def _left(self, partner=None, day=None, holder=None):
        """Euros of the advance that are left, as this company sees them."""
        partner = partner or self.partner
        uses = self.env["urssaf.ceiling.use"]
        holder = holder or self.company
        day = day or uses._day_now(holder)
        return uses._counters(holder, partner, day)[partner].left("advance") / 100

    def _wizard(self, moves):
        action = moves.action_urssaf_send()
        return (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCeiling(CeilingCase):
    # -- makers ----------------------------------------------------------------

    def _answer(self, request, status, **values):
        """Urssaf says something else of it."""
        self._demande(request).move(status, **values)
        request.action_urssaf_refresh()

    # -- estimates and warnings --------------------------------------------------

    def test_the_estimate_ends_at_the_ceiling(self):
        first = self._sent()
        self.assertEqual(first.amount_credit_estimate, 33.0)
        self.assertEqual(self._left(), 17.0)
        move = self._invoice()
        self.assertEqual(
            move._urssaf_estimates(), {"credit": 17.0, "deposit": 0.0, "net": 49.0}
        )
        preview = self.env["urssaf.payment.request.preview"].create(
            {"move_id": move.id}
        )
        self.assertEqual((preview.amount_credit, preview.amount_net), (17.0, 49.0))
        self.assertIn("17,00\xa0€ left of 50,00\xa0€", preview.warnings)
        self.assertFalse(preview.faults)
        banner = move.alerts["urssaf_ceiling"]
        self.assertEqual(banner["level"], "warning")
        self.assertIn("as far as our own invoices show", banner["message"])
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.amount_credit_estimate, 17.0)
        self.assertEqual(request.amount_net_estimate, 49.0)
        self.assertEqual(self._left(), 0.0)
        # What was said when it left stays said.
        self._answer(first, "40")
        self.assertEqual(request.amount_credit_estimate, 17.0)
        self.assertEqual(self._left(), 33.0)

    def test_nothing_is_said_below_the_ceiling(self):
        self._enrol()
        move = self._invoice()
        self.assertNotIn("urssaf_ceiling", move.alerts)
        self.assertFalse(
            self.env["urssaf.payment.request.preview"]
            .create({"move_id": move.id})
            .warnings
        )

    def test_a_draft_is_warned_of_too(self):
        self._sent()
        move = self._invoice()
        move.button_draft()
        self.assertIn("49,00", move.alerts["urssaf_ceiling"]["message"])

    def test_several_at_once_use_it_one_after_the_other(self):
        self._enrol()
        moves = self._invoice() | self._invoice()
        wizard = self._wizard(moves)
        self.assertEqual(wizard.line_ids.mapped("amount_net"), [33.0, 49.0])
        self.assertEqual([bool(line.reason) for line in wizard.line_ids], [False, True])
        wizard.action_send()
        estimates = moves.urssaf_request_id.sorted("id").mapped(
            "amount_credit_estimate"
        )
        self.assertEqual(estimates, [33.0, 17.0])

    def test_what_a_queued_demande_uses_is_counted_once(self):
        self._enrol()
        moves = self._invoice() | self._invoice()
        self._wizard(moves).action_send()
        self.assertEqual(set(moves.mapped("urssaf_state")), {"queued"})
        self.assertEqual(
            [moves[0]._urssaf_estimates()["net"], moves[1]._urssaf_estimates()["net"]],
            [33.0, 49.0],
        )
        moves[0].button_draft()
        self.assertEqual(self._left(), 33.0)

    def test_pdf_and_email_say_within_which_limit(self):
        self._sent()
        move = self._invoice()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )
        page = html.decode()
        self.assertIn("within your yearly ceiling", page)
        self.assertIn("49,00", page)
        move.action_urssaf_send()
        self.assertIn("49,00", move.urssaf_customer_notice)
        self.assertIn("within your yearly ceiling", move.urssaf_customer_notice)
        template = self.env.ref("urssaf_avance_immediate.mail_template_sent")
        request = move.urssaf_request_id
        body = template._render_field("body_html", request.ids)[request.id]
        self.assertIn("49,00", body)
        self.assertIn("within your yearly ceiling", body)

    def test_a_group_of_services_has_its_own(self):
        self._enrol()
        move = self._invoice()
        move.button_draft()
        move.invoice_line_ids.product_id = self.gardening
        move.invoice_line_ids.price_unit = 30.0
        move.action_post()
        # 60.00 of 66.00 of gardening give a credit.
        self.assertEqual(move._urssaf_estimates()["credit"], 30.0)
        self.assertIn("Gardening", move.alerts["urssaf_ceiling"]["message"])
        move.action_urssaf_send()
        uses = move.urssaf_request_id.ceiling_use_ids
        self.assertEqual(
            {use.kind: use.amount for use in uses}, {"gardening": 60.0, "advance": 30.0}
        )
        self.assertIn("60,00\xa0€ of 60,00\xa0€", self.partner.urssaf_ceiling)

    # -- credit for what came to nothing -----------------------------------------

    def test_refusal_and_cancellation_give_back(self):
        request = self._sent()
        self.assertEqual(self._left(), 17.0)
        for code, left in (("30", 17.0), ("60", 17.0), ("110", 50.0)):
            self._answer(request, code)
            self.assertEqual(self._left(), left, code)

    def test_what_was_only_a_test_is_not_counted(self):
        request = self._sent()
        request.sudo().environment = "test"
        self.assertEqual(self._left(), 50.0)

    def test_a_take_back_gives_back_its_share(self):
        request, transfer = self._paid()
        self.assertEqual(self._left(), 17.0)
        self._take_back(request, 22.0)
        self.assertEqual(self._left(), 28.0)
        # It says 70 again, and transfers that part anew.
        self._answer(request, "70", transfer=transfer)
        request.action_register_transfer()
        self.assertEqual(request.amount_booked, 66.0)
        self.assertEqual(self._left(), 17.0)

    def test_a_take_back_that_is_undone_counts_again(self):
        request, _transfer = self._paid()
        back = self._take_back(request, 66.0)
        self.assertEqual(self._left(), 50.0)
        back.action_draft()
        back.action_cancel()
        self.assertEqual(self._left(), 17.0)

    def _paid(self):
        """Paid and booked, then refused by the bank and recovered."""
        request = self._sent()
        transfer = {"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": 66.0}
        self._answer(request, "70", transfer=transfer)
        self.assertEqual(request.amount_booked, 66.0)
        self._answer(request, "120", transfer=transfer)
        return request, transfer

    def _take_back(self, request, amount):
        group = "urssaf_avance_immediate.group_manager"
        manager = self._make_user("takes_back", group)
        wizard = self.env["urssaf.payment.request.reversal"].with_user(manager)
        values = {"request_id": request.id, "amount": amount, "date": "2026-03-16"}
        wizard.create(values).action_reverse()
        return request.payment_ids.filtered(lambda p: p.payment_type == "outbound")
