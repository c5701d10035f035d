# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly ceilings: amounts that the law dates, and what services use of them."""

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..rules import credit


@tagged("post_install", "-at_install")
class TestOfficialAmount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.amounts = self.env["home.service.official.amount"]

    def test_a_later_year_is_one_more_row(self):
        self.amounts.create(
            {
                "kind": "gardening",
                "date_start": "2031-01-01",
                "amount": 5200.5,
                "source": "Invented",
            }
        )
        self.assertEqual(self.amounts._at("2030-12-31")["gardening"], 5_000_00)
        self.assertEqual(self.amounts._at("2031-01-01")["gardening"], 5_200_50)
        self.assertNotIn("gardening", self.amounts._at("2019-01-01"))

    def test_each_says_where_it_was_read(self):
        amounts = self.amounts.search([])
        self.assertGreaterEqual(len(amounts), 3)
        for amount in amounts:
            self.assertIn("D", amount.source)
            self.assertTrue(amount.confidence)

    def test_natures_have_their_group(self):
        groups = {
            number: self.env.ref(f"l10n_fr_home_services.nature_{number}").ceiling_group
            for number in (60, 70, 80, 160)
        }
        self.assertEqual(
            groups, {60: False, 70: "gardening", 80: "handyman", 160: "computing"}
        )

    def test_rights(self):
        user = new_test_user(self.env, "clerk", groups="base.group_user")
        amount = self.amounts.search([], limit=1)
        with self.assertRaises(AccessError):
            amount.with_user(user).amount = 1

    # -- the rule ----------------------------------------------------------------

    def test_half_rounded_down(self):
        self.assertEqual(credit([(None, 100_01)], {}), ({}, 50_00))

    def test_expenses_of_a_group_end_at_its_ceiling(self):
        services = [("handyman", 300_00), (None, 100_00), ("handyman", 300_00)]
        self.assertEqual(
            credit(services, {"handyman": 500_00}), ({"handyman": 500_00}, 300_00)
        )

    def test_a_discount_comes_off_before_the_ceiling(self):
        services = [("gardening", 6_000_00), ("gardening", -1_000_00)]
        self.assertEqual(
            credit(services, {"gardening": 5_000_00}),
            ({"gardening": 5_000_00}, 2_500_00),
        )

    def test_the_credit_ends_at_what_is_left(self):
        self.assertEqual(credit([(None, 200_00)], {}, 30_00)[1], 30_00)
        self.assertEqual(credit([(None, 200_00)], {}, -5_00)[1], 0)
        self.assertEqual(credit([(None, -200_00)], {}, 30_00)[1], 0)
