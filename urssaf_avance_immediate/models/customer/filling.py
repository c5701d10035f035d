# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading what the customer typed: the same checks as the office’s, in his words."""

import re
from datetime import date, datetime

from odoo import Command, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base_iban.models.res_partner_bank import (
    normalize_iban,
    validate_iban,
)

from ...lib.rules import (
    MIN_IBAN,
    clean,
    iban_area,
    normalise_first_names,
    normalise_mobile,
    normalise_name,
    place_key,
)
from ...lib.rules.communes import is_divided
from ..geography.commune import ALGERIA
from ..geography.country import FRANCE
from .line import PARTNER_FIELDS

REQUIRED = (
    "civility",
    "birth_name",
    "first_names",
    "birth_date",
    "birth_country",
    "mobile",
    "email",
    "street",
    "zip",
    "city",
    "iban",
)
CONSENTS = ("consent_enrolment", "consent_data")
# Never sent back to the browser, not even to correct the rest of the form: what was
# right is kept here, and an empty field then means “as before”.
KEPT = ("birth_date", "iban")
MAX_LENGTH = 120

BIC_PATTERN = re.compile(r"[A-Z]{6}[0-9A-Z]{2}([0-9A-Z]{3})?")
LONGEST_READ = 1000
OLDEST = date(1900, 1, 1)

# Fields that go to the contact as they are typed.
PLAIN = (
    "civility",
    "birth_name",
    "usage_name",
    "first_names",
    "mobile",
    "email",
    "street",
    "street2",
    "zip",
    "city",
)
# Left empty, these say something too: there is none.
EMPTY_COUNTS = ("usage_name", "street2")

# The office’s checks name fields of the contact; these are not the customer’s matter:
# the office completes them (commune of the address, BIC) or asks elsewhere.
KEY_OF_FIELD = {
    **{PARTNER_FIELDS[key]: key for key in (*PLAIN, "birth_date")},
    "urssaf_street_number": "street",
    "urssaf_street_letter": "street",
    "urssaf_street_type": "street",
    "urssaf_street_name": "street",
    "urssaf_address_complement": "street2",
    "urssaf_locality": "street2",
}


