# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods 010 and 020 through the buttons and the scheduled actions."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import IBAN, NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolment(UrssafCase):
    def test_enrol_sends_the_details(self):
        action = self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(enrolment.remote_status, "APPAREILLAGE_EC")
        [call] = self.fake.calls_of("010")
        self.assertEqual(
            call.json,
            {
                "civilite": "2",
                "nomNaissance": "Durand",
                "nomUsage": "Martin",
                "prenoms": "Jeanne Marie",
                "dateNaissance": "1980-03-29T00:00:00Z",
                "lieuNaissance": {
                    "codePaysNaissance": "99100",
                    "departementNaissance": "069",
                    "communeNaissance": {
                        "codeCommune": "381",
                        "libelleCommune": "Lyon 1er Arrondissement",
                    },
                },
                "numeroTelephonePortable": "0639980102",
                "adresseMail": "jeanne.martin@example.com",
                "adressePostale": {
                    "numeroVoie": "8",
                    "lettreVoie": "B",
                    "codeTypeVoie": "R",
                    "libelleVoie": "du Soleil",
                    "libelleCommune": "Lyon",
                    "codeCommune": "69381",
                    "codePostal": "69001",
                    "codePays": "99100",
                },
                "coordonneeBancaire": {
                    "bic": "BNPAFRPP",
                    "iban": IBAN,
                    "titulaire": "Jeanne Martin",
                },
            },
        )

    def test_born_abroad_sends_the_country_alone(self):
        self.partner.write(
            {"urssaf_birth_country_code": "99134", "urssaf_birth_city_code": False}
        )
        self.partner.action_urssaf_enrol()
        [call] = self.fake.calls_of("010")
        self.assertEqual(call.json["lieuNaissance"], {"codePaysNaissance": "99134"})

    def test_incomplete_contact_names_the_fields(self):
        self.partner.write(
            {
                "urssaf_civility": False,
                "urssaf_mobile": "01 02 03 04 05",
                "urssaf_birth_city_code": False,
                "bank_ids": [(5,)],
            }
        )
        with self.assertRaises(UserError) as raised:
            self.partner.action_urssaf_enrol()
        text = str(raised.exception)
        for name in ("Civility", "Mobile phone", "Birth commune", "Bank account"):
            self.assertIn(name, text)
        self.assertNotIn("01 02", text)
        self.assertFalse(self.fake.calls)

    def test_a_commune_is_asked_for_once(self):
        def asked():
            lines = self.partner.urssaf_checklist or []
            return [line["field"] for line in lines if line["blocking"]]

        self.partner.write(
            {"urssaf_birth_city_code": False, "urssaf_birth_city": False}
        )
        self.assertEqual(asked(), ["urssaf_birth_city_code"])
        [line] = [one for one in self.partner.urssaf_checklist if one["blocking"]]
        self.assertEqual(line["message"], "Birth commune: choose it from the list.")
        # That of the address follows from postal code and city.
        self.partner.write({"zip": False, "city": False, "urssaf_city_code": False})
        self.assertEqual(asked(), ["urssaf_birth_city_code", "city", "zip"])
        self.partner.write(
            {"zip": "69001", "city": "Lyon", "urssaf_city_code": "69381"}
        )
        # A code that no list has comes without a name: this is asked, too.
        self.partner.urssaf_birth_city_code = "69381"
        self.partner.urssaf_birth_city = False
        self.assertEqual(asked(), ["urssaf_birth_city"])

    def test_company_cannot_be_enrolled(self):
        self.partner.is_company = True
        with self.assertRaises(UserError):
            self.partner.action_urssaf_enrol()

    def test_active_since_is_paris_time(self):
        enrolment = self._enrol()
        self.assertEqual(enrolment.state, "active")
        self.assertEqual(enrolment.active_since, datetime(2026, 2, 1, 8, 30))

    def test_unrecognised_identity(self):
        self.fake.fail("010", "reject_400(ERR_DGFIP_R2P_INCONNU)")
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "error")
        self.assertEqual(enrolment.last_error_code, "ERR_DGFIP_R2P_INCONNU")
        self.assertIn("nom de naissance", enrolment.last_error_message)
        self.assertNotIn("Durand", enrolment.last_error_message)
        self.assertTrue(enrolment.activity_ids)
        self.partner.action_urssaf_enrol()
        self.assertEqual(enrolment.state, "pending")
        self.assertFalse(enrolment.activity_ids)

    def test_outage_waits_in_the_queue(self):
        self.fake.fail("010", "http_503")
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "queued")
        with freeze_time(NOW + timedelta(hours=2)):
            self._run_cron("send")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(len(self.fake.customers), 1)

    def test_answer_lost_is_found_by_email(self):
        self.fake.fail("010", "reset_after")
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "unknown")
        self._run_cron("repair")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(enrolment.external_id, next(iter(self.fake.customers)))
        self.assertEqual(len(self.fake.calls_of("010")), 1)

    def test_lost_call_is_made_again_after_the_quiet_period(self):
        self.fake.fail("010", "reset_before")
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self._run_cron("repair")
        self.assertEqual(enrolment.state, "unknown")
        with freeze_time(NOW + timedelta(minutes=6)):
            self._run_cron("repair")
            self._run_cron("send")
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(len(self.fake.customers), 1)

    def test_killed_worker(self):
        enrolment = self.partner._urssaf_enrolments()
        enrolment._enqueue()
        enrolment._claim()
        with freeze_time(NOW + timedelta(minutes=8)):
            self._run_cron("repair")
            self.assertEqual(enrolment.state, "queued")
            self._run_cron("send")
        self.assertEqual(enrolment.state, "pending")

    def test_unknown_code_breaks_nothing(self):
        enrolment = self._enrol(active=False)
        self.fake.customers[enrolment.external_id].status_code = "TOUT_NOUVEAU"
        enrolment.action_urssaf_refresh()
        self.assertEqual(enrolment.state, "pending")
        self.assertEqual(enrolment.remote_status, "TOUT_NOUVEAU")

    def test_stuck_customer_is_told(self):
        enrolment = self._enrol(active=False)
        with freeze_time(NOW + timedelta(days=5)):
            self._run_cron("digest")
        self.assertEqual(len(enrolment.activity_ids), 1)

    def test_refusal_that_quotes_the_civil_status(self):
        error = {"code": "ERR_CONTACT", "message": "DURAND Jeanne, né le 1980-03-29"}
        with patch.object(self.fake, "_method_010", lambda call, fault: (400, [error])):
            self.partner.action_urssaf_enrol()
        text = self.partner.urssaf_enrolment_id.last_error_message
        self.assertIn("ERR_CONTACT", text)
        for secret in ("Durand", "DURAND", "Jeanne"):
            self.assertNotIn(secret, text)

    def test_link_that_exists_is_found_by_email(self):
        known = self.fake.add_customer(email="jeanne.martin@example.com")
        self.fake.fail(
            "010", "reject_400(ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE)"
        )
        self.partner.action_urssaf_enrol()
        self._run_cron("repair")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "active")
        self.assertEqual(enrolment.external_id, known.id_client)

    def test_link_that_exists_and_cannot_be_found(self):
        self.fake.fail(
            "010", "reject_400(ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE)"
        )
        self.partner.action_urssaf_enrol()
        with freeze_time(NOW + timedelta(hours=1)):
            self._run_cron("repair")
        self.assertEqual(self.partner.urssaf_enrolment_id.state, "error")
        self.assertEqual(len(self.fake.calls_of("010")), 1)

    def test_email_shared_by_a_couple(self):
        """The lost call was Mrs’s, and Urssaf knows the e-mail for Mr."""
        self.fake.add_customer(
            email="jeanne.martin@example.com", payload={"nomNaissance": "Martin"}
        )
        self.fake.fail("010", "read_timeout_before")
        self.partner.action_urssaf_enrol()
        self._run_cron("repair")
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(enrolment.external_id)

    def test_same_person_twice_in_the_contacts(self):
        self._enrol()
        double = self._make_partner(name="Jeanne Martin (bis)")
        double.action_urssaf_enrol()
        self.assertEqual(double.urssaf_enrolment_state, "error")
        self.assertIn("Jeanne Martin", double.urssaf_enrolment_error)

    def test_email_emptied_while_unknown_stops_nobody(self):
        self.fake.fail("010", "reset_before")
        self.partner.action_urssaf_enrol()
        self.partner.email = False
        self._run_cron("repair")
        self.assertEqual(self.partner.urssaf_enrolment_state, "error")

    def test_address_too_long_is_told(self):
        self.partner.write(
            {
                "street": "Résidence les Jardins de la Source, 125 avenue de Gaulle",
                "street2": "Bâtiment B, entrée par le chemin des Tilleuls argentés",
            }
        )
        with self.assertRaises(UserError) as raised:
            self.partner.action_urssaf_enrol()
        self.assertIn("Address complement", str(raised.exception))

    def test_second_line_does_not_undo_a_correction(self):
        self.partner.urssaf_street_number = "9"
        self.partner.street2 = "Bâtiment B"
        self.assertEqual(self.partner.urssaf_street_number, "9")
        self.assertEqual(self.partner.urssaf_address_complement, "Bâtiment B")

    def test_contact_changed_since_it_was_sent(self):
        enrolment = self._enrol()
        self.assertFalse(enrolment.contact_changed)
        self.partner.email = "nouvelle@example.com"
        enrolment.invalidate_recordset()
        self.assertTrue(enrolment.contact_changed)
        self.assertNotIn("Durand", enrolment.sent_digest)

    def test_no_personal_data_in_chatter(self):
        enrolment = self._enrol()
        bodies = " ".join(enrolment.message_ids.mapped("body"))
        values = str(enrolment.message_ids.tracking_value_ids.read())
        for secret in ("Durand", "1980", IBAN, "0639980102"):
            self.assertNotIn(secret, bodies + values)
