# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The form of a customer: what is checked when it is filled in."""

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..controllers.page_policy import policy, source_of
from .cases import IBAN, NOW
from .test_customer_form import CustomerFormCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCustomerFormChecks(CustomerFormCase):
    """What the customer is asked to correct, in his words."""

    def _errors(self, form, **changes):
        """On one and the same form, which forgets what was right before."""
        form.line_ids.unlink()
        errors = form._submit(self._typed(**changes))
        if errors:
            self.assertEqual(form.state, "sent")
        return errors

    def test_each_field_names_its_fault(self):
        form = self._find(self._send())
        for key, values in {
            "civility": ("", "3"),
            "birth_name": ("", "Durand2", "x" * 130),
            "usage_name": ("Dur@nd",),
            "first_names": ("", "J3anne"),
            "birth_date": ("", "31/02/1980", "2030-01-01", "1780-01-01", "hier"),
            "birth_country": ("", "999999", "x"),
            "birth_commune": ("",),
            "mobile": ("", "04 72 00 00 00", "06 12"),
            "email": ("", "jeanne", "jeanne@", "jeanne@example"),
            "street": ("",),
            "street2": ("x" * 60,),
            "zip": ("", "6900", "69001x"),
            "city": ("", "x" * 60),
            "iban": (
                "",
                "FR76 3000 4000 0312 3456 7890 144",
                "FR76",
                "0123",
                "BR1800360305000010009795493C1",
                "BE68 5390 0754 7034",
            ),
            "bic": ("BNP", "1234567890123"),
            "consent_enrolment": ("",),
            "consent_data": ("",),
        }.items():
            for value in values:
                with self.subTest(key=key, value=value):
                    errors = self._errors(form, **{key: value})
                    self.assertEqual(list(errors), [key])
                    self.assertNotIn("Urssaf", errors[key])

    def test_all_at_once_in_the_order_of_the_page(self):
        form = self._find(self._send())
        errors = form._submit({})
        self.assertEqual(list(errors)[0], "civility")
        self.assertEqual(list(errors)[-1], "consent_data")

    def test_ways_of_writing(self):
        form = self._submit(
            birth_date="29/03/1980",
            mobile="+33 6 39 98 01 02",
            birth_name="D’Œuvre",
            zip=" 69001 ",
        )
        self.assertEqual(self._line(form, "birth_date").value, "1980-03-29")
        self.assertEqual(self._line(form, "mobile").value, "0639980102")
        self.assertEqual(self._line(form, "birth_name").value, "D'Oeuvre")

    def test_signs_that_nobody_sees(self):
        """None of them reaches the office, the contact, a payload or a constraint."""
        form = self._submit(
            city="Ly\u200bon\u202e\x85",
            birth_name="Du\x00rand\ud83d",
            holder="Mme\r\nJeanne \x7fDurand\ufeff",
        )
        typed = {line.name: line.value for line in form.line_ids}
        self.assertEqual(typed["city"], "Lyon")
        self.assertEqual(typed["birth_name"], "Durand")
        self.assertEqual(typed["holder"], "Mme Jeanne Durand")

    def test_what_is_no_text(self):
        form = self._find(self._send())
        for odd in ([], ["Lyon"], {"a": 1}, 5, b"Lyon", object()):
            errors = form._submit({**self._typed(), "city": odd, "birth_country": odd})
            self.assertEqual(list(errors), ["birth_country", "city"])

    def test_birth_commune(self):
        """Chosen from the list, recognised by its name, or left to the office."""
        Commune = self.env["urssaf.commune"]
        chosen = Commune.search([("code", "=", "31555")], limit=1)
        for typed, department, chosen_id, code in (
            (chosen.display_name, "", str(chosen.id), "31555"),
            ("toulouse", "31", "", "31555"),
            ("Toulouse", "31", str(chosen.id + 1), "31555"),
            # Merged with others, under its own name and code.
            ("Annecy", "74", "", "74010"),
            ("Lyon", "69", "", False),
            ("Nulle-Part-les-Bains", "", "", False),
        ):
            with self.subTest(typed=typed):
                form = self._submit(
                    birth_commune=typed,
                    birth_department=department,
                    birth_commune_id=chosen_id,
                )
                self.partner.urssaf_birth_city_code = "75101"
                form.action_accept_all()
                self.assertEqual(self.partner.urssaf_birth_city_code, code)
                if not code:
                    self.assertEqual(self.partner.urssaf_birth_city, typed)

    def test_born_in_algeria_before_july_1962(self):
        values = {"birth_commune": "Oran", "birth_department": ""}
        form = self._submit(birth_date="1955-05-02", **values)
        form.action_accept_all()
        self.assertEqual(self.partner.urssaf_birth_city_code, "92352")
        self.assertEqual(self.partner.urssaf_birth_country_code, "99100")
        errors = self._find(self._send())._submit(
            self._typed(birth_date="1970-05-02", **values)
        )
        self.assertEqual(list(errors), ["birth_commune"])
        self.assertIn("Algeria", errors["birth_commune"])

    def test_born_abroad_has_no_commune(self):
        portugal = self.env.ref("base.pt")
        form = self._submit(birth_country=str(portugal.id), birth_commune="Porto")
        self.assertFalse(self._line(form, "birth_commune"))
        self.assertEqual(self._line(form, "birth_country").value, portugal.name)
        form.action_accept_all()
        self.assertEqual(self.partner.urssaf_birth_country_code, "99139")

    def test_bic_and_holder_are_optional(self):
        form = self._submit(bic="", holder="")
        self.assertFalse(self._line(form, "bic"))
        form.action_accept_all()
        self.assertTrue(self.partner.urssaf_bank_account_id)

    def test_what_was_right_is_not_typed_again(self):
        form = self._find(self._send())
        self.assertEqual(list(form._submit(self._typed(mobile="06"))), ["mobile"])
        self.assertEqual(form._kept(), {"birth_date", "iban"})
        errors = form._submit(self._typed(birth_date="", iban=""))
        self.assertEqual(errors, {})
        self.assertEqual(self._line(form, "iban").value, IBAN)

    def test_what_was_wrong_is_typed_again(self):
        form = self._find(self._send())
        form._submit(self._typed(iban="FR76 0000"))
        self.assertEqual(form._kept(), {"birth_date"})
        self.assertEqual(list(form._submit(self._typed(iban=""))), ["iban"])

    def test_a_website_served_from_elsewhere_brings_its_scripts(self):
        """From that host alone; what is no plain host widens nothing."""
        for address, source in (
            ("//site.Example.net/", "site.example.net"),
            ("https://cdn.example.net:8443/a", "https://cdn.example.net:8443"),
            ("http://cdn-1.example.net", "http://cdn-1.example.net"),
        ):
            self.assertEqual(source_of(address), [source])
            parts = policy([source]).split("; ")
            with_it = [part.split()[0] for part in parts if source in part.split()]
            self.assertEqual(with_it, ["script-src", "img-src"])
        for address in (
            *("", False, "//", "cdn.example.net", "https:", "//*", "//*.example.net"),
            *("//a.example.net; script-src *", "//a.example.net *", "//'unsafe-eval'"),
            *("data://a.example.net", "//me@a.example.net", "//a.example.net:x"),
            *("//127.0.0.1/", "//a..net", "//[::1]/", "//a.example.net,b.example.net"),
        ):
            self.assertEqual(source_of(address), [], address)
