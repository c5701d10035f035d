# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which error each HTTP status and each unusable body becomes, and what is repeated."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import requests

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
    UrssafUnreachable,
    errors,
)
from ..lib.api.errors import RemoteError, remote_errors
from .lib_support import TransportMixin, enrolment_body, payment_body

FOUND = (200, {"infoDemandePaiements": []})


def broken():
    """A connection that broke, who knows when."""
    return requests.ConnectionError("reset")


class FailureCase(TransportMixin, BaseCase):
    def failed_read(self, *steps, **values):
        client = self.client(*steps, **values)
        return self.caught(lambda: client.get_customer(id_client="1"))

    def failed_write(self, *steps, **values):
        client = self.client(*steps, **values)
        body = EnrolmentRequest.model_validate(enrolment_body())
        return self.caught(lambda: client.enrol_customer(body))

    def caught(self, call):
        with self.assertRaises(UrssafError) as caught:
            call()
        self.assertTrue(caught.exception.correlation_id)
        return caught.exception


@tagged("post_install", "-at_install")
class TestStatuses(FailureCase):
    def test_table(self):
        error = [{"code": "ERR_X"}]
        for status, payload, on_read, on_write in (
            (400, error, UrssafRejected, UrssafRejected),
            (400, None, UrssafRejected, UrssafRejected),
            (400, "not an error", UrssafRejected, UrssafRejected),
            (403, None, UrssafAuthError, UrssafAuthError),
            (404, None, UrssafProtocolError, UrssafProtocolError),
            (409, error, UrssafRejected, UrssafRejected),
            (429, None, UrssafUnavailable, UrssafUnavailable),
            (500, error, UrssafUnavailable, UrssafAmbiguous),
            (502, None, UrssafUnavailable, UrssafAmbiguous),
            (503, None, UrssafUnavailable, UrssafUnavailable),
            (504, None, UrssafUnavailable, UrssafAmbiguous),
            (520, None, UrssafUnavailable, UrssafAmbiguous),
            (302, None, UrssafProtocolError, UrssafProtocolError),
        ):
            for expected, make in (
                (on_read, self.failed_read),
                (on_write, self.failed_write),
            ):
                with self.subTest(status=status, payload=payload, make=make.__name__):
                    raised = make(*[(status, payload)] * 3)
                    self.assertIs(type(raised), expected)
                    self.assertEqual(raised.http_status, status)
                    codes = [item.code for item in raised.errors]
                    self.assertEqual(codes, ["ERR_X"] if payload == error else [])

    def test_unusable_success(self):
        for body in ("", "<html>", "[", '"text"', "{}", "[]", '{"idClient": ""}'):
            with self.subTest(body=body):
                self.assertIs(type(self.failed_write(body)), UrssafAmbiguous)
                self.assertIs(type(self.failed_read(body)), UrssafProtocolError)

    def test_refusal_inside_a_success(self):
        for body in ('[{"code": "ERR_X"}]', '{"Errors": [{"code": "ERR_X"}]}'):
            with self.subTest(body=body):
                self.assertEqual(self.failed_write(body).code, "ERR_X")
                self.assertIs(type(self.failed_write(body)), UrssafRejected)
                self.assertIs(type(self.failed_read(body)), UrssafRejected)

    def test_another_document_is_not_an_empty_search(self):
        for body in ("{}", "[]", '{"items": []}', '{"message": ""}', "null"):
            with self.subTest(body=body), self.assertRaises(UrssafProtocolError):
                self.client(body).search_payment_requests(ids=["1"])

    def test_no_readable_result_of_a_batch(self):
        batch = [PaymentRequest.model_validate(payload) for payload in [payment_body()]]
        for body in ("[]", "{}", "[1]", "null", '{"foo": 1}'):
            with self.subTest(body=body), self.assertRaises(UrssafAmbiguous):
                self.client(body).create_payment_requests(batch)

    def test_a_byte_order_mark_is_no_trouble(self):
        client = self.client('\ufeff{"idClient": "é"}')
        self.assertEqual(client.get_customer(id_client="1").id_client, "é")

    def test_retry_after(self):
        soon = datetime.now(timezone.utc) + timedelta(seconds=90)
        for header, low, high in (
            ("120", 120, 120),
            (format_datetime(soon, usegmt=True), 80, 91),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ):
            for status in (429, 503):
                with self.subTest(header=header, status=status):
                    error = self.failed_read((status, None, {"Retry-After": header}))
                    self.assertTrue(low <= error.retry_after <= high)
        for header in ("soon", "-5", ""):
            error = self.failed_read((503, None, {"Retry-After": header}))
            self.assertIsNone(error.retry_after, header)


