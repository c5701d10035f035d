# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The four methods against golden files: what we send, what we make of the answer."""

import re
from datetime import date, datetime, timezone
from decimal import Decimal
from unittest.mock import patch
from urllib.parse import parse_qs

import requests

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    EnrolmentRequest,
    PaymentRequest,
    UrssafAmbiguous,
    UrssafClient,
    UrssafConfigError,
    UrssafRejected,
)
from .lib_support import (
    BASE,
    CREDENTIALS,
    IBAN,
    SECRET,
    TOKEN_URL,
    TransportMixin,
    as_golden,
    golden,
    payment_body,
)

ID = "af0be430-908a-11eb-a8b3-0242ac130003"


class GoldenCase(TransportMixin, BaseCase):
    def play(self, name, call):
        """Make ``call(client, request body)`` meet a golden pair."""
        request, response = golden(name)
        client = self.client((response["status"], response["body"]))
        try:
            return call(client, request["body"])
        finally:
            self.assertEqual([as_golden(r) for r in self.transport.sent], [request])

    def refused(self, name, call, error_class=UrssafRejected):
        with self.assertRaises(error_class) as caught:
            self.play(name, call)
        return caught.exception


@tagged("post_install", "-at_install")
class TestEnrolCustomer(GoldenCase):
    @staticmethod
    def enrol(client, body):
        return client.enrol_customer(EnrolmentRequest.model_validate(body))

    def test_enrolled(self):
        self.assertEqual(self.play("010_enrolled", self.enrol).id_client, ID)
        # The tax office and the bank are asked while we wait.
        self.assertEqual(self.transport.options[-1]["timeout"], 30)

    def test_born_abroad(self):
        self.assertEqual(self.play("010_born_abroad", self.enrol).id_client, ID)

    def test_unknown_to_tax_office(self):
        error = self.refused("010_unknown_to_tax_office", self.enrol)
        self.assertEqual(error.code, "ERR_DGFIP_R2P_INCONNU")
        self.assertEqual(error.http_status, 400)
        self.assertIn("DGFiP", error.errors[0].message)

    def test_invalid_field_keeps_the_iban_out_of_our_texts(self):
        error = self.refused("010_invalid_field", self.enrol)
        self.assertIn(IBAN, error.errors[0].message)
        for text in (str(error), repr(error), repr(error.errors), error.message):
            self.assertNotIn(IBAN, text)

    def test_empty_400(self):
        error = self.refused("010_empty_400", self.enrol)
        self.assertEqual(error.errors, [])
        self.assertIsNone(error.code)
        self.assertIn("without an explanation", error.message)

    def test_technical_error_is_ambiguous(self):
        error = self.refused("010_technical", self.enrol, UrssafAmbiguous)
        self.assertEqual(error.code, "ERREUR_TECHNIQUE")


@tagged("post_install", "-at_install")
class TestGetCustomer(GoldenCase):
    def test_active(self):
        status = self.play("020_active", lambda c, _b: c.get_customer(id_client=ID))
        self.assertTrue(status.active)
        self.assertEqual(status.active_since, datetime(2026, 9, 12, 14, 5))
        self.assertEqual(status.birth_name, "D'Été-Lefèvre")

    def test_pending_in_an_array(self):
        status = self.play(
            "020_pending_by_email",
            lambda c, _b: c.get_customer(
                id_client=ID, email="jeanne.durand+sap@contact.fr"
            ),
        )
        self.assertFalse(status.active)
        self.assertEqual(status.status.code, "APPAREILLAGE_EC")
        # "+" must be escaped, or Urssaf would read a space.
        self.assertIn("durand%2Bsap%40", self.transport.sent[0].url)

    def test_unknown(self):
        error = self.refused("020_unknown", lambda c, _b: c.get_customer(id_client=ID))
        self.assertEqual(error.code, "ERR_RECHERCHE_PARTICULIER")

    def test_no_criterion(self):
        with self.assertRaises(ValueError):
            self.client().get_customer()


