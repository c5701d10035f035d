# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every length, pattern and cross-field rule of method 010; what 020 may answer."""

from datetime import date, datetime

from pydantic import ValidationError

from odoo.tests import BaseCase, tagged

from ..lib.api import CustomerStatus, EnrolmentRequest, field_errors
from .lib_support import IBAN, enrolment_body

DROP = object()


def changed(path: str, value) -> dict:
    """A good body in which one dotted path is set, or dropped."""
    body = enrolment_body()
    *parents, last = path.split(".")
    target = body
    for name in parents:
        target = target[name]
    if value is DROP:
        target.pop(last)
    else:
        target[last] = value
    return body


class SchemaCase(BaseCase):
    def faults(self, body, model=EnrolmentRequest):
        try:
            model.model_validate(body)
        except ValidationError as error:
            return field_errors(error)
        return []

    def assertValues(self, path, good, bad):
        for value in good:
            with self.subTest(path=path, good=value):
                self.assertEqual(self.faults(changed(path, value)), [])
        for value in bad:
            with self.subTest(path=path, bad=value):
                found = [name for name, _kind in self.faults(changed(path, value))]
                self.assertEqual(found, [path])


@tagged("post_install", "-at_install")
class TestEnrolmentFields(SchemaCase):
    def test_civility(self):
        self.assertValues("civilite", ["1", "2"], ["3", "", 1, None, False])

    def test_names(self):
        good = ["Durand", "D'Été-Lefèvre", "Ñ", "de la Tour", "Łukasz", "A" * 80]
        bad = ["", "A" * 81, "-Durand", "Durand-", "Durand2", "O’Neil", "Durand ", 5]
        bad += ["Durand\n", False]
        self.assertValues("nomNaissance", [*good, "a - b"], [*bad, None, DROP])
        self.assertValues("nomUsage", [*good, None, DROP], bad)

    def test_first_names(self):
        self.assertValues(
            "prenoms",
            ["Éric", "Eric-Antoine Derc'hen Jean alain", "Zoé", "A" * 80],
            ["", "A" * 81, "Anne  Zoé", " Anne", "Anne ", "Anne, Zoé", "Anne2", None],
        )

    def test_birth_date(self):
        good = [date(1980, 3, 29), "1980-03-29T00:00:00Z", "1980-03-29T00:00:00.000Z"]
        bad = [
            "1980-03-29",
            "1980-03-29T00:00:00+02:00",
            "1980-03-28T22:00:00Z",
            "1980-02-30T00:00:00Z",
            datetime(1980, 3, 29),
            False,
            None,
        ]
        self.assertValues("dateNaissance", good, bad)
        request = EnrolmentRequest.model_validate(changed("dateNaissance", good[0]))
        self.assertEqual(request.to_wire()["dateNaissance"], "1980-03-29T00:00:00Z")

    def test_mobile(self):
        self.assertValues(
            "numeroTelephonePortable",
            ["0605040302", "0705040302", "+33605040302"],
            [
                "0105040302",
                "06 05 04 03 02",
                "060504030",
                "06050403021",
                "+330605040302",
            ],
        )

    def test_email(self):
        self.assertValues(
            "adresseMail",
            ["jeanne.durand@contact.fr", "j+sap@a-b.co.uk", "a_b@c1.fr"],
            ["", "jeanne", "j@c", "j@c.", "j d@c.fr", "é@c.fr", "j@c.f", "j@@c.fr"],
        )

    def test_birth_place(self):
        prefix = "lieuNaissance"
        self.assertValues(
            f"{prefix}.departementNaissance",
            ["001", "02A", "02b", "976"],
            ["69", "0690", "169", "0A1"],
        )
        commune = f"{prefix}.communeNaissance"
        self.assertValues(f"{commune}.codeCommune", ["001", "388"], ["1", "01", "0011"])
        self.assertValues(
            f"{commune}.libelleCommune",
            ["Lyon", "Saint-Étienne", "A" * 50],
            ["", "A" * 51, "Lyon;Nantes", None, DROP],
        )
        for country in ("9910", "991000", "FRANC", ""):
            found = self.faults(changed(f"{prefix}.codePaysNaissance", country))
            self.assertIn(
                (f"{prefix}.codePaysNaissance", "string_pattern_mismatch"), found
            )

    def test_birth_in_france_or_abroad(self):
        for name in ("departementNaissance", "communeNaissance"):
            path = f"lieuNaissance.{name}"
            self.assertEqual(
                self.faults(changed(path, DROP)), [(path, "birth_place_missing")]
            )
            body = changed(path, DROP)
            body["lieuNaissance"]["codePaysNaissance"] = "99352"
            other = {"departementNaissance", "communeNaissance"} - {name}
            self.assertEqual(
                self.faults(body),
                [(f"lieuNaissance.{other.pop()}", "birth_place_abroad")],
            )

    def test_address_fields(self):
        for name, good, bad in (
            ("numeroVoie", ["8", "9999", "08"], ["0", "00", "12345", "8B", "", 8]),
            ("codeTypeVoie", ["R", "ALL", "1aB2"], ["RUELL", "", "é"]),
            ("libelleVoie", ["A" * 28, "du 8-Mai 1945"], ["A" * 29, ""]),
            ("lettreVoie", ["B", "T", "Q", "C", None, DROP], ["A", "b", "bis", ""]),
            ("complement", ["A" * 38, None, DROP], ["A" * 39, ""]),
            ("lieuDit", ["A" * 38, None, DROP], ["A" * 39, ""]),
            ("libelleCommune", ["A" * 50], ["A" * 51, "", None, DROP]),
            ("codeCommune", ["69381", "2A004", "97411"], ["6938", "A9381", None]),
            ("codePostal", ["69001"], ["6900", "69 001", "690011", DROP]),
            ("codePays", ["99100", DROP], ["99352", "FR"]),
        ):
            self.assertValues(f"adressePostale.{name}", good, bad)

    def test_address_cross_fields(self):
        street = {"codeTypeVoie": "R", "libelleVoie": "du Soleil"}
        for fields, expected in (
            ({**street}, None),
            ({**street, "numeroVoie": "8"}, None),
            ({**street, "numeroVoie": "8", "lettreVoie": "B"}, None),
            ({"complement": "12 rue X"}, None),
            ({"lieuDit": "Le Beyssat"}, None),
            ({"codeTypeVoie": "R"}, ("libelleVoie", "street_label_missing")),
            ({"libelleVoie": "X"}, ("codeTypeVoie", "street_type_missing")),
            (
                {"numeroVoie": "8", "complement": "X"},
                ("libelleVoie", "street_label_missing"),
            ),
            ({**street, "lettreVoie": "B"}, ("numeroVoie", "street_number_missing")),
            ({}, ("libelleVoie", "street_missing")),
        ):
            body = enrolment_body()
            body["adressePostale"] = {
                "libelleCommune": "Nantes",
                "codeCommune": "44109",
                "codePostal": "44000",
                **fields,
            }
            found = [(f"adressePostale.{expected[0]}", expected[1])] if expected else []
            with self.subTest(fields=fields):
                self.assertEqual(self.faults(body), found)

    def test_bank_account(self):
        prefix = "coordonneeBancaire"
        self.assertValues(
            f"{prefix}.bic",
            ["BNPAFRPP", "BNAPFRPPXXX", "bnpafrpp"],
            ["BNPAFRP", "BNPAFRPPX", "BNPAFRPPXXXX", "1NPAFRPP", None, DROP],
        )
        self.assertValues(
            f"{prefix}.iban",
            [IBAN, "BE6853900754703400", "FR" + "7" * 32],
            [
                f"{IBAN[:4]} {IBAN[4:]}",
                "FR76300",
                "FR" + "7" * 33,
                "7630004000031234",
                "",
            ],
        )
        self.assertValues(f"{prefix}.titulaire", ["M. X", "A" * 100], ["", "A" * 101])


