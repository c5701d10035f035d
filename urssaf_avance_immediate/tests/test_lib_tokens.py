# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One token per provider, renewed in time, asked once however many want it."""

import threading

from odoo.tests import BaseCase, tagged

from ..lib.api import clear_token_cache, tokens
from .lib_support import SECRET, TransportMixin

FOUND = (200, {"infoDemandePaiements": []})


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@tagged("post_install", "-at_install")
class TestTokens(TransportMixin, BaseCase):
    def asked(self, lives, pauses):
        """How many tokens are asked when calls are made after these pauses."""
        clock = Clock()
        granted = [
            (200, {"access_token": f"t{number}", **life})
            for number, life in enumerate(lives)
        ]
        steps = [FOUND] * len(pauses)
        client = self.client(*steps, token_steps=granted, clock=clock)
        for pause in pauses:
            clock.now += pause
            client.search_payment_requests(ids=["1"])
        return len(self.transport.token_requests)

    def test_kept_until_a_minute_before_its_end(self):
        self.assertEqual(self.asked([{"expires_in": 600}], [0, 300, 239]), 1)

    def test_renewed_a_minute_before_its_end(self):
        self.assertEqual(self.asked([{"expires_in": 600}] * 2, [0, 540]), 2)

    def test_an_hour_when_nothing_usable_is_said(self):
        for life in ({}, {"expires_in": None}, {"expires_in": "?"}, {"expires_in": -1}):
            with self.subTest(life=life):
                clear_token_cache()
                self.assertEqual(self.asked([life], [0, 3539]), 1)
                clear_token_cache()
                self.assertEqual(self.asked([life] * 2, [0, 3540]), 2)

    def test_a_number_as_text(self):
        self.assertEqual(self.asked([{"expires_in": "600"}] * 2, [0, 540]), 2)

    def test_shared_between_clients_of_one_provider(self):
        self.client(FOUND).search_payment_requests(ids=["1"])
        client = self.client(FOUND)
        client.search_payment_requests(ids=["1"])
        self.assertEqual(self.transport.token_requests, [])

    def test_another_secret_is_another_token(self):
        key = tokens.token_key("https://t", "id", SECRET, "scope")
        for other in (
            tokens.token_key("https://u", "id", SECRET, "scope"),
            tokens.token_key("https://t", "di", SECRET, "scope"),
            tokens.token_key("https://t", "id", "changed", "scope"),
            tokens.token_key("https://t", "id", SECRET, "other"),
        ):
            self.assertNotEqual(key, other)
        self.assertNotIn(SECRET, repr(key))
        self.assertNotIn("abc", repr(tokens.Token("abc", 0)))

    def test_threads_ask_only_once(self):
        key = tokens.token_key("https://t", "id", SECRET, "scope")
        asked, together, got = [], threading.Barrier(8), []
        inside = threading.Event()

        def fetch():
            asked.append(1)
            inside.wait(0.2)  # leave the others time to arrive
            return "shared", 3600.0

        def work():
            together.wait(5)
            got.append(tokens.get_token(key, fetch, Clock()))

        threads = [threading.Thread(target=work) for _number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
        self.assertEqual(len(asked), 1)
        self.assertEqual(got, ["shared"] * 8)

    def test_a_failure_is_not_kept(self):
        key = tokens.token_key("https://t", "id", SECRET, "scope")

        def fail():
            raise ValueError("no token")

        with self.assertRaises(ValueError):
            tokens.get_token(key, fail, Clock())
        token = tokens.get_token(key, lambda: ("second", 3600.0), Clock())
        self.assertEqual(token, "second")

    def test_a_token_renewed_meanwhile_is_not_dropped(self):
        key = tokens.token_key("https://t", "id", SECRET, "scope")
        tokens.get_token(key, lambda: ("new", 3600.0), Clock())
        tokens.drop_token(key, "old")
        token = tokens.get_token(key, lambda: ("third", 3600.0), Clock())
        self.assertEqual(token, "new")
        tokens.drop_token(key, "new")
        token = tokens.get_token(key, lambda: ("third", 3600.0), Clock())
        self.assertEqual(token, "third")
