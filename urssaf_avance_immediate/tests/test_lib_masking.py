# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nothing secret and nobody's data in a log line or in a stored trace."""

import copy
import json
import logging
import sys
import uuid
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    CustomerStatus,
    EnrolmentRequest,
    PaymentRequest,
    UrssafError,
    redact,
)
from ..lib.api.masking import RedactingFilter, install
from .lib_support import (
    BIRTH_DATE,
    IBAN,
    SECRET,
    TransportMixin,
    enrolment_body,
    golden,
    payment_body,
)

SPACED_IBAN = "FR76 3000 4000 0312 3456 7890 143"
PERSONAL = (
    IBAN,
    "BNPAFRPP",
    BIRTH_DATE,
    "0605040302",
    "jeanne.durand",
    "Lefèvre",
    "Zoé",
    "Mme Jeanne",
    "Soleil",
    "Nantes",
)


class NothingLeaks(BaseCase):
    def assertNoneOf(self, words, text):
        found = [position for position, word in enumerate(words) if word in text]
        # Not the text itself: a failing test must not print it either.
        self.assertFalse(found, f"{len(found)} pieces of data got through: {found}")


@tagged("post_install", "-at_install")
class TestRedact(NothingLeaks):
    def test_bodies_as_structures_and_as_text(self):
        for body in (
            enrolment_body(),
            [payment_body()],
            {"a": [{"b": enrolment_body()}]},
        ):
            before = copy.deepcopy(body)
            for text in (
                json.dumps(redact(body), ensure_ascii=False),
                redact(json.dumps(body, ensure_ascii=False)),
                redact(repr(body)),
                redact(json.dumps(json.dumps(body, ensure_ascii=False))),
            ):
                self.assertNoneOf(PERSONAL, text)
            self.assertEqual(body, before)

    def test_responses(self):
        _request, response = golden("020_active")
        kept = redact(response)["body"]
        self.assertNoneOf(PERSONAL, json.dumps(kept, ensure_ascii=False))
        self.assertEqual(kept["statut"], response["body"]["statut"])
        self.assertEqual(kept["idClient"], response["body"]["idClient"])

    def test_a_trace_stays_useful(self):
        body = payment_body()
        kept = redact(body)
        self.assertEqual(
            {name for name in body if kept[name] != body[name]}, {"dateNaissanceClient"}
        )

    def test_texts(self):
        for text, hidden in (
            (f"iban {IBAN} refused", IBAN),
            (f"iban {SPACED_IBAN} refused", "3000 4000"),
            (f"iban {SPACED_IBAN.replace(' ', chr(0xA0))}", "3000"),
            (f"iban {IBAN.lower()}", IBAN.lower()),
            ("DE89370400440532013000", "DE89370400440532013000"),
            ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
            ("bearer abc123", "abc123"),
            ("Basic ZGVtbzpkZW1vLXNlY3JldA==", "ZGVtbzpkZW1v"),
            (f"grant_type=x&client_secret={SECRET}&scope=y", SECRET),
            (f"client_secret: '{SECRET}'", SECRET),
            ('{"access_token": "abc def"}', "abc"),
            ('{\\"access_token\\": \\"abcdef\\"}', "abcdef"),
            ("GET /particulier?adresseMail=a%2Bb%40c.fr HTTP/1.1", "c.fr"),
            ("write to jeanne.durand+x@contact.fr now", "jeanne"),
            ("call 06 05 04 03 02", "04 03"),
            ("call +33605040302", "605040302"),
            ("call +33 (0)6.05.04.03.02", "05.04"),
            ("dateNaissance='1980-03-29'", "1980"),
            ("dateNaissanceClient: 1980-03-29T00:00:00Z", "1980"),
            ("{'dateNaissance': datetime.date(1980, 3, 29)}", "1980"),
            ('"lieuNaissance": {"a": {"b": "Nantes"}, "c": 1}', "Nantes"),
            ('"prenoms": "Zoé \\" Anne", "x": 1', "Anne"),
            ('"nomNaissance": "Durand cut her', "Durand"),
        ):
            with self.subTest(text=text):
                self.assertNotIn(hidden, redact(text))
                self.assertIn("***", redact(text))

    def test_what_must_stay(self):
        for text in (
            "af0be430-908a-11eb-a8b3-0242ac130003",
            "11000000000104",
            "FAC/2026/00042",
            "FA20260000123456",
            "SAP123456789",
            "SIR12345678901234",
            "2026-11-21T10:00:00Z",
            "ERR_DGFIP_R2P_INCONNU",
            "a basic thing",
            "69.996 and 349.98",
            "complement1: Ménage",
        ):
            self.assertEqual(redact(text), text)
        for _number in range(500):
            text = f"({uuid.uuid4()})"
            self.assertEqual(redact(text), text)

    def test_values_of_other_types(self):
        day = date(2026, 11, 21)
        for value in (None, True, 3, 2.5, Decimal("1.10"), day):
            self.assertIs(redact(value), value)
        self.assertEqual(
            redact({"dateNaissance": day, "dateFacture": day}),
            {"dateNaissance": "***", "dateFacture": day},
        )
        self.assertEqual(redact({"iban": None, "bic": ""}), {"iban": None, "bic": ""})
        self.assertEqual(redact(("a", IBAN)), ("a", "***"))
        self.assertEqual(redact(IBAN.encode()), "***")
        self.assertNotIn(IBAN, redact(ValueError(IBAN)))