@tagged("post_install", "-at_install")
class TestEnrolmentRequest(SchemaCase):
    def test_wire_names_survive_the_round_trip(self):
        body = enrolment_body()
        request = EnrolmentRequest.model_validate(body)
        self.assertEqual(request.to_wire(), body)

    def test_our_own_names_are_accepted_and_faults_have_wire_names(self):
        request = EnrolmentRequest.model_validate(enrolment_body())
        by_name = {name: getattr(request, name) for name in type(request).model_fields}
        self.assertEqual(EnrolmentRequest(**by_name), request)
        by_name["birth_name"] = "Durand2"
        self.assertEqual(
            self.faults(by_name), [("nomNaissance", "string_pattern_mismatch")]
        )

    def test_all_faults_at_once_and_unknown_names(self):
        body = enrolment_body()
        body.update(civilite="3", inconnu="x")
        del body["prenoms"]
        self.assertEqual(
            sorted(self.faults(body)),
            [
                ("civilite", "literal_error"),
                ("inconnu", "extra_forbidden"),
                ("prenoms", "missing"),
            ],
        )

    def test_frozen(self):
        request = EnrolmentRequest.model_validate(enrolment_body())
        with self.assertRaises(ValidationError):
            request.birth_name = "Autre"

    def test_errors_do_not_print_the_input(self):
        body = changed("coordonneeBancaire.iban", f"{IBAN};")
        with self.assertRaises(ValidationError) as caught:
            EnrolmentRequest.model_validate(body)
        self.assertNotIn(IBAN, str(caught.exception))
        self.assertNotIn(IBAN, str(field_errors(caught.exception)))


