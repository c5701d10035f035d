# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""After a backup was restored, what Urssaf has is taken over again."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_adoption import AdoptionCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAdoptionRestored(AdoptionCase):
    # -- a restored backup -----------------------------------------------------

    def _restored_after(self, work):
        """The database as it was before ``work``; Urssaf has seen it."""

        class Restored(Exception):
            pass

        with self.assertRaises(Restored), self.env.cr.savepoint():
            work()
            self.env.flush_all()
            raise Restored
        self.env.invalidate_all()
        self.fake.numbers.forgotten()

    def test_a_restored_backup_comes_back_in_three_clicks(self):
        """Twelve on one day: Urssaf lists ten of a day, and Odoo does not know them."""
        lines = (((2, 30.0),), ((2.5, 30.0), (1, 12.34)), ((1.75, 28.57),))
        lost = []
        kept = self._sent()

        def work():
            for rank in range(12):
                request = self._sent(lines=lines[rank % 3])
                move = request.move_id
                lost.append(
                    (
                        move.name,
                        move.amount_total,
                        move.amount_untaxed,
                        move.home_service_start,
                        request.external_id,
                    )
                )

        self._restored_after(work)
        self.assertEqual(self.partner.invoice_ids, kept.move_id)
        sent = len(self.fake.calls_of("050"))
        check = self._check().with_user(self.user)
        # More calls than a user waits for.
        self._run_cron("crosscheck")
        self.assertEqual((check.state, check.rebuildable_count), ("done", 12))
        check.action_rebuild_all()
        made = check.line_ids.filtered("rebuilt").move_id
        self.assertEqual(set(made.mapped("state")), {"draft"})
        check.action_confirm_rebuilt()
        self.assertFalse(check.open_count, check.line_ids.mapped("detail"))
        back = [
            (
                request.move_id.name,
                request.move_id.amount_total,
                request.move_id.amount_untaxed,
                request.move_id.home_service_start,
                request.external_id,
            )
            for request in made.urssaf_request_ids.sorted("name")
        ]
        self.assertEqual(back, sorted(lost))
        self.assertEqual(set(made.mapped("state")), {"posted"})
        self.assertEqual(len(self.fake.demandes), 13, "none twice at Urssaf")
        self.assertEqual(len(self.fake.calls_of("050")), sent)
        new = self._invoice()
        self.assertNotIn(new.name, [name for name, *_rest in lost])

    def test_a_number_used_since_the_restoration(self):
        """The next invoice got the number of a lost one: both are there in the end."""
        self._restored_after(self._sent)
        move = self._invoice(start="2026-03-05")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_request_id.name, f"{move.name}-2")
        check = self._check()
        [line] = check.line_ids.filtered(lambda x: x.kind == "remote")
        self.assertEqual((line.number, line.move_id), (move.name, move))
        self.assertTrue(line.rebuildable)
        self.assertFalse(line.adoptable)
        check.action_rebuild_all()
        self.assertNotEqual(line.move_id, move)
        self.assertIn("new number", line.detail)
        check.action_confirm_rebuilt()
        self.assertEqual(line.outcome, "adopted")
        self.assertEqual(line.move_id.urssaf_request_id.name, line.number)
        self.assertEqual(line.move_id.urssaf_state, "waiting")
        self.assertEqual(len(self.fake.demandes), 2)

    def test_what_cannot_be_made_again_says_why(self):
        self._restored_after(self._sent)
        self.partner.urssaf_enrolment_id.sudo().external_id = False
        check = self._check()
        check.action_rebuild_all()
        self.assertIn("Enrolled elsewhere", check.line_ids.detail)
        with self.assertRaises(UserError):
            check.line_ids.action_rebuild()
        self.assertFalse(self.partner.invoice_ids)
        biller = self._make_user("rebuilder", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            check.with_user(biller).action_rebuild_all()

    def test_an_echo_that_cannot_be_read_leaves_the_others(self):
        def work():
            self._sent()
            self._sent(lines=((1, 40.0),))

        self._restored_after(work)
        strange, _good = sorted(self.fake.demandes.values(), key=lambda d: d.number)
        strange.payload["inputPrestations"] = [
            None,
            {"quantite": "deux", "mntPrestationTTC": [], "complement1": {"a": 1}},
        ]
        check = self._check()
        check.action_rebuild_all()
        self.assertEqual(check.line_ids.mapped("rebuilt"), [True, True])
        check.action_confirm_rebuilt()
        [left] = check.line_ids.filtered("to_confirm")
        self.assertEqual(left.number, strange.number)
        self.assertIn("Amount", left.detail)
        self.assertEqual((check.line_ids - left).outcome, "adopted")

    def test_a_rebuilt_invoice_of_an_automatic_customer_is_not_sent(self):
        self._restored_after(self._sent)
        self.partner.urssaf_sending = "automatic"
        check = self._check()
        check.action_rebuild_all()
        move = check.line_ids.move_id
        move.action_post()
        self.assertFalse(move.urssaf_state)
        check.action_adopt_all()
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertEqual(len(self.fake.calls_of("050")), 1)

    def test_compared_again_before_the_draft_is_confirmed(self):
        """The lines are made anew: the draft is found again, not made twice."""
        self._restored_after(self._sent)
        check = self._check()
        check.action_rebuild_all()
        move = check.line_ids.move_id
        for again in (check, self._check()):
            again.action_start()
            self.assertEqual(again.line_ids.move_id, move)
            self.assertEqual((again.rebuildable_count, again.rebuilt_count), (0, 1))
        check.action_confirm_rebuilt()
        self.assertEqual(move.urssaf_state, "waiting")
        self.assertEqual(self.partner.invoice_ids, move)

    def test_a_rebuilt_invoice_posted_by_hand_is_not_sent(self):
        """Its number was used since: under the new one Urssaf would take it again."""
        self._restored_after(self._sent)
        move = self._invoice(start="2026-03-05")
        move.action_urssaf_send()
        check = self._check()
        check.action_rebuild_all()
        made = check.line_ids.filtered("rebuilt").move_id
        check.unlink()
        self.partner.urssaf_sending = "automatic"
        made.action_post()
        self.assertNotEqual(made.name, move.name)
        with self.assertRaises(UserError):
            made.action_urssaf_send()
        wizard = self.env["urssaf.payment.request.send"].create({"move_ids": made.ids})
        wizard.line_ids.write({"ready": True, "chosen": True})
        wizard.action_send()
        self._run_cron("invoices")
        self._run_cron("send")
        self.assertFalse(made.urssaf_state)
        self.assertEqual(len(self.fake.demandes), 2)
        again = self._check()
        again.action_adopt_all()
        self.assertEqual(made.urssaf_state, "waiting")
        self.assertFalse(made._urssaf_rebuilt())
        self.assertEqual(len(self.fake.demandes), 2)

    def test_our_own_earlier_call_is_never_taken_for_another_demande(self):
        """It arrives after the search that did not find it, and after the invoice was
        mended: sending under another number would collect twice.
        """
        self.fake.fail("050", "reject(ERR_DATE_FUTUR)")
        request = self._sent()
        self.assertEqual(request.state, "rejected")
        move = request.move_id
        self._taken(move)
        move.button_draft()
        move.home_service_start = "2026-03-03"
        move.action_post()
        move.action_urssaf_send()
        self.assertEqual((request.name, request.state), (move.name, "waiting"))
        self.assertIn("Services from", request.matter_message)
        self.assertTrue(request.activity_ids)
        self.assertEqual(len(self.fake.demandes), 1)
