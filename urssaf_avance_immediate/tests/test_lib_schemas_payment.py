# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every field of a demande de paiement; whatever 050 and 070 may answer."""

import json
from datetime import date, datetime
from decimal import Decimal

from pydantic import ValidationError

from odoo.tests import BaseCase, tagged

from ..lib.api import (
    PaymentInfo,
    PaymentRequest,
    PaymentResult,
    PaymentSearch,
    PaymentSearchResult,
    field_errors,
)
from ..lib.api.schemas_base import WireRequest, _known_names
from .lib_support import payment_body

DROP = object()


class PaymentCase(BaseCase):
    def faults(self, body, model=PaymentRequest):
        try:
            model.model_validate(body)
        except ValidationError as error:
            return field_errors(error)
        return []

    def assertValues(self, name, good, bad, line=False):
        path = f"inputPrestations.0.{name}" if line else name
        for value, expected in [(v, []) for v in good] + [(v, [path]) for v in bad]:
            body = payment_body()
            target = body["inputPrestations"][0] if line else body
            if value is DROP:
                target.pop(name, None)
            else:
                target[name] = value
            with self.subTest(path=path, value=value):
                found = [fault for fault, _kind in self.faults(body)]
                self.assertEqual(found, expected)


@tagged("post_install", "-at_install")
class TestPaymentRequest(PaymentCase):
    def test_wire_names_survive_the_round_trip(self):
        body = payment_body()
        self.assertEqual(PaymentRequest.model_validate(body).to_wire(), body)

    def test_texts(self):
        self.assertValues("idTiersFacturation", ["x", "A" * 30], ["", "A" * 31, None])
        self.assertValues("idClient", ["x"], ["", None, DROP, 5])
        self.assertValues("numFactureTiers", ["A" * 50], ["", "A" * 51, DROP])

    def test_dates(self):
        for name in (
            "dateNaissanceClient",
            "dateFacture",
            "dateDebutEmploi",
            "dateFinEmploi",
        ):
            self.assertValues(
                name,
                [date(2026, 10, 1), "2026-10-01T00:00:00.000Z"],
                [
                    datetime(2026, 10, 1),
                    "2026-10-01",
                    "2026-10-01T00:00:00+02:00",
                    None,
                ],
            )

    def test_amounts(self):
        good = [0, 110, 110.5, Decimal("110.50"), "110.5", Decimal("9999999999.99")]
        bad = [-1, 1.005, 0.1 + 0.2, Decimal("NaN"), float("inf"), False, None, "x"]
        for name in ("mntFactureTTC", "mntFactureHT"):
            self.assertValues(name, good, [*bad, DROP])
        for name in ("mntPrestationTTC", "mntPrestationHT", "mntPrestationTVA"):
            self.assertValues(name, good, [*bad, DROP], line=True)
        self.assertValues(
            "mntUnitaireTTC", [*good, 69.996], [-1, 1.0005, False], line=True
        )
        self.assertValues(
            "quantite", [0.25, 1, 1.75], [0, -1, 1.755, False, None], line=True
        )

    def test_prestation(self):
        for name, good, bad in (
            ("unite", ["HEURE", "FORFAIT"], ["heure", "JOUR", None]),
            ("codeNature", ["60", "270", "ENF"], ["", "60 ", 60, None, DROP]),
            ("codeActivite", ["100A001", None, DROP], [""]),
            ("complement1", ["", "A" * 50, None, DROP], ["A" * 51]),
            (
                "complement2",
                ["SAP123456789", "SIR12345678901234"],
                ["SAP12345678", "SIR123456789", "sap123456789", "", None, DROP],
            ),
            ("dateDebutEmploi", [date(2026, 10, 1), None], ["2026-10-01"]),
        ):
            self.assertValues(name, good, bad, line=True)

    def test_number_of_prestations(self):
        line = payment_body()["inputPrestations"][0]
        self.assertValues("inputPrestations", [[line], [line] * 10], [[], [line] * 11])

    def test_deposit(self):
        body = payment_body()
        del body["dateVersementAcompte"]
        self.assertEqual(
            self.faults(body), [("dateVersementAcompte", "deposit_date_missing")]
        )
        body["mntAcompte"] = 0
        self.assertEqual(self.faults(body), [])
        body = payment_body()
        del body["mntAcompte"]
        self.assertEqual(self.faults(body), [("mntAcompte", "deposit_missing")])

    def test_amounts_go_out_as_the_same_decimals(self):
        body = payment_body()
        for text in ("0.01", "0.10", "1234567.89", "9999999999.99", "349.98"):
            body["mntFactureTTC"] = Decimal(text)
            wire = json.dumps(PaymentRequest.model_validate(body).to_wire())
            self.assertEqual(
                json.loads(wire, parse_float=Decimal)["mntFactureTTC"], Decimal(text)
            )

    def test_one_wire_name_per_name_of_ours(self):
        def walk(model):
            for child in model.__subclasses__():
                yield from ((n, i.alias) for n, i in child.model_fields.items())
                yield from walk(child)

        names = _known_names(WireRequest)
        for name, alias in walk(WireRequest):
            self.assertEqual(names[name], alias)


