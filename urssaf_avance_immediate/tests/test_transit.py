# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf has announced and the bank does not show, at any day; what was signed."""

from datetime import date

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from . import screens
from .cases import NOW, UrssafCase
from .crowd import Crowd

OURS = "urssaf_avance_immediate"
MANY = 20_000
FEBRUARY, MARCH = date(2026, 2, 28), date(2026, 3, 16)


class TransitCase(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("transit_manager", f"{OURS}.group_manager")
        cls.company.action_urssaf_set_up_transfers()
        cls.account = cls.company._urssaf_transit_account()
        cls.journal = cls.company.urssaf_payment_journal_id

    def _paid(self, day, amount=66.0):
        """A demande that Urssaf has transferred on that day."""
        request = self._sent()
        transfer = {"mntVirement": amount, "dateVirement": f"{day}T00:00:00Z"}
        self._demande(request).move("70", "Payée", transfer=transfer)
        self._make_due(request)
        self._run_cron("follow")
        return request

    def _transit_lines(self, entries):
        return entries.line_ids.filtered(lambda line: line.account_id == self.account)

    def _bank(self, day, amount, requests=None):
        """A line of the bank on the transit account, matched with these demandes."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": day,
                "amount": amount,
                "payment_ref": "VIR URSSAF",
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.account
        if requests:
            (suspense | self._transit_lines(requests.payment_ids.move_id)).reconcile()
        return line

    def _screen(self, day=MARCH, user=None, **values):
        screens = self.env["urssaf.transit"].with_user(user or self.manager)
        screen = screens.browse(screens.action_open_screen()["res_id"])
        screen.write({"date": day, **values})
        screen.action_show()
        return screen

    def _signed(self, day=FEBRUARY, **values):
        action = self._screen(day, **values).action_sign()
        return self.env[action["res_model"]].browse(action["res_id"])


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTransit(TransitCase):
    # -- makers ------------------------------------------------------------------

    def _rows(self, screen):
        return [
            (line.kind, line.number, line.open_amount, line.booked)
            for line in screen.line_ids
        ]

    # -- the screen --------------------------------------------------------------

    def test_open_on_that_day_though_matched_since(self):
        early = self._paid("2026-02-26")
        late = self._paid("2026-03-12")
        self._bank("2026-03-03", 66.0, early)
        then = self._screen(FEBRUARY)
        self.assertEqual(self._rows(then), [("to_receive", early.name, 66.0, True)])
        self.assertEqual((then.opening, then.closing, then.gap), (0.0, 66.0, 0.0))
        self.assertEqual(then.moved_to_receive, 66.0)
        now = self._screen()
        self.assertEqual(self._rows(now), [("to_receive", late.name, 66.0, True)])
        self.assertEqual(
            (now.opening, now.moved_to_receive, now.moved_received, now.closing),
            (66.0, 66.0, -66.0, 66.0),
        )
        self.assertFalse(now.gap)
        # Thursday to Monday.
        self.assertEqual(now.line_ids.age, 2)

    def test_the_dates_are_chosen_on_the_screen(self):
        early = self._paid("2026-02-26")
        self._bank("2026-03-03", 66.0, early)
        screen = self._screen()
        self.assertFalse(screen.line_ids)
        with Form(screen) as form:
            form.date = FEBRUARY
            self.assertEqual(form.date_from, date(2026, 2, 1))
        # What is shown says of which day it is, until it is read again.
        self.assertEqual(screen.shown_to, MARCH)
        screen.action_show()
        self.assertEqual(screen.shown_to, FEBRUARY)
        self.assertEqual(screen.line_ids.number, early.name)
        screen.action_today()
        self.assertEqual(screen.shown_to, MARCH)
        screen.action_last_month()
        self.assertEqual((screen.shown_to, screen.signable), (FEBRUARY, True))
        Form(self._signed())

    def test_matched_in_part(self):
        request = self._paid("2026-02-26")
        line = self._bank("2026-03-03", 40.0)
        lines = self._transit_lines(request.payment_ids.move_id | line.move_id)
        lines.reconcile()
        self.assertEqual(
            self._rows(self._screen()), [("to_receive", request.name, 26.0, True)]
        )
        self.assertEqual(
            self._rows(self._screen(FEBRUARY)),
            [("to_receive", request.name, 66.0, True)],
        )

    def test_every_kind(self):
        received = self._paid("2026-03-02")
        self._demande(received).move("110", "Annulée")
        self._make_due(received)
        self._run_cron("follow")
        self.env["urssaf.payment.request.reversal"].create(
            {"request_id": received.id, "amount": 30.0, "date": "2026-03-05"}
        ).action_reverse()
        self._bank("2026-03-06", 500.0)
        self._bank("2026-03-09", -20.0)
        other = self.env["account.move"].create(
            {
                "date": "2026-03-10",
                "line_ids": [
                    Command.create({"account_id": self.account.id, "debit": 1.0}),
                    Command.create(
                        {
                            "account_id": self.company.urssaf_surplus_account_id.id,
                            "credit": 1.0,
                        }
                    ),
                ],
            }
        )
        other.action_post()
        screen = self._screen()
        self.assertEqual(
            [(line.kind, line.open_amount) for line in screen.line_ids],
            [
                ("to_receive", 66.0),
                ("taken_back", -30.0),
                ("received", -500.0),
                ("other", 1.0),
                ("debited", 20.0),
            ],
        )
        self.assertEqual(
            screen.opening
            + screen.moved_to_receive
            + screen.moved_taken_back
            + screen.moved_received
            + screen.moved_debited
            + screen.moved_other,
            screen.closing,
        )
        self.assertEqual((screen.closing, screen.gap), (-443.0, 0.0))

    def test_a_lock_shifts_the_entry_not_the_age(self):
        self.company.sudo().fiscalyear_lock_date = FEBRUARY
        request = self._paid("2026-02-26")
        self.assertGreater(request.payment_ids.move_id.date, FEBRUARY)
        then = self._screen(FEBRUARY)
        self.assertEqual(self._rows(then), [("to_receive", request.name, 66.0, False)])
        self.assertEqual((then.closing, then.announced), (0.0, 66.0))
        self.assertFalse(then.gap)
        line = self._screen().line_ids
        self.assertTrue(line.booked)
        self.assertEqual(line.origin_date, date(2026, 2, 26))
        self.assertEqual(line.entry_date, request.payment_ids.move_id.date)
        self.assertEqual(line.age, 12)

    def test_announced_and_not_registered(self):
        self.company.write(
            {
                "urssaf_payment_journal_id": False,
                "urssaf_payment_method_line_id": False,
                "urssaf_payment_method_line_out_id": False,
            }
        )
        request = self._paid("2026-03-12")
        self.assertFalse(request.payment_ids)
        self.company.urssaf_payment_journal_id = self.journal
        self.company.action_urssaf_set_up_transfers()
        screen = self._screen()
        self.assertEqual(
            self._rows(screen), [("to_receive", request.name, 66.0, False)]
        )
        self.assertEqual((screen.closing, screen.announced), (0.0, 66.0))
        self.assertFalse(self._screen(date(2026, 3, 11)).line_ids)
        request.action_transfer_settled()
        self.assertFalse(self._screen().line_ids)

    def test_announced_for_tomorrow(self):
        request = self._paid("2026-03-18")
        self.assertEqual(
            self._rows(self._screen()), [("to_receive", request.name, 66.0, False)]
        )

    def test_without_an_account(self):
        self.company.urssaf_payment_method_line_id = False
        screen = self._screen()
        self.assertIn("account of their own", screen.missing)
        self.assertFalse(screen.line_ids)
        boss = self._make_user("transit_boss", "account.group_account_manager")
        screen = self._screen(user=boss)
        screen.action_set_up()
        self.assertFalse(screen.missing)
        self.assertEqual(screen.account_id, self.account)

    def test_a_difference_is_red(self):
        """Somebody rewrote the amount of an entry that was matched."""
        request = self._paid("2026-03-02")
        line = self._transit_lines(request.payment_ids.move_id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 65 WHERE id = %s",
            [line.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._screen().gap, 1.0)

    def test_it_is_exported_as_it_is_shown(self):
        self._paid("2026-03-02")
        self._paid("2026-03-12")
        screen = self._screen()
        action = screen.action_list()
        self.manager.group_ids += self.env.ref("base.group_allow_export")
        lines = self.env[action["res_model"]].with_user(self.manager)
        lines = lines.search(action["domain"])
        rows = lines.export_data(
            ["kind", "number", "partner_id/name", "age", "open_amount"]
        )["datas"]
        self.assertEqual(len(rows), 2)
        self.assertEqual(sum(float(row[-1]) for row in rows), screen.closing)
        self.assertEqual(rows[0][0], "To receive")
        self.assertEqual(rows[0][2], self.partner.name)

    def test_a_row_opens_what_it_is(self):
        request = self._paid("2026-03-02")
        line = self._bank("2026-03-06", 500.0)
        rows = self._screen().line_ids
        self.assertEqual(rows[0].action_open()["res_id"], request.id)
        self.assertEqual(rows[1].action_open()["res_id"], line.move_id.id)

    def test_many_rows_cost_no_more_queries(self):
        self._paid("2026-03-02")
        screen = self._screen()
        few = self._queries(screen)
        requests = [self._paid(f"2026-03-{day}") for day in (10, 11, 12)]
        many = self._queries(screen)
        self.assertEqual(len(screen.line_ids), 1 + len(requests))
        self.assertLess(many - few, len(requests))

    def _queries(self, screen):
        self.env.flush_all()
        before = self.cr.sql_log_count
        screen.action_show()
        return self.cr.sql_log_count - before

    def test_years_of_transfers_are_found_by_an_index(self):
        """Nearly all of them are matched with the bank, a few are open."""
        request = self._paid("2026-03-02")
        bank = self._bank("2026-03-03", 66.0, request)
        debit = self._transit_lines(request.payment_ids.move_id)
        credit = self._transit_lines(bank.move_id)
        partial = debit.matched_credit_ids
        self._paid("2026-03-12")
        self.env.flush_all()
        many = Crowd(self.cr, 0, MANY)
        days = f"(n * {3 * 365} / {MANY}) * interval '1 day'"
        # The last one of each hundred waits for the bank.
        first = {
            side: many.clone(
                "account_move_line", line, MANY, date=f"'{day}'::date - {days}", **open_
            )
            for side, line, day, open_ in (
                (
                    "debit",
                    debit,
                    "2026-03-02",
                    {
                        "reconciled": "n % 100 <> 99",
                        "amount_residual": "CASE n % 100 WHEN 99 THEN 66 ELSE 0 END",
                        "full_reconcile_id": "NULL",
                    },
                ),
                ("credit", credit, "2026-03-03", {"full_reconcile_id": "NULL"}),
            )
        }
        many.clone(
            "account_partial_reconcile",
            partial,
            MANY,
            "n % 100 <> 99",
            debit_move_id=f"{first['debit']} + n",
            credit_move_id=f"{first['credit']} + n",
            max_date=f"'2026-03-03'::date - {days}",
            full_reconcile_id="NULL",
        )
        self.cr.execute(
            "DELETE FROM account_move_line WHERE id >= %s AND (id - %s) %% 100 = 99",
            [first["credit"], first["credit"]],
        )
        self.cr.execute("ANALYZE account_move_line, account_partial_reconcile")
        self.env.invalidate_all()
        transit = self.company._urssaf_transit()
        # What was matched in the weeks since February may well be read in one go.
        tables = {"account_move_line", "account_partial_reconcile"}
        for day, indexed in ((MARCH, tables), (FEBRUARY, {"account_move_line"})):
            with screens.queries() as queries:
                rows = transit.sums(day)
            found = screens.scanned(self.cr, queries[-1])
            self.assertFalse(indexed & found, queries[-1])
            self.assertEqual(self._screen(day).gap, 0.0)
            self.assertGreater(rows[True], 66.0 * (MANY // 100 - 2))