@tagged("post_install", "-at_install")
class TestCustomerStatus(BaseCase):
    def status(self, statut, **values):
        return CustomerStatus.from_wire({"idClient": "1", "statut": statut, **values})

    def test_since(self):
        for description, expected in (
            ("depuis le 12/09/2026 14:05:59", datetime(2026, 9, 12, 14, 5, 59)),
            ("depuis le 12/09/2026 14:05", datetime(2026, 9, 12, 14, 5)),
            ("12/09/2026", datetime(2026, 9, 12)),
            ("depuis le 12/09/2026 à 14:05.", datetime(2026, 9, 12, 14, 5)),
            ("depuis le 31/02/2026", None),
            ("sans date", None),
            ("", None),
            (None, None),
        ):
            status = self.status(
                {"code": "X", "etat": "OK", "description": description}
            )
            with self.subTest(description=description):
                self.assertEqual(status.active_since, expected)

    def test_a_date_of_an_inactive_account_is_not_its_activation(self):
        status = self.status({"etat": "KO", "description": "bloqué le 12/09/2026"})
        self.assertFalse(status.active)
        self.assertIsNone(status.active_since)

    def test_unknown_values_survive(self):
        status = self.status({"code": 42, "etat": "INCONNU"}, nouveau=[1], prenoms=7)
        self.assertEqual((status.status.code, status.status.etat), ("42", "INCONNU"))
        self.assertFalse(status.active)

    def test_other_wrappers(self):
        for payload in (
            {"idClient": "1", "statutTransmission": {"etat": "OK"}},
            [{"idClient": "1", "statut": {"etat": "OK"}}],
        ):
            self.assertTrue(CustomerStatus.from_wire(payload).active)
        for statut in (None, "OK", [], {}):
            self.assertFalse(self.status(statut).active)

    def test_no_customer(self):
        for payload in ({}, [], None, "x", [{"idClient": "1"}] * 2, {"idClient": ""}):
            with self.subTest(payload=payload), self.assertRaises(ValueError):
                CustomerStatus.from_wire(payload)