@tagged("post_install", "-at_install")
class TestCreatePaymentRequests(GoldenCase):
    @staticmethod
    def submit(client, body):
        return client.create_payment_requests(
            [PaymentRequest.model_validate(item) for item in body]
        )

    def test_accepted(self):
        (result,) = self.play("050_accepted", self.submit)
        self.assertTrue(result.accepted)
        self.assertEqual(result.request_id, "11000000000104")
        self.assertEqual((result.number, result.status), ("FAC/2026/00042", "10"))

    def test_one_of_two_rejected_in_another_order(self):
        results = self.play("050_one_of_two_rejected", self.submit)
        by_number = {result.number: result for result in results}
        refused = by_number["FAC/2026/00043"]
        self.assertTrue(by_number["FAC/2026/00042"].accepted)
        self.assertFalse(refused.accepted)
        self.assertTrue(refused.rejected)
        self.assertEqual(refused.errors[0].code, "ERR_FACTURE_DOUBLON")

    def test_status_is_the_error(self):
        (result,) = self.play("050_status_is_the_error", self.submit)
        self.assertTrue(result.rejected)
        self.assertEqual(result.errors[0].code, "ERR_CMPT_BLOQUE")

    def test_whole_call_refused_by_one_object(self):
        error = self.refused("050_whole_call_refused", self.submit)
        self.assertEqual(error.code, "PARAM_INVALIDE")

    def test_errors_only_inside_a_success(self):
        error = self.refused("050_errors_only_in_200", self.submit)
        self.assertEqual(error.code, "ERR_PRESTATAIRE_EMETTEUR_INCONNU")
        self.assertEqual(error.http_status, 200)

    def test_amounts_are_json_numbers(self):
        self.play("050_one_of_two_rejected", self.submit)
        body = self.transport.sent[0].body
        self.assertIn(b'"mntUnitaireTTC": 69.996', body)
        self.assertIn(b'"mntPrestationTVA": 58.33', body)

    def test_size_of_a_batch(self):
        one = PaymentRequest.model_validate(payment_body())
        for batch in ([], [one] * 11):
            with self.assertRaises(ValueError):
                self.client().create_payment_requests(batch)

    def test_an_unreadable_item_does_not_hide_the_others(self):
        accepted = {"idDemandePaiement": 7, "numFactureTiers": "F1", "statut": 10}
        client = self.client((200, [None, "?", accepted]))
        results = self.submit(client, [payment_body("F1"), payment_body("F2")])
        self.assertEqual([(r.number, r.request_id) for r in results], [("F1", "7")])

    def test_an_answer_that_says_nothing_is_neither(self):
        client = self.client((200, [{"numFactureTiers": "F1", "statut": "10"}]))
        (result,) = self.submit(client, [payment_body("F1")])
        self.assertFalse(result.accepted)
        self.assertFalse(result.rejected)


