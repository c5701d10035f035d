# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which transfers a line of the bank is the sum of, held against counting them all."""

import random
from datetime import date, timedelta
from itertools import combinations

from odoo.tests import BaseCase, tagged

from ..lib.rules.bank_solver import (
    FREE_SUBSET_ITEMS,
    MAX_CENTS,
    MAX_SOLUTIONS,
    Answer,
    Hypothesis,
    Item,
    count_ways,
    in_window,
    solve,
)

DAY = date(2026, 2, 5)


def items(*amounts, day=DAY, first=1):
    """Items of these cents, numbered from ``first``."""
    return [Item(key, cents, day) for key, cents in enumerate(amounts, first)]


def keys(answer):
    return [[item.key for item in solution] for solution in answer.solutions]


def alike(chosen):
    """What a set of items is, when those of the same amount and date are the same."""
    return tuple(sorted((item.day, item.cents) for item in chosen))


def every_answer(pool, cents):
    """``{hypothesis: sets of items}``, by looking at every set there is."""
    found = {hypothesis: set() for hypothesis in Hypothesis}
    for size in range(1, len(pool) + 1):
        for chosen in combinations(pool, size):
            if sum(item.cents for item in chosen) != cents:
                continue
            what = alike(chosen)
            found[Hypothesis.SUBSET].add(what)
            if size == 1:
                found[Hypothesis.ONE].add(what)
            days = {item.day for item in chosen}
            left_out = sum(item.day in days for item in pool) - size
            if len(days) == 1 and not left_out:
                found[Hypothesis.DATE].add(what)
            if len(days) in (2, 3) and not left_out:
                found[Hypothesis.DATES].add(what)
            if len(days) == 1 and left_out in (1, 2):
                found[Hypothesis.MOST_OF_A_DATE].add(what)
    return found


