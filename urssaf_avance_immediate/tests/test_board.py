# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The board: what it counts, for whom, and what its buttons open; the graphs beside;
what an empty list says.
"""

import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import json_default

from ..hooks import MENUS, TRADE, give_back_menus
from ..models.board import figures
from .cases import NOW, UrssafCase, credentials

KEYS = ("to_send", "mend", "waiting", "money")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBoard(UrssafCase):
    """Monday 16 March 2026; an invoice is 66 €."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._make_user("accountant", "account.group_account_readonly")
        cls.both = cls._make_user("head_office", "urssaf_avance_immediate.group_user")
        cls.both.company_ids += cls.other_company

    def _board(self, user=None, companies=None):
        """The board as somebody opens it; nothing was read before."""
        self.env.flush_all()
        self.env.invalidate_all()
        boards = self.env["urssaf.board"].with_user(user or self.user)
        if companies:
            boards = boards.with_context(allowed_company_ids=companies.ids)
        return boards.browse(boards.action_open_board()["res_id"])

    def _counts(self, board):
        return [board[f"{key}_count"] for key in KEYS]

    def _opened(self, board, action):
        """The records of a list, through the browser as it were."""
        action = json.loads(json.dumps(action, default=json_default))
        return board.env[action["res_model"]].search(action["domain"])

    # -- to send -----------------------------------------------------------------

    def test_invoices_to_send_are_what_the_button_sends(self):
        self._enrol()
        moves = self._invoice() | self._invoice(start="2026-03-04")
        board = self._board()
        self.assertEqual((board.to_send_count, board.to_send_amount), (2, 132))
        self.assertEqual(self._opened(board, board.action_to_send()), moves)
        self.assertEqual(
            set(board.action_send()["context"]["default_move_ids"]), set(moves.ids)
        )
        moves[0].with_user(self.user).action_urssaf_send()
        board = self._board()
        self.assertEqual((board.to_send_count, board.to_send_amount), (1, 66))
        self.assertFalse(board.quiet)

    def test_what_cannot_leave_is_said_beside_what_is_to_be_sent(self):
        """The button of the dialogue says the one less the other."""
        self._enrol()
        moves = self._invoice() | self._invoice(start="2026-03-04")
        moves[0].home_service_start = moves[0].home_service_end = False
        for user in (self.user, self.accountant):
            board = self._board(user)
            self.assertEqual((board.to_send_count, board.to_send_amount), (2, 132))
            self.assertEqual((board.blocked_count, board.blocked_amount), (1, 66))
        board = self._board()
        action = board.action_send()
        wizard = board.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.chosen_count, wizard.blocked_count), (1, 1))
        with patch.object(figures, "CHECKED", 1):
            self.assertEqual(self._board().blocked_count, 0)

    def test_a_single_one_opens_at_once(self):
        first, second = self._sent(), self._sent()
        first.sudo()._set_state("rejected")
        self.assertEqual(self._board().action_rejected()["res_id"], first.id)
        second.sudo()._set_state("rejected")
        self.assertNotIn("res_id", self._board().action_rejected())

    def test_a_customer_who_is_not_active_has_nothing_to_send(self):
        self._enrol(active=False)
        self._invoice()
        self.assertEqual(self._counts(self._board()), [0, 0, 1, 0])

    # -- to mend -----------------------------------------------------------------

    def test_a_refusal_is_to_mend_until_it_is_put_right(self):
        request = self._sent()
        self._demande(request).move(
            "40", "Refusée", rejection={"code": "CONTEST_AUTRE", "commentaire": "non"}
        )
        request.with_user(self.user).action_urssaf_refresh()
        self.assertEqual(request.state, "refused")
        board = self._board()
        self.assertEqual((board.refused_count, board.refused_amount), (1, 66))
        self.assertEqual((board.mend_count, board.mend_amount), (1, 66))
        self.assertEqual(self._opened(board, board.action_refused()), request)
        self.assertFalse(board.alerts_count, "said twice")
        self.assertFalse(board.money_count, "nothing of it will come")
        request.with_user(self.user).action_correct_invoice()
        self.assertTrue(request.invoice_settled)
        self.assertFalse(self._board().mend_count)

    def test_what_urssaf_or_the_bank_refused_is_to_mend(self):
        for state in ("rejected", "unpaid"):
            with self.subTest(state=state):
                request = self._sent()
                request.sudo()._set_state(state)
                board = self._board()
                self.assertEqual(board[f"{state}_count"], 1)
                self.assertEqual(board[f"{state}_amount"], 66)
                action = getattr(board, f"action_{state}")()
                self.assertEqual(self._opened(board, action), request)

    def test_what_somebody_was_told_waits_until_it_is_done(self):
        self.company._urssaf_tell("The bank account has changed.")
        board = self._board()
        # And the customer of each test, who is not enrolled yet.
        self.assertEqual((board.alerts_count, board.incomplete_count), (1, 1))
        self.assertEqual(board.mend_count, 2)
        activity = self._opened(board, board.action_alerts())
        self.assertIn("The bank account", activity.sudo().note)
        activity.sudo().action_done()
        self.assertFalse(self._board().alerts_count)

    def test_customers_to_complete_are_counted_once(self):
        partner = self._make_partner(name="Paul", email="paul@example.com")
        partner.action_urssaf_send_form()
        draft = self.env["urssaf.enrolment"].search([("state", "=", "draft")])
        board = self._board()
        self.assertEqual(board.incomplete_count, len(draft))
        self.assertEqual(self._opened(board, board.action_incomplete()), draft)

    # -- waiting -----------------------------------------------------------------

    def test_who_waits_is_named_and_reminded_once_a_day(self):
        enrolment = self._enrol(active=False)
        enrolment.sudo().registered_at = "2026-03-10 08:00:00"
        board = self._board()
        self.assertEqual(board.waiting_ids, enrolment)
        self.assertEqual(board.waiting_ids.waiting_for, "for 6 days")
        self.assertIn("06 39 98 01 02", board.waiting_ids.phone)
        self.assertEqual(self._opened(board, board.action_waiting()), enrolment)
        before = len(enrolment.message_ids)
        said = board.action_remind_all()["params"]["message"]
        self.assertIn("Reminded: 1.", said)
        told = len(enrolment.message_ids)
        self.assertGreater(told, before)
        said = board.action_remind_all()["params"]["message"]
        self.assertIn("Reminded: 0.", said)
        self.assertEqual(len(enrolment.message_ids), told, "written to twice")
        self.fake.customers[enrolment.external_id].activate("16/03/2026 09:30")
        enrolment.action_urssaf_refresh()
        board = self._board()
        self.assertEqual(self._counts(board), [0, 0, 0, 0])
        self.assertTrue(board.quiet)

    def test_who_wants_no_message_is_left_to_a_call(self):
        self._enrol(active=False)
        self.partner.urssaf_no_companion = True
        said = self._board().action_remind_all()["params"]["message"]
        self.assertIn("Reminded: 0.", said)
        self.assertIn("To call or to send again: 1", said)

    # -- money -------------------------------------------------------------------

    def test_money_is_in_one_period(self):
        request = self._sent()
        for day, period in (
            ("2026-03-15", "late"),
            ("2026-03-16", "today"),
            ("2026-03-17", "week"),
            ("2026-03-22", "week"),
            ("2026-03-23", "next"),
            ("2026-03-29", "next"),
            ("2026-03-30", "later"),
            (False, "later"),
        ):
            with self.subTest(day=day):
                request.sudo().expected_transfer_date = day
                board = self._board()
                counted = {
                    key: (board[f"{key}_count"], board[f"{key}_amount"])
                    for key in ("late", "today", "week", "next", "later")
                    if board[f"{key}_count"]
                }
                self.assertEqual(counted, {period: (1, 66)})
                self.assertEqual((board.money_count, board.money_amount), (1, 66))
                action = getattr(board, f"action_{period}")()
                self.assertEqual(self._opened(board, action), request)

    def test_money_that_came_is_not_to_come(self):
        request = self._sent()
        self.assertEqual(request.transfer_outlook, "open")
        self._demande(request).move("30", "Validée")
        request.action_urssaf_refresh()
        self.assertEqual(request.transfer_outlook, "agreed")
        self.assertEqual(self._board().money_count, 1)
        request.sudo()._set_state(
            "paid",
            transfer_date="2026-03-18",
            transfer_amount=66,
            transfer_effective=False,
        )
        self.assertEqual(request.transfer_outlook, "announced")
        self.assertEqual(self._board().week_count, 1)
        request.sudo().transfer_effective = True
        self.assertFalse(request.transfer_outlook)
        self.assertFalse(self._board().money_count)

    def test_the_schedule_counts_what_is_still_to_come(self):
        request = self._sent()
        action = self._board().action_money()
        domain = self.env["ir.actions.act_window"].browse(action["id"])
        self.assertEqual(domain.domain, '[("transfer_outlook", "!=", False)]')
        # In whichever language the database speaks.
        self.assertIn(request.currency_id.format(66), request.calendar_title)
        self.assertIn("Jeanne Martin", request.calendar_title)
        self.assertEqual(request.outlook_color, 3)
        request.sudo().remote_date = request.expected_transfer_date + timedelta(days=1)
        self.assertTrue(request.late)
        self.assertEqual(request.outlook_color, 1)

    # -- several companies, several people -----------------------------------------

    def test_figures_of_several_companies(self):
        self._enrol()
        self._invoice()
        theirs = self._make_partner(
            consent=False, name="Paul", email="paul@example.com"
        ).with_user(self.other_user)
        theirs._urssaf_record_consent("office")
        self._enrol(theirs)
        self._make_other_invoice(theirs, price=50)
        both = self.company | self.other_company
        board = self._board(self.both, both)
        self.assertEqual((board.to_send_count, board.to_send_amount), (2, 166))
        for company in both:
            # A row of the table, and a card for a phone.
            self.assertEqual(board.companies.count(company.name), 2)
        board = self._board(self.both, self.other_company)
        self.assertEqual((board.to_send_count, board.to_send_amount), (1, 100))
        self.assertFalse(board.companies)
        for user, amount in ((self.user, 66), (self.other_user, 100)):
            board = self._board(user)
            self.assertEqual((board.to_send_count, board.to_send_amount), (1, amount))
            self.assertFalse(board.companies)

    def test_customers_of_a_branch_count_for_it(self):
        branch = self._make_branch(self.company)
        self.both.company_ids += branch
        self._enrol(active=False)
        board = self._board(self.both, branch)
        self.assertEqual(board.waiting_count, 1)

    def test_an_accountant_sees_and_presses_nothing(self):
        self._enrol()
        self._invoice()
        self._enrol(self._make_partner(email="zoe@example.com"), active=False)
        board = self._board(self.accountant)
        self.assertEqual(self._counts(board), [1, 0, 1, 0])
        for button in ("action_send", "action_remind_all"):
            with self.subTest(button=button):
                self.assertNotIn(f'name="{button}"', self._arch(self.accountant))
                self.assertIn(f'name="{button}"', self._arch(self.user))
                with self.assertRaises(AccessError):
                    getattr(board, button)()

    def _arch(self, user):
        return (
            self.env["urssaf.board"].with_user(user).get_view(view_type="form")["arch"]
        )

    def test_whoever_wants_lands_on_it(self):
        for user in (self.user, self.accountant):
            board = self._board(user)
            self.assertFalse(board.opens_first)
            board.action_open_first()
            action = self.env.ref("urssaf_avance_immediate.urssaf_board_action")
            self.assertEqual(user.action_id.id, action.id)
            board = self._board(user)
            self.assertTrue(board.opens_first)
            board.action_open_first()
            self.assertFalse(user.action_id)
        self.assertFalse(self.both.action_id, "of whoever pressed, alone")

    def test_whoever_has_another_first_screen_keeps_it(self):
        other = self.env.ref("account.action_move_out_invoice_type")
        self.user.action_id = other.id
        board = self._board(self.user)
        self.assertTrue(board.opens_elsewhere)
        board.action_open_first()
        self.assertEqual(self.user.action_id.id, other.id)

    def test_nobody_reads_the_board_of_another(self):
        board = self._board(self.both)
        with self.assertRaises(AccessError):
            board.with_user(self.user).read(["to_send_count"])

    # -- the menu ------------------------------------------------------------------

    def test_all_entries_of_the_trade_are_in_the_application(self):
        manager = self._make_user("menus", "urssaf_avance_immediate.group_manager")
        menus = self.env["ir.ui.menu"].with_user(manager)
        visible = menus.browse(menus._visible_menu_ids())
        application = self.env.ref("urssaf_avance_immediate.menu_urssaf")
        self.assertTrue(application.web_icon_data)
        self.assertFalse(application.parent_id)
        entries = [
            self.env.ref(f"{TRADE}.menu_home_service_{name}")
            for names in MENUS.values()
            for name in names
        ]
        for menu in entries:
            with self.subTest(menu=menu.name):
                self.assertIn(menu, visible)
                self.assertEqual(menu.parent_id.parent_id, application)
        give_back_menus(self.env)
        for parent, names in MENUS.items():
            for name in names:
                menu = self.env.ref(f"{TRADE}.menu_home_service_{name}")
                self.assertEqual(menu.parent_id, self.env.ref(parent))

    # -- graphs ----------------------------------------------------------------------

    def test_delays_between_the_steps(self):
        request = self._sent()
        request.sudo()._set_state(
            "paid",
            claimed_at="2026-03-09 23:30:00",  # the 10th in Paris
            validated_on="2026-03-13",
            transfer_date="2026-03-18",
        )
        later = self._sent(start="2026-03-04")
        self.env.flush_all()
        delays = self.env["urssaf.delay"].with_user(self.accountant)
        row = delays.browse(request.id)
        days = [row[f"{name}_days"] for name in ("sending", "answer", "money", "total")]
        self.assertEqual(days, [37, 3, 5, 8])
        [[average, rate]] = delays._read_group(
            [("id", "in", (request | later).ids)],
            [],
            ["total_days:avg", "refusal_rate:avg"],
        )
        self.assertEqual((average, rate), (8, 0), "what has not come has no delay")
        later.sudo()._set_state("refused", rejection_code="CONTEST_AUTRE")
        [[rate]] = delays._read_group(
            [("id", "in", (request | later).ids)], [], ["refusal_rate:avg"]
        )
        self.assertEqual(rate, 50)
        self.assertFalse(
            delays.with_user(self.other_user).search([("id", "=", request.id)])
        )

    def test_rate_of_the_activations(self):
        active = self._enrol()
        waiting = self._enrol(self._make_partner(email="zoe@example.com"), active=False)
        active.sudo().registered_at = "2026-01-29 10:00:00"
        self.env.flush_all()
        rows = self.env["urssaf.activation"].with_user(self.accountant)
        [[rate, days]] = rows._read_group(
            [("id", "in", (active | waiting).ids)],
            [],
            ["activation_rate:avg", "activation_days:avg"],
        )
        since = fields.Datetime.to_datetime(active.active_since).day
        self.assertEqual((rate, days, since), (50, 3, 1))

    # -- empty lists ---------------------------------------------------------------

    def _empty(self, model, user=None):
        return self.env[model].with_user(user or self.user).get_empty_list_help("Else")

    def test_an_empty_list_teaches_the_next_step(self):
        demande = "urssaf.payment.request"
        admin = self._make_user(
            "admin", "base.group_system,urssaf_avance_immediate.group_manager"
        )
        self.company.write(credentials(False, False))
        self.assertIn("Ask ", self._empty(demande))
        self.assertIn("credentials", self._empty(demande, admin))
        self.company.write(credentials("demo", "demo-secret"))
        biller = self._make_user("biller", "account.group_account_invoice")
        for model in (demande, "urssaf.enrolment", "urssaf.enrolment.batch"):
            self.assertIn("No customer is enrolled yet", self._empty(model))
            # He cannot, and is sent nowhere.
            self.assertNotIn("<a ", self._empty(model, biller))
        enrolment = self._enrol(active=False)
        self.assertIn("No customer is active yet", self._empty(demande))
        self.assertIn("Else", self._empty("urssaf.enrolment"))
        self.fake.customers[enrolment.external_id].activate("01/02/2026 09:30")
        enrolment.action_urssaf_refresh()
        self.assertIn("Else", self._empty(demande))
        self._invoice()
        self.assertIn("wait to be sent", self._empty(demande))

    def test_the_list_of_forms_says_that_no_email_leaves(self):
        # Of other tests and of Odoo's own demonstration.
        self.env["ir.mail_server"].search([]).active = False
        self.env["mail.notification"].search([]).unlink()
        self.assertIn("No e-mail has left", self._empty("urssaf.customer.form"))
        self.env["ir.mail_server"].create(
            {"name": "Poste", "smtp_host": "smtp.example.com"}
        )
        self.assertIn("Else", self._empty("urssaf.customer.form"))