@tagged("post_install", "-at_install")
class TestSearchPaymentRequests(GoldenCase):
    def test_by_number(self):
        numbers = ["FAC/2026/00042", "FAC/2026/00043"]
        found = self.play(
            "070_by_number", lambda c, _b: c.search_payment_requests(numbers=numbers)
        )
        (item,) = found.items
        self.assertEqual((item.number, item.id_client), ("FAC/2026/00042", ID))
        self.assertEqual(item.total, Decimal("110"))
        self.assertEqual(item.status_code, "20")
        self.assertIsNone(item.transfer)
        self.assertIsNone(item.rejection)
        self.assertTrue(found.conclusive)

    def test_by_id_with_each_kind_of_news(self):
        ids = ["1", "2", "3"]
        found = self.play("070_by_id", lambda c, _b: c.search_payment_requests(ids=ids))
        paid, refused, new = found.items
        self.assertEqual(paid.transfer.amount, Decimal("110"))
        self.assertEqual(paid.transfer.date, date(2026, 11, 5))
        self.assertEqual(refused.rejection.code, "CONTEST_AUTRE")
        self.assertEqual(refused.rejection.comment, "Déjà réglé")
        self.assertEqual((new.status_code, new.status_label), ("777", "Nouveau statut"))
        self.assertIsNone(new.transfer.amount)
        self.assertEqual(new.transfer.date, date(2026, 11, 23))
        self.assertEqual([error.code for error in found.errors], ["ERR_INFO"])
        self.assertFalse(found.conclusive)

    def test_by_period_too_many(self):
        error = self.refused(
            "070_by_period",
            lambda c, _b: c.search_payment_requests(
                start=date(2026, 10, 1), end=date(2026, 10, 31)
            ),
        )
        self.assertEqual(error.code, "ERR_NBRE_MAX_RESULTAT")

    def test_nothing_found_is_not_an_error(self):
        found = self.play(
            "070_nothing_found",
            lambda c, _b: c.search_payment_requests(numbers=["FAC/2026/00042"]),
        )
        self.assertEqual(found.items, [])
        self.assertTrue(found.conclusive)

    def test_check_connection(self):
        self.play("070_connection_check", lambda c, _b: c.check_connection())

    def test_limits(self):
        many = [str(n) for n in range(11)]
        for criteria in ({}, {"ids": many}, {"numbers": many}):
            with self.assertRaises(ValueError):
                self.client().search_payment_requests(**criteria)

    def test_a_bad_item_does_not_lose_the_others(self):
        items = [{"idDemandePaiement": "1"}, None, {"statut": {"code": "20"}}]
        client = self.client((200, {"infoDemandePaiements": items}))
        found = client.search_payment_requests(ids=["1"])
        self.assertEqual([item.request_id for item in found.items], ["1"])
        self.assertEqual(found.malformed, 2)
        self.assertFalse(found.conclusive)

    def test_time_of_the_server(self):
        headers = {"Date": "Sat, 21 Nov 2026 10:00:00 GMT"}
        client = self.client((200, {"infoDemandePaiements": []}, headers))
        found = client.search_payment_requests(ids=["1"])
        self.assertEqual(
            found.server_time, datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
        )
        client = self.client((200, {"infoDemandePaiements": []}, {"Date": "nonsense"}))
        self.assertIsNone(client.search_payment_requests(ids=["1"]).server_time)


@tagged("post_install", "-at_install")
class TestClient(TransportMixin, BaseCase):
    def test_headers_and_options(self):
        client = self.client((200, {"infoDemandePaiements": []}))
        client.search_payment_requests(ids=["1"])
        (sent,) = self.transport.sent
        self.assertEqual(sent.headers["Authorization"], "Bearer token-1")
        self.assertEqual(sent.headers["Accept"], "application/json")
        self.assertEqual(sent.headers["Content-Type"], "application/json")
        self.assertTrue(re.fullmatch("[0-9a-f-]{36}", sent.headers["X-Correlation-ID"]))
        token, search = self.transport.options
        self.assertEqual((token["timeout"], search["timeout"]), (15, 20))
        self.assertFalse(token["allow_redirects"] or search["allow_redirects"])

    def test_token_request(self):
        client = self.client((200, {"infoDemandePaiements": []}))
        client.search_payment_requests(ids=["1"])
        (token,) = self.transport.token_requests
        self.assertEqual(token.method, "POST")
        self.assertNotIn("Authorization", token.headers)
        self.assertEqual(
            parse_qs(token.body),
            {
                "grant_type": ["client_credentials"],
                "client_id": [CREDENTIALS[0]],
                "client_secret": [SECRET],
                "scope": ["homeplus.tiersprestations"],
            },
        )

    def test_bad_settings_are_named(self):
        good = [BASE, TOKEN_URL, *CREDENTIALS, "scope"]
        names = ["base_url", "token_url", "client_id", "client_secret", "scope"]
        for position, name in enumerate(names):
            for bad in ("", None, False, "  "):
                values = good[:position] + [bad] + good[position + 1 :]
                with self.subTest(name=name, bad=bad):
                    with self.assertRaises(UrssafConfigError) as caught:
                        UrssafClient(*values)
                    self.assertIn(name, caught.exception.message)
        for bad in ("urssaf.test/atp", "ftp://urssaf.test", "https://", "http://[x"):
            with self.subTest(bad=bad), self.assertRaises(UrssafConfigError):
                UrssafClient(bad, TOKEN_URL, *CREDENTIALS)

    def test_closes_only_its_own_session(self):
        for given, expected in ((None, 1), (requests.Session(), 0)):
            with patch.object(requests.Session, "close") as close:
                with UrssafClient(BASE, TOKEN_URL, *CREDENTIALS, session=given):
                    pass
            self.assertEqual(close.call_count, expected)

    def test_repr_has_no_secret(self):
        self.assertNotIn(SECRET, repr(self.client()))
