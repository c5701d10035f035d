# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Broken connections on real sockets: which ones prove that nothing left us."""

import itertools
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress
from unittest.mock import patch

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from odoo.tests import BaseCase, tagged
from odoo.tests.common import _super_send

from ..lib.api import (
    EnrolmentRequest,
    UrssafAmbiguous,
    UrssafClient,
    UrssafProtocolError,
    UrssafUnreachable,
    bounded,
    clear_token_cache,
)
from ..lib.api import client as client_module
from ..lib.api.failures import READ, WRITE, transport_failure
from .lib_support import CREDENTIALS, enrolment_body

TOKEN = b'{"access_token": "token-of-the-tests", "expires_in": 3600}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class BadServer(threading.Thread):
    """Grants tokens properly, then spoils every other call in one way."""

    def __init__(self, spoil):
        super().__init__(daemon=True)
        self.spoil = spoil
        self.requests = []
        self.kept_open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self):
        while True:
            try:
                connection, _peer = self.listener.accept()
            except OSError:  # closed by the test
                return
            with connection:
                connection.settimeout(5)
                request = self._read(connection)
                if b"/token" in request.split(b"\r\n")[0]:
                    length = b"Content-Length: %d\r\n" % len(TOKEN)
                    connection.sendall(HEAD + length + b"Connection: close\r\n\r\n")
                    connection.sendall(TOKEN)
                else:
                    self.requests.append(request)
                    self.spoil(self, connection)

    @staticmethod
    def _read(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            received = connection.recv(65536)
            if not received or received[0] == 0x16:  # a TLS handshake
                return received
            data += received
        head, _sep, body = data.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def stop(self):
        for connection in self.kept_open:
            connection.close()
        if self.is_alive():
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept() up
            self.join(5)
        self.listener.close()


def reset(_server, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close(_server, _connection):
    """Close politely without a word."""


def stay_silent(server, connection):
    server.kept_open.append(connection.dup())


def cut_the_body(_server, connection):
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n{")


def cut_a_measured_body(_server, connection):
    connection.sendall(HEAD + b'Content-Length: 400\r\n\r\n{"idClient": "')


def speak_html(_server, connection):
    connection.sendall(HEAD + b"Content-Length: 6\r\n\r\n<html>")


ANSWER = b'Content-Length: 17\r\n\r\n{"idClient": "1"}'


def drip(_server, connection):
    """A proper answer, one byte after the other."""
    with suppress(OSError):  # the client has left
        for byte in HEAD + b"X-Slow: " + b"." * 50 + b"\r\n" + ANSWER:
            connection.sendall(bytes([byte]))
            time.sleep(0.001)


def drip_the_body(_server, connection):
    with suppress(OSError):
        connection.sendall(HEAD + b"Content-Length: 57\r\n\r\n")
        for byte in b" " * 40 + b'{"idClient": "1"}':
            connection.sendall(bytes([byte]))
            time.sleep(0.001)


def pour_headers(_server, connection):
    """A proper answer after more headers than anybody needs."""
    with suppress(OSError):
        connection.sendall(HEAD)
        for number in range(90):
            connection.sendall(b"X-%d: %s\r\n" % (number, b"." * 60_000))
        connection.sendall(ANSWER)


def pour_the_body(_server, connection):
    body = b'{"idClient": "1"}' + b" " * 5_000_000
    with suppress(OSError):
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


class SocketCase(BaseCase):
    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        assert "//127.0.0.1:" in r.url or "//urssaf.invalid" in r.url
        return _super_send(s, r, **kw)

    def setUp(self):
        super().setUp()
        clear_token_cache()
        self.addCleanup(clear_token_cache)

    def serve(self, spoil):
        server = BadServer(spoil)
        server.start()
        self.addCleanup(server.stop)
        return server

    def client(self, address, scheme="http"):
        session = bounded.new_session()
        session.trust_env = False  # no proxy between the test and its own server
        self.addCleanup(session.close)
        return UrssafClient(
            f"{scheme}://{address}/atp/v1/tiersPrestations",
            f"{scheme}://{address}/api/oauth/v1/token",
            *CREDENTIALS,
            session=session,
            timeout=0.4,
            sleep=lambda seconds: None,
        )

    def enrol(self, client):
        with patch.object(client_module, "ENROL_TIMEOUT", 0.4):
            client.enrol_customer(EnrolmentRequest.model_validate(enrolment_body()))


@tagged("post_install", "-at_install")
class TestBrokenConnections(SocketCase):
    def test_lost_write_is_ambiguous_and_is_sent_once(self):
        for spoil in (reset, close, stay_silent, cut_the_body, cut_a_measured_body):
            with self.subTest(spoil=spoil.__name__):
                clear_token_cache()
                server = self.serve(spoil)
                with self.assertRaises(UrssafAmbiguous):
                    self.enrol(self.client(server.address))
                self.assertEqual(len(server.requests), 1)
                self.assertTrue(server.requests[0].startswith(b"POST "))

    def test_lost_read_is_repeated_then_unreachable(self):
        for spoil, times in (
            (reset, 3),
            (close, 3),
            (cut_the_body, 3),
            # It has taken all the time that somebody may have to wait.
            (stay_silent, 1),
        ):
            with self.subTest(spoil=spoil.__name__):
                clear_token_cache()
                server = self.serve(spoil)
                with self.assertRaises(UrssafUnreachable):
                    self.client(server.address).get_customer(id_client="1")
                self.assertEqual(len(server.requests), times)

    def test_an_answer_has_a_total_time(self):
        """The clock of the tests goes on with each piece that is received."""
        for spoil in (drip, drip_the_body):
            with (
                self.subTest(spoil=spoil.__name__),
                patch.object(bounded, "_clock", itertools.count(0, 0.02).__next__),
            ):
                clear_token_cache()
                server = self.serve(spoil)
                with self.assertRaises(UrssafAmbiguous):
                    self.enrol(self.client(server.address))
                with self.assertRaises(UrssafUnreachable):
                    self.client(server.address).get_customer(id_client="1")

    def test_an_answer_has_a_greatest_size(self):
        for spoil, read in (
            (pour_headers, UrssafUnreachable),
            (pour_the_body, UrssafProtocolError),
        ):
            with self.subTest(spoil=spoil.__name__):
                clear_token_cache()
                server = self.serve(spoil)
                with self.assertRaises(UrssafAmbiguous):
                    self.enrol(self.client(server.address))
                with self.assertRaises(read):
                    self.client(server.address).get_customer(id_client="1")

    def test_a_page_instead_of_json(self):
        server = self.serve(speak_html)
        with self.assertRaises(UrssafAmbiguous):
            self.enrol(self.client(server.address))
        with self.assertRaises(UrssafProtocolError):
            self.client(server.address).get_customer(id_client="1")

    def test_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        with self.assertRaises(UrssafUnreachable):
            self.enrol(self.client(address))

    def test_refused_once_the_token_is_there(self):
        server = self.serve(close)
        client = self.client(server.address)
        with self.assertRaises(UrssafUnreachable):
            client.get_customer(id_client="1")
        server.stop()
        with self.assertRaises(UrssafUnreachable):
            self.enrol(client)

    def test_name_resolution(self):
        failure = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        with (
            patch("socket.getaddrinfo", side_effect=failure),
            self.assertRaises(UrssafUnreachable),
        ):
            self.enrol(self.client("urssaf.invalid"))

    def test_tls_handshake_with_a_server_that_has_none(self):
        server = self.serve(lambda _server, connection: connection.sendall(HEAD))
        error = self.transport_error(f"https://{server.address}/")
        self.assertIsInstance(error, requests.exceptions.SSLError)
        self.assertIsInstance(transport_failure(error, WRITE, "id"), UrssafUnreachable)

    def transport_error(self, url):
        with requests.Session() as session:
            session.trust_env = False
            with self.assertRaises(requests.RequestException) as caught:
                session.post(url, json={}, timeout=2)
        return caught.exception


@tagged("post_install", "-at_install")
class TestCauses(BaseCase):
    """What cannot be provoked on a socket without a certificate or a proxy."""

    def kind(self, error, kind=WRITE):
        return type(transport_failure(error, kind, "id"))

    def test_nothing_left(self):
        refused = NewConnectionError(None, "refused")
        bad_certificate = ssl.SSLCertVerificationError(1, "certificate verify failed")
        for error in (
            requests.exceptions.ConnectTimeout(),
            requests.exceptions.ProxyError(MaxRetryError(None, "/", refused)),
            requests.ConnectionError(MaxRetryError(None, "/", refused)),
            requests.exceptions.SSLError(MaxRetryError(None, "/", bad_certificate)),
        ):
            self.assertIs(self.kind(error), UrssafUnreachable, repr(error))

    def test_no_proof(self):
        cut = ssl.SSLEOFError(8, "EOF occurred in violation of protocol")
        for error in (
            requests.ConnectionError(),
            requests.exceptions.ProxyError("Cannot connect to proxy.", cut),
            requests.exceptions.ReadTimeout(),
            requests.exceptions.ChunkedEncodingError(),
            requests.exceptions.SSLError(MaxRetryError(None, "/", cut)),
        ):
            self.assertIs(self.kind(error), UrssafAmbiguous, repr(error))
            self.assertIs(self.kind(error, READ), UrssafUnreachable, repr(error))

    def test_an_unrelated_refusal_being_handled_is_no_proof(self):
        try:
            try:
                raise ConnectionRefusedError("some other server")
            except ConnectionRefusedError:
                raise requests.ConnectionError("reset") from None
        except requests.ConnectionError as error:
            self.assertIsInstance(error.__context__, ConnectionRefusedError)
            self.assertIs(self.kind(error), UrssafAmbiguous)

    def test_a_loop_of_causes_ends(self):
        error = requests.ConnectionError()
        error.__cause__ = other = ValueError(error)
        other.__cause__ = error
        self.assertIs(self.kind(error), UrssafAmbiguous)
