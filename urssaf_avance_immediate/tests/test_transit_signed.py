# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who sees the transit account, what is signed of it, and what is late on it."""

from datetime import date

from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from .cases import NOW
from .test_transit import TransitCase

OURS = "urssaf_avance_immediate"
LATE = f"{OURS}.activity_type_late_transfer"
FEBRUARY, MARCH = date(2026, 2, 28), date(2026, 3, 16)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTransitSigned(TransitCase):
    # -- who ---------------------------------------------------------------------

    def test_another_company_sees_its_own(self):
        self._paid("2026-03-02")
        screen = self._screen(user=self.other_manager)
        self.assertEqual(screen.company_id, self.other_company)
        self.assertFalse(screen.line_ids)
        with self.assertRaises(AccessError):
            self.env["urssaf.transit"].with_user(self.other_manager).create(
                {"company_id": self.company.id}
            )

    def test_an_auditor_reads_it(self):
        request = self._paid("2026-02-26")
        auditor = self._make_user("auditor", "account.group_account_readonly")
        screen = self._screen(FEBRUARY, user=auditor)
        self.assertEqual(screen.line_ids.invoice_id, request.move_id)
        with self.assertRaises(AccessError):
            screen.action_sign()
        statement = self._signed().with_user(auditor)
        self.assertEqual((statement.closing, statement.change), (66.0, 0.0))
        # Nobody makes up a line, nor the figures.
        with self.assertRaises(AccessError):
            screen.line_ids.write({"open_amount": 1.0})
        with self.assertRaises(AccessError):
            screen.write({"closing": 0.0})

    def test_a_branch_is_seen_with_its_company(self):
        branch = self._make_branch(self.company)
        user = self._make_user("transit_branch", f"{OURS}.group_manager", branch)
        with self.assertRaises(AccessError) as raised:
            self._screen(user=user)
        self.assertIn(self.company.name, str(raised.exception))
        entry = (
            self.env["account.move"]
            .sudo()
            .with_company(branch)
            .create(
                {
                    "date": "2026-03-10",
                    "company_id": branch.id,
                    "journal_id": self.journal.id,
                    "line_ids": [
                        Command.create({"account_id": self.account.id, "debit": 5.0}),
                        Command.create(
                            {
                                "account_id": self.company.urssaf_surplus_account_id.id,
                                "credit": 5.0,
                            }
                        ),
                    ],
                }
            )
        )
        entry.action_post()
        screen = self._screen()
        self.assertEqual(screen.line_ids.company_id.sudo(), branch.sudo())
        self.assertEqual((screen.closing, screen.gap), (5.0, 0.0))

    def test_the_columns_fit_on_a_small_screen(self):
        """At 1400 pixels: the rest is behind the button of the optional columns."""
        form = self.env["urssaf.transit"].get_view(view_type="form")["arch"]
        rows = self.env["urssaf.transit.line"].get_view(view_type="list")["arch"]
        for columns in (
            etree.fromstring(form).xpath("//field[@name='line_ids']/list/field"),
            etree.fromstring(rows).xpath("/list/field"),
        ):
            shown = [
                column.get("name")
                for column in columns
                if column.get("optional") != "hide"
                and not column.get("column_invisible")
            ]
            self.assertLessEqual(len(shown), 7, shown)
            self.assertIn("open_amount", shown)

    # -- the signed statement ----------------------------------------------------

    def test_a_month_is_signed(self):
        request = self._paid("2026-02-26")
        self._bank("2026-03-03", 66.0, request)
        statement = self._signed(note="Vu avec la banque.")
        self.assertEqual(statement.signed_by_id, self.manager)
        self.assertEqual((statement.closing, statement.gap), (66.0, 0.0))
        self.assertEqual(statement.line_ids.number, request.name)
        self.assertEqual(statement.date_from, date(2026, 2, 1))
        self.assertFalse(statement.change)
        with self.assertRaises(UserError):
            self._signed()
        for user in (self.manager, self.env.user):
            with self.assertRaises(UserError):
                statement.with_user(user).write({"closing": 0})
            with self.assertRaises(UserError):
                statement.with_user(user).unlink()
        with self.assertRaises(UserError):
            statement.sudo().write({"note": "Autre chose"})
        with self.assertRaises(UserError):
            statement.sudo().unlink()

    def test_a_later_difference_is_shown_and_signed_anew(self):
        self._paid("2026-02-26")
        first = self._signed()
        self._paid("2026-02-27")
        first.invalidate_recordset()
        self.assertEqual((first.closing, first.closing_now), (66.0, 132.0))
        self.assertEqual(first.change, 66.0)
        self.assertEqual(len(first.line_ids), 1)
        second = self._signed()
        self.assertEqual(second.replaces_id, first)
        self.assertEqual(second.closing, 132.0)
        self.assertTrue(first.replaced)
        self.assertFalse(second.replaced)

    def test_what_is_not_signed(self):
        with self.assertRaises(UserError):
            self._signed(MARCH)
        with self.assertRaises(UserError):
            self._signed(date(2026, 3, 31))
        with self.assertRaises(AccessError):
            self._screen(FEBRUARY, user=self.user).action_sign()

    def test_two_people_sign_at_once(self):
        self._paid("2026-02-26")
        statement = self._signed().sudo()
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            statement.copy()
            self.env.flush_all()

    def test_it_is_printed(self):
        request = self._paid("2026-02-26")
        statement = self._signed()
        report = f"{OURS}.report_transfer_statement"
        html = self.env["ir.actions.report"]._render_qweb_html(report, statement.ids)[0]
        text = html.decode()
        self.assertIn(request.name, text)
        self.assertIn("467100", text)
        self.assertIn(self.manager.name, text)

    def test_others_do_not_read_it(self):
        self._paid("2026-02-26")
        statement = self._signed()
        with self.assertRaises(AccessError):
            statement.with_user(self.other_manager).read(["closing"])
        with self.assertRaises(AccessError):
            statement.line_ids.with_user(self.other_manager).read(["open_amount"])

    # -- the morning's list ------------------------------------------------------

    def _late(self):
        kind = self.env.ref(LATE)
        return self.company.partner_id.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def test_late_money_is_on_the_mornings_list(self):
        old = self._paid("2026-03-06")
        self._paid("2026-03-09")
        self._run_cron("digest")
        # Six working days, and five.
        self.assertIn(old.name, self._late().note)
        self.assertIn("1 amounts", self._late().note)
        self._bank("2026-03-16", 66.0, old)
        self._run_cron("digest")
        self.assertFalse(self._late())

    def test_late_money_may_be_left_out(self):
        self._paid("2026-02-06")
        self.company.urssaf_transit_days = 0
        self._run_cron("digest")
        self.assertFalse(self._late())

    def test_booking_without_an_account_warns(self):
        self.company.urssaf_payment_method_line_id = False
        request = self._paid("2026-03-12")
        self.assertTrue(request.payment_ids)
        kind = self.env.ref(f"{OURS}.activity_type_transit")
        told = self.company.partner_id.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )
        self.assertIn("Set up the accounts", told.note)
        self.company.action_urssaf_set_up_transfers()
        self.assertFalse(told.exists())