@tagged("post_install", "-at_install")
class TestRepeats(FailureCase):
    def test_a_read_is_repeated_twice_and_no_more(self):
        for step in ((502, None), (504, None), broken()):
            with self.subTest(step=step):
                self.failed_read(*[step] * 3)
                self.assertEqual(len(self.transport.sent), 3)
                self.assertEqual(self.slept, [0.5, 1.5])
                self.slept.clear()

    def test_a_read_that_recovers(self):
        client = self.client((502, None), broken(), FOUND)
        self.assertEqual(client.search_payment_requests(ids=["1"]).items, [])
        ids = {request.headers["X-Correlation-ID"] for request in self.transport.sent}
        self.assertEqual(len(ids), 1)

    def test_what_is_never_repeated_on_a_read(self):
        for status in (400, 403, 404, 429, 500, 503):
            with self.subTest(status=status):
                self.failed_read((status, None))
                self.assertEqual(len(self.transport.sent), 1)
        self.assertEqual(self.slept, [])

    def test_a_write_is_never_repeated(self):
        for step in ((500, None), (502, None), (504, None), broken()):
            with self.subTest(step=step):
                self.failed_write(step)
                self.assertEqual(len(self.transport.sent), 1)
        self.assertEqual(self.slept, [])


@tagged("post_install", "-at_install")
class TestAuthentication(FailureCase):
    def test_401_is_replayed_once_with_a_new_token(self):
        client = self.client((401, None), FOUND)
        client.search_payment_requests(ids=["1"])
        bearers = [request.headers["Authorization"] for request in self.transport.sent]
        self.assertEqual(bearers, ["Bearer token-1", "Bearer token-2"])

    def test_401_twice_is_the_end(self):
        for make in (self.failed_read, self.failed_write):
            error = make((401, None), (401, None))
            self.assertIs(type(error), UrssafAuthError)
            self.assertEqual(len(self.transport.sent), 2)

    def test_the_second_refused_token_is_forgotten_too(self):
        client = self.client((401, None), (401, None), FOUND)
        self.caught(lambda: client.get_customer(id_client="1"))
        client.search_payment_requests(ids=["1"])
        self.assertEqual(len(self.transport.token_requests), 3)

    def test_refused_token_request(self):
        body = {"error": "invalid_client", "error_description": "Bad client"}
        for status in (400, 401, 403):
            with self.subTest(status=status):
                error = self.failed_write(token_steps=[(status, body)])
                self.assertIs(type(error), UrssafAuthError)
                self.assertEqual(error.code, "invalid_client")
                self.assertEqual(error.errors[0].description, "Bad client")
                self.assertIn("invalid_client", error.message)
                self.assertEqual(self.transport.sent, [])

    def test_other_troubles_of_the_token_mean_that_nothing_was_written(self):
        for step, expected in (
            ((500, None), UrssafUnavailable),
            ((502, None), UrssafUnavailable),
            ((503, None), UrssafUnavailable),
            ((404, None), UrssafUnavailable),
            ((302, None), UrssafUnavailable),
            (broken(), UrssafUnreachable),
            ("<html>", UrssafUnavailable),
            ((200, {}), UrssafUnavailable),
            ((200, {"access_token": 5}), UrssafUnavailable),
            ((200, {"access_token": "a b"}), UrssafUnavailable),
            ((200, {"access_token": "a\nX-Other: b"}), UrssafUnavailable),
            ((200, ["access_token"]), UrssafUnavailable),
        ):
            with self.subTest(step=step):
                error = self.failed_write(token_steps=[step] * 3)
                self.assertIs(type(error), expected)
                self.assertEqual(self.transport.sent, [])

    def test_the_token_request_is_repeated(self):
        client = self.client(
            FOUND,
            token_steps=[(502, None), broken(), (200, {"access_token": "t"})],
        )
        client.search_payment_requests(ids=["1"])
        self.assertEqual(len(self.transport.token_requests), 3)


@tagged("post_install", "-at_install")
class TestErrors(BaseCase):
    def test_shapes(self):
        error = {"code": "C", "message": "M", "description": "D"}
        whole = [RemoteError("C", "M", "D")]
        for payload, expected in (
            ([error], whole),
            (error, whole),
            ({"errors": [error]}, whole),
            ({"Errors": [error]}, whole),
            ({"errors": error}, whole),
            ([error, error], whole * 2),
            ([[error], None, "x", 3], whole),
            ({"code": 12}, [RemoteError("12")]),
            ({"message": "M"}, [RemoteError("", "M")]),
            ([], []),
            ({}, []),
            (None, []),
            ("text", []),
            ({"errors": []}, []),
        ):
            with self.subTest(payload=payload):
                self.assertEqual(remote_errors(payload), expected)

    def test_kinds(self):
        kinds = {
            name: getattr(errors, name).kind
            for name in dir(errors)
            if name.startswith("Urssaf") and name != "UrssafError"
        }
        self.assertEqual(
            kinds,
            {
                "UrssafConfigError": "config",
                "UrssafAuthError": "auth",
                "UrssafUnreachable": "unreachable",
                "UrssafUnavailable": "unavailable",
                "UrssafAmbiguous": "ambiguous",
                "UrssafRejected": "rejected",
                "UrssafProtocolError": "protocol",
            },
        )

    def test_an_odd_code_stays_out_of_our_message(self):
        odd = "jeanne.durand@contact.fr said no"
        remote = [RemoteError(odd), RemoteError("ERR_OK")]
        self.assertEqual(errors.quotable_codes(remote), "ERR_OK")
        self.assertEqual(UrssafRejected("x", errors=remote).code, odd)
