# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which invoices may leave for Urssaf, and under which number."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_account_move_guards import GuardsCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoiceSendable(GuardsCase):
    # -- what may leave --------------------------------------------------------

    def test_invoice_dated_before_the_activation(self):
        """The services are after it, the date of the invoice is not: Urssaf refuses."""
        move = self._invoice()
        move.button_draft()
        move.invoice_date = "2026-01-31"
        self.assertIn("31/01/2026", move.alerts["urssaf_invoice_date"]["message"])
        move.action_post()
        with self.assertRaisesRegex(UserError, "31/01/2026") as raised:
            move.action_urssaf_send()
        self.assertIn("invoice date", str(raised.exception))
        self.assertIn("ERR_LIEN_PARTICULIER_PRESTATAIRE", str(raised.exception))
        self.assertFalse(self.fake.calls_of("050"))
        move.button_draft()
        move.invoice_date = "2026-02-01"
        move.action_post()
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting", "the day itself: Urssaf decides")

    def test_what_a_copy_and_a_correction_keep(self):
        """A copy is another matter; a correction is about the same services."""
        move = self._invoice()
        move.button_draft()
        move.urssaf_excluded = True
        move.action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        corrected = move.browse(wizard.modify_moves()["res_id"])
        self.assertTrue(corrected.urssaf_excluded)
        sent = self._sent().move_id
        for other in (move.copy(), sent.copy(), sent._reverse_moves()):
            for name in (
                "urssaf_excluded",
                "urssaf_state",
                "urssaf_request_id",
                "urssaf_to_send",
                "urssaf_two_lines",
                "urssaf_waits_for",
                "home_service_start",
            ):
                self.assertFalse(other[name], name)

    def test_a_customer_who_was_freed_from_the_default(self):
        """Odoo keeps that nothing is said of him beside what it says of the others."""
        self.company.urssaf_sending = "propose"
        move = self._invoice()
        self.assertTrue(move.with_user(self.user).urssaf_can_send)
        self.env["ir.default"].sudo().set("res.partner", "urssaf_sending", "never")
        self.env.invalidate_all()
        self.assertFalse(move.with_user(self.user).urssaf_can_send)
        self.partner.urssaf_sending = "propose"
        self.env.flush_all()
        self.partner.urssaf_sending = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.partner.urssaf_sending)
        self.assertTrue(move.with_user(self.user).urssaf_can_send)

    # -- numbers ---------------------------------------------------------------

    def _rejected(self, code="ERR_CODE_NATURE"):
        """An invoice whose demande Urssaf has refused to take."""
        self.fake.fail("050", "reject", code=code)
        request = self._sent()
        self.assertEqual(request.state, "rejected")
        return request

    def _renumber(self, move, name):
        move.button_draft()
        move.name = name
        move.action_post()

    def test_rejected_then_renumbered(self):
        """The present number leaves; the former one is free for the next invoice."""
        request = self._rejected()
        move, old = request.move_id, request.name
        self._renumber(move, "FAC/2026/00090")
        after = self._invoice()
        self._renumber(after, old)
        for invoice in (after, move):
            self.assertNotIn("urssaf_number", invoice._urssaf_sending_faults())
            invoice.action_urssaf_send()
            self.assertEqual(invoice.urssaf_state, "waiting")
            self.assertEqual(invoice.urssaf_request_id.name, invoice.name)
            self.assertTrue(self.fake.by_number(invoice.name))

    def test_rejected_in_a_sealed_journal(self):
        """No reset to draft: a credit note and a new invoice, which leaves."""
        self.company_data["default_journal_sale"].restrict_mode_hash_table = True
        self._corrected(self._rejected())

    def test_rejected_in_a_closed_period(self):
        request = self._rejected()
        self.company.sudo().fiscalyear_lock_date = request.move_id.date
        self._corrected(request)

    def _corrected(self, request):
        move = request.move_id
        with self.assertRaises(UserError):
            move.button_draft()
        self.assertTrue(move.with_user(self.user).urssaf_can_correct)
        self.assertIn("Correct the invoice", str(move.alerts))
        with freeze_time("2026-03-17 10:00:00"):
            action = move.with_user(self.user).action_urssaf_correct()
            new = move.browse(action["res_id"])
            self.assertEqual(move.payment_state, "reversed")
            self.assertEqual(request.state, "cancelled")
            self.assertFalse(request.activity_ids or move.urssaf_can_correct)
            self.assertEqual(new.home_service_start, move.home_service_start)
            new.invoice_date = "2026-03-17"
            new.action_post()
            new.action_urssaf_send()
        self.assertEqual(new.urssaf_state, "waiting")

    def test_rejected_and_open_is_mended_on_the_invoice(self):
        self.assertFalse(self._rejected().can_correct)

    def test_two_rejected_that_have_exchanged_their_numbers(self):
        first, second = self._rejected(), self._rejected()
        one, two = first.name, second.name
        (first | second).move_id.button_draft()
        first.move_id.name = "FAC/2026/00091"
        second.move_id.name = one
        first.move_id.name = two
        moves = (first | second).move_id
        moves.action_post()
        self.env["urssaf.payment.request"]._enqueue_move(moves)
        self.assertEqual((first.name, second.name), (two, one))

    def test_the_banner_names_the_number_that_leaves(self):
        request = self._sent()
        self._demande(request).move(
            "40", "Refusée", rejection={"code": "REGUL_AUTRE", "commentaire": ""}
        )
        request.action_urssaf_refresh()
        move = request.move_id
        alert = move._urssaf_sending_faults()["urssaf_number"]
        self.assertIn(f"{move.name}-2", alert["message"])
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_request_id.name, f"{move.name}-2")

    def test_a_number_of_another_environment_is_free(self):
        """What a simulation has used means nothing to Urssaf: no suffix, no banner."""
        request = self._sent()
        move = request.move_id
        self.company.sudo().urssaf_environment = "test"
        self.enrolment.sudo().write(
            {"environment": "test", "state": "active", "external_id": request.name}
        )
        self.assertNotIn("urssaf_number", move._urssaf_sending_faults())
        [again] = self.env["urssaf.payment.request"]._enqueue_move(move)
        self.assertEqual(again.name, move.name)

    def test_a_number_that_is_too_long_is_said_before_posting(self):
        move = self._invoice()
        move.button_draft()
        move.name = f"FAC/2026/{'9' * 42}"
        self.assertIn("51", move.alerts["urssaf_number"]["message"])
        move.action_post()
        # Once, in words: not again under its name in Urssaf's contract.
        self.assertEqual(list(move._urssaf_sending_faults()), ["urssaf_number"])
        with self.assertRaisesRegex(UserError, "“Number”"):
            move.action_urssaf_send()
        self.assertFalse(move.urssaf_request_ids)
        self._renumber(move, f"FAC/2026/{'9' * 41}")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")

    # -- can be sent: the button and the filter --------------------------------

    def test_the_filter_finds_what_the_button_shows(self):
        branch = self._make_branch(self.company)
        self.env.user.sudo().company_ids |= branch
        moves = self._situations() | self._branch_invoices(branch)
        both = (self.company | self.other_company).ids
        for user, companies in (
            (self.user, self.company.ids),
            (self.user, both),
            (self.user, (self.company | branch).ids),
            (self.user, branch.ids),
            (self.accountant, self.company.ids),
            (self.biller, self.company.ids),
            (self.other_user, self.other_company.ids),
        ):
            user.write(
                {"company_id": companies[0], "company_ids": [Command.set(companies)]}
            )
            Move = self.env["account.move"].with_user(user)
            Move = Move.with_context(allowed_company_ids=companies)
            seen = Move.search([("id", "in", moves.ids)])
            shown = seen.filtered("urssaf_can_send")
            for operator, value, expected in (
                ("=", True, shown),
                ("!=", False, shown),
                ("in", [True], shown),
                ("=", False, seen - shown),
                ("!=", True, seen - shown),
                ("not in", [True], seen - shown),
                ("in", [True, False], seen),
                ("in", [], seen.browse()),
            ):
                with self.subTest(user=user.login, operator=operator, value=value):
                    found = Move.search(
                        [
                            ("id", "in", moves.ids),
                            ("urssaf_can_send", operator, value),
                        ]
                    )
                    self.assertEqual(set(found.ids), set(expected.ids))
        self.assertTrue(shown)

    def test_a_default_of_the_database_is_that_of_who_has_none(self):
        """What somebody has emptied is empty: the settings of the company count."""
        move = self._invoice()
        defaults = self.env["ir.default"].sudo()
        values = {"company_id": self.company.id}
        defaults.set("res.partner", "urssaf_sending", "never", **values)
        for chosen in ("untouched", False, "propose", "never"):
            if chosen != "untouched":
                self.partner.sudo().urssaf_sending = chosen
            self.env.flush_all()
            self.env.invalidate_all()
            said = self.partner._urssaf_sending_for(self.company)
            with self.subTest(chosen=chosen, said=said):
                found = move.search(
                    [("id", "=", move.id), ("urssaf_can_send", "=", True)]
                )
                self.assertEqual(said == "never", chosen in ("untouched", "never"))
                self.assertEqual(move.urssaf_can_send, said != "never")
                self.assertEqual(found == move, said != "never")

    def _branch_invoices(self, branch):
        """Of a customer for whom the branch has decided, and of one for whom not."""
        other = self._make_partner(email="agence@example.com")
        self._enrol(other)
        other.sudo().with_company(branch).urssaf_sending = "never"
        line = {"product_id": self.housework.id, "tax_ids": [Command.set(self.tax.ids)]}
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                [
                    {
                        "move_type": "out_invoice",
                        "company_id": branch.id,
                        "partner_id": partner.id,
                        "invoice_date": "2026-03-15",
                        "home_service_start": "2026-03-02",
                        "invoice_line_ids": [Command.create(line)],
                    }
                    for partner in (self.partner, other)
                ]
            )
        )
        self.assertEqual(move.company_id, branch)
        move.action_post()
        return move

    def _situations(self):
        """Invoices in all ordinary situations, of two companies."""
        Request = self.env["urssaf.payment.request"]
        moves = self._invoice() | self._sent().move_id | self._rejected().move_id
        queued = self._invoice()
        Request._enqueue_move(queued)
        draft = self._invoice()
        draft.button_draft()
        excluded = self._invoice()
        excluded.button_draft()
        excluded.urssaf_excluded = True
        excluded.action_post()
        blocked = self._invoice()
        blocked.action_toggle_block_payment()
        partial, paid = self._invoice(), self._invoice()
        for move, amount in ((partial, 10.0), (paid, 66.0)):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"amount": amount})._create_payments()
        moves |= queued | draft | excluded | blocked | partial | paid
        moves |= draft._reverse_moves() if draft.state == "posted" else draft
        for email, values in (
            ("jamais@example.com", {"urssaf_sending": "never"}),
            ("toujours@example.com", {"urssaf_sending": "automatic"}),
            ("ancien@example.com", {"active": False}),
        ):
            partner = self._make_partner(email=email)
            self._enrol(partner)
            move = self._invoice(partner)
            partner.write(values)
            moves |= move
        pending = self._make_partner(email="bientot@example.com")
        self._enrol(pending, active=False)
        stranger = self._make_partner(email="inconnue@example.com", consent=False)
        child = self.env["res.partner"].create(
            {"name": "Facturation", "parent_id": self.partner.id, "type": "invoice"}
        )
        moves |= self._invoice(pending) | self._invoice(stranger) | self._invoice(child)
        other = self.partner.with_user(self.other_user).with_company(self.other_company)
        other._urssaf_record_consent("office")
        other.action_urssaf_enrol()
        other.sudo().urssaf_sending = "propose"
        self.other_company.sudo().urssaf_sending = "never"
        return moves | moves.browse(self._make_other_invoice(self.partner).ids)

    # -- the nature of a service -----------------------------------------------

    def test_a_posted_invoice_keeps_nature_and_unit(self):
        """The product changes: later invoices do, not the one that is waiting."""
        product = self._make_service("Ménage fin", 30.0, "60")
        garden = self.env.ref("l10n_fr_home_services.nature_70")
        move = self._invoice()
        draft = self._invoice()
        draft.button_draft()
        for invoice in (move, draft):
            if invoice == move:
                invoice.button_draft()
            invoice.invoice_line_ids.product_id = product
        move.action_post()
        self.env.flush_all()
        product.home_service_nature_id = garden
        product.home_service_unit = "flat"
        draft.action_post()
        for invoice, nature, unit in ((move, "60", "HEURE"), (draft, "70", "FORFAIT")):
            invoice.action_urssaf_send()
            [sent] = self._demande(invoice.urssaf_request_id).payload[
                "inputPrestations"
            ]
            self.assertEqual((sent["codeNature"], sent["unite"]), (nature, unit))

    def test_a_product_without_nature_gets_one_after_posting(self):
        product = self._make_service("Oubli", 30.0, "60")
        product.home_service_nature_id = False
        move = self._invoice()
        move.button_draft()
        move.invoice_line_ids.product_id = product
        move.action_post()
        self.assertIn("urssaf_nature", move._urssaf_sending_faults())
        product.home_service_nature_id = self.env.ref("l10n_fr_home_services.nature_60")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
