# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Urssaf of the tests answers our client, and fails when it is told to."""

from contextlib import suppress

import requests

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    EnrolmentRequest,
    PaymentRequest,
    UrssafAmbiguous,
    UrssafAuthError,
    UrssafClient,
    UrssafError,
    UrssafProtocolError,
    UrssafRejected,
    UrssafUnavailable,
    UrssafUnreachable,
)
from .common import FakeUrssafMixin
from .fake_urssaf_faults import KINDS
from .lib_support import enrolment_body, payment_body

HOST = "http://127.0.0.1:8090"
BASE = f"{HOST}/atp/v1/tiersPrestations"
TOKEN_URL = f"{HOST}/api/oauth/v1/token"


class FakeCase(FakeUrssafMixin, BaseCase):
    def setUp(self):
        super().setUp()
        self.client = UrssafClient(
            BASE, TOKEN_URL, "demo", "demo-secret", sleep=lambda seconds: None
        )
        self.addCleanup(self.client.close)

    def demande(self, number="F1", **values):
        id_client = next(iter(self.fake.customers), "nobody")
        body = {**payment_body(number), "idClient": id_client, **values}
        return PaymentRequest.model_validate(body)

    def send(self, *numbers):
        return self.client.create_payment_requests([*map(self.demande, numbers)])


@tagged("post_install", "-at_install")
class TestFakeUrssaf(FakeCase):
    def test_from_enrolment_to_transfer(self):
        request = EnrolmentRequest.model_validate(enrolment_body())
        id_client = self.client.enrol_customer(request).id_client
        self.assertEqual(self.client.enrol_customer(request).id_client, id_client)
        self.assertFalse(self.client.get_customer(id_client=id_client).active)
        (early,) = self.send("F0")
        self.assertEqual(early.errors[0].code, "ERR_LIEN_PARTICULIER_PRESTATAIRE")
        self.fake.customers[id_client].activate("01/02/2026 08:30")
        status = self.client.get_customer(email=request.email)
        self.assertEqual(str(status.active_since), "2026-02-01 08:30:00")
        (first,), (again,) = self.send("F1"), self.send("F1")
        self.assertTrue(first.accepted)
        self.assertEqual(again.errors[0].code, "ERR_FACTURE_DOUBLON")
        self.fake.demandes[first.request_id].move(
            "70", "Payée", transfer={"mntVirement": 110, "dateVirement": "2026-11-05"}
        )
        for criteria in ({"ids": [first.request_id]}, {"numbers": ["F1"]}):
            (info,) = self.client.search_payment_requests(**criteria).items
            self.assertEqual((info.status_code, info.transfer.amount), ("70", 110))
        self.client.check_connection()
        self.assertEqual(
            [call.method for call in self.fake.calls],
            "token 010 010 020 050 020 050 050 070 070 070".split(),
        )

    def test_what_is_posted_again_blindly(self):
        """Refused without a trace, or asked for in vain: again. Any other: never."""
        self.fake.add_customer()

        def lost(*numbers):
            with suppress(UrssafError):
                self.send(*numbers)

        for kind in ("http_503", "http_429", "reject(ERR_CMPT_BLOQUE)"):
            self.fake.fail("050", kind)
            lost("F1")
            lost("F1")
            self.assertFalse(self.fake.numbers.blind, kind)
            self.fake.demandes.clear()
            self.client.search_payment_requests(numbers=["F1"])
        for kind in ("reset_before", "reset_after", "http_500", "missing_item"):
            self.fake.fail("050", kind)
            lost(kind)
            self.client.search_payment_requests(numbers=["F9"])
            lost(kind)
            self.assertEqual(self.fake.numbers.blind.pop(), kind)
        self.send("F2")
        self.client.search_payment_requests(numbers=["F2"])
        self.send("F2")
        self.assertEqual(self.fake.numbers.blind, ["F2"], "it is there")

    def test_unknown_customer_and_birth_date(self):
        (result,) = self.send("F1")
        self.assertEqual(result.errors[0].code, "ERR_PARTICULIER_INCONNU")
        self.fake.add_customer(birth_date="1999-01-01T00:00:00Z")
        (result,) = self.send("F1")
        self.assertEqual(result.errors[0].code, "ERR_PARTICULIER_INCONNU")
        with self.assertRaises(UrssafRejected) as caught:
            self.client.get_customer(id_client="nobody")
        self.assertEqual(caught.exception.code, "ERR_RECHERCHE_PARTICULIER")

    def test_faults_of_a_write(self):
        before = {
            "refused": UrssafUnreachable,
            "reset_before": UrssafAmbiguous,
            "read_timeout_before": UrssafAmbiguous,
            "http_500": UrssafAmbiguous,
            "http_502": UrssafAmbiguous,
            "html_200": UrssafAmbiguous,
            "http_503": UrssafUnavailable,
            "http_429": UrssafUnavailable,
            "empty_400": UrssafRejected,
            "reject_400(ERR_X)": UrssafRejected,
            "forbidden": UrssafAuthError,
        }
        after = dict.fromkeys(
            ("reset_after", "read_timeout_after", "html_200_after", "malformed_json"),
            UrssafAmbiguous,
        )
        self.fake.add_customer()
        for kind, expected in {**before, **after}.items():
            with self.subTest(kind=kind):
                self.fake.fail("050", kind)
                with self.assertRaises(expected) as caught:
                    self.send(kind[:20])
                recorded = self.fake.by_number(kind[:20]) is not None
                self.assertEqual(recorded, kind in after)
                if expected is UrssafUnavailable:
                    self.assertEqual(caught.exception.retry_after, 120)
        tried = {kind.partition("(")[0] for kind in {**before, **after}}
        elsewhere = {"reject", "missing_item", "unauthorized"}  # below
        # Each on each method, through the actions: test_fault_injector.
        answers = {"empty_200", "empty_404", "junk", "half_emoji", "deep", "huge"}
        answers |= {"wrong_types", "duplicates", "nonsense_headers"}
        self.assertEqual(KINDS - tried, elsewhere | answers)

    def test_faults_inside_a_batch(self):
        self.fake.add_customer()
        self.fake.fail("050", "reject", code="ERR_CMPT_BLOQUE", number="F2")
        first, second = self.send("F1", "F2")
        self.assertTrue(first.accepted)
        self.assertEqual(second.errors[0].code, "ERR_CMPT_BLOQUE")
        self.fake.fail("050", "missing_item")
        self.assertEqual([r.number for r in self.send("F2", "F3")], ["F2"])
        self.assertTrue(self.fake.by_number("F3"))
        self.fake.fail("070", "missing_item")
        self.assertEqual(self.client.search_payment_requests(numbers=["F3"]).items, [])
        self.fake.fail("010", "reject(ERR_CONTACT)")
        with self.assertRaises(UrssafRejected):
            self.client.enrol_customer(
                EnrolmentRequest.model_validate(enrolment_body())
            )

    def test_authentication_and_count(self):
        self.fake.add_customer()
        self.send("F1")
        self.fake.revoke_tokens()
        self.assertTrue(self.send("F2")[0].accepted)
        self.fake.fail("050", "unauthorized", count=2)
        with self.assertRaises(UrssafAuthError):
            self.send("F3")
        self.assertTrue(self.send("F3")[0].accepted)
        self.fake.fail("070", "html_200")
        with self.assertRaises(UrssafProtocolError):
            self.client.check_connection()

    def test_limits_of_a_search(self):
        self.fake.add_customer()
        for start in (0, 10):
            self.send(*(f"F{number}" for number in range(start, start + 10)))
        demande = self.demande()
        with self.assertRaises(UrssafRejected) as caught:
            self.client.search_payment_requests(start=demande.invoice_date)
        self.assertEqual(caught.exception.code, "ERR_NBRE_MAX_RESULTAT")


