# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever an answer holds: values that a database takes, or a named error."""

import json
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    EnrolmentRequest,
    PaymentRequest,
    UrssafAmbiguous,
    UrssafAuthError,
    UrssafError,
    UrssafProtocolError,
    UrssafRejected,
    UrssafUnavailable,
    bounded,
    clear_token_cache,
)
from ..lib.api.reading import MAX_TEXT, decode, seconds_to_wait
from .lib_support import TransportMixin, enrolment_body, payment_body

# Lone surrogates, NUL and other controls included, as they arrive: escaped.
_TEXTS = st.text(st.characters(), max_size=12)
_NAMES = st.sampled_from(
    [
        *("idClient", "statut", "code", "etat", "description", "libelle", "message"),
        *("errors", "Errors", "error", "infoDemandePaiements", "idDemandePaiement"),
        *("numFactureTiers", "demandePaiement", "infoRejet", "commentaire"),
        *("infoVirement", "mntVirement", "dateVirement", "mntFactureTTC"),
        *("access_token", "expires_in", "nomNaissance", "prenoms"),
    ]
)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _TEXTS
    | st.sampled_from(
        [
            *("OK", "70", "ERR_FACTURE_DOUBLON", "FAC/2026/00042", 10**4000, 1e308),
            *("9999-12-31T23:00:00Z", "0001-01-01", "01/01/0001 00:00", "1e999999"),
            *("depuis le 01/01/0001", "depuis le 99/99/9999", "\ud83d", "\x00"),
        ]
    )
)
PAYLOADS = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(_NAMES | _TEXTS, inner, max_size=6),
    max_leaves=25,
)


def as_body(payload) -> str:
    """As a service would send it: half an emoji leaves as its escape."""
    return json.dumps(payload, ensure_ascii=True)


def storable(value) -> bool:
    """Whether PostgreSQL and a log take every text of it."""
    if isinstance(value, dict):
        return all(storable(k) and storable(v) for k, v in value.items())
    if isinstance(value, list):
        return all(map(storable, value))
    if isinstance(value, str):
        value.encode()  # raises on half a pair
        return "\x00" not in value and len(value) <= MAX_TEXT
    return True


class ReadingCase(TransportMixin, BaseCase):
    def calls(self, client):
        """The four methods and the token, each as its name and a call."""
        return {
            "010": lambda: client.enrol_customer(
                EnrolmentRequest.model_validate(enrolment_body())
            ),
            "020": lambda: client.get_customer(id_client="1"),
            "050": lambda: client.create_payment_requests(
                [PaymentRequest.model_validate(payment_body())]
            ),
            "070": lambda: client.search_payment_requests(numbers=["FAC/2026/00042"]),
        }

    def outcome(self, method, *steps, **values):
        """What the method returns, or the UrssafError that it raises."""
        clear_token_cache()
        try:
            return self.calls(self.client(*steps, **values))[method]()
        except UrssafError as error:
            return error


