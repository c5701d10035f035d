# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each refusal of method 010: what is shown, what is to be mended, what to try."""

from datetime import timedelta
from unittest.mock import patch

from markupsafe import escape

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..lib.api.codes import ERROR_CODES
from .cases import NOW, UrssafCase

LINKED = "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE"
#: The code, and the field of the contact to look at first.
REFUSALS = {
    "ERR_DGFIP_R2P_INCONNU": "urssaf_birth_name",
    "ERR_DGFIP_IMPOTPART_INCONNU": "urssaf_birth_name",
    "ERR_ECV_PARTICULIERS_EXISTENT": "urssaf_first_names",
    "ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE": "email",
    "ERR_DATE_NAISSANCE_FUTUR": "urssaf_birth_date",
    "ERR_LIEU_NAISSANCE_OBLIGATOIRE": "urssaf_birth_city",
    "ERREUR_LIEU_NAISSANCE_DEPT": "urssaf_birth_city_code",
    "ERREUR_LIEU_NAISSANCE_DEPT_FORMAT": "urssaf_birth_city_code",
    "ERR_LIEU_NAISSANCE_COMN": "urssaf_birth_city_code",
    "ERREUR_LIEU_NAISSANCE_PAYS": "urssaf_birth_country_id",
    "ERREUR_LIEU_NAISSANCE_OBLIGATOIRE": "urssaf_birth_city_code",
    "ERREUR_LIEU_NAISSANCE_INVALIDE": "urssaf_birth_city",
    "ERR_CONTACT": "urssaf_mobile",
    "ERR_CONTACT_ADRESSE_TYPE_VOIE": "urssaf_street_type",
    "ERR_CONTACT_ADRESSE_TYPEVOIE": "urssaf_street_type",
    "ERR_CONTACT_ADRESSE_LETTRE_VOIE": "urssaf_street_letter",
    "ERR_CONTACT_ADRESSE_LIBELLEVOIE": "urssaf_street_name",
    "ERR_CONTACT_ADRESSE_INFORMATION_SUPPLEMENTAIRE": "urssaf_street_name",
    "ERR_CONTACT_ADRESSE_COMMUNE": "urssaf_city_code",
    "ERR_COORDONNEES_BANCAIRES": "urssaf_bank_account_id",
    "ERR_APPEL_BACB": "urssaf_bank_account_id",
    "ERR_COMPTE_BLOQUE": None,
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER": None,
    "ERREUR_VALIDATION": None,
    "ERREUR_TECHNIQUE": None,
    "CODE_INCONNU": None,
}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentRefusals(UrssafCase):
    def _refused(self, code="ERR_DGFIP_R2P_INCONNU"):
        self.fake.fail("010", "reject_400", code=code)
        self.partner.action_urssaf_enrol()
        return self.partner.urssaf_enrolment_id

    def _refused_with(self, *errors):
        with patch.object(
            self.fake, "_method_010", lambda call, fault: (400, list(errors))
        ):
            self.partner.action_urssaf_enrol()
        return self.partner.urssaf_enrolment_id

    def _dialog(self):
        action = self.partner.with_user(self.user).action_urssaf_mend()
        return (
            self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])
        )

    def test_each_code(self):
        enrolment = self.partner._urssaf_enrolments()
        for code, name in REFUSALS.items():
            self.assertEqual(self._refused(code), enrolment)
            with self.subTest(code=code):
                self.assertEqual(enrolment.state, "error")
                self.assertEqual(enrolment.last_error_code, code)
                known = ERROR_CODES.get(code)
                self.assertEqual(
                    enrolment.life,
                    f"Mend the details: {known.explanation.rstrip('.')}."
                    if known
                    else f"Mend the details, then enrol again. [{code}]",
                )
                self.assertIn(f"[{code}]", self.partner.urssaf_enrolment_error)
                names = enrolment._to_mend()
                self.assertEqual(names[:1], [name] if name else [])
                if known:
                    self.assertIn(known.explanation, enrolment.last_error_message)
                    for step in known.steps:
                        self.assertIn(escape(step), self.partner.urssaf_advice)
                form = Form(self._dialog())
                for shown in names:
                    # Editable in the dialog: a hidden field cannot be written.
                    self.assertFalse(form._get_modifier(shown, "invisible"), shown)
        self.assertEqual(len(REFUSALS), len(enrolment.attempt_ids))
        self.partner.action_urssaf_enrol()
        self.assertEqual(enrolment.state, "pending")
        self.assertFalse(enrolment.advice)
        self.assertFalse(enrolment.last_error_fields)

    def test_the_table_is_the_whole_of_the_codes(self):
        others = {"CODE_INCONNU"}
        start = list(ERROR_CODES).index("ERR_RECHERCHE_PARTICULIER")
        known = set(list(ERROR_CODES)[:start])
        self.assertEqual({*REFUSALS, LINKED} - others, known)

    def test_nobody_there_any_more(self):
        """The only code of method 020."""
        enrolment = self._enrol()
        self.fake.fail("020", "reject_400", code="ERR_RECHERCHE_PARTICULIER")
        enrolment.action_urssaf_refresh()
        self.assertEqual(enrolment.state, "ended")
        self.assertIn("[ERR_RECHERCHE_PARTICULIER]", enrolment.last_error_message)
        self.assertIn("intervenants", enrolment.advice)

    def test_the_message_names_the_field(self):
        text = "Le format du champ `inputParticulier.adressePostale.codePostal` : x"
        enrolment = self._refused_with({"code": "ERREUR_VALIDATION", "message": text})
        self.assertEqual(enrolment._to_mend(), ["zip"])

    def test_several_errors_at_once(self):
        enrolment = self._refused_with(
            {"code": "ERR_COORDONNEES_BANCAIRES", "message": "un"},
            {"code": "ERR_DATE_NAISSANCE_FUTUR", "message": "deux"},
        )
        self.assertEqual(
            enrolment._to_mend(), ["urssaf_bank_account_id", "urssaf_birth_date"]
        )
        for text in ("un [ERR_COORDONNEES_BANCAIRES]", "[ERR_DATE_NAISSANCE_FUTUR]"):
            self.assertIn(text, enrolment.last_error_message)

    def test_a_refusal_without_a_word(self):
        """It may be no refusal: searched by e-mail, and refused after three of them."""
        self.fake.fail("010", "empty_400", 3)
        self.partner.action_urssaf_enrol()
        enrolment = self.partner.urssaf_enrolment_id
        self.assertEqual(enrolment.state, "unknown")
        for minutes in (1, 10, 30, 60, 120, 180):
            with freeze_time(NOW + timedelta(minutes=minutes)):
                self._run_cron("repair")
                self._run_cron("send")
        self.assertEqual(len(self.fake.calls_of("010")), 3)
        self.assertEqual(enrolment.state, "error")
        self.assertFalse(enrolment.last_error_code)
        self.assertTrue(enrolment.last_error_message)
        self.assertEqual(len(Form(self._dialog()).line_ids), 0)

    # -- proposals -------------------------------------------------------------

    def test_proposals_for_an_identity(self):
        self.partner.write(
            {"urssaf_birth_name": "Le Goff", "urssaf_birth_date": "1980-03-04"}
        )
        self._refused()
        proposals = {(line.before, line.after) for line in self._dialog().line_ids}
        self.assertLessEqual(
            {
                ("Le Goff, Martin", "Martin, Le Goff"),
                ("Le Goff", "Le-Goff"),
                ("Jeanne Marie", "Jeanne-Marie"),
                ("04/03/1980", "03/04/1980"),
                ("Martin", "-"),
            },
            proposals,
        )

    def test_a_proposal_is_applied_by_hand_and_sent_by_hand(self):
        self._refused()
        dialog = self._dialog()
        line = dialog.line_ids.filtered(lambda line: line.after == "Jeanne-Marie")
        line.action_apply()
        self.assertEqual(self.partner.urssaf_first_names, "Jeanne-Marie")
        self.assertEqual(len(self.fake.calls_of("010")), 1)
        back = dialog.line_ids.filtered(lambda line: line.after == "Jeanne Marie")
        self.assertTrue(back.tried)
        self.assertFalse(any((dialog.line_ids - back).mapped("tried")))
        action = dialog.action_enrol()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(self.fake.calls_of("010")[1].json["prenoms"], "Jeanne-Marie")
        bodies = " ".join(self.partner.urssaf_enrolment_id.message_ids.mapped("body"))
        self.assertNotIn("Jeanne", bodies)

    def test_refused_again_the_dialog_stays(self):
        self._refused()
        dialog = self._dialog()
        self.fake.fail("010", "reject_400(ERR_COORDONNEES_BANCAIRES)")
        action = dialog.action_enrol()
        self.assertEqual(action["res_id"], dialog.id)
        self.env.invalidate_all()
        self.assertIn("urssaf_bank_account_id", dialog.to_mend)

    def test_typing_in_the_dialog_changes_the_contact(self):
        self._refused()
        with Form(self._dialog()) as form:
            form.urssaf_birth_name = "Dupont"
        self.assertEqual(self.partner.urssaf_birth_name, "Dupont")
        self.assertEqual(self.partner.urssaf_first_names, "Jeanne Marie")

    def test_incomplete_contact_in_the_dialog(self):
        self._refused()
        dialog = self._dialog()
        dialog.urssaf_birth_name = False
        with self.assertRaisesRegex(Exception, "Birth name"):
            dialog.action_enrol()

    def test_proposals_for_an_address(self):
        self._refused("ERR_CONTACT_ADRESSE_TYPE_VOIE")
        line = self._dialog().line_ids
        self.assertEqual(line.after, "8 bis rue du Soleil")
        line.action_apply()
        self.assertFalse(self.partner.urssaf_street_name)
        self.partner.action_urssaf_enrol()
        address = self.fake.calls_of("010")[1].json["adressePostale"]
        self.assertEqual(address["complement"], "8 bis rue du Soleil")
        self.assertNotIn("codeTypeVoie", address)

    def test_proposals_for_a_bank_account(self):
        self.partner.write(
            {
                "bank_ids": [
                    Command.create({"acc_number": "FR7630006000011234567890189"})
                ]
            }
        )
        self._refused("ERR_COORDONNEES_BANCAIRES")
        line = self._dialog().line_ids
        self.assertEqual(
            (line.before, line.after), ("FR76 •••• 0143", "FR76 •••• 0189")
        )
        line.action_apply()
        self.assertIn("7890 189", self.partner.urssaf_bank_account_id.acc_number)

    def test_proposals_for_a_phone(self):
        self.partner.phone = "+33 7 39 98 01 05"
        self._refused("ERR_CONTACT")
        line = self._dialog().line_ids.filtered(lambda line: "0739980105" in line.after)
        line.action_apply()
        self.assertEqual(self.partner.urssaf_mobile, "0739980105")

    def test_proposals_for_a_birth_place(self):
        """Several communes have one name."""
        self.partner.write(
            {"urssaf_birth_city": "Saint-Denis", "urssaf_birth_city_code": "93066"}
        )
        self._refused()
        after = self._dialog().line_ids.mapped("after")
        self.assertIn("97411, Saint-Denis", after)

    def test_proposals_for_a_birth_in_algeria(self):
        """The tax office knows some by the country, others by the département."""
        algeria, france = self.env.ref("base.dz"), self.env.ref("base.fr")
        self.partner.write(
            {"urssaf_birth_date": "1955-01-01", "urssaf_birth_country_id": algeria.id}
        )
        self._refused()
        lines = self._dialog().line_ids
        lines.filtered(lambda line: "92352" in line.after).action_apply()
        self.assertEqual(self.partner.urssaf_birth_country_id, france)
        self.assertEqual(self.partner.urssaf_birth_city_code, "92352")
        back = self._dialog().line_ids.filtered(lambda ln: algeria.name in ln.after)
        back.action_apply()
        self.assertEqual(self.partner.urssaf_birth_country_id, algeria)

    def test_proposals_for_the_usual_spelling(self):
        self.partner.urssaf_birth_name = "Durand--Martin"
        self._refused()
        after = self._dialog().line_ids.mapped("after")
        self.assertIn("Durand-Martin", after)

    def test_proposals_for_the_commune_of_the_address(self):
        self.partner.urssaf_city_code = "69123"
        self._refused("ERR_CONTACT_ADRESSE_COMMUNE")
        self._dialog().line_ids.action_apply()
        self.assertEqual(self.partner.urssaf_city_code, "69381")

    def test_label_with_a_semicolon(self):
        self.partner.urssaf_birth_city = "Lyon 1er"
        self._refused("ERREUR_LIEU_NAISSANCE_INVALIDE")
        self.partner.urssaf_birth_city = "Lyon; 1er"
        after = self._dialog().line_ids.mapped("after")
        self.assertIn("Lyon 1er", after)

    def test_contacts_that_share_the_email(self):
        self._make_partner(name="Pierre Martin")
        self._refused("ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE")
        self.assertIn("Pierre Martin", self.partner.urssaf_advice)

    def test_what_the_contact_lets_suspect(self):
        self.partner.write({"urssaf_first_names": "Jeanne", "urssaf_usage_name": False})
        advice = self._refused().advice
        self.assertIn("First names: only one", advice)
        self.assertIn("Usage name: you call this customer", advice)

    def test_the_contact_leads_to_each_field_and_says_nothing_twice(self):
        self.partner.write({"urssaf_first_names": "Jeanne", "urssaf_usage_name": False})
        enrolment = self._refused()
        links = self.partner.urssaf_to_mend
        self.assertEqual([link["field"] for link in links], enrolment._to_mend())
        self.assertEqual(links[0]["label"], "Birth name")
        told = [line["message"] for line in self.partner.urssaf_checklist]
        self.assertTrue([text for text in told if "only one" in text])
        self.assertNotIn("only one", self.partner.urssaf_advice)
        arch = self.env.ref("base.view_partner_form").get_combined_arch()
        for link in links:
            self.assertIn(f'name="{link["field"]}"', arch)

    # -- rights ----------------------------------------------------------------

    def test_advice_and_dialog_are_for_the_group(self):
        enrolment = self._refused()
        biller = self._make_user("biller", "account.group_account_invoice")
        self.assertIn("ERR_DGFIP", enrolment.with_user(biller).last_error_message)
        with self.assertRaises(AccessError):
            enrolment.with_user(biller).read(["advice"])
        with self.assertRaises(AccessError):
            enrolment.with_user(biller).action_urssaf_mend()
        with self.assertRaises(AccessError):
            self.partner.with_user(biller).read(["urssaf_advice"])
