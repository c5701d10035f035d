# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before the call: what is missing, what looks odd, who agreed."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import IBAN, NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestIdentityDoctor(UrssafCase):
    def _warned(self, **values):
        """The fields that are warned about, once these values are written."""
        self.partner.write(values)
        self.assertFalse(self.partner._urssaf_enrolment_faults())
        return {name for name, _text in self.partner._urssaf_enrolment_warnings()}

    def _faults(self, **values):
        self.partner.write(values)
        return dict(self.partner._urssaf_enrolment_faults())

    def test_nothing_to_say_of_a_good_contact(self):
        self.assertFalse(self.partner.urssaf_checklist)

    # -- warnings --------------------------------------------------------------

    def test_names(self):
        self.assertIn(
            "urssaf_birth_name",
            self._warned(urssaf_birth_name="Martin", urssaf_usage_name="Durand"),
        )
        self.assertIn("urssaf_first_names", self._warned(urssaf_first_names="Jeanne"))

    def test_typed_names_are_left_alone(self):
        self.partner.urssaf_birth_name = "  d\u2019Œuvre "
        self.assertEqual(
            self.partner._urssaf_prepare_enrolment()["nomNaissance"], "d'Oeuvre"
        )
        self.assertEqual(self.partner.urssaf_birth_name, "  d\u2019Œuvre ")

    def _fixes(self, field):
        """The labels of the buttons beside the lines of a field."""
        lines = [ln for ln in self.partner.urssaf_checklist if ln["field"] == field]
        self.assertTrue(lines, field)
        return [fix for line in lines for fix in line["fixes"]]

    def test_spelling_that_the_patterns_take(self):
        name = "urssaf_birth_name"
        for typed, word, usual in (
            ("Durand--Martin", "hyphens", "Durand-Martin"),
            ("Durand - Martin", "spaces", "Durand-Martin"),
            ("D\u0443rand", "alphabet", "Dyrand"),
        ):
            self.assertIn(name, self._warned(**{name: typed}), typed)
            texts = dict(reversed(self.partner._urssaf_enrolment_warnings()))
            self.assertIn(word, texts[name])
            self.assertEqual([f["values"] for f in self._fixes(name)], [{name: usual}])
        self.partner.write({name: "Durand"})
        for field in ("city", "urssaf_birth_city", "urssaf_address_complement"):
            kept = self.partner[field]
            code = self.partner.urssaf_city_code
            typed = {field: f"{kept or 'Bat'}\u0430", "urssaf_city_code": code}
            self.assertIn(field, self._warned(**typed))
            self.partner[field] = kept

    def test_particle_behind_the_name(self):
        name = "urssaf_birth_name"
        faults = self._faults(**{name: "Saint-Aubin (de)"})
        self.assertIn("particle", faults[name])
        [fix] = self._fixes(name)
        self.partner.write(fix["values"])
        self.assertEqual(self.partner[name], "de Saint-Aubin")
        self.assertFalse(self.partner._urssaf_enrolment_faults())

    def test_several_emails(self):
        for typed in ("jeanne@example.com, paul@example.com", "a@b.fr / c@d.fr"):
            self.partner.email = typed
            told = {ln["field"]: ln["message"] for ln in self.partner.urssaf_checklist}
            self.assertIn("several addresses", told["email"])
            first, last = self._fixes("email")
            self.partner.write(last["values"])
            self.assertIn(self.partner.email, typed)
            self.assertNotEqual(first["values"], last["values"])
            self.assertFalse(self.partner._urssaf_enrolment_faults())

    def test_international_email(self):
        faults = self._faults(email="jeanne@soci\u00e9t\u00e9.fr")
        self.assertIn("unaccented", faults["email"])

    def test_iban_shorter_than_urssaf_takes(self):
        account = self.partner.urssaf_bank_account_id
        account.acc_number = "BE68539007547034"
        faults = self._faults()
        self.assertIn("fewer than 18", faults["urssaf_bank_account_id"])
        self.assertNotIn("BE68", str(faults))

    def test_postal_code_of_another_commune(self):
        commune = {"city": "Annecy", "urssaf_city_code": "74010"}
        self.assertIn("zip", self._warned(zip="74100", **commune))
        self.assertIn({"zip": "74000"}, [fix["values"] for fix in self._fixes("zip")])
        self.assertNotIn("zip", self._warned(zip="74940", **commune))
        commune["city"] = "Annecy Cedex 9"
        self.assertNotIn("zip", self._warned(zip="74054", **commune))

    def test_digits_in_a_name(self):
        faults = self._faults(urssaf_birth_name="Durand 2")
        self.assertIn("letters", faults["urssaf_birth_name"])

    def test_birth_place(self):
        place = "urssaf_birth_city_code"
        for values in (
            {place: "69123", "urssaf_birth_city": "Lyon"},
            {place: "91999", "urssaf_birth_city": "Nulle Part"},
            {place: "01015", "urssaf_birth_city": "Arboys en Bugey"},
            {place: "69381", "urssaf_birth_city": "Villeurbanne"},
            {"urssaf_birth_date": "1950-05-02", place: "92012"},
            {"urssaf_birth_date": "1980-05-02", place: "75012"},
        ):
            self.assertIn(place, self._warned(**values), values)
        good = {
            "urssaf_birth_date": "1950-05-02",
            place: "75012",
            "urssaf_birth_city": "Boulogne-Billancourt",
        }
        self.assertFalse(self._warned(**good))

    def test_born_before_the_code_is_told_which_one_to_take(self):
        self.partner.write(
            {
                "urssaf_birth_date": "1950-05-02",
                "urssaf_birth_city_code": "92012",
                "urssaf_birth_city": "Boulogne-Billancourt",
            }
        )
        [(_name, text)] = self.partner._urssaf_enrolment_warnings()
        self.assertIn("75012", text)

    def test_departments_of_algeria(self):
        oran = self.env["urssaf.commune"]._by_code(["92352"])["92352"]
        place = "urssaf_birth_commune_id"
        values = {place: oran.id, "urssaf_birth_date": "1955-01-01"}
        self.assertFalse(self._warned(**values))
        # Whoever was born in a village there has the code of the département.
        self.assertFalse(self._warned(urssaf_birth_city="Tlemcen"))
        sent = self.partner._urssaf_prepare_enrolment()["lieuNaissance"]
        self.assertEqual(sent["departementNaissance"], "092")
        self.assertEqual(
            sent["communeNaissance"],
            {"codeCommune": "352", "libelleCommune": "Tlemcen"},
        )
        late = self._warned(urssaf_birth_date="1970-01-01")
        self.assertIn("urssaf_birth_city_code", late)

    def test_algeria_before_1962(self):
        algeria = {"urssaf_birth_country_id": self.env.ref("base.dz").id}
        self.assertFalse(self._warned(**algeria))
        self.assertTrue(self._warned(urssaf_birth_date="1955-01-01"))

    def test_birth_date(self):
        self.assertIn("urssaf_birth_date", self._warned(urssaf_birth_date="1880-01-01"))
        self.assertIn("urssaf_birth_date", self._warned(urssaf_birth_date="2015-01-01"))
        self.assertIn("urssaf_birth_date", self._faults(urssaf_birth_date="2026-03-18"))

    def test_mistyped_email(self):
        self.partner.email = "jeanne@gmial.com"
        [(name, text)] = self.partner._urssaf_enrolment_warnings()
        self.assertEqual(name, "email")
        self.assertIn("gmail.com", text)
        self.assertNotIn("jeanne", text)

    def test_proposal_is_made_for_what_is_no_address_either(self):
        self.assertIn("orange.fr", self._faults(email="jeanne@orange.f")["email"])

    def test_email_and_mobile_shared(self):
        other = self._make_partner(name="Paul Martin", urssaf_mobile="+33639980102")
        self.assertIn("urssaf_mobile", self._warned())
        other.urssaf_mobile = "06 39 98 01 03"
        self.assertFalse(self._warned())

    def test_bank_account(self):
        account = self.partner.urssaf_bank_account_id
        account.acc_holder_name = "Paul Petit"
        self.assertIn("urssaf_bank_account_id", self._warned())
        account.write(
            {"acc_holder_name": "Jeanne Martin", "acc_number": "DE89370400440532013000"}
        )
        self.assertIn("urssaf_bank_account_id", self._warned())
        account.acc_number = "TN5910006035183598478831"
        self.assertIn("SEPA", self._faults()["urssaf_bank_account_id"])
        account.acc_number = IBAN[:-1] + "4"
        self.assertIn("check digits", self._faults()["urssaf_bank_account_id"])

    def test_bic_found_from_the_iban(self):
        self.partner.urssaf_bank_account_id.bank_id = False
        try:
            import schwifty  # noqa: F401
        except ImportError:
            self.assertIn("urssaf_bank_account_id", self._faults())
        else:
            self.assertTrue(self.partner.urssaf_bic.startswith("BNPAFRPP"))
            self.assertFalse(self._faults())

    # -- address ---------------------------------------------------------------

    def test_commune_follows_the_address(self):
        self.partner.write({"zip": "13008", "city": "Marseille"})
        self.assertEqual(self.partner.urssaf_city_code, "13208")
        self.partner.write({"zip": "75000", "city": "Paris"})
        self.assertIn("urssaf_city_code", self._faults())
        chosen = self.env["urssaf.commune"]._by_code(["75111"])["75111"]
        self.partner.urssaf_city_commune_id = chosen
        self.assertFalse(self._faults())
        self.assertEqual(self.partner.urssaf_city_code, "75111")

    def test_former_commune_in_the_address(self):
        self.partner.write({"zip": "91080", "city": "COURCOURONNES"})
        self.assertEqual(self.partner.urssaf_city_code, "91228")
        self.assertFalse(self._warned())
        self.partner.write({"zip": "06560", "city": "Sophia Antipolis"})
        self.assertIn("Choose", self._faults()["urssaf_city_code"])
        [fix] = self._fixes("urssaf_city_code")
        self.assertEqual(fix["label"], "Choose Valbonne")
        self.partner.write(fix["values"])
        self.assertFalse(self._faults())
        self.assertIn("urssaf_city_code", self._warned(urssaf_city_code="91182"))

    def test_merged_commune_is_nobody_s_birth_place(self):
        values = {
            "urssaf_birth_city_code": "91228",
            "urssaf_birth_city": "Évry-Courcouronnes",
            "urssaf_birth_date": "1980-05-02",
        }
        self.assertIn("urssaf_birth_city_code", self._warned(**values))
        self.assertFalse(self._warned(urssaf_birth_city="Évry"))

    def test_overseas_is_a_country_of_its_own_in_odoo(self):
        values = {
            "country_id": self.env.ref("base.re").id,
            "zip": "97400",
            "city": "Saint-Denis",
            "urssaf_mobile": "+262 692 12 34 56",
        }
        self.assertFalse(self._faults(**values))
        body = self.partner._urssaf_prepare_enrolment()
        self.assertEqual(body["numeroTelephonePortable"], "0692123456")
        self.assertEqual(body["adressePostale"]["codeCommune"], "97411")

    def test_street_on_the_second_line(self):
        self.partner.write(
            {"street": "Résidence Les Pins, Bât. A", "street2": "3 avenue Foch"}
        )
        self.assertEqual(self.partner.urssaf_street_name, "Foch")
        self.assertEqual(
            self.partner.urssaf_address_complement, "Résidence Les Pins, Bât. A"
        )
        self.partner.street2 = "Lieu-dit Le Beyssat"
        self.assertEqual(self.partner.urssaf_locality, "Le Beyssat")

    def test_preview_hides_the_middle_of_the_iban(self):
        shown = self.partner.urssaf_preview
        for text in ("Durand", "8 bis Rue du Soleil", "069 / 381", "FR76 •••• 0143"):
            self.assertIn(text, shown)
        self.assertNotIn(IBAN[4:-4], shown)

    # -- consent ---------------------------------------------------------------

    def test_nothing_is_sent_without_consent(self):
        partner = self._make_partner(consent=False, email="autre@example.com")
        with self.assertRaisesRegex(UserError, "Consent"):
            partner.action_urssaf_enrol()
        self.assertFalse(self.fake.calls)
        partner.with_user(self.user).action_urssaf_record_consent()
        enrolment = partner.urssaf_enrolment_id
        self.assertEqual(enrolment.consent_date, NOW)
        self.assertEqual(enrolment.consent_user_id, self.user)
        self.assertEqual(enrolment.consent_origin, "office")
        partner.action_urssaf_enrol()
        self.assertEqual(enrolment.state, "pending")

    def test_first_consent_is_kept(self):
        self.partner._urssaf_record_consent("import")
        self.assertEqual(self.partner.urssaf_enrolment_id.consent_origin, "office")

    def test_who_records_a_consent(self):
        stranger = self._make_user("stranger", "base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.partner.with_user(stranger).action_urssaf_record_consent()

    # -- checklist and table ---------------------------------------------------

    def test_checklist(self):
        self.partner.write(
            {"urssaf_birth_date": False, "email": "x@gmial.com", "bank_ids": [(5,)]}
        )
        lines = self.partner.urssaf_checklist
        found = [(line["field"], line["blocking"]) for line in lines]
        self.assertEqual(
            found,
            [
                ("urssaf_birth_date", True),
                ("urssaf_bank_account_id", True),
                ("email", False),
            ],
        )

    def test_table_of_a_selection(self):
        ready = self._make_partner(name="Prête Martin", email="a@example.com")
        lacking = self._make_partner(email="b@example.com", urssaf_birth_date=False)
        enrolled = self._make_partner(email="c@example.com")
        self._enrol(enrolled)
        here = (ready | lacking | enrolled).with_user(self.user)
        action = here.action_urssaf_check()
        Line = self.env[action["res_model"]].with_user(self.user)
        Line = Line.with_context(**action["context"])
        lines = Line.search(action["domain"])
        self.assertEqual(
            {(line.partner_id, line.level) for line in lines},
            {(ready, "ready"), (lacking, "blocking"), (enrolled, "enrolled")},
        )
        lacking.urssaf_birth_date = "1980-03-29"
        lines[:1].action_check_again()
        again = Line.search(action["domain"])
        self.assertEqual(len(again.filtered(lambda line: line.level == "ready")), 2)
        Line.browse().action_enrol_ready()
        self.assertEqual(
            set(Line.search(action["domain"]).mapped("level")), {"enrolled"}
        )
        self._run_cron("send")
        self.assertEqual(ready.urssaf_enrolment_state, "pending")
        self.assertEqual(lacking.urssaf_enrolment_state, "pending")

    def test_table_records_a_consent(self):
        partner = self._make_partner(consent=False, email="a@example.com")
        action = partner.action_urssaf_check()
        [line] = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(line.field_name, "urssaf_consent_date")
        line.action_record_consent()
        [line] = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(line.level, "ready")

    def test_many_customers_in_a_few_queries(self):
        bank = self.env["res.bank"].search([], limit=1)
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Client {i}",
                    "email": f"client{i}@example.com",
                    "urssaf_birth_name": "Durand",
                    "urssaf_birth_city_code": f"{35001 + i}",
                    "bank_ids": [
                        Command.create({"acc_number": IBAN, "bank_id": bank.id})
                    ],
                }
                for i in range(200)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            checked = partners._urssaf_check()
        self.assertEqual(len(checked), 200)