class UrssafCustomerForm(models.Model):
    _inherit = "urssaf.customer.form"

    def _submit(self, posted):
        """Take what was typed. Return ``{field: sentence}``, empty when all is well:
        the form then waits for its review, and the link is dead.

        :param posted: the fields of the page, as text
        """
        self.ensure_one()
        values, errors = self._read_form(posted)
        if errors:
            self._keep(values, errors)
            return errors
        now = fields.Datetime.now()
        self.line_ids.unlink()
        self.write(
            {
                "state": "submitted",
                "token_digest": False,
                "submitted_at": now,
                "consented_at": now,
                "line_ids": self._line_commands(values, EMPTY_COUNTS),
            }
        )
        reader = self._review_user()
        self._ask_for_review()
        office = self.with_context(lang=reader.lang or self.env.lang)
        self._log_on_partner(
            office.env._("The customer filled in the form."), self.partner_id
        )
        return {}

    def _kept(self):
        """The names of the fields that need not be typed again."""
        return set(self.line_ids.mapped("name"))

    def _keep(self, values, errors):
        """Some fields have to be corrected: spare the customer typing the others that
        the page does not show again.
        """
        right = {k: values[k] for k in KEPT if values.get(k) and k not in errors}
        self.line_ids.filtered(lambda line: line.name in right).unlink()
        self.line_ids = self._line_commands(right)

    def _line_commands(self, values, empty=()):
        order = list(PARTNER_FIELDS)
        return [
            Command.create(
                {
                    "name": key,
                    "sequence": order.index(key),
                    "value": values[key],
                    "reference": values.get(f"{key}_id"),
                }
            )
            for key in order
            if values.get(key) or key in empty
        ]

    # -- reading ---------------------------------------------------------------

    def _read_form(self, posted):
        """``(values, errors)``: normalised text by field, sentences by field."""
        values = {key: one_line(posted.get(key)) for key in PARTNER_FIELDS}
        kept = {line.name: line.value for line in self.line_ids}
        for key in KEPT:
            values[key] = values[key] or kept.get(key, "")
        values |= self._read_identity(values)
        values |= self._read_birth_place(values, posted)
        values |= self._read_bank(values)
        errors = dict(self._own_faults(values))
        for key, sentence in self._office_faults(values):
            errors.setdefault(key, sentence)
        for key in CONSENTS:
            if not one_line(posted.get(key)):
                errors[key] = self.env._("Please tick this box.")
        order = [*PARTNER_FIELDS, *CONSENTS]
        return values, dict(sorted(errors.items(), key=lambda e: order.index(e[0])))

    def _read_identity(self, values):
        day = _read_date(values["birth_date"])
        return {
            "birth_name": normalise_name(values["birth_name"]),
            "usage_name": normalise_name(values["usage_name"]),
            "first_names": normalise_first_names(values["first_names"]),
            "mobile": normalise_mobile(values["mobile"]) or values["mobile"],
            "birth_date": day.isoformat() if day else values["birth_date"],
        }

    def _read_birth_place(self, values, posted):
        country = self.env["res.country"].browse(_integer(posted.get("birth_country")))
        country = country.exists()
        read = {"birth_country": country.name or "", "birth_country_id": country.id}
        if country.urssaf_code != FRANCE:
            # Urssaf wants the country alone.
            return {**read, "birth_commune": ""}
        typed = values["birth_commune"]
        commune = self._find_birth_commune(posted, typed, values["birth_date"])
        return {
            **read,
            "birth_commune_id": commune.id,
            "birth_commune": commune.display_name or typed,
        }

    def _find_birth_commune(self, posted, typed, born):
        """The commune that was chosen from the list, or the only one of that name in
        the département; none: the office picks it.
        """
        day = _read_date(born)
        Commune = self.env["urssaf.commune"].with_context(urssaf_on=day)
        chosen = Commune.browse(_integer(posted.get("birth_commune_id"))).exists()
        # Without JavaScript, somebody may have retyped the name under an old choice.
        if not typed or chosen.display_name == typed:
            return chosen if typed else chosen.browse()
        department = one_line(posted.get("birth_department"))
        found = Commune.name_search(f"{typed} {department}", limit=20)
        communes = Commune.browse(found_id for found_id, _name in found)
        named = communes.filtered(lambda c: c.name_key == place_key(typed))
        if len(communes) > 1 and is_divided(typed):
            # Paris, Lyon, Marseille: nobody but the customer knows where in them.
            return communes.browse()
        whole = named.filtered(lambda c: c == named.parent_id)
        if whole and {*named.filtered(lambda c: c.rank < 2).mapped("code")} == {
            whole.code
        }:
            # A merged commune that kept its name: the same code, then and now.
            return whole
        best = named if len(named) == 1 else communes
        return best if len(best) == 1 else communes.browse()

    def _read_bank(self, values):
        return {
            "iban": normalize_iban(values["iban"]).upper(),
            "bic": values["bic"].replace(" ", "").upper(),
        }

    # -- checks ----------------------------------------------------------------

    def _own_faults(self, values):
        """What the office’s checks leave to Odoo’s own fields, or to a person: pairs of
        field and sentence. The last one of a field is the one to tell.
        """
        country = self.env["res.country"].browse(values["birth_country_id"])
        required = set(REQUIRED)
        if country.urssaf_code == FRANCE:
            required.add("birth_commune")
        for key, value in values.items():
            if key in required and not value:
                yield key, self.env._("Please fill in this field.")
            if isinstance(value, str) and len(value) > MAX_LENGTH:
                yield key, self.env._("This is too long.")
        if values["civility"] not in ("", "1", "2"):
            yield "civility", self.env._("Please choose one.")
        yield from self._birth_faults(values)
        yield from self._bank_faults(values)

    def _birth_faults(self, values):
        commune = self.env["urssaf.commune"].browse(values.get("birth_commune_id"))
        born = _read_date(values["birth_date"])
        if commune.kind == ALGERIA and born and born > commune.until:
            yield (
                "birth_commune",
                self.env._(
                    "Algeria is a country since July 1962: please choose it above."
                ),
            )
        if values["birth_date"] and not _plausible(values["birth_date"]):
            yield "birth_date", self._birth_date_sentence()

    def _bank_faults(self, values):
        iban, bic = values["iban"], values["bic"]
        if 0 < len(iban) <= MAX_LENGTH and not self._iban_is_valid(values):
            yield "iban", self._iban_sentence()
        elif 0 < len(iban) < MIN_IBAN:
            yield (
                "iban",
                self.env._(
                    "An account whose IBAN has fewer than %s characters cannot be "
                    "debited: please give another one of yours.",
                    MIN_IBAN,
                ),
            )
        if bic and not BIC_PATTERN.fullmatch(bic):
            yield (
                "bic",
                self.env._(
                    "This BIC is not right: it has 8 or 11 characters, see your bank "
                    "details (RIB). You may leave it empty."
                ),
            )

    def _iban_is_valid(self, values):
        try:
            validate_iban(values["iban"])
        except ValidationError:
            return False
        return iban_area(values["iban"]) != "foreign"

    def _office_faults(self, values):
        """The checks before an enrolment, on a contact that exists in memory only."""
        partner = self.env["res.partner"].new(self._partner_values(values))
        sentences = self._form_sentences()
        for name, _office_sentence in partner._urssaf_enrolment_faults():
            key = KEY_OF_FIELD.get(name)
            if key and values[key]:
                yield key, sentences.get(key) or self.env._("Please check this field.")

    def _partner_values(self, values):
        """The contact that these values would make."""
        day = values["birth_date"] if _plausible(values["birth_date"]) else False
        return {
            **{PARTNER_FIELDS[key]: values[key] or False for key in PLAIN},
            "name": self.partner_id.name,
            "urssaf_birth_date": day,
            "country_id": self.env.ref("base.fr").id,
        }

    def _iban_sentence(self):
        return self.env._(
            "This IBAN is not right: please copy it from your bank details (RIB). A "
            "French one has 27 characters and starts with FR."
        )

    def _birth_date_sentence(self):
        return self.env._(
            "Please check this date: day, month and year, such as 29/03/1980."
        )

    def _page_sentences(self):
        """What the page says while one types, by field: the same as afterwards."""
        return {
            **self._form_sentences(),
            "birth_date": self._birth_date_sentence(),
            "iban": self._iban_sentence(),
            "required": self.env._("Please fill in this field."),
            "consent": self.env._("Please tick this box."),
            "progress": self.env._("Step {step} of {steps}"),
        }

    def _form_sentences(self):
        names = self.env._(
            "Please use letters, hyphens and apostrophes only, as on your identity "
            "card."
        )
        return {
            "birth_name": names,
            "usage_name": names,
            "first_names": names,
            "mobile": self.env._(
                "Please give a French mobile number, such as 06 12 34 56 78."
            ),
            "email": self.env._("Please check this address, such as name@example.com."),
            "street": self.env._(
                "Please give the number and the street, such as 8 bis rue du Soleil."
            ),
            "street2": self.env._("Please shorten this: 38 characters at most."),
            "zip": self.env._("Please give the five digits of the postal code."),
        }


def one_line(text):
    """What a stranger sent as one line of text, without signs that nobody sees, and no
    longer than it takes to say that it is too long. Empty for anything but text.
    """
    if not isinstance(text, str):
        return ""
    return " ".join(clean(text[:LONGEST_READ]).split())[: MAX_LENGTH + 1]


def _integer(text):
    text = one_line(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _read_date(text):
    """A date as browsers send it, or as French people write it."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def _plausible(text):
    day = _read_date(text)
    return bool(day) and OLDEST <= day < fields.Date.today()