@tagged("post_install", "-at_install")
class TestFilter(NothingLeaks):
    def written(self, write):
        """What a handler gets of ``write(logger)``, formatted."""
        logger = logging.getLogger(f"{__name__}.{self.id()}")
        logger.propagate = False
        logger.setLevel(logging.DEBUG)
        lines = []

        class Handler(logging.Handler):
            def emit(self, record):
                lines.append(self.format(record))

        handler = Handler()
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        install(logger.name)
        install(logger.name)
        self.assertEqual(len(logger.filters), 1)
        write(logger)
        return "\n".join(lines)

    def test_arguments(self):
        body = enrolment_body()
        for write in (
            lambda log: log.debug("sent %s", body),
            lambda log: log.debug("sent %r and %s", [body], 3),
            lambda log: log.debug("sent %(adressePostale)s %(prenoms)s", body),
            lambda log: log.debug("sent " + json.dumps(body, ensure_ascii=False)),
            lambda log: log.debug(body),
            lambda log: log.debug("%s", ValueError(json.dumps(body))),
            lambda log: log.debug("one %s two %s", body),
        ):
            text = self.written(write)
            self.assertNoneOf(PERSONAL, text)
            self.assertIn("DEBUG", text)

    def test_a_secret_split_between_text_and_arguments(self):
        text = self.written(
            lambda log: log.info("client_secret=%s in %d ms", SECRET, 3)
        )
        self.assertNotIn(SECRET, text)
        self.assertIn("in 3 ms", text)

    def test_harmless_lines_are_untouched(self):
        text = self.written(
            lambda log: log.info("%s took %5.1f ms, 100%%", "010", 3.25)
        )
        self.assertEqual(text, "INFO 010 took   3.2 ms, 100%")

    def test_tracebacks(self):
        def write(log):
            try:
                raise ValueError(f"iban={IBAN}")
            except ValueError:
                log.exception("refused", stack_info=True)

        text = self.written(write)
        self.assertNotIn(IBAN, text)
        self.assertIn("Traceback", text)
        self.assertIn("ValueError", text)

    def test_no_handler_can_format_the_original_traceback(self):
        try:
            raise ValueError(f"iban={IBAN}")
        except ValueError:
            record = logging.makeLogRecord({"exc_info": sys.exc_info()})
        RedactingFilter().filter(record)
        self.assertIsNone(record.exc_info)
        self.assertIn("ValueError", record.exc_text)
        self.assertNotIn(IBAN, record.exc_text)

    def test_the_record_is_never_dropped(self):
        record = logging.makeLogRecord({"msg": "%s %s", "args": ("one",)})
        self.assertTrue(RedactingFilter().filter(record))
        self.assertIn("one", record.getMessage())


@tagged("post_install", "-at_install")
class TestClientLog(TransportMixin, NothingLeaks):
    logger = "odoo.addons.urssaf_avance_immediate.lib.api.client"

    def test_one_line_per_call_without_data(self):
        client = self.client(
            (200, {"idClient": "1"}), (500, None), (200, {"idClient": "1"})
        )
        request = EnrolmentRequest.model_validate(enrolment_body())
        # Not "INFO": Odoo gives this name to a level of its own.
        with self.assertLogs(self.logger, logging.INFO) as caught:
            client.enrol_customer(request)
            with self.assertRaises(UrssafError):
                client.enrol_customer(request)
            client.get_customer(email="jeanne.durand@contact.fr")
        self.assertEqual(len(caught.output), 4)
        token, enrolled, failed, read = caught.output
        self.assertIn("Urssaf token POST /api/oauth/v1/token: 200 in ", token)
        self.assertIn(
            "Urssaf 010 POST /atp/v1/tiersPrestations/particulier: 200 in ", enrolled
        )
        self.assertIn(self.transport.sent[0].headers["X-Correlation-ID"], enrolled)
        self.assertIn(": 500 in ", failed)
        self.assertIn("Urssaf 020 GET /atp/v1/tiersPrestations/particulier: 200", read)
        self.assertNoneOf((*PERSONAL, SECRET, "token-1"), "\n".join(caught.output))

    def test_the_logger_is_filtered(self):
        filters = logging.getLogger(self.logger).filters
        self.assertTrue(any(isinstance(item, RedactingFilter) for item in filters))

    def test_models_do_not_print_what_they_hold(self):
        enrolment = EnrolmentRequest.model_validate(enrolment_body())
        payment = PaymentRequest.model_validate(payment_body())
        status = CustomerStatus.model_validate(golden("020_active")[1]["body"])
        for model in (enrolment, payment, status, enrolment.bank_account):
            self.assertNoneOf(PERSONAL, f"{model!r} {model} {[model]}")
        self.assertIn("FAC/2026/00042", repr(payment))
