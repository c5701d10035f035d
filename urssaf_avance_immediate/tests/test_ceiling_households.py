# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly ceiling of households, companies and years."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_ceiling import CeilingCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCeilingHouseholds(CeilingCase):
    def _customer(self, number=2, **values):
        """Another active customer."""
        partner = self._make_partner(
            name=f"Customer {number}",
            email=f"customer{number}@example.com",
            urssaf_mobile=f"06 39 98 01 {number + 10}",
            urssaf_birth_date=f"1980-04-{number + 10}",
            **values,
        )
        self._enrol(partner)
        return partner

    def _together(self, partner, other):
        partner.urssaf_household_partner_id = other

    # -- households ----------------------------------------------------------------

    def test_who_declare_together_share_it(self):
        other = self._customer()
        self._sent()
        self.assertEqual(self._left(other), 50.0)
        self._together(other, self.partner)
        self.assertEqual(self.partner.urssaf_household_partner_id, other)
        self.assertEqual(self._left(other), 17.0)
        self.assertEqual(
            self._invoice(partner=other)._urssaf_estimates()["credit"], 17.0
        )
        self.assertEqual(other.urssaf_ceiling, self.partner.urssaf_ceiling)
        self.partner.urssaf_household_partner_id = False
        self.assertFalse(other.urssaf_household_partner_id)
        self.assertEqual(self._left(other), 50.0)

    def test_a_household_leaves_together(self):
        other = self._customer()
        self._together(other, self.partner)
        moves = self._invoice() | self._invoice(partner=other)
        self._enrol()
        wizard = self._wizard(moves)
        self.assertEqual(wizard.line_ids.mapped("amount_net"), [33.0, 49.0])
        wizard.action_send()
        self.assertEqual(self._left(other), 0.0)

    def test_the_higher_ceiling_is_the_household_s(self):
        other = self._customer()
        self._together(other, self.partner)
        self.partner.urssaf_higher_ceiling = True
        self.assertTrue(other.urssaf_higher_ceiling)
        self.assertEqual(self._left(other), 80.0)
        other.urssaf_higher_ceiling = False
        self.assertFalse(self.partner.urssaf_higher_ceiling)
        self.assertEqual(self._left(), 50.0)

    def test_only_two_people_of_one_household(self):
        other, third = self._customer(), self._customer(3)
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        child = self.env["res.partner"].create({"name": "Child", "parent_id": firm.id})
        for wrong in (self.partner, firm, child):
            with self.assertRaises(UserError):
                self._together(self.partner, wrong)
        self._together(other, self.partner)
        with self.assertRaisesRegex(UserError, "declares with"):
            self._together(third, self.partner)
        self.assertEqual(self.partner.urssaf_household_partner_id, other)
        # Not named to those who may not see it.
        other.sudo().write({"name": "Secrète", "company_id": self.other_company.id})
        with self.assertRaisesRegex(UserError, "may not see") as refusal:
            self._together(third.with_user(self.user), self.partner)
        self.assertNotIn("Secrète", str(refusal.exception))
        other.sudo().company_id = False
        self._together(self.partner, self.partner.browse())
        self._together(third, self.partner)
        self.assertFalse(other.urssaf_household_partner_id)

    def test_typed_with_the_contact(self):
        """Both fields at once, as a form or an import writes them."""
        other = self._make_partner(
            consent=False,
            urssaf_household_partner_id=self.partner.id,
            urssaf_higher_ceiling=True,
        )
        self.env.invalidate_all()
        self.assertEqual(self.partner.urssaf_household_partner_id, other)
        self.assertTrue(self.partner.urssaf_higher_ceiling)
        self.assertFalse(other.copy().urssaf_household_partner_id)

    def test_archived_deleted_erased(self):
        other = self._customer()
        self._sent()
        self._together(other, self.partner)
        self.partner.active = False
        self.assertEqual(self._left(other), 17.0)
        self.partner.active = True
        self.partner.sudo()._urssaf_forget(self.company)
        self.env.invalidate_all()
        self.assertFalse(other.urssaf_household_partner_id)
        self.assertFalse(self.env["urssaf.household"].sudo().search([]))
        # The demandes are kept: they are evidence.
        self.assertEqual(self._left(), 17.0)
        self.assertEqual(self._left(other), 50.0)
        guest = self.env["res.partner"].create({"name": "Guest"})
        self._together(other, guest)
        guest.unlink()
        self.env.invalidate_all()
        self.assertFalse(other.urssaf_household_partner_id)

    def test_merged(self):
        other, third = self._customer(), self._make_partner(consent=False)
        self._sent()
        self._together(third, other)
        self.env["base.partner.merge.automatic.wizard"].with_user(
            self.env.ref("base.user_admin")
        ).create(
            {
                "partner_ids": [Command.set([self.partner.id, third.id])],
                "dst_partner_id": self.partner.id,
            }
        ).action_merge()
        self.env.invalidate_all()
        self.assertEqual(other.urssaf_household_partner_id, self.partner)
        self.assertEqual(self._left(other), 17.0)

    def test_two_of_a_household_merged(self):
        twin = self._make_partner(consent=False)
        self._sent()
        self._together(twin, self.partner)
        self.env["base.partner.merge.automatic.wizard"].with_user(
            self.env.ref("base.user_admin")
        ).create(
            {
                "partner_ids": [Command.set([self.partner.id, twin.id])],
                "dst_partner_id": twin.id,
            }
        ).action_merge()
        self.env.invalidate_all()
        self.assertFalse(twin.urssaf_household_partner_id)
        self.assertEqual(self._left(twin), 17.0)

    # -- companies -----------------------------------------------------------------

    def test_another_company_counts_its_own(self):
        other = self._customer()
        self._sent()
        self._together(other, self.partner)
        theirs = self.partner.with_user(self.other_user)
        self.assertEqual(self._left(holder=self.other_company), 50.0)
        self.assertFalse(theirs.urssaf_household_partner_id)
        self.assertFalse(theirs.urssaf_ceiling)
        with self.assertRaises(UserError):
            theirs.urssaf_household_partner_id = self.user.partner_id
        theirs.with_user(self.other_user)._urssaf_record_consent("office")
        self.env.invalidate_all()
        self.assertFalse(theirs.urssaf_household_partner_id)
        self.assertNotIn("33,00", theirs.urssaf_ceiling)

    def test_nobody_reads_or_forges_a_household(self):
        other = self._customer()
        self._together(other, self.partner)
        household = self.env["urssaf.household"].with_user(
            self.env.ref("base.user_admin")
        )
        with self.assertRaises(AccessError):
            household.search_read([], ["partner_id"])
        clerk = self._make_user("clerk", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.partner.with_user(clerk).read(["urssaf_household_partner_id"])
        use = self._sent().ceiling_use_ids
        with self.assertRaises(AccessError):
            use.with_user(self.user).amount = 1.0

    # -- the year --------------------------------------------------------------------

    def _at_the_years_end(self):
        """Sent on 30 December 2025, transferred in January."""
        self._enrol()
        with freeze_time("2025-12-30 10:00:00"):
            move = self._invoice(start="2025-12-01", end="2025-12-12")
            self.env["urssaf.payment.request"]._enqueue_move(move)
        request = move.urssaf_request_id
        return request

    def _left_of(self, year):
        return self._left(day=NOW.date().replace(year=year))

    def test_the_transfer_says_the_year(self):
        self.company.urssaf_ceiling_date = "transfer"
        request = self._at_the_years_end()
        self.assertEqual(request.ceiling_use_ids.mapped("expected_on")[0].year, 2026)
        self.assertEqual((self._left_of(2025), self._left_of(2026)), (6000.0, 17.0))
        request.sudo()._set_state(
            "paid", transfer_date="2025-12-31", transfer_amount=66.0
        )
        self.assertEqual((self._left_of(2025), self._left_of(2026)), (5967.0, 50.0))

    def test_the_sending_says_the_year(self):
        self.company.urssaf_ceiling_date = "request"
        request = self._at_the_years_end()
        self.assertEqual((self._left_of(2025), self._left_of(2026)), (5967.0, 50.0))
        # Half past midnight in Paris is still the year before in UTC.
        request.sudo().claimed_at = "2025-12-31 23:30:00"
        self.assertEqual((self._left_of(2025), self._left_of(2026)), (6000.0, 17.0))

    def test_the_agreement_says_the_year(self):
        self.company.urssaf_ceiling_date = "validation"
        request = self._at_the_years_end()
        request.sudo()._set_state("validated", remote_changed_at="2026-01-01 08:00:00")
        self.assertEqual((self._left_of(2025), self._left_of(2026)), (6000.0, 17.0))

    def test_what_is_sent_in_late_december_is_shown_for_both_years(self):
        self._enrol()
        with freeze_time("2025-12-30 10:00:00"):
            shown = self.partner.urssaf_ceiling
        self.assertIn("2025", shown)
        self.assertIn("2026", shown)
        self.env.invalidate_all()
        self.assertNotIn("2025", self.partner.urssaf_ceiling)

    # -- few queries -----------------------------------------------------------------

    def test_as_many_queries_for_many_as_for_one(self):
        self._enrol()
        moves = self.env["account.move"].union(
            *(self._invoice(partner=self._customer(n)) for n in range(2, 8))
        )
        uses = self.env["urssaf.ceiling.use"]

        def queries(found):
            partners = found.commercial_partner_id
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            uses._counters(self.company, partners, NOW.date())
            return self.env.cr.sql_log_count - before

        queries(moves)
        self.assertEqual(queries(moves[:1]), queries(moves))
