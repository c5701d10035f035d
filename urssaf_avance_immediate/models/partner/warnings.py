# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What looks odd of a customer, and Urssaf or the tax office may refuse; and what one
click puts right of it. Nothing changes without that click.
"""

from odoo import fields, models

from ...lib.rules import (
    WHOLE_CITIES,
    department,
    email_needs_new_pattern,
    email_proposal,
    emails_in,
    fold,
    foreign_letters,
    iban_area,
    last_name,
    name_warnings,
    normalise_first_names,
    normalise_mobile,
    place_key,
    spelling_oddities,
    usual_name,
)
from ..geography.commune import ALGERIA
from ..geography.country import FRANCE

ALGERIA_TODAY = "99352"
OLDEST, YOUNGEST = 110, 18
# Where each code of ``name_warnings`` is told.
NAME_FIELDS = {
    "swapped": "urssaf_birth_name",
    "usage_missing": "urssaf_usage_name",
    "same_names": "urssaf_usage_name",
    "title": "urssaf_birth_name",
    "maiden": "urssaf_birth_name",
    "one_first_name": "urssaf_first_names",
    "initial": "urssaf_first_names",
    "last_in_first": "urssaf_first_names",
}
# Written by hand in one way or another; what is unusual in them is told.
NAMES = ("urssaf_birth_name", "urssaf_usage_name", "urssaf_first_names")
# Other texts that leave, in which a letter may only look like a Latin one.
TEXTS = (
    "urssaf_birth_city",
    "urssaf_street_name",
    "urssaf_address_complement",
    "urssaf_locality",
    "city",
)
# Buttons that a warning shows.
MOST = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _urssaf_enrolment_warnings(self, sharing=None):
        """What should be looked at before enrolling, and does not prevent it:
        ``[(field, sentence)]``, in the order of the contact.

        :param sharing: customers of ``_urssaf_sharing_contact``, when many are checked
        """
        self.ensure_one()
        if sharing is None:
            sharing = self._urssaf_sharing_contact()
        return [
            *self._urssaf_spelling_warnings(),
            *self._urssaf_name_warnings(),
            *self._urssaf_birth_warnings(),
            *self._urssaf_contact_warnings(self in sharing),
            *self._urssaf_address_warnings(),
            *self._urssaf_bank_warnings(),
        ]

    def _urssaf_spelling_warnings(self):
        """What comes with copied texts and sorted lists, and Urssaf's patterns take."""
        for name in NAMES:
            text = self[name] or ""
            for code in spelling_oddities(text)[:1]:
                yield name, self._urssaf_spelling_sentence(code, name, text)
        for name in TEXTS:
            if foreign_letters(self[name] or ""):
                text = self[name]
                yield name, self._urssaf_spelling_sentence("not_latin", name, text)
        holder = self.urssaf_bank_account_id.acc_holder_name or ""
        if foreign_letters(holder):
            name = "urssaf_bank_account_id"
            yield name, self._urssaf_spelling_sentence("not_latin", name, holder)

    def _urssaf_spelling_sentence(self, code, name, text):
        label = self._urssaf_label_of_field(name)
        if code == "particle":
            return self.env._(
                "%s: write the particle before the name, as in “de Saint-Aubin”.", label
            )
        if code == "not_latin":
            return self.env._(
                "%(field)s: the letter “%(letters)s” only looks like one of ours, it "
                "comes from another alphabet. Type the word again.",
                field=label,
                letters=foreign_letters(text),
            )
        if code == "double_hyphen":
            return self.env._(
                "%s: two hyphens or apostrophes in a row. Leave one, unless the birth "
                "certificate has both.",
                label,
            )
        return self.env._("%s: there are spaces that should not be.", label)

    def _urssaf_name_warnings(self):
        sentences = {
            "swapped": self.env._(
                "Birth name: it seems to be swapped with the usage name, which is "
                "not the one you call this customer by."
            ),
            "usage_missing": self.env._(
                "Usage name: you call this customer by another name than the birth "
                "name. If it is a usage name, type it here."
            ),
            "same_names": self.env._(
                "Usage name: the same as the birth name. It is not sent; check "
                "that the birth name is the one of the birth certificate."
            ),
            "title": self.env._("Names: leave out the title (M., Mme, Dr…)."),
            "maiden": self.env._(
                "Names: one name per field, without “née”, “épouse” or “veuve”."
            ),
            "one_first_name": self.env._(
                "First names: only one. Give all those of the civil status: the "
                "tax office compares them."
            ),
            "initial": self.env._("First names: write them in full, without initials."),
            "last_in_first": self.env._("First names: the last name is among them."),
        }
        found = name_warnings(
            self.urssaf_birth_name or "",
            self.urssaf_usage_name or "",
            self.urssaf_first_names or "",
            self.name or "",
        )
        return [(NAME_FIELDS[code], sentences[code]) for code in found]

    # -- date and place of birth -----------------------------------------------

    def _urssaf_birth_warnings(self):
        born, today = self.urssaf_birth_date, fields.Date.context_today(self)
        age = born and today.year - born.year
        if born and (age > OLDEST or (0 <= age < YOUNGEST)):
            yield (
                "urssaf_birth_date",
                self.env._("Birth date: check the year; the customer is the taxpayer."),
            )
        if self.urssaf_birth_country_code == FRANCE:
            sentence = self._urssaf_birth_commune_warning()
            if sentence:
                yield "urssaf_birth_city_code", sentence
        elif self.urssaf_birth_country_code and not self.urssaf_birth_country_id:
            yield (
                "urssaf_birth_country_code",
                self.env._("Birth country: this INSEE code is in no list."),
            )
        elif (
            self.urssaf_birth_country_code == ALGERIA_TODAY
            and born
            and born.year < 1963
        ):
            yield (
                "urssaf_birth_country_code",
                self.env._(
                    "Birth country: Algeria before July 1962. If the tax office does "
                    "not recognise the customer, try France with the département of "
                    "the time as the birth commune: Alger, Oran, Constantine or "
                    "Territoires du Sud."
                ),
            )

    def _urssaf_birth_commune_warning(self):
        """The one thing to look at in the commune of birth, or ``None``."""
        code = (self.urssaf_birth_city_code or "").upper()
        commune, born = self.urssaf_birth_commune_id, self.urssaf_birth_date
        if code in WHOLE_CITIES:
            return self.env._(
                "Birth commune: choose the arrondissement in Paris, Lyon, Marseille."
            )
        if not commune:
            return code and self.env._(
                "Birth commune: this INSEE code is in no list. Leave it if it is an "
                "old one that you are sure of."
            )
        out_of_date = born and self._urssaf_birth_code_warning(commune, born)
        if out_of_date or commune.kind == ALGERIA:
            return out_of_date
        parts = commune._made_of(born)
        if parts:
            return self.env._(
                "Birth commune: it was made by merging others (%s…). Choose the one of "
                "the birth certificate.",
                ", ".join(dict.fromkeys(parts.sorted("name")[:3].mapped("name"))),
            )
        if place_key(self.urssaf_birth_city or "") != commune.name_key:
            return self.env._(
                "Birth commune: the name is not the one of this INSEE code (%s).",
                commune.name,
            )
        return None

    def _urssaf_birth_code_warning(self, commune, born):
        """Whether the code was in force on the day of birth, where that is known."""
        if commune.since and born < commune.since:
            old = commune._former_on(born).mapped("code")
            return self.env._(
                "Birth commune: this code exists since %(year)s only. For an earlier "
                "birth choose the one of the time%(old)s.",
                year=commune.since.year,
                old=f" ({', '.join(dict.fromkeys(old[:3]))})" if old else "",
            )
        if commune.kind == ALGERIA and born > commune.until:
            return self.env._(
                "Birth commune: Algeria is a country since July 1962. Choose it as the "
                "birth country."
            )
        if commune.until and born > commune.until:
            return self.env._(
                "Birth commune: this code ended in %s. For a later birth choose the "
                "one that followed.",
                commune.until.year,
            )
        return None

    # -- contact, address, bank ------------------------------------------------

    def _urssaf_contact_warnings(self, shared):
        email = self._urssaf_email()
        if shared:
            yield (
                "urssaf_mobile",
                self.env._(
                    "Mobile phone and email: another customer has the same two. Urssaf "
                    "wants a pair of his own for each person."
                ),
            )
        proposal = self._urssaf_email_proposal()
        if len(emails_in(self.email)) > 1:
            yield "email", self._urssaf_two_emails_sentence()
        elif proposal:
            yield "email", proposal
        elif email_needs_new_pattern(email):
            yield (
                "email",
                self.env._(
                    "Email: older services of Urssaf refuse such a sign before the @."
                ),
            )

    def _urssaf_two_emails_sentence(self):
        return self.env._(
            "Email: several addresses in one field. Urssaf takes one: keep the one "
            "that the customer reads."
        )

    def _urssaf_email_proposal(self):
        """A sentence with the domain that was probably meant, or ``None``."""
        meant = email_proposal(self._urssaf_email() or self.email)
        return meant and self.env._(
            "Email: is it not …@%s? A wrong address can only be repaired by Urssaf.",
            meant.rpartition("@")[2],
        )

    def _urssaf_address_warnings(self):
        code = self.urssaf_city_code
        if not code:
            return
        if code in WHOLE_CITIES:
            yield (
                "urssaf_city_code",
                self.env._("Commune: choose the arrondissement."),
            )
        elif not self.urssaf_city_commune_id:
            yield (
                "urssaf_city_code",
                self.env._("Commune: this INSEE code is in no list."),
            )
        elif self.urssaf_city_commune_id._whole().code != code:
            yield (
                "urssaf_city_code",
                self.env._(
                    "Commune: it is a part of %s today, which has to be chosen.",
                    self.urssaf_city_commune_id._whole().name,
                ),
            )
        elif self._urssaf_zip_is_of_another_commune():
            yield self._urssaf_zip_warning()

    def _urssaf_zip_warning(self):
        """Where even the département differs, the commune is the one to look at."""
        commune, area = self.urssaf_city_commune_id, department(self.urssaf_city_code)
        if area[:2].replace("2A", "20").replace("2B", "20") != self.zip.strip()[:2]:
            sentence = self.env._(
                "Commune: it is not in the département of the postal code."
            )
            return "urssaf_city_code", sentence
        sentence = self.env._(
            "ZIP: it is not one of %(commune)s (%(zips)s).",
            commune=commune.name,
            zips=", ".join(sorted(commune._all_zips())[:5]),
        )
        return "zip", sentence

    def _urssaf_bank_warnings(self):
        account = self._urssaf_debited_account()
        if not account:
            return
        if iban_area(account.sanitized_acc_number) == "sepa":
            yield (
                "urssaf_bank_account_id",
                self.env._(
                    "Bank account to debit: it is not French. The law allows the SEPA "
                    "area, Urssaf's guide of 2022 did not."
                ),
            )
        holder = fold(account.acc_holder_name or self.name or "").split()
        names = fold(f"{self.urssaf_birth_name or ''} {self.urssaf_usage_name or ''}")
        if names and not set(names.split()) & set(holder):
            yield (
                "urssaf_bank_account_id",
                self.env._(
                    "Bank account to debit: the holder does not have the name of the "
                    "customer, who must be the holder."
                ),
            )

    # -- what one click puts right ------------------------------------------------

    def _urssaf_fixes(self):
        """``{field of the checklist: [{"label": …, "values": {field: value}}]}``: the
        buttons beside a line. Values are texts, as the form takes them.
        """
        self.ensure_one()
        found = {
            **{name: self._urssaf_name_fixes(name) for name in NAMES},
            "urssaf_mobile": self._urssaf_mobile_fixes(),
            "email": self._urssaf_email_fixes(),
            "zip": self._urssaf_zip_fixes(),
            "urssaf_city_code": self._urssaf_commune_fixes(),
        }
        return {name: list(fixes)[:MOST] for name, fixes in found.items()}

    def _urssaf_name_fixes(self, name):
        text = self[name] or ""
        if not text and name == "urssaf_birth_name" and last_name(self.name or ""):
            yield self._urssaf_fix(last_name(self.name), {name: last_name(self.name)})
        usual = usual_name(text)
        if name == "urssaf_first_names":
            usual = normalise_first_names(usual)
        if usual and spelling_oddities(text) and not foreign_letters(usual):
            yield self._urssaf_fix(usual, {name: usual})

    def _urssaf_mobile_fixes(self):
        if self.phone != self.urssaf_mobile and normalise_mobile(self.phone or ""):
            yield self._urssaf_fix(self.phone, {"urssaf_mobile": self.phone})

    def _urssaf_email_fixes(self):
        emails = emails_in(self.email)
        if len(emails) > 1:
            for email in emails:
                yield {
                    "label": self.env._("Keep %s", email),
                    "values": {"email": email},
                }
            return
        meant = email_proposal(self._urssaf_email() or "")
        if meant:
            yield self._urssaf_fix(meant, {"email": meant})

    def _urssaf_zip_fixes(self):
        if self._urssaf_zip_is_of_another_commune():
            for zip_code in sorted(self.urssaf_city_commune_id._all_zips()):
                yield self._urssaf_fix(zip_code, {"zip": zip_code})

    def _urssaf_commune_fixes(self):
        commune = self.urssaf_city_commune_id
        if commune and commune._whole() != commune:
            choices = commune._whole()
        elif self.urssaf_city_code or not self._urssaf_french():
            return
        else:
            choices = commune._choices(self.zip, self.city)
        for choice in choices:
            yield {
                "label": self.env._("Choose %s", choice.name),
                "values": {"urssaf_city_code": choice.code},
            }

    def _urssaf_fix(self, text, values):
        return {"label": self.env._("Write “%s”", text), "values": values}