@tagged("post_install", "-at_install")
class TestReading(ReadingCase):
    def test_texts(self):
        for body, expected in (
            (r'"cut \ud83d"', "cut \ufffd"),
            (r'"\ude00 cut"', "\ufffd cut"),
            (r'"whole \ud83d\ude00"', "whole \U0001f600"),
            (r'"a\u0000b\u0007c\u0085d\u007fe"', "abcde"),
            (r'"line\nand\ttab"', "line\nand\ttab"),
            (r'"\u202enever \u2066turned"', "never turned"),
            (r'{"\ud83d": 1}', {"\ufffd": 1}),
        ):
            with self.subTest(body=body):
                self.assertEqual(decode(body), expected)
        self.assertEqual(len(decode(json.dumps("x" * 100_000))), MAX_TEXT)

    def test_numbers(self):
        for body in ("9" * 5000, "-" + "9" * 5000, "1e999", "NaN", "-Infinity", "1e40"):
            with self.subTest(body=body[:10]):
                self.assertIsNone(decode(body))
        self.assertEqual(decode("[12, 1.5, 1E2]"), [12, 1.5, 100.0])

    def test_nested_without_end(self):
        for depth in (40, 900, 100_000):
            for body in (
                "[" * depth + "]" * depth,
                '{"a":' * depth + "1" + "}" * depth,
            ):
                with self.subTest(depth=depth), self.assertRaises(ValueError):
                    decode(body)

    def test_how_long_to_wait(self):
        for value in ("", None, "-5", "soon", "²", "1e9", "12.5", "\x00", "0x10"):
            self.assertIsNone(seconds_to_wait(value), value)
        for value in (
            "9" * 400,
            "99999999999999999999",
            "Fri, 31 Dec 2099 23:59:59 -2359",
        ):
            self.assertLessEqual(seconds_to_wait(value), 7 * 86400)
        self.assertIsNone(seconds_to_wait("Fri, 31 Dec 9999 23:59:59 -0100"))

    def test_a_date_header_that_is_none(self):
        found = {"infoDemandePaiements": []}
        for value in ("Fri, 31 Dec 9999 23:59:59 -0100", "junk", "", "\x00", "1 2 3"):
            result = self.outcome("070", (200, found, {"Date": value}))
            self.assertIsNone(result.server_time, value)

    def test_dates_and_amounts_out_of_this_world(self):
        for day in ("9999-12-31T23:00:00Z", "0001-01-01", "2026-02-31"):
            info = {"dateVirement": day, "mntVirement": 1e15}
            item = {"idDemandePaiement": "1", "infoVirement": info}
            result = self.outcome("070", (200, {"infoDemandePaiements": [item]}))
            self.assertIsNone(result.items[0].transfer.date, day)
            self.assertIsNone(result.items[0].transfer.amount)
        info = {"dateVirement": "2026-03-20", "mntVirement": "66.00"}
        item = {"idDemandePaiement": "1", "infoVirement": info}
        result = self.outcome("070", (200, {"infoDemandePaiements": [item]}))
        self.assertEqual(result.items[0].transfer.date, date(2026, 3, 20))
        self.assertEqual(result.items[0].transfer.amount, Decimal("66.00"))

    def test_an_activation_in_the_year_one(self):
        status = {"etat": "OK", "description": "depuis le 01/01/0001 00:00"}
        found = self.outcome("020", (200, {"idClient": "1", "statut": status}))
        self.assertIsNone(found.active_since)

    def test_an_identifier_that_no_index_takes(self):
        long = "1" * 5000
        self.assertIsInstance(
            self.outcome("010", (200, {"idClient": long})), UrssafAmbiguous
        )
        item = {"idDemandePaiement": long}
        result = self.outcome("070", (200, {"infoDemandePaiements": [item]}))
        self.assertFalse(result.conclusive, "absence is not proven")

    def test_something_else_than_a_list_is_not_nothing_found(self):
        for found in ({}, "", 0, False, None, "x", {"a": 1}):
            result = self.outcome("070", (200, {"infoDemandePaiements": found}))
            with self.subTest(found=found):
                self.assertFalse(result.conclusive)
        empty = {
            "infoDemandePaiements": None,
            "errors": [{"code": "ERR_RECHERCHE_VIDE"}],
        }
        self.assertTrue(self.outcome("070", (200, empty)).conclusive)

    def test_a_token_that_is_none_says_that_nothing_left(self):
        refusal = {"error": "invalid_client", "error_description": "Who are you?"}
        for step, expected in (
            ("", UrssafUnavailable),
            ("<html>", UrssafUnavailable),
            ("[" * 5000, UrssafUnavailable),
            ((200, {"access_token": "é"}), UrssafUnavailable),
            ((200, {"access_token": "x" * 9000}), UrssafUnavailable),
            ((204, None), UrssafUnavailable),
            ((302, None, {"Location": "https://elsewhere.test"}), UrssafUnavailable),
            ((400, None), UrssafUnavailable),
            ((404, None), UrssafUnavailable),
            ((500, None), UrssafUnavailable),
            ((400, refusal), UrssafAuthError),
            ((200, refusal), UrssafAuthError),
            ((401, None), UrssafAuthError),
        ):
            for method in ("010", "020", "050", "070"):
                with self.subTest(step=str(step)[:20], method=method):
                    error = self.outcome(method, token_steps=[step] * 3)
                    self.assertIs(type(error), expected)

    def test_a_token_of_an_endless_life(self):
        for life in (10**400, 1e308, "1e400", -1, None, [], {}):
            token = {"access_token": "abc", "expires_in": life}
            found = self.outcome(
                "070", (200, {"infoDemandePaiements": []}), token_steps=[(200, token)]
            )
            self.assertEqual(found.items, [], life)

    def test_a_body_without_end(self):
        body = '{"idClient": "1"}' + " " * bounded.MAX_BODY
        self.assertIsInstance(self.outcome("010", body), UrssafAmbiguous)
        self.assertIsInstance(self.outcome("020", body), UrssafProtocolError)
        page = (503, "x" * (bounded.MAX_BODY + 10))
        self.assertIsInstance(self.outcome("010", page), UrssafUnavailable)

    def test_errors_without_number(self):
        errors = [{"code": "ERR_X", "message": "m" * 5000}] * 100
        error = self.outcome("050", (400, errors))
        self.assertIsInstance(error, UrssafRejected)
        self.assertEqual(len(error.errors), 20)
        self.assertEqual(len(error.errors[0].message), 1000)


@tagged("post_install", "-at_install")
class TestAnyAnswer(ReadingCase):
    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )
    @given(payload=PAYLOADS, status=st.sampled_from([200, 200, 200, 400, 404, 500]))
    def test_any_json_is_read_or_named(self, payload, status):
        """An answer or an UrssafError, nothing else; a trace that can be kept."""
        traces = []
        step = as_body(payload) if status == 200 else (status, payload)
        for method in ("010", "020", "050", "070"):
            found = self.outcome(method, *[step] * 3, observer=traces.append)
            if isinstance(found, UrssafError):
                for error in found.errors:
                    self.assertTrue(storable([error.code, error.message]))
        found = self.outcome("070", token_steps=[step] * 3, observer=traces.append)
        for trace in traces:
            self.assertTrue(storable([trace.request, trace.response, *trace.subjects]))

    @settings(max_examples=100, deadline=None)
    @given(text=st.text(st.characters(codec="utf-8")) | st.binary().map(repr))
    def test_any_text_is_read_or_named(self, text):
        for method in ("010", "020", "050", "070"):
            self.assertIsNotNone(self.outcome(method, *[text] * 3), method)

    @settings(max_examples=100, deadline=None)
    @given(value=st.text(max_size=40))
    def test_any_header(self, value):
        wait = seconds_to_wait(value)
        self.assertTrue(wait is None or 0 <= wait <= 7 * 86400)
