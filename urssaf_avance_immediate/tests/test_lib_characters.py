# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What nobody sees never leaves, what only looks like our letters is told."""

import unicodedata

from pydantic import ValidationError

from odoo.tests import BaseCase, tagged

from ..lib.api import EnrolmentRequest, PaymentRequest, PaymentSearch, field_errors
from ..lib.rules import (
    clean,
    email_is_international,
    emails_in,
    foreign_letters,
    spelling_oddities,
    usual_name,
)
from .lib_support import enrolment_body, payment_body

#: Control, bidirectional, zero width, soft hyphen, tag, half of a pair, filler.
UNSEEN = (
    "\x00\x01\x1b\x7f\x9f\u00ad\u061c\u200b\u200d\u200e\u202e\u2066\u2069\ufeff"
    "\U000e0041\ud83d\ue000\u3164\ufe0f"
)
# Typed, as it is usually written, and what is odd in it.
NAMES = (
    ("Durand", "Durand", []),
    ("d\u2019Œuvre", "d'Oeuvre", []),
    ("Durand--Martin", "Durand-Martin", ["double_hyphen"]),
    ("Durand - - Martin", "Durand-Martin", ["double_hyphen", "spaces"]),
    ("Durand - Martin", "Durand-Martin", ["spaces"]),
    ("  Durand  Martin ", "Durand Martin", ["spaces"]),
    ("d' Artagnan", "d'Artagnan", ["spaces"]),
    ("Saint-Aubin (de)", "de Saint-Aubin", ["particle"]),
    ("SAINT-AUBIN (DE LA)", "DE LA SAINT-AUBIN", ["particle"]),
    ("Hauterive, d'", "d'Hauterive", ["particle"]),
    ("Berg (van den)", "van den Berg", ["particle"]),
    ("De Gaulle", "De Gaulle", []),
    ("D\u0443rand", "Dyrand", ["not_latin"]),  # a Cyrillic u, which looks like a y
    ("\u0421\u0410RON", "CARON", ["not_latin"]),
    ("\u039c\u0391RTIN", "MARTIN", ["not_latin"]),
    ("\uff2dartin", "Martin", ["not_latin"]),
    ("Nguyễn", "Nguyễn", []),
    ("Łukasz-Ñuñez", "Łukasz-Ñuñez", []),
    ("Жуков", "Жyкoв", ["not_latin"]),  # the rest has no look-alike
)


@tagged("post_install", "-at_install")
class TestCharacters(BaseCase):
    def _unseen(self, value):
        """Each text of a body that has a character nobody sees."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return [text for item in value for text in self._unseen(item)]
        seen = not isinstance(value, str) or clean(value) == value
        return [] if seen else [value]

    def test_clean(self):
        for sign in UNSEEN:
            self.assertEqual(clean(f"Du{sign}rand"), "Durand", ascii(sign))
        for space in "\u00a0\u202f\u2028\u3000\n\t\x85":
            self.assertEqual(clean(f"Durand{space}Martin"), "Durand Martin")
        self.assertEqual(clean("Le\u0301a"), "L\u00e9a")
        for text in ("L'Haÿ-les-Roses", "8 bis, Bât. A (n° 3)", "Ménage à 20 €", ""):
            self.assertEqual(clean(text), text)

    def test_every_control_character_is_taken_away(self):
        for number in range(0x11_0000):
            sign = chr(number)
            if unicodedata.category(sign) in ("Cc", "Cf", "Cs"):
                self.assertIn(clean(sign), ("", " "), hex(number))

    def test_no_text_of_an_enrolment_leaves_with_them(self):
        def spoil(value):
            if isinstance(value, dict):
                return {key: spoil(one) for key, one in value.items()}
            # In the middle and at the end.
            return f"{value[:1]}\u202e\x00{value[1:]}\u200b"

        body = enrolment_body()
        date = body["dateNaissance"]
        spoilt = {**spoil({**body, "dateNaissance": ""}), "dateNaissance": date}
        sent = EnrolmentRequest.model_validate(spoilt).to_wire()
        self.assertEqual(sent, EnrolmentRequest.model_validate(body).to_wire())
        self.assertFalse(self._unseen(sent))

    def test_no_text_of_a_demande_leaves_with_them(self):
        body = payment_body()
        body["inputPrestations"][0]["complement1"] = "Mé\x00nage\u202e\n2\u00a0h\u200b"
        body["idTiersFacturation"] = "So\u200bciété"
        sent = PaymentRequest.model_validate(body).to_wire()
        self.assertFalse(self._unseen(sent))
        self.assertEqual(sent["inputPrestations"][0]["complement1"], "Ménage 2 h")
        self.assertEqual(sent["idTiersFacturation"], "Société")

    def test_an_identifier_is_sent_as_it_is_or_not_at_all(self):
        body = {**payment_body(), "numFactureTiers": "FAC\u200b1"}
        with self.assertRaises(ValidationError) as caught:
            PaymentRequest.model_validate(body)
        faults = field_errors(caught.exception)
        self.assertEqual(faults, [("numFactureTiers", "invisible_characters")])
        self.assertNotIn("FAC", str(caught.exception))
        with self.assertRaises(ValidationError):
            PaymentSearch.model_validate({"numFactureTiers": ["FAC\x00"]})

    def test_names(self):
        for typed, usual, odd in NAMES:
            with self.subTest(typed=typed):
                self.assertEqual(usual_name(typed), usual)
                self.assertEqual(spelling_oddities(typed), odd)
                self.assertEqual(spelling_oddities(usual), foreign_only(usual))

    def test_foreign_letters(self):
        self.assertEqual(foreign_letters("D\u0443r\u0430nd-\u0443"), "\u0443\u0430")
        self.assertEqual(foreign_letters("Œuvre d'Élan, n° 3 €"), "")

    def test_emails(self):
        for typed, found in (
            ("a@b.fr", ["a@b.fr"]),
            ("a@b.fr; c@d.fr", ["a@b.fr", "c@d.fr"]),
            ("a@b.fr ou c@d.fr", ["a@b.fr", "c@d.fr"]),
            ("a@b.fr/c@d.fr", ["a@b.fr", "c@d.fr"]),
            ("Jeanne <a@b.fr>, a@b.fr", ["a@b.fr"]),
            ("jeanne", []),
            ("", []),
        ):
            self.assertEqual(emails_in(typed), found, typed)
        self.assertTrue(email_is_international("jeanne@société.fr"))
        self.assertTrue(email_is_international("h\u00e9l\u00e8ne@example.com"))
        self.assertFalse(email_is_international("jeanne@xn--socit-esab.fr"))


def foreign_only(text):
    return ["not_latin"] if foreign_letters(text) else []