@tagged("post_install", "-at_install")
class TestStrictness(FakeCase):
    """Calls that our client must never make stop the test."""

    def assertRefused(self, message, verb="POST", url=BASE + "/particulier", **kw):
        headers = kw.pop("headers", {})
        kw.setdefault("json", {})
        kw.setdefault("timeout", 5)
        kw.setdefault("allow_redirects", False)
        with self.assertRaisesRegex(AssertionError, message):
            requests.request(verb, url, headers=headers, **kw)  # pylint: disable=E8106

    def test_calls(self):
        good = {"Authorization": "Bearer x", "Accept": "application/json"}
        self.assertRefused("unknown to Urssaf", url=f"{BASE}/annulation")
        self.assertRefused("unknown to Urssaf", verb="DELETE")
        self.assertRefused("no bearer")
        self.assertRefused("JSON is not accepted", headers={**good, "Accept": "x"})
        self.assertRefused("scalar timeout", headers=good, timeout=(1, 2))
        self.assertRefused("redirect", headers=good, allow_redirects=True)
        self.assertRefused("not JSON", headers=good, json=None, data="x")
        form = {"Content-Type": "application/json"}
        self.assertRefused("form", url=TOKEN_URL, headers=form)

    def test_production_is_faked_too(self):
        self.fake.add_customer()
        live = "https://api.urssaf.fr"
        with UrssafClient(
            f"{live}/atp/v1/tiersPrestations",
            f"{live}/api/oauth/v1/token",
            "demo",
            "demo-secret",
        ) as client:
            client.check_connection()
        self.assertEqual({call.host for call in self.fake.calls}, {"api.urssaf.fr"})

    def test_unknown_faults(self):
        for kind in ("nonsense", "reject", "reject_400"):
            with self.assertRaises(AssertionError):
                self.fake.fail("050", kind)
