# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tax credit that was really paid in advance: typed, or imported."""

import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .certificate_cases import CertificateCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificateAdvance(CertificateCase):
    # -- the true figure -----------------------------------------------------------

    def _type(self, certificate, amount, user=None):
        wizard = self.env["urssaf.advance"].with_user(user or self.env.user)
        form = Form(wizard.with_context(default_certificate_id=certificate.id))
        form.amount = amount
        action = form.save().action_keep()
        return self.Certificate.browse(action["res_id"])

    def test_typed(self):
        self._paid(320, date(2026, 2, 5))
        made = self._made()
        self.assertEqual(self._type(made, 150, self.user), made)
        self.assertEqual((made.amount_advance, made.amount_net), (150, 170))
        self.assertEqual((made.advance_origin, made.amount_estimated), ("typed", 160))
        # It stays as long as what it is about does.
        self._customer_pays(self._unsent(50), 50, "2026-02-20")
        self.assertEqual(self._sums(), (370, 150, 220))
        self._paid(100, date(2026, 2, 12))
        self.assertEqual(self._sums(), (470, 210, 260))
        self.assertEqual(self._made().advance_origin, "estimation")
        with self.assertRaisesRegex(UserError, "cannot be the tax credit"):
            self._type(made, 471)

    def test_typed_around_the_turn_of_the_year(self):
        """Urssaf's space says 250.00 for the year, of which 200.00 are those of what it
        transferred in January: kept, and the demande is named.
        """
        self._paid(100, date(2026, 11, 20))
        with freeze_time("2026-12-28 10:00:00"):
            late = self._collected((400, 10), invoice_date="2026-12-28")
        self._says(late, "30", date(2026, 12, 29), "Validée")
        self._pays(late, 400, date(2027, 1, 4))
        made = self._made()
        self.assertEqual(made.amount_base, 100)
        form = Form(
            self.env["urssaf.advance"]
            .with_user(self.user)
            .with_context(default_certificate_id=made.id)
        )
        form.amount = 50
        self.assertFalse(form.warning)
        # Said before it is refused, and never with demandes that there are not.
        form.amount = 501
        self.assertIn("cannot be the tax credit", form.warning)
        self.assertNotIn("another year", form.warning)
        form.amount = 250
        self.assertIn(late.name, form.warning)
        form.save().action_keep()
        self.assertEqual((made.amount_advance, made.amount_net), (250, 0))
        self.assertEqual(made._figures()["advance"]["beyond"], 150)
        self.assertEqual(self._sums(), (100, 250, 0))
        with self.assertRaisesRegex(UserError, "cannot be the tax credit"):
            self._type(made, 501)
        report = self._import(f"{self.partner.email};250,00\n")
        self.assertIn(late.name, report)
        self.assertIn("taken over: 1.", report)

    def test_typed_once_it_was_handed_over(self):
        self._paid(320, date(2026, 2, 5))
        first = self._sent()
        second = self._type(first, 150)
        self.assertEqual((first.state, first.amount_advance), ("replace", 160))
        self.assertEqual((second.version, second.replaces_id), (2, first))
        self.assertEqual((second.amount_advance, second.state), (150, "draft"))
        self.assertEqual(second.line_ids.mapped("amount"), [320])
        self.assertIn("150", second.change_note)
        # Nothing else changed, and it stays so.
        self.assertEqual(self._made(), second)
        self.assertEqual(second.amount_advance, 150)
        self.assertIn("150", second.change_note)
        second._set_state("ready")
        second._set_state("sent")
        self.assertEqual(first.state, "replaced")
        self.assertFalse(self._made())
        self.assertEqual(second.state, "sent")

    def _import(self, text, user=None):
        wizard = self.env["urssaf.advance.import"].with_user(user or self.env.user)
        wizard = wizard.create(
            {
                "company_id": self.company.id,
                "year": 2026,
                "file": base64.b64encode(text.encode("cp1252")),
            }
        )
        wizard.action_import()
        return wizard.report

    def test_imported(self):
        self._paid(320, date(2026, 2, 5))
        made = self._made()
        report = self._import(
            "Adresse électronique;Avance\n"
            f"{self.partner.email.upper()};1 50,50 €\n"
            "nobody@example.com;12,00\n"
            f"{self.partner.email};beaucoup\n"
        )
        self.assertEqual(
            (made.amount_advance, made.advance_origin), (150.5, "imported")
        )
        self.assertIn("taken over: 1.", report)
        self.assertIn("3: no certificate of that year", report)
        self.assertIn("4: the amount cannot be read", report)
        number = self.partner.urssaf_enrolment_id.external_id
        self._import(f"{number},160.00\n", self.user)
        self.assertEqual(made.amount_advance, 160)
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self._import("rien")

    def test_rights(self):
        self._paid(320, date(2026, 2, 5))
        made = self._made()
        with self.assertRaises(AccessError):
            self._type(made, 150, self.other_user)
        with self.assertRaises(AccessError):
            made.with_user(self.user).write({"amount_advance": 1})
