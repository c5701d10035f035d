# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What changes after an annual certificate was made or handed over."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .certificate_cases import CertificateCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificateVersions(CertificateCase):
    # -- versions ----------------------------------------------------------------

    def test_a_later_change_names_the_difference(self):
        self._pay(self._invoice(896), 896)
        invoice = self._invoice(96)
        payment = self._pay(invoice, 96)
        sent = self._sent()
        self.assertEqual((sent.state, sent.amount_received), ("sent", 992))
        self.assertFalse(self.Certificate._prepare(self.company, self.customer, 2026))
        payment.action_cancel()
        self.assertTrue(sent.to_check)
        self._watch()
        self.assertEqual((sent.state, sent.to_check), ("replace", False))
        self.assertIn(f"{invoice.name}: ", sent.stale_note)
        self.assertIn("no longer counts", sent.stale_note)
        self.assertIn("instead of", sent.stale_note)
        self.assertEqual(sent.amount_received, 992)
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((second.version, second.replaces_id), (2, sent))
        self.assertEqual(second.amount_received, 896)
        self.assertEqual(second.change_note, sent.stale_note)
        second._set_state("ready")
        second._set_state("sent")
        self.assertEqual((sent.state, second.state), ("replaced", "sent"))
        self.assertEqual(len(sent.line_ids), 2)

    def test_what_was_given_back_is_said_so(self):
        """Not “-40.00 received”: that is what the customer reads on the paper."""
        invoice = self._invoice(100)
        self._pay(invoice, 100)
        self._sent()
        credit = invoice._reverse_moves(
            [{"invoice_date": "2026-03-12", "date": "2026-03-12"}]
        )
        credit.invoice_line_ids.price_unit = 40
        credit.action_post()
        self._pay(credit, 40, day="2026-03-14")
        self._watch()
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((second.version, second.amount_received), (2, 60))
        self.assertIn(f"{credit.name}: ", second.change_note)
        self.assertRegex(second.change_note, r": 40[.,]00\s€ given back on")
        self.assertIn("is now taken off", second.change_note)
        self.assertNotIn("-40", second.change_note)
        # A refund that was corrected, then none: it was never received.
        second._set_state("ready")
        second._set_state("sent")
        back = credit.matched_payment_ids
        back.action_draft()
        back.amount = 25
        back.action_post()
        owed = (credit + back.move_id).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        owed.reconcile()
        self._watch()
        note = second.stale_note
        self.assertRegex(note, r"25[.,]00\s€ instead of .*40[.,]00\s€ is taken off")
        self.assertRegex(note, r"75[.,]00\s€ instead of .*60[.,]00")
        back.action_cancel()
        self._watch()
        note = second.stale_note
        self.assertRegex(note, r"40[.,]00\s€ given back on .* is no longer taken off")
        self.assertNotIn("received on", note)

    def test_nothing_as_before(self):
        """All was given back, then on another day."""
        invoice = self._invoice(100)
        self._pay(invoice, 100)
        self._sent()
        credit = invoice._reverse_moves(
            [{"invoice_date": "2026-03-12", "date": "2026-03-12"}]
        )
        credit.action_post()
        self._pay(credit, 100, day="2026-03-14")
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(second.amount_received, 0)
        second._set_state("ready")
        second._set_state("sent")
        credit.matched_payment_ids.action_cancel()
        self._pay(credit, 100, day="2026-03-16")
        self._watch()
        self.assertIn("nothing, as before", second.stale_note)
        self.assertNotRegex(second.stale_note, r"(?<!\d)0[.,]00")

    def test_undone_and_done_again_in_one_go(self):
        """The mark alone is not the judgement: the figures are."""
        invoice = self._invoice(96)
        payment = self._pay(invoice, 96)
        sent = self._sent()
        owed = (invoice + payment.move_id).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        owed.remove_move_reconcile()
        owed.reconcile()
        self.assertTrue(sent.to_check)
        self._watch()
        self.assertEqual((sent.state, sent.to_check), ("sent", False))
        # Undone, seen, and done again: it says the truth again.
        owed.remove_move_reconcile()
        self._watch()
        self.assertEqual(sent.state, "replace")
        owed.reconcile()
        self._watch()
        self.assertEqual((sent.state, sent.stale_note), ("sent", False))

    def test_the_same_money_that_counts_otherwise(self):
        """Said with what is not the same, whatever is."""
        self._pay(self._invoice(96), 96)
        sent = self._sent()
        nature = self.housework.home_service_nature_id
        invoices = sent.line_ids.move_id
        other = self.env["home.service.activity"].search(
            [("id", "!=", nature.activity_id.id)], limit=1
        )
        nature.activity_id = other
        self.Certificate._mark(invoices.partner_id)
        self._watch()
        self.assertIn("another activity", sent.stale_note)
        self.assertNotIn("another day", sent.stale_note)

    def test_nothing_is_left_to_certify(self):
        payment = self._pay(self._invoice(96), 96)
        sent = self._sent()
        payment.action_draft()
        self.assertFalse(self.Certificate._prepare(self.company, self.customer, 2026))
        self.assertEqual(sent.state, "replace")
        self.assertIn("nothing any more, instead of", sent.stale_note)
        self.assertNotRegex(sent.stale_note, r"(?<!\d)0[.,]00")
        sent.action_leave_out()
        self.assertEqual(sent.state, "void")

    def test_drafts_follow_and_papers_that_have_not_left(self):
        self._pay(self._invoice(100), 100)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        draft._set_state("ready")
        self.assertFalse(self.Certificate._prepare(self.company, self.customer, 2026))
        payment = self._pay(self._invoice(50), 50)
        self._watch()
        self.assertEqual((draft.state, draft.amount_received), ("draft", 150))
        payment.action_draft()
        self.assertEqual(self._figures(), (100, 100))
        self.assertEqual(
            self.Certificate.search([("partner_id", "=", self.customer.id)]), draft
        )

    def test_left_out_and_taken_in(self):
        self._pay(self._invoice(100), 100)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        draft.action_leave_out()
        self._pay(self._invoice(50), 50)
        self.assertFalse(self.Certificate._prepare(self.company, self.customer, 2026))
        draft.action_take_in()
        self.assertEqual((draft.state, draft.amount_received), ("draft", 150))

    def test_merged_customers(self):
        """Both certificates stay on record, and one takes the place of both."""
        twin = self.env["res.partner"].create({"name": "C. Durand", "lang": "en_US"})
        self._pay(self._invoice(100), 100)
        self._pay(self._invoice(60, partner=twin), 60)
        both = self._sent() + self._sent(partner=twin)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.customer + twin).ids, self.customer, extra_checks=False)
        both.invalidate_recordset()
        self.assertEqual(both.partner_id, self.customer)
        third = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((third.version, third.amount_received), (2, 160))
        self.assertEqual(both.mapped("state"), ["replace", "replace"])
        third._set_state("ready")
        third._set_state("sent")
        self.assertEqual(both.mapped("state"), ["replaced", "replaced"])

    def test_only_the_diagram(self):
        self._pay(self._invoice(100), 100)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        with self.assertRaisesRegex(UserError, "cannot become"):
            draft._set_state("sent")
        draft._set_state("ready")
        draft._set_state("sent")
        with self.assertRaisesRegex(UserError, "cannot become"):
            draft._set_state("draft")
        with self.assertRaisesRegex(UserError, "stays on record"):
            draft.sudo().unlink()

    # -- what was handed over ------------------------------------------------------

    def test_left_out_and_taken_in_after_it_was_handed_over(self):
        """The customer holds it: it is neither written over nor deleted."""
        payment = self._pay(self._invoice(96), 96)
        sent = self._sent()
        payment.action_draft()
        self.Certificate._prepare(self.company, self.customer, 2026)
        sent.action_leave_out()
        with self.assertRaisesRegex(UserError, "cannot become"):
            sent._set_state("draft")
        sent.action_take_in()
        self.assertEqual((sent.exists().state, sent.amount_received), ("replace", 96))
        self.assertIn("no longer counts", sent.stale_note)
        self._pay(self._invoice(40), 40)
        second = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual((second.version, second.replaces_id), (2, sent))
        self.assertEqual(sent.amount_received, 96)

    def test_the_day_in_paris(self):
        self._pay(self._invoice(96), 96)
        self.env.user.tz = "America/Guadeloupe"
        with freeze_time("2027-01-31 23:30:00"):
            sent = self._sent()
        self.assertEqual(sent.sent_on, date(2027, 2, 1))

    def test_contact_that_got_a_parent(self):
        self._pay(self._invoice(96), 96)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self._pay(self._invoice(40), 40)
        parent = self.env["res.partner"].create({"name": "M. Durand"})
        self.customer.parent_id = parent
        draft.action_refresh()
        self.assertFalse(draft.exists())
        found = self.Certificate.search([("partner_id", "=", parent.id)])
        self.assertEqual(found.amount_received, 136)

    def test_branch_that_was_closed(self):
        branch = self.env["res.company"].sudo()
        branch = branch.create({"name": "Agence", "parent_id": self.company.id})
        branch.active = False
        self.assertIn(branch, self.company._home_service_certified())

    def test_found_by_the_name_of_the_customer(self):
        self._pay(self._invoice(96), 96)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        found = self.Certificate.name_search("Camille Dur")
        self.assertIn(draft.id, [one[0] for one in found])

    def test_payments_go_on_without_the_scheduled_action(self):
        self.env.ref("l10n_fr_home_services.ir_cron_certificate_watch").unlink()
        self._pay(self._invoice(96), 96)
        sent = self._sent()
        self._pay(self._invoice(40), 40)
        self.assertTrue(sent.to_check)

    def test_note_on_a_certificate(self):
        self._pay(self._invoice(96), 96)
        draft = self.Certificate._prepare(self.company, self.customer, 2026)
        self.assertEqual(draft._mail_post_access, "read")