@tagged("post_install", "-at_install")
class TestPaymentSearch(PaymentCase):
    def test_criteria(self):
        day = date(2026, 10, 1)
        for criteria, expected in (
            ({"ids": ["1"]}, {"idDemandePaiements": ["1"]}),
            ({"numFactureTiers": ["F"] * 10}, {"numFactureTiers": ["F"] * 10}),
            ({"start": day}, {"dateDebut": "2026-10-01T00:00:00Z"}),
            ({"end": day}, {"dateFin": "2026-10-01T00:00:00Z"}),
        ):
            wire = PaymentSearch.model_validate(criteria).to_wire()
            self.assertEqual(wire, expected)

    def test_faults(self):
        for criteria, expected in (
            ({}, ("idDemandePaiements", "criterion_missing")),
            ({"ids": ["1"] * 11}, ("idDemandePaiements", "too_long")),
            ({"numbers": []}, ("numFactureTiers", "too_short")),
            ({"ids": [""]}, ("idDemandePaiements.0", "string_too_short")),
            (
                {"start": date(2026, 10, 2), "end": date(2026, 10, 1)},
                ("dateFin", "period_reversed"),
            ),
        ):
            self.assertEqual(self.faults(criteria, PaymentSearch), [expected])


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    def test_result(self):
        for payload, accepted, rejected in (
            ({"idDemandePaiement": "1", "statut": "10"}, True, False),
            ({"idDemandePaiement": 1, "statut": 10, "errors": None}, True, False),
            ({"idDemandePaiement": "1", "statut": "15"}, True, False),
            ({"idDemandePaiement": "1", "statut": {"code": "10"}}, True, False),
            ({"idDemandePaiement": "", "statut": "10"}, False, False),
            ({"statut": "10"}, False, False),
            ({"errors": [{"code": "E"}]}, False, True),
            ({"Errors": {"code": "E"}}, False, True),
            # Both an identifier and errors: nobody knows, it has to be searched.
            ({"idDemandePaiement": "1", "errors": [{"code": "E"}]}, False, False),
            ({"idDemandePaiement": "1", "statut": "ERR_X"}, False, False),
        ):
            result = PaymentResult.from_wire(payload)
            with self.subTest(payload=payload):
                self.assertIs(result.accepted, accepted)
                self.assertIs(result.rejected, rejected)
                given = payload.get("errors") or payload.get("Errors")
                faulty = bool(given) or "ERR" in str(payload.get("statut"))
                self.assertEqual(bool(result.errors), faulty)

    def test_info_without_anything(self):
        info = PaymentInfo.from_wire({"idDemandePaiement": 12})
        self.assertEqual((info.request_id, info.status_code), ("12", ""))
        for name in (
            "request",
            "rejection",
            "transfer",
            "number",
            "id_client",
            "total",
        ):
            self.assertIsNone(getattr(info, name), name)

    def test_info_with_odd_pieces(self):
        info = PaymentInfo.from_wire(
            {
                "idDemandePaiement": "1",
                "statut": 20,
                "demandePaiement": {"mntFactureTTC": "110.50", "numFactureTiers": 7},
                "infoRejet": "no",
                "infoVirement": {"mntVirement": "?", "dateVirement": 5, "x": 1},
            }
        )
        self.assertEqual((info.status_code, info.number), ("20", "7"))
        self.assertEqual(info.total, Decimal("110.50"))
        self.assertIsNone(info.rejection)
        self.assertIsNone(info.transfer.amount)
        self.assertIsNone(info.transfer.date)

    def test_transfer_date_is_a_paris_date(self):
        for text, expected in (
            ("2026-11-05T00:00:00Z", date(2026, 11, 5)),
            ("2026-11-05T00:00:00.000+01:00", date(2026, 11, 5)),
            ("2026-11-05", date(2026, 11, 5)),
            ("2026-11-04T23:00:00Z", date(2026, 11, 5)),
            ("2026-06-30T22:00:00.000Z", date(2026, 7, 1)),
            ("2026-02-30", None),
            ("soon", None),
            (None, None),
        ):
            info = PaymentInfo.from_wire(
                {"idDemandePaiement": "1", "infoVirement": {"dateVirement": text}}
            )
            self.assertEqual(info.transfer.date, expected, text)

    def test_search_result(self):
        item = {"idDemandePaiement": "1"}
        for payload, items, malformed, conclusive in (
            ({"infoDemandePaiements": [item]}, 1, 0, True),
            ({"infoDemandePaiements": []}, 0, 0, True),
            ({"infoDemandePaiements": None, "Errors": None}, 0, 1, False),
            ({"errors": [{"code": "ERR_RECHERCHE_VIDE"}]}, 0, 0, True),
            ({"errors": [{"code": "ERR_NBRE_MAX_RESULTAT"}]}, 0, 0, False),
            ({"infoDemandePaiements": [item, {}, 3]}, 1, 2, False),
            ({"infoDemandePaiements": {"a": 1}}, 0, 1, False),
        ):
            result = PaymentSearchResult.from_wire(payload)
            with self.subTest(payload=payload):
                self.assertEqual(len(result.items), items)
                self.assertEqual(result.malformed, malformed)
                self.assertIs(result.conclusive, conclusive)