@tagged("post_install", "-at_install")
class TestBankSolver(BaseCase):
    def test_like_looking_at_every_set(self):
        """Thousands of small cases, always the same ones: the first hypothesis that
        gives something, all its answers, and whether it is the only one.
        """
        chance = random.Random(2026)
        met = dict.fromkeys((*Hypothesis, None), 0)
        for _case in range(3000):
            pool = [
                Item(key, chance.randint(1, 12), DAY + timedelta(chance.randint(0, 3)))
                for key in range(chance.randint(0, 9))
            ]
            cents = chance.randint(1, 40)
            every = every_answer(pool, cents)
            expected = next((h for h in Hypothesis if every[h]), None)
            answer = solve(pool, cents)
            self.assertEqual(answer.hypothesis, expected, (pool, cents))
            met[expected] += 1
            ways = min(len(every[Hypothesis.SUBSET]), 2)
            self.assertEqual(count_ways(pool, cents), ways, (pool, cents))
            if expected is None:
                self.assertEqual(answer.ways, 0)
                continue
            solutions = [alike(solution) for solution in answer.solutions]
            self.assertEqual(len(solutions), len(set(solutions)), (pool, cents))
            self.assertLessEqual(set(solutions), every[expected])
            count = len(every[expected])
            self.assertEqual(len(solutions), min(count, MAX_SOLUTIONS), (pool, cents))
            self.assertEqual(answer.more, count > MAX_SOLUTIONS)
            self.assertEqual(answer.unique, count == 1)
        self.assertGreater(min(met.values()), 30, met)

    def test_of_those_that_are_alike_the_oldest(self):
        chance = random.Random(5)
        for _case in range(500):
            pool = [
                Item(key, chance.randint(1, 3), DAY + timedelta(chance.randint(0, 1)))
                for key in range(8)
            ]
            for solution in solve(pool, chance.randint(1, 12)).solutions:
                for out in set(pool) - set(solution):
                    younger = [
                        item
                        for item in solution
                        if (item.day, item.cents) == (out.day, out.cents)
                        and item.key > out.key
                    ]
                    self.assertFalse(younger, (pool, solution))

    # -- the examples of the design ----------------------------------------------

    def test_all_of_one_date(self):
        pool = items(32000, 18240, 25120, 25600, 53000, 22800)
        pool += items(9600, 13250, day=DAY + timedelta(1), first=7)
        answer = solve(pool, 176760)
        self.assertEqual(keys(answer), [[1, 2, 3, 4, 5, 6]])
        self.assertEqual(answer.hypothesis, Hypothesis.DATE)
        self.assertTrue(answer.unique)

    def test_all_of_one_date_announced_or_not(self):
        """1 040.00 are booked, 158.40 and 91.20 are not yet."""
        answer = solve(items(104000, 15840, 9120, day=date(2026, 2, 20)), 128960)
        self.assertEqual(keys(answer), [[1, 2, 3]])
        self.assertEqual(answer.hypothesis, Hypothesis.DATE)

    def test_twins_are_one_choice(self):
        answer = solve(items(9600, 9600), 9600)
        self.assertEqual(keys(answer), [[1]])
        self.assertEqual(answer.hypothesis, Hypothesis.ONE)
        self.assertTrue(answer.unique)

    def test_the_same_amount_on_two_days_is_two_answers(self):
        pool = items(9600, 100) + items(9600, 200, day=DAY + timedelta(1), first=3)
        answer = solve(pool, 9600)
        self.assertEqual(keys(answer), [[1], [3]])
        self.assertFalse(answer.unique)

    def test_two_of_a_date(self):
        answer = solve(items(13250, 19000), 32250)
        self.assertEqual(answer.hypothesis, Hypothesis.DATE)
        answer = solve(items(13250, 19000, 9600), 32250)
        self.assertEqual(keys(answer), [[1, 2]])
        self.assertEqual(answer.hypothesis, Hypothesis.MOST_OF_A_DATE)

    def test_nothing_fits(self):
        pool = items(32000, 18240, 25120)
        self.assertEqual(solve(pool, 15000), Answer(ways=0))
        self.assertEqual(solve([], 15000), Answer(ways=0))

    def test_two_or_three_dates(self):
        pool = [Item(key, 1000 + 7**key, DAY + timedelta(key)) for key in range(1, 6)]
        answer = solve(pool, pool[0].cents + pool[2].cents + pool[4].cents)
        self.assertEqual(keys(answer), [[1, 3, 5]])
        self.assertEqual(answer.hypothesis, Hypothesis.DATES)

    def test_a_free_subset_of_a_dozen_at_most(self):
        """Beyond, nothing is proposed: it is said that something would fit."""
        days = [DAY, DAY + timedelta(1)]
        pool = [
            Item(key, 100 * 2**key, days[key % 2])
            for key in range(FREE_SUBSET_ITEMS + 1)
        ]
        few, chosen = pool[:FREE_SUBSET_ITEMS], pool[1:9:2] + pool[2:6:2]
        cents = sum(item.cents for item in chosen)
        answer = solve(few, cents)
        self.assertEqual(answer.hypothesis, Hypothesis.SUBSET)
        self.assertTrue(answer.unique)
        self.assertEqual(set(answer.solutions[0]), set(chosen))
        self.assertEqual(solve(pool, cents), Answer(ways=1))

    def test_more_answers_than_are_listed(self):
        pool = [Item(key, 500, DAY + timedelta(key)) for key in range(MAX_SOLUTIONS)]
        self.assertFalse(solve(pool, 500).more)
        pool.append(Item(99, 500, DAY + timedelta(99)))
        answer = solve(pool, 500)
        self.assertEqual(len(answer.solutions), MAX_SOLUTIONS)
        self.assertTrue(answer.more)

    # -- what goes in ------------------------------------------------------------

    def test_only_positive_cents(self):
        for cents in (0, -100, 1.5, True):
            with self.subTest(cents=cents), self.assertRaises(ValueError):
                solve([], cents)
            with self.subTest(cents=cents), self.assertRaises(ValueError):
                solve([Item(1, cents, DAY)], 100)

    def test_a_sum_that_is_too_large_is_not_counted(self):
        pool = items(MAX_CENTS + 1, 5)
        self.assertEqual(solve(pool, MAX_CENTS + 2), Answer())
        self.assertEqual(keys(solve(pool, MAX_CENTS + 1)), [[1]])

    def test_the_window_counts_in_working_days(self):
        """Tuesday 7 April 2026: Easter Monday and the week-end do not count."""
        days = [date(2026, 3, 25) + timedelta(n) for n in range(20)]
        kept = in_window([Item(day, 100, day) for day in days], date(2026, 4, 7))
        self.assertEqual(kept[0].day, date(2026, 3, 30))
        self.assertEqual(kept[-1].day, date(2026, 4, 8))
